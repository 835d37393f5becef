"""How sure the main figures are: bounds of need, errors of location, another rule of allocation, minutes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mangluoi import access
from mangluoi.projection import great_circle_m
from mangluoi.scenario.places import Places
from mangluoi.scenario.plan import Plan
from mangluoi.scenario.setting import Setting, open_now

__all__ = ["minutes_per_km", "ranges", "states_by_band"]

_KEYS = ["group", "service"]


def ranges(plan: Plan, on: Setting, today: Places, before: access.Allocation, sites: pd.DataFrame) -> pd.DataFrame:
    """Return need, covered and served with their ranges, and minutes to the nearest site, by group and service.

    Parameters
    ----------
    today
        What is open.
    before
        The allocation of need to it.
    sites
        site_id, lon, lat and located_within_m; coordinates that were given count as exact.
    """
    need = on.need
    sums = need.groupby(_KEYS, sort=True)
    table = sums[["need"]].sum()
    for bound in ("lower", "upper"):
        known = sums[bound].count() == sums.size()
        table[f"need_{bound}"] = sums[bound].sum().where(known)
    table = table.join(_interval(plan, on, today, sites))
    table["served"] = before.states.groupby(_KEYS)["served"].sum()
    for bound in ("lower", "upper"):
        bounded = need[bound].notna()
        if bounded.any():
            other = on.allocate(today, need=need.assign(need=need[bound].fillna(need["need"])))
            served = other.states.groupby(_KEYS)["served"].sum()
            table[f"served_{bound}"] = served.where(table[f"need_{bound}"].notna())
        else:
            table[f"served_{bound}"] = np.nan
    table["served_nearest"] = on.allocate(today, rule="nearest").states.groupby(_KEYS)["served"].sum()
    minutes = _nearest(on, today)
    told = [
        {"group": group, "service": service, **access.summary(minutes[part.index], part["need"]).drop("people")}
        for (group, service), part in need.groupby(_KEYS, sort=True)
    ]
    return table.reset_index().merge(pd.DataFrame(told), on=_KEYS, validate="one_to_one")


def _nearest(on: Setting, today: Places) -> pd.Series:
    return access.nearest_minutes(on.need, on.minutes, admissible=open_now(on.admissible, today.doors))


def minutes_per_km(on: Setting, sites: pd.DataFrame) -> float:
    """Return how many minutes a kilometre of straight distance takes, over all pairs more than a kilometre apart.

    Confidential sites are left out: the figure is printed, and intervals of other services stand on it.
    """
    pairs = _placed(on, sites[~sites["confidential"].fillna(True).astype(bool)])
    far = pairs[pairs["km"] > 1.0]
    return float(far["minutes"].sum() / far["km"].sum()) if len(far) else float("nan")


def _placed(on: Setting, sites: pd.DataFrame) -> pd.DataFrame:
    at = on.points.table.set_index("point_id")[["lon", "lat"]]
    there = sites.set_index("site_id")[["lon", "lat"]]
    site = on.minutes["to_id"].str.rsplit("/", n=1).str[0]
    known = site.isin(there.index)
    pairs, site = on.minutes[known], site[known]
    here, end = at.reindex(pairs["from_id"]).to_numpy(float), there.reindex(site).to_numpy(float)
    return pairs.assign(km=great_circle_m(here[:, 0], here[:, 1], end[:, 0], end[:, 1]) / 1000)


def _interval(plan: Plan, on: Setting, today: Places, sites: pd.DataFrame) -> pd.DataFrame:
    """Return covered, and its interval over the error of locations where one is asked for and anything is near."""
    covered = on.need[_KEYS].assign(covered=on.covered(today)).groupby(_KEYS, sort=True)["covered"].sum()
    table = covered.to_frame().assign(covered_lower=np.nan, covered_upper=np.nan)
    speed = minutes_per_km(on, sites)
    if not plan.access.location_draws or not np.isfinite(speed):
        return table
    doors = today.doors[["site_id", "service"]].assign(at=today.doors["site_id"].str.rsplit("/", n=1).str[0])
    places = doors.merge(
        sites.rename(columns={"site_id": "at"})[["at", "lon", "lat", "located_within_m", "confidential"]], on="at"
    )
    # The draws of one place follow upon another's: those of services that confidential sites offer are made apart.
    hidden = set(places.loc[places["confidential"].fillna(True).astype(bool), "service"])
    parts = []
    for apart in (False, True):
        mine = on.need[on.need["service"].isin(hidden) == apart]
        if len(mine):
            parts.append(_drawn(plan, on, today, mine, places[places["service"].isin(hidden) == apart], speed))
    found = pd.concat(parts).set_index(_KEYS)
    return table.assign(covered_lower=found["lower"].round(), covered_upper=found["upper"].round())


def _drawn(
    plan: Plan, on: Setting, today: Places, need: pd.DataFrame, places: pd.DataFrame, speed: float
) -> pd.DataFrame:
    """Draw where places may truly lie, and count again."""
    return access.coverage_interval(
        need[~need["point_id"].isin(on.lost)],
        on.farther[on.farther["to_id"].isin(places["site_id"])],
        on.points.table[["point_id", "lon", "lat", "located_within_m"]],
        places.fillna({"located_within_m": 0.0}),
        max_minutes=on.limits,
        minutes_per_km=speed,
        seed=plan.access.location_seed,
        admissible=open_now(on.admissible, today.doors),
        by=_KEYS,
        draws=plan.access.location_draws,
    )


def states_by_band(on: Setting, today: Places, before: access.Allocation, *, edges: tuple[float, ...]) -> pd.DataFrame:
    """Sum the states by service, group and band of minutes to the nearest site."""
    minutes = _nearest(on, today).fillna(np.inf).to_numpy(dtype=float)
    names = [f"{low:g}-{high:g}" for low, high in zip((0, *edges[:-1]), edges, strict=True)] + [f">{edges[-1]:g}"]
    at = np.searchsorted(np.asarray(edges), minutes, side="left")
    named = pd.Series(names)[at].to_numpy()
    states = before.states.assign(band=pd.Categorical(named, categories=names, ordered=True))
    counts = ["need", "served", "full", "out_of_reach", "unlocated"]
    keys = ["service", "group", "band"]
    table = states.groupby(keys, observed=False, sort=True)[counts].sum().reset_index()
    known = set(zip(states["service"], states["group"], strict=True))
    kept = [pair in known for pair in zip(table["service"], table["group"], strict=True)]
    return table[kept].astype({"band": str}).reset_index(drop=True)
