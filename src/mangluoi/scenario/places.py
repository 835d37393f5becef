"""What is open: places behind doors, and beds that several doors share."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from mangluoi.errors import Complaint, PlanError
from mangluoi.scenario.plan import Plan
from mangluoi.scenario.travel import door
from mangluoi.tables import CAPACITY, SITES

__all__ = ["Places", "by_door", "open_today", "without_doors"]


def by_door(table: pd.DataFrame) -> pd.DataFrame:
    """Name each service at each site as a door, see `travel.door`."""
    return table.assign(site_id=table["site_id"].astype(str) + "/" + table["service"].astype(str))


def without_doors(table: pd.DataFrame) -> pd.DataFrame:
    """Name sites again where `by_door` named doors."""
    return table.assign(site_id=[str(name).rsplit("/", 1)[0] for name in table["site_id"]])


@dataclass(frozen=True)
class Places:
    """Open services and their places.

    Parameters
    ----------
    doors
        site_id (a door), service and capacity; and pool where some share beds.
    pools
        pool and capacity; None where nothing is shared.
    """

    doors: pd.DataFrame
    pools: pd.DataFrame | None = None

    def plus(self, chosen: pd.DataFrame) -> Places:
        """Return the places after chosen actions; beds added to a service that shares are added to what is shared.

        Parameters
        ----------
        chosen
            site_id (a door), service and added.
        """
        added = chosen[["site_id", "service", "added"]].rename(columns={"added": "capacity"})
        both = pd.concat([self.doors, added[added["capacity"] > 0]], ignore_index=True)
        summed = both.groupby(["site_id", "service"], sort=True)["capacity"].sum().reset_index()
        if self.pools is None:
            return Places(summed)
        pool_of = self.doors.set_index("site_id")["pool"]
        more = added["capacity"].groupby(added["site_id"].map(pool_of).to_numpy()).sum()
        grown = self.pools["capacity"] + self.pools["pool"].map(more).fillna(0).astype("int64")
        return Places(summed.assign(pool=summed["site_id"].map(pool_of)), self.pools.assign(capacity=grown))


def open_today(plan: Plan, offered: pd.DataFrame, located: set[str]) -> Places:
    """Return what is open today at sites on the map.

    Parameters
    ----------
    offered
        CAPACITY of the plan's services with usable.
    located
        The sites that are on the map.

    Raises
    ------
    PlanError
        If beds are shared at a site that is not known, or by services that it does not offer.
    """
    here = offered[offered["site_id"].isin(located)]
    doors = by_door(here[["site_id", "service"]].assign(capacity=here["usable"]))
    if not plan.pools:
        return Places(doors)
    found, pool_of, pools = [], {}, []
    known = set(zip(offered["site_id"], offered["service"], strict=True))
    for number, rule in enumerate(plan.pools, start=1):
        for service in rule.services:
            if (rule.site, service) not in known:
                sheet = CAPACITY.sheet if rule.site in set(offered["site_id"]) else SITES.sheet
                value, details = f"{rule.site} / {service}", {"target": sheet}
                found.append(Complaint("unknown_reference", column=f"pools[{number}]", value=value, details=details))
            pool_of[door(rule.site, service)] = f"{rule.site}#{number}"
        pools.append((f"{rule.site}#{number}", rule.capacity))
    if found:
        raise PlanError(found)
    return Places(doors.assign(pool=doors["site_id"].map(pool_of)), pd.DataFrame(pools, columns=["pool", "capacity"]))
