"""The tables that access measures take in: checked once, by label, before anything is computed."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from mangluoi.errors import Complaint, InputError

__all__ = ["check_capacity", "check_need", "check_pools", "check_times", "limits"]


def check_need(need: pd.DataFrame) -> None:
    """Refuse need that is not a set of non-negative numbers keyed by point, group and service.

    Raises
    ------
    InputError
        Missing columns, missing or negative need, ids that are not text, a key that stands twice.
    """
    _check(need, ("point_id", "group", "service"), "need", "missing_value")


def check_capacity(capacity: pd.DataFrame) -> None:
    """Refuse capacity that is not a set of non-negative numbers keyed by site and service.

    Raises
    ------
    InputError
        As `check_need`; a missing capacity is refused, since nothing may be guessed here.
    """
    _check(capacity, ("site_id", "service"), "capacity", "capacity_unknown")


def check_pools(pools: pd.DataFrame, capacity: pd.DataFrame) -> None:
    """Refuse pools that are not known by the capacity rows that name them.

    Raises
    ------
    InputError
        As `check_capacity`; also where `capacity` names a pool that is not given.
    """
    _check(pools, ("pool",), "capacity", "capacity_unknown")
    named = set(capacity["pool"].dropna()) if "pool" in capacity.columns else set()
    unknown = sorted(named - set(pools["pool"]))
    if unknown:
        raise InputError(
            [Complaint("unknown_reference", column="pool", value=name, details={"target": "pools"}) for name in unknown]
        )


def check_times(times: pd.DataFrame, *, several_modes: bool = False) -> None:
    """Refuse travel times that are not one non-negative number of minutes per pair, and per mode where several count.

    Raises
    ------
    InputError
        As `check_need`; also times of several modes, since which one a person rides is not for a measure to guess.
    """
    if several_modes:
        _check(times, ("from_id", "to_id", "mode"), "minutes", "missing_value")
        return
    if "mode" in times.columns and times["mode"].nunique(dropna=False) > 1:
        modes = ", ".join(sorted(str(mode) for mode in times["mode"].unique()))
        raise InputError(
            [Complaint("contradiction", column="mode", details={"reason": "several_modes", "modes": modes})]
        )
    _check(times, ("from_id", "to_id"), "minutes", "missing_value")


def _check(frame: pd.DataFrame, key: Sequence[str], number: str, absent: str) -> None:
    missing = [name for name in (*key, number) if name not in frame.columns]
    if missing:
        raise InputError([Complaint("missing_column", details={"expected": name}) for name in missing])
    found = [complaint for name in key for complaint in _check_ids(frame[name])]
    values = pd.to_numeric(frame[number], errors="coerce").to_numpy(dtype=float)
    for position in np.flatnonzero(~np.isfinite(values) | (values < 0)):
        value, row = frame[number].iloc[position], int(position) + 2
        if pd.isna(value):
            shown = " / ".join(str(frame[name].iloc[position]) for name in key)
            found.append(Complaint(absent, row=row, column=number, value=shown))
        else:
            problem = "negative" if values[position] < 0 else "not_a_number"
            found.append(Complaint(problem, row=row, column=number, value=value))
    twice = frame.duplicated(list(key)).to_numpy()
    if twice.any():
        first: dict[tuple[object, ...], int] = {}
        for row, label in enumerate(frame[list(key)].itertuples(index=False, name=None), start=2):
            if label in first:
                shown, where = " / ".join(map(str, label)), {"first": first[label]}
                found.append(Complaint("duplicate_key", row=row, column=" + ".join(key), value=shown, details=where))
            first.setdefault(label, row)
    if found:
        raise InputError(found)


def _check_ids(ids: pd.Series) -> Iterable[Complaint]:
    """Ids are text: a number has lost its leading zeros and would match nothing."""
    wrong = sorted({str(value) for value in ids.unique() if not isinstance(value, str)})
    for value in wrong:
        yield Complaint("wrong_type", column=str(ids.name), value=value, details={"expected": "text"})


def limits(
    max_minutes: float | Mapping[str, float], combos: Collection[tuple[str, str]]
) -> dict[tuple[str, str], float]:
    """Return the threshold of each combination of group and service.

    Parameters
    ----------
    max_minutes
        Minutes, for all or by service (``"day"``); a key ``"elderly/day"`` goes before that of its service. A pair at
        exactly the threshold is within it.
    combos
        The combinations that need one.

    Raises
    ------
    InputError
        If a service has no threshold, or one is negative or not a finite number.
    """
    found, complaints = {}, []
    for group, service in sorted(combos):
        keys = (f"{group}/{service}", service)
        given = max_minutes
        if isinstance(max_minutes, Mapping):
            known = [max_minutes[key] for key in keys if key in max_minutes]
            if not known:
                complaints.append(Complaint("missing_key", column=f"max_minutes.{service}"))
                continue
            given = known[0]
        minutes = float(given)  # type: ignore[arg-type]
        if not math.isfinite(minutes) or minutes < 0:
            problem = "negative" if minutes < 0 else "not_a_number"
            complaints.append(Complaint(problem, column="max_minutes", value=given))
        found[group, service] = minutes
    if complaints:
        raise InputError(_once(complaints))
    return found


def _once(complaints: Sequence[Complaint]) -> list[Complaint]:
    """Drop complaints that say the same: two groups of one service lack the same threshold."""
    return list({str(complaint): complaint for complaint in complaints}.values())
