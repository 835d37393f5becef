"""The one door between a result and everything that shows it.

Maps and reports take a `Disclosed`, never a `Result`. In the profile ``public`` (the default)

* confidential sites (flagged so, or of a type that is confidential by law) are counted by type and appear nowhere
  else, and nothing that is shown follows from where they are: of the services that they offer only need is given,
  and where one budget pays for these and for others, no action at all;
* counts of 1 to 10 are masked, with complementary suppression over every sum that is published: see `masking`;
* groups marked sensitive (HIV, drugs, victims) are given for the province only, and masked up to 20.

Rows of the group ``population`` are never masked: their people are published census figures, and all else in them
follows from rates, thresholds and places that the report prints; nobody's personal data stand in them.

The profile ``internal`` masks nothing but still never shows a confidential site; every page is stamped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import pandas as pd

from mangluoi import shipped
from mangluoi.reports.words import Lang
from mangluoi.scenario import choicemasks, hiding, joint_masks, masking, notebook, shown_answer
from mangluoi.scenario.caveat import Notice
from mangluoi.scenario.confidential import Secret, kept_rules, public_plan, secrets_of
from mangluoi.scenario.detail import Detail, Reasoning
from mangluoi.scenario.masking import AFTER_COLUMNS, LARGEST_MASKED, STATE_COLUMNS
from mangluoi.scenario.plan import ActionRule, Plan
from mangluoi.scenario.scrubbing import scrubbed
from mangluoi.scenario.withholding import Door, shown_detail
from mangluoi.tables import FRONTIER

if TYPE_CHECKING:
    from mangluoi.scenario.result import Result

__all__ = ["LARGEST_MASKED", "Disclosed", "disclose", "disclose_together"]

Profile = Literal["public", "internal"]
#: What stands for a count that is masked or withheld.
_MASKED = "*"


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
        The question; without what names a confidential site (locations, actions, targets).
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
        action_id, kind, site_id, service, added, cost_vnd, served_more, lost (missing: 1 to 10 people, masked), name,
        unit_name, lon, lat; without actions of withheld services.
    solution
        status, gap and seconds of the solver; objective, bound and cost_vnd too where no total that they sum is
        masked and no chosen action is withheld; empty where no action was offered.
    scorecard
        As in `Result`, without targets that name a confidential facility; a figure that would give back what is
        masked or withheld is missing, and its reason is ``masked``.
    notices
        As in `Result`, without those that name a confidential site or a withheld service; a number of people that
        is masked is ``*``.
    unlocated, provenance
        As in `Result`.
    masked_count
        How many rows are masked, by table.
    withheld_services
        Services given for the province only because a confidential site offers them, or would be built for them.
    choice_withheld
        Whether actions were chosen that are not shown, since what is left of the budget for them would tell where
        confidential sites are; every figure after the actions is then that of today.
    kept_rules
        The numbers that the actions and targets of the plan had before those about confidential sites were dropped.
    frontier
        FRONTIER with ``masked``.
    reasoning
        The tables behind the chosen actions, see `detail.Reasoning` and `choicemasks`.
    detail
        The tables behind these figures, see `detail.Detail` and `withholding`; each with ``masked``.
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
    choice_withheld: bool = False
    kept_rules: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    frontier: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=FRONTIER.names))
    reasoning: Reasoning = field(default_factory=Reasoning)
    detail: Detail = field(default_factory=Detail)

    def rule_of(self, action_id: str) -> ActionRule | None:
        """Return the rule of the plan that an action comes from; its id ends with the rule's number."""
        number = action_id.rsplit("/", 1)[-1]
        rules = dict(
            zip(self.kept_rules.get("actions", range(1, len(self.plan.actions) + 1)), self.plan.actions, strict=True)
        )
        return rules.get(int(number)) if number.isdigit() else None

    def to_html(self, *, lang: Lang = "vi") -> str:
        """Return the provincial totals as a small table.

        Parameters
        ----------
        lang
            {"vi", "en"}
        """
        return notebook.totals_html(self, lang)

    def _repr_html_(self) -> str:
        """Show the provincial totals in Jupyter, in Vietnamese."""
        return self.to_html()


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
    return result if isinstance(result, Disclosed) else disclose_together([result], profile=profile)[0]


