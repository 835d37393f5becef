"""Siting without capacity, as arrays with labels: who could go where, and which sites are given, wanted or barred."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mangluoi.access import intake
from mangluoi.errors import Complaint, InputError
from mangluoi.siting import pair_table

__all__ = ["Uncapped", "build", "narrowed", "nearest", "need_of", "rows_to", "table"]


@dataclass(frozen=True, eq=False)
class Uncapped:
    """Points, sites and the pairs between them.

    Parameters
    ----------
    points, sites
        Sorted ids; sites are candidates and existing ones together.
    people
        Need of each point, over all groups and services.
    start, site, minutes
        The pairs of each point in compressed rows, nearest first, ties by site.
    existing, required
        Whether each site stands today, and whether it must be chosen.
    cost_vnd
        Cost of each site; zero for those that stand.
    unreachable
        Points with need that no pair leads from.
    """

    points: NDArray[np.str_]
    sites: NDArray[np.str_]
    people: NDArray[np.float64]
    start: NDArray[np.int64]
    site: NDArray[np.int32]
    minutes: NDArray[np.float64]
    existing: NDArray[np.bool_]
    required: NDArray[np.bool_]
    cost_vnd: NDArray[np.float64]
    unreachable: tuple[str, ...]

    @property
    def point(self) -> NDArray[np.int64]:
        """The point of each pair."""
        return np.repeat(np.arange(self.points.size), np.diff(self.start))

    @property
    def given(self) -> NDArray[np.bool_]:
        """Whether each site is open whatever is chosen."""
        return self.existing | self.required


def need_of(demand: pd.DataFrame) -> pd.DataFrame:
    """Return demand as NEED rows: one without group or service is of one group and service."""
    plain = {name: "" for name in ("group", "service") if name not in demand.columns}
    return demand.assign(**plain)


def build(
    demand: pd.DataFrame,
    times: pd.DataFrame,
    *,
    existing: Collection[str] = (),
    required: Collection[str] = (),
    forbidden: Collection[str] = (),
    costs_vnd: Mapping[str, float] | pd.Series | None = None,
    max_minutes: float | None = None,
    p: int | None = None,
    budget_vnd: float | None = None,
) -> Uncapped:
    """Build the problem from tables; the order of their rows does not matter.

    Parameters
    ----------
    demand
        ``point_id`` and ``need``, and ``group`` and ``service`` where rows differ by them; summed by point.
    times
        TRAVEL_TIMES rows of one mode, from points to sites. Every site in them that does not stand is a candidate.
    existing, required, forbidden
        Sites that stand, must be chosen, must not be.
    costs_vnd
        Cost of each candidate; None where cost does not matter.
    max_minutes
        Pairs beyond are left out; None keeps all.
    p, budget_vnd
        How many may be chosen, and for how much; checked here, used by the models.

    Raises
    ------
    InputError
        If a table cannot be used or the question contradicts itself; every complaint at once.
    """
    need = need_of(demand)
    intake.check_need(need)
    everywhere = set(times["to_id"].unique()) if "to_id" in times.columns else set()
    _check_question(everywhere, existing, required, forbidden, costs_vnd, p, budget_vnd)
    total = pd.to_numeric(need["need"]).groupby(need["point_id"], sort=True, observed=True).sum()
    wanted = total[total > 0]
    table = pair_table.read(times, wanted.index.tolist(), max_minutes=max_minutes, without=forbidden)
    if not table.site.size:
        raise InputError([Complaint("nobody_in_reach")])
    cost = {} if costs_vnd is None else dict(costs_vnd)
    stands = np.isin(table.sites, list(existing))
    return Uncapped(
        points=table.points,
        sites=table.sites,
        people=wanted.reindex(table.points).to_numpy(dtype=float),
        start=table.start,
        site=table.site,
        minutes=table.minutes,
        existing=stands,
        required=np.isin(table.sites, list(required)),
        cost_vnd=np.where(stands, 0.0, [float(cost.get(site, 0.0)) for site in table.sites.tolist()]),
        unreachable=tuple(sorted(set(wanted.index) - set(table.points.tolist()))),
    )


def _check_question(
    everywhere: set[str],
    existing: Collection[str],
    required: Collection[str],
    forbidden: Collection[str],
    costs_vnd: Mapping[str, float] | pd.Series | None,
    p: int | None,
    budget_vnd: float | None,
) -> None:
    found = []

    def contradiction(reason: str, **fields: Any) -> None:
        found.append(Complaint("contradiction", details={"reason": reason, **fields}))

    for site in sorted(set(required) & set(forbidden)):
        contradiction("site_must_and_not", site=site)
    for site in sorted(set(existing) & set(forbidden)):
        contradiction("site_stands_and_not", site=site)
    candidates = sorted(everywhere - set(existing) - set(forbidden))
    for site in sorted(set(required) - set(candidates) - set(forbidden)):
        contradiction("site_no_candidate", site=site)
    if p is not None and (p != int(p) or p <= 0):
        contradiction("sites_not_positive", given=p)
    if p is not None and len(set(required)) > p:
        contradiction("sites_too_many", count=len(set(required)), most=p)
    if budget_vnd is not None and not (math.isfinite(budget_vnd) and budget_vnd > 0):
        contradiction("budget_nothing", budget=f"{budget_vnd:.0f}")
    if budget_vnd is not None and costs_vnd is None:
        contradiction("budget_without_costs")
    if costs_vnd is not None:
        cost = dict(costs_vnd)
        for site in candidates:
            value = cost.get(site)
            if value is None or not math.isfinite(value):
                found.append(Complaint("missing_value", column="costs_vnd", value=site))
            elif value < 0:
                found.append(Complaint("negative", column="costs_vnd", value=value))
        if budget_vnd is not None and sum(cost.get(site) or 0.0 for site in set(required)) > budget_vnd:
            contradiction("required_over_budget")
    if found:
        raise InputError(found)


def narrowed(problem: Uncapped, keep: NDArray[np.bool_]) -> Uncapped:
    """Return the problem with some of its pairs; its points and sites stay."""
    left = np.bincount(problem.point[keep], minlength=problem.points.size)
    start = np.concatenate([[0], np.cumsum(left)]).astype(np.int64)
    return dataclasses.replace(problem, start=start, site=problem.site[keep], minutes=problem.minutes[keep])


def rows_to(times: pd.DataFrame, sites: Collection[str]) -> pd.DataFrame:
    """Return the travel times to some sites: all that `access` needs to measure them, however long the table is."""
    return times[times["to_id"].isin(list(sites))]


def table(problem: Uncapped, chosen: NDArray[np.bool_]) -> pd.DataFrame:
    """Return the chosen new sites as rows of `Solution.chosen`."""
    new = np.flatnonzero(chosen & ~problem.existing)
    sites = problem.sites[new].astype(object)
    return pd.DataFrame(
        {
            "action_id": sites,
            "kind": "build",
            "site_id": sites,
            "service": "",
            "added": pd.Series(pd.NA, index=range(new.size), dtype="Int64"),
            "cost_vnd": problem.cost_vnd[new],
        }
    )


def nearest(problem: Uncapped, chosen: NDArray[np.bool_]) -> pd.DataFrame:
    """Return each point's nearest open site among the pairs of the problem; points without one have no row."""
    pairs = np.flatnonzero(chosen[problem.site])
    points, first = np.unique(problem.point[pairs], return_index=True)
    pairs = pairs[first]
    return pd.DataFrame(
        {
            "point_id": problem.points[points].astype(object),
            "site_id": problem.sites[problem.site[pairs]].astype(object),
            "minutes": problem.minutes[pairs],
            "need": problem.people[points],
        }
    )
