"""What may be done: the actions that a plan's rules offer, and what was chosen of them."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from mangluoi import siting, supply
from mangluoi.errors import Complaint, PlanError
from mangluoi.scenario.plan import Plan
from mangluoi.scenario.result import Notice
from mangluoi.tables import CAPACITY

__all__ = ["chosen_actions", "dropped_sites", "new_admissible", "offered_actions", "required_actions"]


def offered_actions(plan: Plan, capacity: pd.DataFrame, located: set[str], candidates: pd.DataFrame) -> pd.DataFrame:
    """Turn the plan's rules into ACTIONS, one row per site and rule; ``site_id`` names the site, not its door.

    Raises
    ------
    PlanError
        If a rule names a site that does not offer its service.
    """
    rows, found = [], []
    for number, rule in enumerate(plan.actions, start=1):
        if rule.kind == "build":
            for site in candidates["site_id"]:
                name = f"xay-moi/{site}/{rule.service}/{number}"
                rows.append((name, rule, site, rule.min_added, rule.max_added))
            continue
        offering = capacity[capacity["service"] == rule.service].set_index("site_id")["usable"]
        for site in rule.sites or sorted(set(offering.index) & located):
            if site not in offering.index:
                details = {"target": CAPACITY.sheet}
                where = f"actions[{number}].sites"
                found.append(Complaint("unknown_reference", column=where, value=site, details=details))
            elif site in located:
                fewest, most = rule.min_added, rule.max_added
                if rule.max_size is not None:
                    most = min(most, rule.max_size - int(offering[site]))
                if rule.to_size is not None:
                    fewest = most = rule.to_size - int(offering[site])
                if most >= max(fewest, 1):
                    rows.append((f"mo-rong/{site}/{rule.service}/{number}", rule, site, fewest, most))
    if found:
        raise PlanError(found)
    return pd.DataFrame(
        [
            (name, rule.kind, site, rule.service, fewest, most, rule.fixed_vnd, rule.per_place_vnd)
            for name, rule, site, fewest, most in rows
        ],
        columns=[
            "action_id", "kind", "site_id", "service", "min_added", "max_added", "fixed_vnd", "per_place_vnd",
        ],
    )  # fmt: skip


def required_actions(plan: Plan, actions: pd.DataFrame) -> list[str]:
    """Return the ids of the actions of rules that must be done."""
    numbers = {str(number) for number, rule in enumerate(plan.actions, start=1) if rule.required}
    return [str(name) for name in actions["action_id"] if str(name).rsplit("/", 1)[-1] in numbers]


def dropped_sites(plan: Plan, sites: pd.DataFrame, located: set[str]) -> list[Notice]:
    """Name the sites that a rule would expand but that are not on the map, so that they were not considered."""
    names = sites[~sites["confidential"].astype(bool)].set_index("site_id")["name"]
    named = sorted({site for rule in plan.actions for site in rule.sites} - located)
    return [Notice("action_site_dropped", {"name": str(names[site])}) for site in named if site in names.index]


def new_admissible(plan: Plan, actions: pd.DataFrame) -> pd.DataFrame:
    """Return whom the sites that may be built would take, by the type that the plan builds."""
    builds = actions[actions["kind"] == "build"]
    types = {
        f"{number}": rule.facility_type for number, rule in enumerate(plan.actions, start=1) if rule.kind == "build"
    }
    parts = []
    for number, kind in types.items():
        own = builds[builds["action_id"].str.rsplit("/", n=1).str[-1] == number]
        sites = pd.DataFrame({"site_id": own["site_id"], "facility_id": own["site_id"]}).drop_duplicates()
        facilities = pd.DataFrame({"facility_id": sites["facility_id"], "type": kind})
        parts.append(supply.admissible(sites, facilities, own[["site_id", "service"]].drop_duplicates()))
    if not parts:
        return pd.DataFrame(columns=["site_id", "group", "service"])
    return pd.concat(parts, ignore_index=True).drop_duplicates()


def chosen_actions(
    solution: siting.Solution | None,
    actions: pd.DataFrame,
    sites: pd.DataFrame,
    candidates: pd.DataFrame,
    gains: Mapping[str, float],
    why: pd.DataFrame,
) -> pd.DataFrame:
    """Name what was chosen and where it is.

    Parameters
    ----------
    solution
        The answer in terms of doors.
    gains
        By action, how many more people are served than if everything but it were done.
    why
        See `motives.motives`.

    Returns
    -------
    DataFrame
        action_id, kind, site_id, service, added, cost_vnd, served_more, lost, instead, held_by, name, unit_name, lon,
        lat; dearest first. ``served_more`` is the action's gain.
    """
    columns = [
        "action_id", "kind", "site_id", "service", "added", "cost_vnd", "served_more", "lost", "instead", "held_by",
        "name", "unit_name", "lon", "lat",
    ]  # fmt: skip
    if solution is None or solution.chosen.empty:
        return pd.DataFrame(columns=columns)
    chosen = solution.chosen[["action_id", "added", "cost_vnd"]].merge(
        actions[["action_id", "kind", "site_id", "service"]], on="action_id", validate="one_to_one"
    )
    chosen = chosen[chosen["added"] > 0]
    chosen["served_more"] = [gains[name] for name in chosen["action_id"]]
    chosen = chosen.merge(why, on="action_id", how="left", validate="one_to_one")
    places = pd.concat(
        [sites[["site_id", "name", "unit_name", "lon", "lat"]], candidates.assign(name=candidates["unit_name"])],
        ignore_index=True,
    )[["site_id", "name", "unit_name", "lon", "lat"]]
    named = chosen.merge(places, on="site_id", how="left", validate="many_to_one")
    return named.sort_values(["cost_vnd", "action_id"], ascending=[False, True], ignore_index=True)[columns]