def disclose_together(results: Sequence[Result], *, profile: Profile = "public") -> list[Disclosed]:
    """Take from several results about the same people what may be shown side by side.

    A figure that one of them masks could be worked out from another with the same people and other thresholds or
    times; so what is masked is decided over everything that all of them publish.

    Parameters
    ----------
    results
        Results, each masked together with those of the same province on the same units: see Notes.
    profile
        {"public", "internal"}

    Returns
    -------
    list of Disclosed
        In the same order.

    Notes
    -----
    Communes of two vintages are not the same areas, so sums over them cannot be differenced commune by commune where
    they were merged whole; where only some were, publish one of the two.
    """
    secrets = secrets_of(results)
    if profile == "public":
        told = [shown_answer.unchosen(result, secret) for result, secret in zip(results, secrets, strict=True)]
    else:
        told = list(results)
    drafts = [
        _draft(one, secret, unchosen=profile == "public" and shown_answer.hides_choice(one.plan, secret))
        for one, secret in zip(told, secrets, strict=True)
    ]
    results = told
    if profile == "internal":
        return [_disclosed(result, draft, None) for result, draft in zip(results, drafts, strict=True)]
    masks: dict[int, masking.Masks] = {}
    where = [(result.plan.province_code, result.plan.province_vintage, result.plan.vintage) for result in results]
    for area in dict.fromkeys(where):
        alike = [number for number, other in enumerate(where) if other == area]
        found = joint_masks.of_results([(results[n], drafts[n].people, drafts[n].by_unit) for n in alike])
        masks.update(zip(alike, found, strict=True))
    return [_disclosed(result, draft, masks[n]) for n, (result, draft) in enumerate(zip(results, drafts, strict=True))]


@dataclass(frozen=True)
class _Draft:
    """The counts of a result before anything in them is masked; sensitive groups and withheld services are out."""

    secret: Secret
    sensitive: set[str]
    states: pd.DataFrame
    by_unit: pd.DataFrame
    people: pd.DataFrame
    unchosen: bool
    vintage: str


def _draft(result: Result, secret: Secret, *, unchosen: bool) -> _Draft:
    groups = shipped.frame("norms/groups.csv").set_index("group")
    sensitive = set(groups.index[groups["sensitive"] == "yes"])
    states = _states(result)
    by_unit = states[~states["group"].isin(sensitive) & ~states["service"].isin(secret.services)]
    people = result.people[["unit_code", "group", "people", "estimated", "basis"]]
    shown = people[~people["group"].isin(sensitive)]
    return _Draft(secret, sensitive, states, by_unit, shown, unchosen, result.plan.vintage)


