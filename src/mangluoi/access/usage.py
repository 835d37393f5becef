"""Usage: who each service at each site is near to, whom it serves, and how full that makes it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from mangluoi.access import reach
from mangluoi.access.allocation import Allocation, open_services

__all__ = ["usage"]


def usage(
    allocation: Allocation,
    capacity: pd.DataFrame,
    times: pd.DataFrame,
    *,
    max_minutes: float | Mapping[str, float],
    admissible: pd.DataFrame | None = None,
    modes: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the catchment of each open service and what becomes of it.

    Parameters
    ----------
    allocation
        As `allocate` returned it.
    capacity, times, max_minutes, admissible, modes
        As they were given to `allocate`.

    Returns
    -------
    DataFrame
        ``site_id``, ``service``, ``capacity``, ``within_reach`` (people within the threshold whom it may take; one
        person may be within reach of several), ``served``, ``occupancy`` (served ÷ capacity; missing without a known
        place), ``mean_minutes`` and ``longest_minutes`` of the served, on the index of `capacity`.
    """
    need = allocation.states.assign(need=allocation.states["need"] - allocation.states["unlocated"])
    pairs = reach.build(
        need, times, max_minutes=max_minutes, admissible=open_services(capacity, admissible), modes=modes
    )
    people = need["need"].to_numpy(dtype=float)
    key_of = pd.MultiIndex.from_frame(need[["point_id", "group", "service"]])
    near: dict[tuple[str, str], float] = {}
    minutes_of: list[pd.DataFrame] = []
    for service in pairs.services:
        row, link = pairs.rows_and_links(service)
        reached = np.bincount(pairs.site[link], people[row], pairs.sites.size)
        near |= {(str(site), service): float(n) for site, n in zip(pairs.sites, reached, strict=True)}
        labels = key_of[row].to_frame(index=False)
        minutes_of.append(labels.assign(site_id=pairs.sites[pairs.site[link]], minutes=pairs.minutes[link]))
    keys = ["point_id", "group", "service", "site_id"]
    flows = allocation.flows
    if minutes_of:
        flows = flows.merge(pd.concat(minutes_of), on=keys).assign(total=lambda f: f["served"] * f["minutes"])
    else:
        flows = flows.assign(minutes=0.0, total=0.0)
    sums = flows.groupby(["site_id", "service"]).agg(
        served=("served", "sum"), total=("total", "sum"), longest=("minutes", "max")
    )
    at = pd.MultiIndex.from_frame(capacity[["site_id", "service"]])
    here = sums.reindex(at)
    served = here["served"].fillna(0.0).to_numpy(dtype=float)
    places = capacity["capacity"].astype(float)
    return capacity[["site_id", "service", "capacity"]].assign(
        within_reach=[near.get((site, service), 0.0) for site, service in at],
        served=served,
        occupancy=served / places.where(places > 0),
        mean_minutes=(here["total"] / here["served"]).to_numpy(dtype=float),
        longest_minutes=here["longest"].to_numpy(dtype=float),
    )
