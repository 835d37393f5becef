"""The one door between a result and everything that shows it.

Maps and reports take a `Disclosed`, never a `Result`. In the profile ``public`` (the default)

* confidential sites are counted by type and appear nowhere else, and what would give them away (travel times, states
  and actions of the services that they offer) is given for the province only;
* counts of 1 to 10 are masked, with complementary suppression: see `_mask`;
* groups marked sensitive (HIV, drugs, victims) are given for the province only, and masked up to 20.

The profile ``internal`` masks nothing but still never shows a confidential site; every page is stamped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from mangluoi import shipped, siting
from mangluoi.scenario.plan import Plan
from mangluoi.scenario.result import Notice, Result

__all__ = ["LARGEST_MASKED", "Disclosed", "disclose"]

Profile = Literal["public", "internal"]

#: Counts from 1 to this are masked (practice of the US Centers for Medicare & Medicaid Services: no cell of 1–10).
LARGEST_MASKED = 10
#: The same for groups marked sensitive, which are given for the province only.
LARGEST_MASKED_SENSITIVE = 20

STATE_COLUMNS = ("need", "served", "full", "out_of_reach", "unlocated")
AFTER_COLUMNS = ("served_after", "full_after", "out_of_reach_after")


@dataclass(frozen=True)
class Disclosed:
    """What may be shown of a result.

    Counts are nullable integers (``Int64``); a masked one is missing and its row's `masked` is true. A figure that is
    missing with `masked` false is not known.

    Parameters
    ----------
    profile
        {"public", "internal"}
    plan, province_name
        The question.
    units
        unit_code, name, kind, above, lon, lat, area_km2, cell_code; one row per commune of the plan's vintage.
    cells
        cell_code, geometry (EPSG:4326), approximate; one row per new commune of the area.
    facilities
        facility_id, name, type, ownership, authority, as_of, source; without confidential ones.
    sites
        site_id, facility_id, name, address, type, ownership, unit_name, lon, lat (missing: not located), located_by,
        located_within_m; without confidential ones.
    capacity
        site_id, service, capacity, residents, hedge, usable, basis, occupancy, as_of, source; without confidential
        ones.
    confidential_count
        How many confidential sites there are, by type.
    people
        unit_code, group, people, estimated, basis, masked.
    people_totals
        group, people, lower, upper, estimated, as_of, source, masked; for the province.
    states
        unit_code, group, service, need, served, full, out_of_reach, unlocated, served_after, full_after,
        out_of_reach_after, masked; by commune, without sensitive groups and withheld services.
    state_totals
        group, service, the same counts, covered, covered_after, masked; for the province, every group and service.
    minutes
        unit_code, service, minutes, minutes_after (missing: beyond the network's reach); without withheld services.
    bands
        service, group, band, people, share, masked; for the province.
    actions
        action_id, kind, site_id, service, added, cost_vnd, served_more (missing: 1 to 10 people, masked), name,
        unit_name, lon, lat.
    solution
        status, objective, bound, gap, seconds, cost_vnd of the solver; empty where no action was offered.
    scorecard, unlocated, notices, provenance
        As in `Result`.
    masked_count
        How many rows are masked, by table.
    withheld_services
        Services given for the province only because a confidential site offers them.
    """

    profile: Profile
    plan: Plan
    province_name: str
    units: pd.DataFrame
    cells: gpd.GeoDataFrame
    facilities: pd.DataFrame
    sites: pd.DataFrame
    capacity: pd.DataFrame
    confidential_count: Mapping[str, int]
    people: pd.DataFrame
    people_totals: pd.DataFrame
    states: pd.DataFrame
    state_totals: pd.DataFrame
    minutes: pd.DataFrame
    bands: pd.DataFrame
    actions: pd.DataFrame
    solution: Mapping[str, Any]
    scorecard: pd.DataFrame
    unlocated: pd.DataFrame
    notices: tuple[Notice, ...]
    provenance: Mapping[str, Any]
    masked_count: Mapping[str, int]
    withheld_services: tuple[str, ...]


def disclose(result: Result | Disclosed, *, profile: Profile = "public") -> Disclosed:
    """Take from a result what may be shown.

    Parameters
    ----------
    result
        A result; one that is disclosed already is returned as it is.
    profile
        {"public", "internal"}

    Returns
    -------
    Disclosed

    References
    ----------
    Nghị định 356/2025/NĐ-CP; Luật 13/2022/QH15 art. 2(3) (places of refuge); ResDAC, CMS cell size suppression policy.
    """
    if isinstance(result, Disclosed):
        return result
    groups = shipped.frame("norms/groups.csv").set_index("group")
    sensitive = set(groups.index[groups["sensitive"] == "yes"])
    hidden = result.sites["confidential"].fillna(True).astype(bool)
    hidden_ids = set(result.sites.loc[hidden, "site_id"])
    hidden_facilities = set(result.sites.loc[hidden, "facility_id"])
    offered = result.capacity[result.capacity["site_id"].isin(hidden_ids)]
    withheld = tuple(sorted(set(offered["service"])))

    masks = profile == "public"
    states = _states(result)
    totals = _state_totals(result, states)
    by_unit = states[~states["group"].isin(sensitive) & ~states["service"].isin(withheld)]
    people = result.people[["unit_code", "group", "people", "estimated", "basis"]]
    people_totals = _people_totals(result)
    if masks:
        people = people[~people["group"].isin(sensitive)]
        people = _mask(people, ["group"], ["people"], sensitive)
        people_totals = _mask_alone(people_totals, ["people", "lower", "upper"], sensitive)
        by_unit = _mask(by_unit, ["group", "service"], [*STATE_COLUMNS, *AFTER_COLUMNS], sensitive)
        totals = _mask_alone(totals, [*STATE_COLUMNS, *AFTER_COLUMNS, "covered", "covered_after"], sensitive)
        bands = _mask(result.bands, ["service", "group"], ["people"], sensitive)
        bands.loc[bands["masked"], "share"] = np.nan
    else:
        people, people_totals, by_unit, totals, bands = (
            frame.assign(masked=False) for frame in (people, people_totals, by_unit, totals, result.bands)
        )
    bands = bands[~bands["service"].isin(withheld)]
    shown = result.sites[~hidden]
    return Disclosed(
        profile=profile,
        plan=result.plan,
        province_name=result.province_name,
        units=result.units,
        cells=result.cells,
        facilities=result.facilities[~result.facilities["facility_id"].isin(hidden_facilities)].reset_index(drop=True),
        sites=shown.drop(columns="confidential").reset_index(drop=True),
        capacity=result.capacity[~result.capacity["site_id"].isin(hidden_ids)].reset_index(drop=True),
        confidential_count={str(kind): int(n) for kind, n in result.sites[hidden].groupby("type").size().items()},
        people=people.reset_index(drop=True),
        people_totals=people_totals.reset_index(drop=True),
        states=by_unit.reset_index(drop=True),
        state_totals=totals.reset_index(drop=True),
        minutes=result.nearest[~result.nearest["service"].isin(withheld)].reset_index(drop=True),
        bands=bands.reset_index(drop=True),
        actions=_actions(result, withheld, masks=masks),
        solution={} if result.solution is None else _answer(result.solution),
        scorecard=_scorecard(result, totals),
        unlocated=result.unlocated[~result.unlocated["id"].isin(hidden_ids)].reset_index(drop=True),
        notices=result.notices,
        provenance=result.provenance,
        masked_count={
            name: int(frame["masked"].sum())
            for name, frame in (("people", people), ("states", by_unit), ("state_totals", totals), ("bands", bands))
        },
        withheld_services=withheld,
    )


def _actions(result: Result, withheld: tuple[str, ...], *, masks: bool) -> pd.DataFrame:
    shown = result.actions[~result.actions["service"].isin(withheld)].reset_index(drop=True)
    more = shown["served_more"].astype(float)
    small = (more > 0) & (more <= LARGEST_MASKED) & masks
    return shown.assign(served_more=more.mask(small))


def _scorecard(result: Result, totals: pd.DataFrame) -> pd.DataFrame:
    """Withhold a share served where one of the provincial counts that it stands on is masked."""
    shown = result.scorecard.copy()
    for position, rule in enumerate(result.plan.targets):
        if rule.kind != "share_served":
            continue
        rows = totals[totals["service"] == rule.service]
        if rule.group:
            rows = rows[rows["group"] == rule.group]
        if rows["masked"].any():
            shown.loc[shown.index[position], ["today", "after", "distance"]] = np.nan
            shown.loc[shown.index[position], "reason"] = "masked"
    return shown


def _answer(solution: siting.Solution) -> dict[str, Any]:
    return {name: getattr(solution, name) for name in ("status", "objective", "bound", "gap", "seconds", "cost_vnd")}


def _states(result: Result) -> pd.DataFrame:
    """Join the states before and after, as whole people."""
    keys = ["point_id", "group", "service"]
    after = result.states_after[[*keys, "served", "full", "out_of_reach"]]
    joined = result.states.merge(after, on=keys, suffixes=("", "_after"), validate="one_to_one")
    counts = [*STATE_COLUMNS, *AFTER_COLUMNS]
    joined[counts] = joined[counts].round().astype("Int64")
    return joined.rename(columns={"point_id": "unit_code"})[["unit_code", "group", "service", *counts]]


def _state_totals(result: Result, states: pd.DataFrame) -> pd.DataFrame:
    counts = [*STATE_COLUMNS, *AFTER_COLUMNS]
    totals = states.groupby(["group", "service"], as_index=False, sort=True)[counts].sum()
    covered = result.coverage[["group", "service", "covered", "covered_after"]].copy()
    covered[["covered", "covered_after"]] = covered[["covered", "covered_after"]].round().astype("Int64")
    return totals.merge(covered, on=["group", "service"], how="left", validate="one_to_one")


def _people_totals(result: Result) -> pd.DataFrame:
    """Sum people over the area; a bound is known only where it is known everywhere."""
    rows = []
    for group, part in result.people.groupby("group", sort=True):
        given = result.totals[result.totals["group"] == group]
        rows.append(
            {
                "group": group,
                "people": part["people"].sum(),
                "lower": part["lower"].sum() if part["lower"].notna().all() else pd.NA,
                "upper": part["upper"].sum() if part["upper"].notna().all() else pd.NA,
                "estimated": bool(part["estimated"].any()),
                "as_of": "; ".join(sorted(set(given["as_of"].dropna()))),
                "source": "; ".join(sorted(set(given["source"].dropna()))),
            }
        )
    frame = pd.DataFrame(rows, columns=["group", "people", "lower", "upper", "estimated", "as_of", "source"])
    return frame.astype({"people": "Int64", "lower": "Int64", "upper": "Int64"})


def _limit(frame: pd.DataFrame, sensitive: set[str]) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.where(frame["group"].isin(sensitive), LARGEST_MASKED_SENSITIVE, LARGEST_MASKED)


def _small(frame: pd.DataFrame, counts: list[str], limit: np.ndarray[Any, np.dtype[np.int64]]) -> pd.Series:
    values = frame[counts].astype("Float64").fillna(0).to_numpy(dtype=float)
    return pd.Series(((values > 0) & (values <= limit[:, None])).any(axis=1), index=frame.index)


def _mask_alone(frame: pd.DataFrame, counts: list[str], sensitive: set[str]) -> pd.DataFrame:
    """Mask rows that stand for themselves: no published total holds them."""
    shown = frame.copy()
    shown["masked"] = _small(shown, counts, _limit(shown, sensitive))
    shown[counts] = shown[counts].astype("Int64")
    shown.loc[shown["masked"], counts] = pd.NA
    return shown


def _mask(frame: pd.DataFrame, within: list[str], counts: list[str], sensitive: set[str]) -> pd.DataFrame:
    """Mask whole rows so that neither the rows beside them nor the published total of `within` gives them back.

    A row with any count from 1 to 10 is masked whole, so that no count follows from the others of its row. Within each
    published total, at least two rows are then masked, and what is masked together is in each column either nothing at
    all or more than 10 people: the next smallest rows are masked until that holds. Rows are never summed over
    groups or services in any output (groups overlap), so no other total can be used against them.
    """
    shown = frame.copy()
    shown[counts] = shown[counts].astype("Int64")
    limit = _limit(shown, sensitive)
    masked = _small(shown, counts, limit).to_numpy(copy=True)
    values = shown[counts].astype("Float64").fillna(0).to_numpy(dtype=float)
    size = values.max(axis=1)
    identity = shown["unit_code"].to_numpy(dtype=str) if "unit_code" in shown else shown.index.to_numpy().astype(str)
    for rows in shown.groupby(within, sort=True).indices.values():
        positions = np.asarray(rows, dtype=np.intp)
        order = sorted((int(row) for row in positions), key=lambda row: (size[row], identity[row]))
        spare = [row for row in order if not masked[row] and size[row] > 0]
        while spare and not _safe(positions[masked[positions]], values, int(limit[positions[0]])):
            masked[spare.pop(0)] = True
    shown["masked"] = masked
    shown.loc[masked, counts] = pd.NA
    return shown


def _safe(rows: np.ndarray[Any, np.dtype[np.intp]], values: np.ndarray[Any, np.dtype[np.float64]], limit: int) -> bool:
    if rows.size == 0:
        return True
    together = values[rows].sum(axis=0)
    return rows.size >= 2 and bool(((together == 0) | (together > limit)).all())
