"""An answer in brief, for programs and for the summary of a batch: disclosed totals of the province."""

from __future__ import annotations

import json
import math
from typing import Any

from mangluoi.reports import sizes
from mangluoi.scenario.disclosure import Disclosed

__all__ = ["brief"]


def brief(d: Disclosed) -> dict[str, Any]:
    """Tell a program what a person may see; what is masked or not known is null.

    Parameters
    ----------
    d
        What may be shown.

    Returns
    -------
    dict
        plan, province, province_code, vintage, as_of, communes, population, facilities (how many are listed),
        facilities_known (whether the list is meant to be complete), totals (by group and service; `sized` says
        whether anybody knows how many are served), actions, solution and withheld_services.
    """
    told = {name: value for name, value in d.solution.items() if name != "seconds"}
    totals = json.loads(d.state_totals.to_json(orient="records"))
    for row in totals:
        row["sized"] = sizes.sized(d, row["service"], row["group"])
    actions = d.actions[["action_id", "kind", "service", "added", "cost_vnd"]]
    population = d.people_totals[d.people_totals["group"] == "population"]["people"].dropna()
    return {
        "plan": d.plan.name,
        "province": d.province_name,
        "province_code": d.plan.province_code,
        "province_vintage": d.plan.province_vintage,
        "vintage": d.plan.vintage,
        "as_of": d.plan.as_of,
        "communes": len(d.units),
        "population": int(population.iloc[0]) if len(population) else None,
        "facilities": len(d.facilities),
        "facilities_known": sizes.facilities_known(d),
        "totals": totals,
        "actions": json.loads(actions.to_json(orient="records")),
        # JSON has no word for infinity, which a gap is where no bound was found.
        "solution": {
            name: None if isinstance(value, float) and not math.isfinite(value) else value
            for name, value in told.items()
        },
        "withheld_services": list(d.withheld_services),
    }
