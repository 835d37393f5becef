"""How a graph lies in memory for the searches: nodes along a Hilbert curve, arcs by tail, whole milliseconds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["DECIMALS", "FAR_MS", "MS_PER_MINUTE", "Arcs", "Layout", "hilbert_order", "lay_out", "reweighed"]

MS_PER_MINUTE = 60_000
#: Sums of minutes differ in their last bits by the order of adding; rounded so, 30 means 30.
DECIMALS = 9
#: The mark of an unreached node; two of it do not overflow an int32.
FAR_MS = 2**30


@dataclass(frozen=True)
class Arcs:
    """Arcs by tail: those of node i stand at first[i]:first[i + 1]; `arc` names them in the network's own order."""

    first: NDArray[np.int64]
    head: NDArray[np.int32]
    arc: NDArray[np.int64]
    minutes: NDArray[np.float64]
    ms: NDArray[np.int32] | None


@dataclass(frozen=True)
class Layout:
    """A graph laid out for searching.

    Parameters
    ----------
    rank
        Where each node of the network stands in the layout.
    out, into
        The arcs by tail, and reversed by head. Their `ms` is None where minutes are not whole milliseconds.
    """

    rank: NDArray[np.int32]
    out: Arcs
    into: Arcs


def hilbert_order(x: NDArray[np.float64], y: NDArray[np.float64], *, bits: int = 16) -> NDArray[np.int64]:
    """Return the order of points along a Hilbert curve, so that near nodes share cache lines (2–7 × faster)."""
    if not len(x):
        return np.empty(0, dtype=np.int64)
    side = 1 << bits
    span = max(float(np.ptp(x)), float(np.ptp(y))) or 1.0
    i = ((x - x.min()) / span * (side - 1)).astype(np.int64)
    j = ((y - y.min()) / span * (side - 1)).astype(np.int64)
    along = np.zeros(len(x), dtype=np.int64)
    step = side >> 1
    while step:
        right, upper = (i & step) > 0, (j & step) > 0
        along += step * step * ((3 * right) ^ upper)
        turned = ~upper & right
        i, j = np.where(turned, side - 1 - i, i), np.where(turned, side - 1 - j, j)
        i, j = np.where(upper, i, j), np.where(upper, j, i)
        step >>= 1
    return np.argsort(along, kind="stable")


def lay_out(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    tail: NDArray[np.int32],
    head: NDArray[np.int32],
    minutes: NDArray[np.float64],
) -> Layout:
    """Lay out a graph; x and y only decide the order of nodes in memory."""
    order = hilbert_order(x, y)
    rank = np.empty(len(order), dtype=np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    ticks = _whole_ms(minutes)
    tails, heads = rank[tail], rank[head]
    return Layout(rank, _by_tail(tails, heads, minutes, ticks, len(x)), _by_tail(heads, tails, minutes, ticks, len(x)))


def reweighed(layout: Layout, minutes: NDArray[np.float64]) -> Layout:
    """Return the layout of the same arcs with other minutes."""
    ticks = _whole_ms(minutes)

    def arcs(old: Arcs) -> Arcs:
        return replace(old, minutes=minutes[old.arc], ms=None if ticks is None else ticks[old.arc])

    return replace(layout, out=arcs(layout.out), into=arcs(layout.into))


def _whole_ms(minutes: NDArray[np.float64]) -> NDArray[np.int32] | None:
    """Return whole milliseconds, or None where some are not: a caller's own minutes are searched as they are."""
    ms = minutes * MS_PER_MINUTE
    whole = np.rint(ms)
    exact = bool(np.all(np.abs(ms - whole) < 1e-6) and np.all(whole < FAR_MS))
    return whole.astype(np.int32) if exact else None


def _by_tail(
    tail: NDArray[np.int32], head: NDArray[np.int32], minutes: NDArray[Any], ticks: NDArray[np.int32] | None, size: int
) -> Arcs:
    order = np.lexsort((head, tail))
    first = np.zeros(size + 1, dtype=np.int64)
    np.cumsum(np.bincount(tail, minlength=size), out=first[1:])
    return Arcs(
        first,
        np.ascontiguousarray(head[order]),
        order.astype(np.int64),
        np.ascontiguousarray(minutes[order]),
        None if ticks is None else np.ascontiguousarray(ticks[order]),
    )
