"""How willingness to travel falls with minutes: functions to be passed to catchment measures."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from mangluoi.errors import Complaint, InputError

__all__ = ["Decay", "exponential", "gaussian", "power", "step"]

Decay = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def step(edges: Sequence[float], weights: Sequence[float]) -> Decay:
    """Return a weight per band of travel time, none beyond the last edge.

    Parameters
    ----------
    edges
        Upper ends of the bands in minutes, ascending, each within its band.
    weights
        One weight per band, from 1 downwards in Luo and Qi (2009): 1, 0.68, 0.22.

    Raises
    ------
    InputError
        If the edges do not ascend, or there are not as many weights, or one is negative.
    """
    ends, values = np.asarray(edges, dtype=float), np.asarray(weights, dtype=float)
    if ends.size != values.size or (np.diff(ends) <= 0).any() or (values < 0).any():
        raise InputError([Complaint("contradiction", details={"reason": "step_decay"})])
    padded = np.append(values, 0.0)
    return lambda minutes: np.asarray(padded[np.searchsorted(ends, minutes, side="left")], dtype=float)


def gaussian(sigma_minutes: float) -> Decay:
    """Return exp(−(minutes ÷ σ)² ÷ 2), the form of Kwan (1998), *Geographical Analysis* 30."""
    _positive("sigma_minutes", sigma_minutes)
    return lambda minutes: np.exp(-0.5 * (minutes / sigma_minutes) ** 2)


def exponential(half_minutes: float) -> Decay:
    """Return the decay that halves with every `half_minutes`."""
    _positive("half_minutes", half_minutes)
    return lambda minutes: np.exp2(-minutes / half_minutes)


def power(exponent: float, *, from_minutes: float = 1.0) -> Decay:
    """Return (minutes ÷ `from_minutes`) to the power of −`exponent`, and 1 up to `from_minutes`."""
    _positive("exponent", exponent)
    _positive("from_minutes", from_minutes)
    return lambda minutes: np.asarray(np.maximum(minutes / from_minutes, 1.0) ** -exponent)


def _positive(name: str, value: float) -> None:
    if not value > 0:
        details = {"reason": "not_above_zero", "name": name, "given": value}
        raise InputError([Complaint("contradiction", column=name, details=details)])
