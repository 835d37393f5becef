"""Who can reach what: the one place where travel times, thresholds and admissibility meet."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mangluoi.access import intake
from mangluoi.errors import Complaint, InputError

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
        For each combination, the threshold in minutes; None where nothing is cut off.
    mode
        The mode of each pair, as a position in a list of modes; zero where there is only one.
    rides
        For each combination, whether its people ride each mode.
    """

    points: NDArray[np.str_]
    sites: NDArray[np.str_]
    point: NDArray[np.int64]
    site: NDArray[np.int64]
    minutes: NDArray[np.float64]
    row_point: NDArray[np.int64]
    combos: dict[tuple[str, str], NDArray[np.int64]]
    allowed: dict[tuple[str, str], NDArray[np.bool_]]
    limit: dict[tuple[str, str], float] | None
    mode: NDArray[np.int64]
    rides: dict[tuple[str, str], NDArray[np.bool_]]

    @property
    def services(self) -> list[str]:
        """The services that anybody needs, sorted."""
        return sorted({service for _, service in self.combos})

    def admitted(self, combo: tuple[str, str]) -> NDArray[np.bool_]:
        """Return whether the site of each pair may take a combination of group and service that rides its mode."""
        return self.allowed[combo][self.site] & self.rides[combo][self.mode]

    def pairs(self, combo: tuple[str, str]) -> NDArray[np.int64]:
        """Return the positions of the pairs that count for a combination of group and service."""
        counts = self.admitted(combo)
        if self.limit is not None:
            counts = counts & (self.minutes <= self.limit[combo])
        links = np.flatnonzero(counts)
        if self.rides[combo].sum() > 1:
            # Of several modes that are ridden, the fastest counts: pairs of a point stand in the order of minutes.
            key = self.point[links] * self.sites.size + self.site[links]
            links = links[np.sort(np.unique(key, return_index=True)[1])]
        return links

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

    def rows_and_links(self, service: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return every row of need for a service joined with every pair that counts for it, one pair per site."""
        rows_of, links_of = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for combo, rows, links in self.by_combo():
            if combo[1] != service:
                continue
            at_point = np.full(self.points.size, -1, dtype=np.int64)
            here = rows[self.row_point[rows] >= 0]
            at_point[self.row_point[here]] = here
            row = at_point[self.point[links]]
            rows_of.append(row[row >= 0])
            links_of.append(links[row >= 0])
        return np.concatenate(rows_of), np.concatenate(links_of)

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
    modes: pd.DataFrame | None = None,
) -> Reach:
    """Bring need and travel times together.

    Parameters
    ----------
    need
        ``point_id``, ``group``, ``service`` and ``need``.
    times
        ``from_id`` (a point), ``to_id`` (a site) and ``minutes``; an absent pair is beyond reach.
    max_minutes
        Threshold, for all or by service, see `intake.limits`; None cuts nothing off.
    admissible
        ``site_id`` and any of ``group`` and ``service``: who may be taken where; a column that is absent does not
        restrict. None admits everybody everywhere.
    sites
        The sites that are open. None takes every one in `times`.
    modes
        ``mode`` and any of ``group`` and ``service``: what people ride, the fastest of several. None takes times of
        one mode for everybody.

    Raises
    ------
    InputError
        See `intake.check_need` and `intake.check_times`.
    """
    intake.check_need(need)
    intake.check_times(times, several_modes=modes is not None)
    labels = list(zip(need["group"].astype(str), need["service"].astype(str), strict=True))
    limit = None if max_minutes is None else intake.limits(max_minutes, set(labels))

    used = times["from_id"].isin(need["point_id"].unique())
    if sites is not None:
        used &= times["to_id"].isin(list(sites))
    known = times[used]
    point, point_ids = _numbered(known["from_id"])
    site, site_ids = _numbered(known["to_id"])
    minutes = known["minutes"].to_numpy(dtype=float)
    names, mode = np.array([""]), np.zeros(len(known), dtype=np.int64)
    if modes is not None:
        mode, names = _numbered(known["mode"])
    order = np.lexsort((site, minutes, point) if modes is None else (mode, site, minutes, point))
    rows_of: dict[tuple[str, str], list[int]] = {}
    for row, combo in enumerate(labels):
        rows_of.setdefault(combo, []).append(row)
    combos = {combo: np.asarray(rows_of[combo], dtype=np.int64) for combo in sorted(rows_of)}
    return Reach(
        points=point_ids,
        sites=site_ids,
        point=point[order],
        site=site[order],
        minutes=minutes[order],
        row_point=pd.Index(point_ids).get_indexer(pd.Index(need["point_id"])).astype(np.int64),
        combos=combos,
        allowed=_allowed(admissible, list(combos), site_ids),
        limit=limit,
        mode=mode[order],
        rides=_rides(modes, list(combos), names),
    )


def _numbered(labels: pd.Series) -> tuple[NDArray[np.int64], NDArray[np.str_]]:
    """Return each label's position among the sorted labels, and these."""
    codes, names = pd.factorize(labels.astype(object), sort=True)
    return codes.astype(np.int64), np.asarray(names, dtype=str)


def _allowed(
    admissible: pd.DataFrame | None, combos: list[tuple[str, str]], sites: NDArray[np.str_]
) -> dict[tuple[str, str], NDArray[np.bool_]]:
    if admissible is None:
        return {combo: np.ones(sites.size, dtype=bool) for combo in combos}
    at = pd.Index(sites).get_indexer(pd.Index(admissible["site_id"].to_numpy(dtype=str)))
    found = {}
    for combo, rows in _matches(admissible, combos).items():
        found[combo] = np.zeros(sites.size, dtype=bool)
        found[combo][at[rows & (at >= 0)]] = True
    return found


def _rides(
    modes: pd.DataFrame | None, combos: list[tuple[str, str]], names: NDArray[np.str_]
) -> dict[tuple[str, str], NDArray[np.bool_]]:
    if modes is None:
        return {combo: np.ones(1, dtype=bool) for combo in combos}
    ridden = {combo: modes["mode"].to_numpy(dtype=str)[rows] for combo, rows in _matches(modes, combos).items()}
    missing = [combo for combo in combos if not ridden[combo].size]
    if missing:
        who = ", ".join(f"{group} / {service}" for group, service in missing)
        raise InputError([Complaint("contradiction", column="mode", details={"reason": "no_mode", "who": who})])
    return {combo: np.isin(names, ridden[combo]) for combo in combos}


def _matches(frame: pd.DataFrame, combos: list[tuple[str, str]]) -> dict[tuple[str, str], NDArray[np.bool_]]:
    """Return which rows speak of each combination of group and service; a column that is absent speaks of all."""
    columns = [frame[name].astype(object) for name in ("group", "service") if name in frame.columns]
    given = {column.name: column.where(column.notna(), None).to_numpy() for column in columns}
    found = {}
    for combo in combos:
        rows = np.ones(len(frame), dtype=bool)
        for name, value in zip(("group", "service"), combo, strict=True):
            if name in given:
                rows &= np.asarray(given[name] == value, dtype=bool)
        found[combo] = rows
    return found
