"""What not knowing exactly where people and sites are does to coverage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mangluoi.access import reach
from mangluoi.errors import Complaint, InputError

__all__ = ["coverage_interval", "moved_minutes"]

_KM_PER_DEGREE = 111.195  # of a great circle on a sphere of 6,371 km


def coverage_interval(
    need: pd.DataFrame,
    times: pd.DataFrame,
    points: pd.DataFrame,
    sites: pd.DataFrame,
    *,
    max_minutes: float | Mapping[str, float],
    minutes_per_km: float,
    seed: int,
    admissible: pd.DataFrame | None = None,
    modes: pd.DataFrame | None = None,
    by: Sequence[str] = (),
    share: float = 0.9,
    draws: int = 400,
) -> pd.DataFrame:
    """Return coverage with an interval over the error of locations.

    Every point and site is moved to a place drawn evenly from the circle within which it truly lies, independently;
    minutes change with the straight distance between the two, and coverage is counted again. The interval leaves out
    half of ``1 - share`` of the draws at either end.

    Parameters
    ----------
    need, times, max_minutes, admissible, modes
        As in `coverage`. Times must go beyond the threshold by what locations can move, or pairs that might come
        within reach are not seen.
    points, sites
        ``point_id`` or ``site_id``, ``lon``, ``lat`` and ``located_within_m``, the radius within which the true place
        lies; zero where the place is exact.
    minutes_per_km
        How much a time changes with each kilometre of straight distance: detour ÷ speed. An assumption; state it.
    seed
        Seed of the draws.
    by
        Columns of need to count by; none gives one row.
    share
        Share of draws inside the interval.
    draws
        How many.

    Returns
    -------
    DataFrame
        The columns of `by`, ``need``, ``covered`` (at the places as given), ``lower`` and ``upper``.

    Raises
    ------
    InputError
        As `coverage`; also if a place or its radius is missing for a point with times or a site, or an option is
        out of range.
    """
    if not (0 < share < 1 and draws >= 20 and minutes_per_km > 0):
        details = {"reason": "draws_unusable", "share": share, "draws": draws, "pace": minutes_per_km}
        raise InputError([Complaint("contradiction", details=details)])
    pairs = reach.build(need, times, max_minutes=max_minutes, admissible=admissible, modes=modes)
    here, there = _places(points, "point_id", pairs.points), _places(sites, "site_id", pairs.sites)
    labels = need[list(by)].apply(tuple, axis=1) if by else pd.Series([()] * len(need), index=need.index)
    names = sorted(set(labels))
    cell = pd.Index(names, tupleize_cols=False).get_indexer(pd.Index(labels, tupleize_cols=False))
    people = need["need"].to_numpy(dtype=float)

    def count(minutes: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(cell, np.where(_is_covered(pairs, minutes), people, 0.0), len(names)).astype(np.float64)

    scale = _scale(here)
    start, end = here.xy * scale, there.xy * scale
    stated = np.linalg.norm(start[pairs.point] - end[pairs.site], axis=1)
    rng = np.random.default_rng(seed)
    found = np.empty((draws, len(names)))
    for number in range(draws):
        moved = start + _in_circle(rng, here.within_km), end + _in_circle(rng, there.within_km)
        true = np.linalg.norm(moved[0][pairs.point] - moved[1][pairs.site], axis=1)
        found[number] = count(np.maximum(pairs.minutes + minutes_per_km * (true - stated), 0.0))
    lower, upper = np.quantile(found, [(1 - share) / 2, (1 + share) / 2], axis=0)
    table = pd.DataFrame(names, columns=list(by)) if by else pd.DataFrame(index=range(len(names)))
    return table.assign(
        need=np.bincount(cell, people, len(names)), covered=count(pairs.minutes), lower=lower, upper=upper
    )


def moved_minutes(
    times: pd.DataFrame,
    points: pd.DataFrame,
    sites: pd.DataFrame,
    *,
    minutes_per_km: float,
    seed: int | Sequence[int],
) -> pd.Series:
    """Return the minutes of one draw of all places within their error, as `coverage_interval` draws them.

    Parameters
    ----------
    times
        ``from_id``, ``to_id`` and ``minutes``.
    points, sites, minutes_per_km
        As in `coverage_interval`.
    seed
        Seed of this draw; which rows `times` has changes nothing.

    Returns
    -------
    Series
        On the index of `times`; never below zero.

    Raises
    ------
    InputError
        If a place or its radius is missing.
    """
    ids = [np.array(sorted(table[key]), dtype=str) for table, key in ((points, "point_id"), (sites, "site_id"))]
    here, there = _places(points, "point_id", ids[0]), _places(sites, "site_id", ids[1])
    scale = _scale(here)
    rng = np.random.default_rng(seed)
    start, end = here.xy * scale, there.xy * scale
    moved = start + _in_circle(rng, here.within_km), end + _in_circle(rng, there.within_km)
    at = [
        pd.Index(names).get_indexer(pd.Index(times[key])) for names, key in zip(ids, ("from_id", "to_id"), strict=True)
    ]
    stated = np.linalg.norm(start[at[0]] - end[at[1]], axis=1)
    true = np.linalg.norm(moved[0][at[0]] - moved[1][at[1]], axis=1)
    minutes = times["minutes"].to_numpy(dtype=float) + minutes_per_km * (true - stated)
    return pd.Series(np.maximum(minutes, 0.0), index=times.index)


@dataclass(frozen=True, eq=False)
class _Places:
    """Where things are, in degrees, and within how many kilometres."""

    xy: NDArray[np.float64]
    within_km: NDArray[np.float64]


def _places(table: pd.DataFrame, key: str, ids: NDArray[np.str_]) -> _Places:
    columns = ["lon", "lat", "located_within_m"]
    rows = table.drop_duplicates(key).set_index(key).reindex(ids)[columns].to_numpy(dtype=float)
    missing = [
        Complaint("missing_value", column=column, value=str(name))
        for name, row in zip(ids, rows, strict=True)
        for column, value in zip(columns, row, strict=True)
        if not np.isfinite(value)
    ]
    if missing:
        raise InputError(missing)
    return _Places(rows[:, :2], rows[:, 2] / 1000)


def _scale(here: _Places) -> NDArray[np.float64]:
    """Return kilometres per degree of longitude and latitude.

    They make a plane around the middle of the points; in a province its distances differ from the sphere's by less
    than 0.1 %.
    """
    middle = float(here.xy[:, 1].mean()) if len(here.xy) else 0.0
    return _KM_PER_DEGREE * np.array([np.cos(np.radians(middle)), 1.0])


def _in_circle(rng: np.random.Generator, radius_km: NDArray[np.float64]) -> NDArray[np.float64]:
    """Draw one place in each circle, evenly over its area."""
    distance = radius_km * np.sqrt(rng.random(radius_km.size))
    angle = 2 * np.pi * rng.random(radius_km.size)
    return np.column_stack([distance * np.cos(angle), distance * np.sin(angle)])


def _is_covered(pairs: reach.Reach, minutes: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return whether each row of need is within its threshold, at other minutes than the stated ones."""
    covered = np.zeros(pairs.row_point.size, dtype=bool)
    for combo, rows in pairs.combos.items():
        counts = pairs.admitted(combo) & (minutes <= (pairs.limit or {})[combo])
        at = np.zeros(pairs.points.size + 1, dtype=bool)  # the last stands for points without any pair
        at[pairs.point[counts]] = True
        covered[rows] = at[pairs.row_point[rows]]
    return covered
