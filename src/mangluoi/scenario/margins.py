"""How sites are used, and what one more place or one more site would bring."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mangluoi import access, shipped, supply
from mangluoi.errors import Complaint, PlanError
from mangluoi.scenario.places import Places, by_door, without_doors
from mangluoi.scenario.plan import Plan
from mangluoi.scenario.setting import Setting
from mangluoi.tables import CAPACITY, SITES

__all__ = ["by_norm", "new_sites", "usage"]

_GAINS = ["served_gain", "minutes_change"]
_FLOWS = ["free_now", "exits_per_year", "admissions_per_year"]


def usage(plan: Plan, on: Setting, today: Places, before: access.Allocation, capacity: pd.DataFrame) -> pd.DataFrame:
    """Return who each open service is near to and serves, what one more place would bring, and its turnover.

    What one more place brings is not known where beds are shared: there it depends on which service gets it.

    Parameters
    ----------
    capacity
        CAPACITY rows.
    """
    doors = today.doors
    minutes = on.minutes[on.minutes["to_id"].isin(doors["site_id"])]
    table = access.usage(before, doors, minutes, max_minutes=on.limits, admissible=on.admissible)
    alone = doors if today.pools is None else doors[~doors["service"].isin(doors.loc[doors["pool"].notna(), "service"])]
    need = on.need[~on.need["point_id"].isin(on.lost)]
    need = need[need["service"].isin(alone["service"])]
    more = access.another_place(need, alone, minutes, max_minutes=on.limits, admissible=on.admissible)
    table = table.join(more[_GAINS])
    found = without_doors(table).merge(_turnover(plan, capacity), on=["site_id", "service"], how="left")
    # Nobody can say who is served where the size is not known, nor what more would bring.
    basis = capacity.set_index(["site_id", "service"])["basis"]
    unknown = (basis.reindex(pd.MultiIndex.from_frame(found[["site_id", "service"]])) == "unknown").to_numpy()
    for name in ("capacity", "served", "occupancy", "mean_minutes", "longest_minutes", *_GAINS):
        found[name] = found[name].astype(float).mask(unknown)
    # A service that nobody is said to need is near to nobody in need, but that is not a count.
    found["within_reach"] = found["within_reach"].astype(float).where(found["service"].isin(set(on.need["service"])))
    return found.sort_values(["site_id", "service"], ignore_index=True)


def _turnover(plan: Plan, capacity: pd.DataFrame) -> pd.DataFrame:
    years = {rule.service: rule.years for rule in plan.stays}
    rows = capacity[capacity["service"].isin(list(years))]
    if rows.empty:
        return capacity.iloc[:0][["site_id", "service"]].assign(**dict.fromkeys(_FLOWS, np.nan))
    return supply.admissions(rows[CAPACITY.names], mean_stay_years=rows["service"].map(years))


def new_sites(on: Setting, today: Places, actions: pd.DataFrame, spots: pd.DataFrame) -> pd.DataFrame:
    """Return what one more site of each kind that the plan may build would bring at each commune, each by itself.

    Parameters
    ----------
    actions
        ACTIONS: those that build say where, and of how many places at most.
    spots
        Where they are: site_id and unit_code.
    """
    builds = actions[actions["kind"] == "build"].drop_duplicates(["site_id", "service", "max_added"])
    columns = ["unit_code", "unit_name", "service", "places", "served_gain", "covered_gain"]
    # Beds that are shared couple services, which a site by itself does not see.
    if builds.empty or today.pools is not None:
        return pd.DataFrame(columns=columns)
    need = on.need[~on.need["point_id"].isin(on.lost)]
    parts = []
    for places in sorted(set(builds["max_added"].astype(int))):
        rows = builds[builds["max_added"] == places]
        offers = by_door(rows[["site_id", "service"]]).assign(capacity=places)
        gains = access.another_site(
            need, today.doors, on.minutes, offers, max_minutes=on.limits, admissible=on.admissible
        )
        parts.append(without_doors(gains))
    found = pd.concat(parts).merge(spots[["site_id", "unit_code", "unit_name"]], on="site_id")
    found = found.rename(columns={"capacity": "places"})[columns]
    order = ["service", "served_gain", "covered_gain", "unit_code", "places"]
    return found.sort_values(order, ascending=[True, False, False, True, True], ignore_index=True)


def by_norm(plan: Plan, capacity: pd.DataFrame) -> pd.DataFrame:
    """Return what the plan's norms allow at each site and service, and which of them binds.

    Raises
    ------
    PlanError
        If a rule names a site that does not offer the service.
    InputError
        If a norm is not known, is from memory, or measures something else.
    """
    rows = capacity[capacity["service"].isin([rule.service for rule in plan.norms])]
    chosen: dict[str, pd.Series] = {}
    found = []
    # A rule for single sites goes before one for all.
    for number, rule in sorted(enumerate(plan.norms, start=1), key=lambda pair: bool(pair[1].sites)):
        mine = rows["service"] == rule.service
        for site in rule.sites:
            if not (mine & (rows["site_id"] == site)).any():
                details = {"target": SITES.sheet}
                found.append(
                    Complaint("unknown_reference", column=f"norms[{number}].sites", value=site, details=details)
                )
        if rule.sites:
            mine &= rows["site_id"].isin(rule.sites)
        named = chosen.setdefault(rule.measure, pd.Series(None, index=rows.index, dtype=object))
        named[mine] = rule.norm
    if found:
        raise PlanError(found)
    if not len(rows):
        return pd.DataFrame(columns=["site_id", "service"])
    table = supply.by_norm(
        rows[CAPACITY.names],
        supply.norms(),
        land=chosen.get("land"),
        bedroom=chosen.get("bedroom"),
        staff=chosen.get("staff"),
    )
    binding = pd.Series(None, index=table.index, dtype=object)
    for measure, named in chosen.items():
        binding = binding.mask(table["binding"] == measure, named)
    article = binding.map(shipped.frame("norms/norms.csv").set_index("id")["article"])
    found_at = table.assign(residents=rows["residents"], norm=binding, article=article)
    return found_at.sort_values(["site_id", "service"], ignore_index=True)
