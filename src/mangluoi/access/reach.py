"""Who can reach what: the one place where travel times, thresholds and admissibility meet."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mangluoi.access import intake

__all__ = ["Reach", "build"]


@dataclass(frozen=True, eq=False)
class Reach:
    """Pairs of points and sites, and which of them count for a row of need.

    Parameters
    ----------
    points, sites
        Sorted ids.
    point, site
        Positions in `points` and `sites` of each pair; pairs are sorted by point, minutes, site.
    minutes
        Travel time of each pair.
    row_point
        For each row of need, the position of its point, or -1 where no pair leads from it.
    combos
        The combinations of group and service in need, sorted, and the rows of each.
    allowed
        For each combination, whether each site may take it.
    limit
        For each service, the threshold in minutes; None where nothing is cut off.
    """

    points: NDArray[np.str_]
    sites: NDArray[np.str_]
    point: NDArray[np.int64]
    site: NDArray[np.int64]
    minutes: NDArray[np.float64]
    row_point: NDArray[np.int64]
    combos: dict[tuple[str, str], NDArray[np.int64]]
    allowed: dict[tuple[str, str], NDArray[np.bool_]]
    limit: dict[str, float] | None

    def pairs(self, combo: tuple[str, str]) -> NDArray[np.int64]:
        """Return the positions of the pairs that count for a combination of group and service."""
        counts = self.allowed[combo][self.site]
        if self.limit is not None:
            counts = counts & (self.minutes <= self.limit[combo[1]])
        return np.flatnonzero(counts)

    def nearest(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return, for each row of need, its nearest site (ties by id; -1 where none) and the minutes to it (NaN)."""
        site = np.full(self.row_point.size, -1, dtype=np.int64)
        minutes = np.full(self.row_point.size, np.nan)
        for _, rows, pairs in self.by_combo():
            # Pairs are sorted by point, then minutes, then site: the first of a point is its nearest.
            points, first = np.unique(self.point[pairs], return_index=True)
            place = np.full(self.points.size, -1, dtype=np.int64)
            place[points] = pairs[first]
            at = np.where(self.row_point[rows] >= 0, place[self.row_point[rows]], -1) if place.size else place[:0]
            if at.size:
                site[rows[at >= 0]] = self.site[at[at >= 0]]
                minutes[rows[at >= 0]] = self.minutes[at[at >= 0]]
        return site, minutes

    def by_combo(self) -> Iterator[tuple[tuple[str, str], NDArray[np.int64], NDArray[np.int64]]]:
        """Yield each combination of group and service with its rows of need and the pairs that count for it."""
        for combo, rows in self.combos.items():
            yield combo, rows, self.pairs(combo)


def build(
    need: pd.DataFrame,
    times: pd.DataFrame,
    *,
    max_minutes: float | Mapping[str, float] | None,
    admissible: pd.DataFrame | None = None,
    sites: Collection[str] | None = None,
) -> Reach:
    """Bring need and travel times together.

    Parameters
    ----------
    need
        ``point_id``, ``group``, ``service`` and ``need``.
    times
        ``from_id`` (a point), ``to_id`` (a site) and ``minutes``; an absent pair is beyond reach.
    max_minutes
        Threshold, for all or by service; None cuts nothing off.
    admissible
        ``site_id`` and any of ``group`` and ``service``: who may be taken where; a column that is absent does not
        restrict. None admits everybody everywhere.
    sites
        The sites that are open. None takes every one in `times`.

    Raises
    ------
    InputError
        See `intake.check_need` and `intake.check_times`.
    """
    intake.check_need(need)
    intake.check_times(times)
    services = {str(service) for service in need["service"]}
    limit = None if max_minutes is None else intake.limits(max_minutes, services)

    used = times["from_id"].isin(need["point_id"])
    if sites is not None:
        used &= times["to_id"].isin(list(sites))
    known = times[used]
    point_ids, point = np.unique(known["from_id"].to_numpy(dtype=str), return_inverse=True)
    site_ids, site = np.unique(known["to_id"].to_numpy(dtype=str), return_inverse=True)
    minutes = known["minutes"].to_numpy(dtype=float)
    order = np.lexsort((site, minutes, point))
    labels = list(zip(need["group"].astype(str), need["service"].astype(str), strict=True))
    rows_of: dict[tuple[str, str], list[int]] = {}
    for row, combo in enumerate(labels):
        rows_of.setdefault(combo, []).append(row)
    combos = {combo: np.asarray(rows_of[combo], dtype=np.int64) for combo in sorted(rows_of)}
    return Reach(
        points=point_ids,
        sites=site_ids,
        point=point[order].astype(np.int64),
        site=site[order].astype(np.int64),
        minutes=minutes[order],
        row_point=pd.Index(point_ids).get_indexer(pd.Index(need["point_id"])).astype(np.int64),
        combos=combos,
        allowed={combo: _allowed(admissible, combo, site_ids) for combo in combos},
        limit=limit,
    )


def _allowed(admissible: pd.DataFrame | None, combo: tuple[str, str], sites: NDArray[np.str_]) -> NDArray[np.bool_]:
    if admissible is None:
        return np.ones(sites.size, dtype=bool)
    rows = np.ones(len(admissible), dtype=bool)
    for column, value in zip(("group", "service"), combo, strict=True):
        if column in admissible.columns:
            rows &= (admissible[column] == value).to_numpy()
    return np.isin(sites, admissible["site_id"].to_numpy(dtype=str)[rows])
