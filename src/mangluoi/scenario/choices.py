"""What was chosen of the actions that a plan offers, by name and place."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from mangluoi import siting
from mangluoi.scenario.caveat import Notice
from mangluoi.scenario.plan import Plan

__all__ = ["chosen_actions", "dropped_sites"]


def dropped_sites(plan: Plan, sites: pd.DataFrame, located: set[str]) -> list[Notice]:
    """Name the sites that a rule would expand but that are not on the map, so that they were not considered."""
    names = sites[~sites["confidential"].astype(bool)].set_index("site_id")["name"]
    named = sorted({site for rule in plan.actions for site in (*rule.sites, *rule.from_sites)} - located)
    return [Notice("action_site_dropped", {"name": str(names[site])}) for site in named if site in names.index]


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
        action_id, kind, site_id, service, added, cost_vnd, served_more, lost, worse, instead, held_by, from_site_id,
        from_service, from_name, group, facility_type, ownership, name, unit_name, lon, lat; dearest first.
        ``served_more`` is the action's gain.
    """
    columns = [
        "action_id", "kind", "site_id", "service", "added", "cost_vnd", "served_more", "lost", "worse", "instead",
        "held_by", "from_site_id", "from_service", "from_name", "group", "facility_type", "ownership", "name",
        "unit_name", "lon", "lat",
    ]  # fmt: skip
    if solution is None or solution.chosen.empty:
        return pd.DataFrame(columns=columns)
    chosen = solution.chosen[["action_id", "added", "cost_vnd"]].merge(
        actions[
            ["action_id", "kind", "site_id", "service", "from_site_id", "from_service", "group", "facility_type",
             "ownership"]
        ],
        on="action_id", validate="one_to_one",
    )  # fmt: skip
    chosen = chosen[(chosen["added"] > 0) | chosen["kind"].isin(["upgrade", "close"])]
    chosen["served_more"] = [gains[name] for name in chosen["action_id"]]
    chosen = chosen.merge(why, on="action_id", how="left", validate="one_to_one")
    chosen[["instead", "held_by"]] = chosen[["instead", "held_by"]].fillna("")
    chosen["from_name"] = chosen["from_site_id"].map(dict(zip(sites["site_id"], sites["name"], strict=True)))
    places = pd.concat(
        [sites[["site_id", "name", "unit_name", "lon", "lat"]], candidates.assign(name=candidates["unit_name"])],
        ignore_index=True,
    )[["site_id", "name", "unit_name", "lon", "lat"]]
    named = chosen.merge(places, on="site_id", how="left", validate="many_to_one")
    return named.sort_values(["cost_vnd", "action_id"], ascending=[False, True], ignore_index=True)[columns]
