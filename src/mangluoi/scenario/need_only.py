"""The answer for a province whose facilities are not all known: who needs what, and nothing about gaps.

Who is out of reach of the facilities of a list says something only where the list is meant to be complete.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from mangluoi.scenario import facts, forecast, notice, origin, traces
from mangluoi.scenario.detail import Detail
from mangluoi.scenario.plan import Plan
from mangluoi.scenario.result import Notice, Result

__all__ = ["result"]

_UNKNOWN = ("served", "full", "out_of_reach", "unlocated")


def result(
    plan: Plan, given: facts.Facts, need: pd.DataFrame, unlocated: pd.DataFrame, stages: origin.Stages
) -> Result:
    """Return what is known without a complete list of facilities.

    Parameters
    ----------
    plan
        The question; its supply is listed in part.
    given
        Its facts.
    need
        NEED by commune.
    unlocated
        As in `Result`.
    stages
        The time that the stages took.

    Returns
    -------
    Result
        Need, people and the listed facilities; of the states only the need is known, all else is missing.
    """
    where, here = given.area, given.supply
    states = need[["point_id", "group", "service", "need"]].assign(**dict.fromkeys(_UNKNOWN, float("nan")))
    gap = need[["point_id", "group", "service"]].assign(gap=float("nan"), gap_after=float("nan"))
    coverage = need.groupby(["group", "service"], as_index=False, sort=True)["need"].sum()
    notices = (
        _listed(given),
        *here.notices,
        *(told for told in notice.of_plan(plan, where, here, given.totals, given.people, None) if _applies(told)),
    )
    return Result(
        plan=plan,
        province_name=where.province_name,
        units=where.units,
        cells=where.cells,
        facilities=here.facilities,
        sites=here.sites,
        capacity=here.capacity,
        totals=given.totals,
        people=given.people,
        need=need,
        times=_empty(from_id=str, to_id=str, minutes=float, mode=str),
        nearest=_empty(unit_code=str, service=str, minutes=float, minutes_after=float),
        coverage=coverage.assign(covered=float("nan"), covered_after=float("nan")),
        states=states,
        states_after=states,
        gap=gap,
        flows=_empty(point_id=str, group=str, site_id=str, service=str, served=float),
        flows_after=_empty(point_id=str, group=str, site_id=str, service=str, served=float),
        bands=_empty(service=str, group=str, band=str, people=float, share=float),
        actions=_empty(
            action_id=str, kind=str, site_id=str, service=str, added=float, cost_vnd=float, name=str, unit_name=str,
            lon=float, lat=float, served_more=float, lost=float, instead=str, held_by=str,
        ),
        solution=None,
        scorecard=_empty(
            label=str, kind=str, unit=str, value=float, year=int, source=str, today=float, after=float, distance=float,
            reason=str,
        ),
        unlocated=unlocated,
        notices=notice.unique(notices),
        provenance=origin.provenance(plan, stages),
        detail=Detail(
            forecast=forecast.forecast(plan, given.people),
            traces=traces.traces(plan, given, pd.DataFrame(columns=["site_id", "group", "service"])),
        ),
    )  # fmt: skip


def _empty(**kinds: Any) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


def _applies(told: Notice) -> bool:
    """Whether a notice is about something that was done: no way was measured and no action looked for."""
    return told.key not in ("thresholds_chosen", "no_actions")


def _listed(given: facts.Facts) -> Notice:
    """Say how far facilities are listed."""
    count = len(given.supply.facilities)
    return Notice("supply_in_part", {"count": count}) if count else Notice("supply_unknown", {})