def _disclosed(result: Result, draft: _Draft, masks: masking.Masks | None) -> Disclosed:
    """Put together what may be shown; without masks, for the profile ``internal``."""
    secret, sensitive, by_unit, people = draft.secret, draft.sensitive, draft.by_unit, draft.people
    totals, people_totals = _state_totals(result, draft.states), _people_totals(result)
    if masks is not None:
        people = hiding.hide(
            people, ["people"], [u in masks.people.get(g, ()) for u, g in hiding.keys(people, "unit_code", "group")]
        )
        keys = hiding.keys(by_unit, "unit_code", "group", "service")
        counts = [*STATE_COLUMNS, *AFTER_COLUMNS]
        by_unit = hiding.hide(by_unit, counts, [u in masks.states.get((g, s), ()) for u, g, s in keys])
        people_totals = hiding.hide_small(people_totals, ["people", "lower", "upper"], sensitive)
        closed = [key in masks.totals for key in hiding.keys(totals, "group", "service")]
        totals = hiding.hide_small(totals, [*counts, "covered", "covered_after"], sensitive, also=closed)
        bands = hiding.hide_bands(result.bands, totals, masks, sensitive)
        totals = hiding.withhold(totals, secret.services)
    else:
        people = result.people[["unit_code", "group", "people", "estimated", "basis"]]
        people, people_totals, by_unit, totals, bands = (
            frame.assign(masked=False) for frame in (people, people_totals, by_unit, totals, result.bands)
        )
    bands = bands[~bands["service"].isin(secret.services)]
    capacity = result.capacity[~result.capacity["site_id"].isin(secret.sites)].reset_index(drop=True)
    public = masks is not None
    door = _door(draft, by_unit, totals, people, people_totals, public=public)
    plan = scrubbed(public_plan(result.plan, secret), secret)
    actions = shown_answer.actions(result, secret, masks=public and choicemasks.counts_people(result.plan, totals))
    choice = choicemasks.door(result.plan, totals, by_unit, actions, secret.services, sensitive, public)
    detail = shown_detail(result.detail, door)
    made = Disclosed(
        profile="public" if public else "internal",
        plan=plan,
        province_name=result.province_name,
        units=result.units,
        cells=result.cells,
        facilities=result.facilities[~result.facilities["facility_id"].isin(secret.facilities)].reset_index(drop=True),
        sites=result.sites[~result.sites["site_id"].isin(secret.sites)]
        .drop(columns="confidential")
        .reset_index(drop=True),
        capacity=capacity,
        confidential_count=secret.count,
        people=people.reset_index(drop=True),
        people_totals=people_totals.reset_index(drop=True),
        states=by_unit.reset_index(drop=True),
        state_totals=totals.reset_index(drop=True),
        minutes=result.nearest[~result.nearest["service"].isin(secret.services)].reset_index(drop=True),
        bands=bands.reset_index(drop=True),
        actions=actions,
        solution=shown_answer.answer(result, secret, totals),
        scorecard=shown_answer.scorecard(result, secret, totals),
        unlocated=result.unlocated[~result.unlocated["id"].isin(secret.sites)].reset_index(drop=True),
        notices=shown_answer.notices(result, secret, capacity, by_unit, totals),
        provenance=shown_answer.provenance(result, plan, secret, public=public),
        masked_count=hiding.counted(detail, people=people, states=by_unit, state_totals=totals, bands=bands),
        withheld_services=secret.services,
        choice_withheld=draft.unchosen,
        kept_rules=kept_rules(result.plan, secret),
        frontier=choicemasks.shown_frontier(result.frontier, choice),
        reasoning=choicemasks.shown_reasoning(result.reasoning, choice),
        detail=detail,
    )
    return scrubbed(made, secret)


def _door(
    draft: _Draft,
    by_unit: pd.DataFrame,
    totals: pd.DataFrame,
    people: pd.DataFrame,
    people_totals: pd.DataFrame,
    *,
    public: bool,
) -> Door:
    """Say what decides over the tables behind the main figures."""
    needed = totals[totals["group"].isin(list(draft.sensitive))]
    return Door(
        sites=draft.secret.sites,
        withheld=draft.secret.services,
        masked=set(hiding.keys(totals[totals["masked"] & totals["need"].isna()], "group", "service")),
        exposed={*by_unit.loc[by_unit["masked"], "service"], *needed["service"]},
        groups=set(people_totals.loc[people_totals["masked"], "group"]),
        counted=set(people.loc[people["masked"], "group"]),
        hidden=set(hiding.keys(people[people["masked"]], "unit_code", "group")),
        vintage=draft.vintage,
        sensitive=draft.sensitive,
        public=public,
    )


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
    totals = states.groupby(["group", "service"], as_index=False, sort=True)[counts].sum(min_count=1)
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
