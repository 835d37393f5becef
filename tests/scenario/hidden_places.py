"""An adversary who looks for confidential sites: runs with shelters put anywhere, and all that is then published."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any
from unittest import mock

import geopandas as gpd
import pandas as pd

from mangluoi.reports import brief
from mangluoi.scenario import Disclosed, Result, run
from mangluoi.scenario.facts import Facts
from mangluoi.scenario.plan import ForecastRules, NeedRule, Plan, ServiceRule

#: A shelter must be possible in so many communes.
FEWEST = 11
#: What changes from run to run: how long each stage took.
_TIMES = ("seconds",)


def with_emergency(plan: Plan, group: str, **more: Any) -> Plan:
    """Add to a plan the service that shelters offer, for a group that they may take."""
    rule = ServiceRule("emergency", "motorbike", 60.0, "phép thử")
    services = tuple(each for each in plan.services if each.service != rule.service)
    needs = tuple(each for each in plan.needs if each.service != rule.service)
    changed = {
        "services": (*services, rule), "needs": (*needs, NeedRule(group, rule.service, 0.5, "phép thử")),
        "forecast": ForecastRules(), "growth": (), **more,
    }  # fmt: skip
    return dataclasses.replace(plan, **changed)


def with_children(given: Facts) -> Facts:
    """Count children whom a shelter may take: one in fifty of the population of each commune."""
    of = given.people["group"] == "population"
    counted = given.people[of].assign(group="child_special")
    counted["people"] = (counted["people"].astype(float) / 50).round().astype("Int64")
    whole = given.totals[given.totals["group"] == "population"].iloc[:1]
    whole = whole.assign(group="child_special", people=int(counted["people"].sum()))
    # Where such children are counted already, these stand in their place.
    others, told = (frame[frame["group"] != "child_special"] for frame in (given.people, given.totals))
    people = pd.concat([others, counted]).sort_values(["group", "unit_code"], ignore_index=True)
    totals = pd.concat([told, whole.astype(given.totals.dtypes.to_dict())], ignore_index=True)
    return dataclasses.replace(given, people=people, totals=totals)


def with_shelters(given: Facts, communes: Sequence[str], *, places: int = 4) -> Facts:
    """Put a shelter into each of some communes, with everything that a workbook would tell of it."""
    here = given.supply
    units = given.area.units.set_index("unit_code")

    def more(frame: pd.DataFrame, rows: list[dict[str, Any]]) -> pd.DataFrame:
        added = pd.DataFrame([{**dict.fromkeys(frame.columns), **row} for row in rows])[list(frame.columns)]
        return pd.concat([frame, added.astype(frame.dtypes.to_dict())], ignore_index=True)

    names = [f"Nhà an toàn Bí Mật {n:02d}" for n in range(len(communes))]
    ids = [f"TL{n:02d}" for n in range(len(communes))]
    owners = [
        {"facility_id": i, "name": n, "type": "shelter", "ownership": "public"} for i, n in zip(ids, names, strict=True)
    ]
    sites = [
        {
            "site_id": f"{i}-1", "facility_id": i, "name": n, "address": f"Ngõ kín số {i}, {units.at[code, 'name']}",
            "type": "shelter", "ownership": "public", "confidential": True, "unit_code": code,
            "vintage": units.at[code, "vintage"], "unit_name": units.at[code, "name"],
            "lon": float(units.at[code, "lon"]) + 0.0137, "lat": float(units.at[code, "lat"]) - 0.0171,
            "located_by": "given", "located_within_m": 50.0, "across_border": False, "source": "phép thử",
        }
        for i, n, code in zip(ids, names, communes, strict=True)
    ]  # fmt: skip
    beds = [
        {"site_id": f"{i}-1", "service": "emergency", "capacity": places, "usable": places, "basis": "declared",
         "as_of": "2025-01-01", "source": "phép thử"}
        for i in ids
    ]  # fmt: skip
    supply = dataclasses.replace(
        here, facilities=more(here.facilities, owners), sites=more(here.sites, sites),
        capacity=more(here.capacity, beds),
    )  # fmt: skip
    return dataclasses.replace(given, supply=supply)


def answer_with(plan: Plan, given: Facts) -> Result:
    """Answer a plan on facts that are given."""
    with mock.patch("mangluoi.scenario.run.facts.gather", return_value=given):
        return run(plan)


def published(shown: Disclosed) -> dict[str, str]:
    """Return all that any output may be made of, as text, but for how long it took."""
    told = {"brief": repr(brief.brief(shown)), "page": shown._repr_html_()}
    for field in dataclasses.fields(shown):
        value = getattr(shown, field.name)
        if field.name in ("detail", "reasoning"):
            for part in dataclasses.fields(value):
                told[f"{field.name}.{part.name}"] = text_of(getattr(value, part.name))
        else:
            told[field.name] = text_of(value)
    return told


def text_of(value: Any) -> str:
    """Return a value as text: all of it, tables by their rows, what may be shown by its parts."""
    if isinstance(value, Disclosed):
        return repr(published(value))
    if isinstance(value, gpd.GeoDataFrame):
        return str(value.drop(columns=value.geometry.name).to_csv()) + str(value.geometry.to_wkt().to_csv())
    if isinstance(value, pd.DataFrame):
        return str(value.to_csv())
    if isinstance(value, Plan):
        return value.to_toml()
    if isinstance(value, dict):
        return repr({key: each for key, each in value.items() if key not in _TIMES})
    return repr(value)
