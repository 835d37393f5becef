"""Travel times as compressed rows: millions of rows of ids, read once and checked on the way."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mangluoi.access import intake

__all__ = ["PairTable", "read"]

_jit = numba.njit(cache=True, nogil=True, boundscheck=False)


@dataclass(frozen=True, eq=False)
class PairTable:
    """The sites within reach of each point.

    Parameters
    ----------
    points, sites
        Sorted ids; points without a pair are absent.
    start, site, minutes
        The pairs of each point in compressed rows, nearest first, ties by site.
    """

    points: NDArray[np.str_]
    sites: NDArray[np.str_]
    start: NDArray[np.int64]
    site: NDArray[np.int32]
    minutes: NDArray[np.float64]


def read(
    times: pd.DataFrame, points: Collection[str], *, max_minutes: float | None, without: Collection[str] = ()
) -> PairTable:
    """Read TRAVEL_TIMES rows; their order does not matter.

    Parameters
    ----------
    times
        TRAVEL_TIMES rows of one mode. Ids may be categories, which read faster.
    points
        The points whose pairs count.
    max_minutes
        Pairs beyond are left out; None keeps all.
    without
        Sites that are left out.

    Raises
    ------
    InputError
        See `intake.check_times`.
    """
    limit = np.inf if max_minutes is None else intake.limits(max_minutes, {("", "")})["", ""]
    if not {"from_id", "to_id", "minutes"} <= set(times.columns) or not _one_mode(times):
        intake.check_times(times)
    from_code, from_names = _numbered(times["from_id"])
    to_code, to_names = _numbered(times["to_id"])
    minutes = pd.to_numeric(times["minutes"], errors="coerce").to_numpy(dtype=float)
    named = all(isinstance(name, str) for names in (from_names, to_names) for name in names)
    numbers = bool((minutes >= 0).all() and np.isfinite(minutes).all())
    if not named or not numbers or (from_code < 0).any() or (to_code < 0).any():
        # The one place that words complaints about travel times; it raises.
        intake.check_times(times)
    first, order = _grouped(from_code, from_names.size)
    if _repeats(first, order, to_code, to_names.size):
        intake.check_times(times)
    row_of, point_ids = _ranked(from_names, set(points))
    site_of, _ = _ranked(to_names, set(to_names.tolist()) - set(without))
    used = np.zeros(to_names.size, dtype=bool)
    used[to_code[(row_of[from_code] >= 0) & (site_of[to_code] >= 0)]] = True
    site_of, site_ids = _ranked(to_names, set(to_names[used].tolist()))
    first, order = _grouped(to_code, to_names.size)
    sequence = np.flatnonzero(site_of >= 0)[np.argsort(site_of[site_of >= 0])]
    start, site, kept = _rows(sequence, first, order, row_of[from_code], point_ids.size, minutes, limit)
    full = np.flatnonzero(np.diff(start) > 0)
    start = np.append(start[:-1][full], start[-1])
    return PairTable(point_ids[full], site_ids, start, site, kept)


def _one_mode(times: pd.DataFrame) -> bool:
    if "mode" not in times.columns or not len(times):
        return True
    mode = times["mode"]
    return bool((mode == mode.iloc[0]).all())


def _numbered(labels: pd.Series) -> tuple[NDArray[np.int32], NDArray[Any]]:
    """Return each label's number, -1 where it is missing, and the labels in order of appearance."""
    if isinstance(labels.dtype, pd.CategoricalDtype):
        names = labels.cat.categories.to_numpy(dtype=object)
        return labels.cat.codes.to_numpy().astype(np.int32), names
    codes, found = pd.factorize(labels)
    return np.asarray(codes, dtype=np.int32), np.asarray(found, dtype=object)


def _ranked(names: NDArray[Any], chosen: set[str]) -> tuple[NDArray[np.int64], NDArray[np.str_]]:
    """Return the place of each name among the chosen ones in rising order, -1 where it is none, and these."""
    known = sorted(name for name in names.tolist() if name in chosen)
    place = {name: number for number, name in enumerate(known)}
    return np.array([place.get(name, -1) for name in names.tolist()], np.int64), np.array(known, dtype=str)


@_jit
def _grouped(code: Any, size: int) -> Any:
    """Return the row numbers of each code, in compressed rows."""
    first = np.zeros(size + 1, np.int64)
    for k in range(len(code)):
        first[code[k] + 1] += 1
    for j in range(size):
        first[j + 1] += first[j]
    place = first[:-1].copy()
    order = np.empty(len(code), np.int32)
    for k in range(len(code)):
        order[place[code[k]]] = k
        place[code[k]] += 1
    return first, order


@_jit
def _repeats(first: Any, order: Any, code: Any, size: int) -> bool:
    """Say whether a pair stands twice."""
    stamp = np.full(size, -1, np.int64)
    for i in range(len(first) - 1):
        for k in range(first[i], first[i + 1]):
            if stamp[code[order[k]]] == i:
                return True
            stamp[code[order[k]]] = i
    return False


@_jit
def _rows(sequence: Any, first: Any, order: Any, row_of: Any, size: int, minutes: Any, limit: float) -> Any:
    """Return the pairs of each point within the limit, nearest first; sites come in the order of a sequence."""
    start = np.zeros(size + 1, np.int64)
    for s in range(len(sequence)):
        for k in range(first[sequence[s]], first[sequence[s] + 1]):
            row = order[k]
            if row_of[row] >= 0 and minutes[row] <= limit:
                start[row_of[row] + 1] += 1
    for r in range(size):
        start[r + 1] += start[r]
    place = start[:-1].copy()
    site = np.empty(start[-1], np.int32)
    kept = np.empty(start[-1], np.float64)
    for s in range(len(sequence)):
        for k in range(first[sequence[s]], first[sequence[s] + 1]):
            row = order[k]
            if row_of[row] >= 0 and minutes[row] <= limit:
                site[place[row_of[row]]] = s
                kept[place[row_of[row]]] = minutes[row]
                place[row_of[row]] += 1
    for r in range(size):
        by_minutes = np.argsort(kept[start[r] : start[r + 1]], kind="mergesort")
        own, away = site[start[r] : start[r + 1]].copy(), kept[start[r] : start[r + 1]].copy()
        for k in range(len(own)):
            site[start[r] + k] = own[by_minutes[k]]
            kept[start[r] + k] = away[by_minutes[k]]
    return start, site, kept
