"""Who may be taken where, by the types of facilities and by what the plan says of single sites."""

from __future__ import annotations

import pandas as pd

from mangluoi import supply
from mangluoi.errors import Complaint, PlanError
from mangluoi.scenario.facts import Supply
from mangluoi.scenario.plan import Plan
from mangluoi.tables import SITES

__all__ = ["admissible", "refusals"]


def admissible(plan: Plan, here: Supply, offered: pd.DataFrame) -> pd.DataFrame:
    """Return who may be taken where today: site_id, group, service.

    Parameters
    ----------
    offered
        site_id and service of the plan's services.

    Raises
    ------
    PlanError
        If the plan refuses somebody at a site that is not known.
    """
    doors = offered[["site_id", "service"]]
    refused = refusals(plan, doors, known=set(here.sites["site_id"]))
    return supply.admissible(here.sites, here.facilities, doors, refused=refused if len(refused) else None)


def refusals(plan: Plan, doors: pd.DataFrame, *, known: set[str]) -> pd.DataFrame:
    """Return whom the plan's rules keep out: site_id, group, service.

    Raises
    ------
    PlanError
        If a rule names a site that is not known.
    """
    unknown = [
        Complaint("unknown_reference", column=f"refusals[{number}].site", value=rule.site,
                  details={"target": SITES.sheet})
        for number, rule in enumerate(plan.refusals, start=1)
        if rule.site not in known
    ]  # fmt: skip
    if unknown:
        raise PlanError(unknown)
    rows = []
    for rule in plan.refusals:
        mine = doors[(doors["site_id"] == rule.site) & ((doors["service"] == rule.service) | (rule.service == ""))]
        groups = {*rule.groups, *supply.beyond_ages(min_age=rule.min_age, max_age=rule.max_age)}
        rows += [(rule.site, group, service) for service in mine["service"] for group in sorted(groups)]
    return pd.DataFrame(rows, columns=["site_id", "group", "service"]).drop_duplicates(ignore_index=True)
