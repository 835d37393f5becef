"""What is open: places behind doors, and beds that several doors share."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from mangluoi import siting
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
    admits
        site_id (a door), group and service: who is taken besides those who are today.
    """

    doors: pd.DataFrame
    pools: pd.DataFrame | None = None
    admits: pd.DataFrame | None = None

    def admissible(self, today: pd.DataFrame) -> pd.DataFrame:
        """Return who may be taken where, from who may be today."""
        return today if self.admits is None else pd.concat([today, self.admits], ignore_index=True).drop_duplicates()

    def after(self, chosen: pd.DataFrame, actions: pd.DataFrame, need: pd.DataFrame) -> Places:
        """Return what stands after chosen actions: added to, moved, closed, and open to whom it was not.

        Where a service shares beds, those that it gains or gives away are gained or given away by all that share.

        Parameters
        ----------
        chosen
            action_id, kind, site_id (a door), service and added.
        actions
            ACTIONS between doors: where places come from and who is admitted.
        need
            NEED rows: an upgrade for everybody admits the groups that need the service.
        """
        nobody = pd.DataFrame(columns=["site_id", "group", "service"])
        then = siting.audit.after(need, self.doors, nobody, chosen, actions, self.pools)
        whole = bool((self.doors["capacity"] % 1 == 0).all())
        doors = then.capacity.astype({"capacity": "int64"} if whole else {}).sort_values(
            ["site_id", "service"], ignore_index=True
        )
        new = nobody if then.admissible is None else then.admissible
        old = self.admits if self.admits is not None else nobody
        admits = pd.concat([old, new], ignore_index=True).drop_duplicates(ignore_index=True)
        pools = then.pools
        if pools is not None and self.pools is not None:
            pools = pools.astype({"capacity": self.pools["capacity"].dtype})
        return Places(doors, pools, admits if len(admits) else None)


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
