"""The answer: a frozen `Result` with every table of a run, before and after the chosen actions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd

from mangluoi import siting
from mangluoi.reports.words import Lang
from mangluoi.scenario import disclosure
from mangluoi.scenario.caveat import Notice
from mangluoi.scenario.detail import Detail, Reasoning
from mangluoi.scenario.plan import Plan
from mangluoi.tables import FRONTIER

__all__ = ["Notice", "Result"]


@dataclass(frozen=True)
class Result:
    """Every table of a run. Nothing in it is masked: show it through `mangluoi.scenario.disclose` only.

    Parameters
    ----------
    plan
        The question.
    province_name
        Name of the province in the plan's `province_vintage`.
    units
        Communes of the area in the plan's vintage: unit_code, vintage, name, kind, above (district or province),
        lon, lat, area_km2, cell_code.
    cells
        Approximate cells of the new communes: cell_code, geometry, approximate.
    facilities, sites, capacity
        Supply in the plan's scope. Sites carry where they are (unit_code, lon, lat, located_by, located_within_m);
        capacity carries usable, basis and occupancy.
    totals
        The PEOPLE rows as they were given.
    people
        People by commune and group, with `basis` (counted, equal, population) and `estimated`.
    need
        NEED by commune.
    times
        Minutes from communes to sites and candidates, with `mode`.
    nearest
        unit_code, service, minutes, minutes_after: to the nearest admissible site within the threshold's network.
    coverage
        By group and service: need, covered, covered_after.
    states, states_after
        STATES before and after the actions.
    gap
        By commune, group and service: gap and gap_after.
    flows, flows_after
        ALLOCATION before and after.
    bands
        By service, group and travel-time band: people, share. The group ``population`` is always among them.
    actions
        What was chosen: action_id, kind, site_id, service, added, cost_vnd, name, unit_name, lon, lat; from_site_id,
        from_service, from_name (where places come from), group (who is admitted), facility_type, ownership (what is
        built); lost, worse, instead, held_by (see `motives.motives`); served_more (than if everything but it were
        done).
    solution
        The solver's answer, or None where the plan offers no action.
    scorecard
        The plan's targets: label, kind, value, year, source, today, after, distance, reason.
    unlocated
        What has no place on the map: kind (site or unit), id, name, reason, candidates.
    notices
        What a reader must know.
    provenance
        Inputs with SHA-256, package versions, vintages, seconds per stage.
    frontier
        FRONTIER: the most people for each of several budgets; empty where the plan asks for none or offers no action.
    reasoning
        The tables behind the chosen actions, see `detail.Reasoning`.
    detail
        The tables behind these figures, see `detail.Detail`.
    """

    plan: Plan
    province_name: str
    units: pd.DataFrame
    cells: gpd.GeoDataFrame
    facilities: pd.DataFrame
    sites: pd.DataFrame
    capacity: pd.DataFrame
    totals: pd.DataFrame
    people: pd.DataFrame
    need: pd.DataFrame
    times: pd.DataFrame
    nearest: pd.DataFrame
    coverage: pd.DataFrame
    states: pd.DataFrame
    states_after: pd.DataFrame
    gap: pd.DataFrame
    flows: pd.DataFrame
    flows_after: pd.DataFrame
    bands: pd.DataFrame
    actions: pd.DataFrame
    solution: siting.Solution | None
    scorecard: pd.DataFrame
    unlocated: pd.DataFrame
    notices: tuple[Notice, ...]
    provenance: Mapping[str, Any]
    frontier: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=FRONTIER.names))
    reasoning: Reasoning = field(default_factory=Reasoning)
    detail: Detail = field(default_factory=Detail)

    def to_html(self, *, lang: Lang = "vi") -> str:
        """Return what the public profile shows as a small table: a notebook is an output like any other.

        Parameters
        ----------
        lang
            {"vi", "en"}
        """
        return disclosure.disclose(self).to_html(lang=lang)

    def __repr__(self) -> str:
        # Nothing in the tables is masked, and a terminal is an output, too.
        return f"<Result: {self.plan.name}, {self.province_name}, {self.plan.vintage}, {len(self.units)} communes>"

    def _repr_html_(self) -> str:
        """Show it in Jupyter, in Vietnamese."""
        return self.to_html()
