"""How long it takes: one network per profile, and the minutes of each service's own profile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from mangluoi import gazetteer, roads, shipped
from mangluoi.scenario import networks
from mangluoi.scenario.caveat import Notice
from mangluoi.scenario.facts import Area
from mangluoi.scenario.plan import Plan
from mangluoi.scenario.points import lane_of
from mangluoi.viettext import format_number

__all__ = ["BAND_EDGES", "Ride", "Ways", "candidates", "door", "door_times", "ways"]

#: Upper ends of the travel-time bands that every report gives, in minutes.
BAND_EDGES = (30.0, 60.0, 90.0, 120.0)

# A leg off the road that is longer than this is told of.
_FAR_M = 1_000.0


def door(site_id: object, service: object) -> str:
    """Name a service at a site: travel times differ by service, since services differ in how people get there."""
    return f"{site_id}/{service}"


def candidates(where: Area) -> pd.DataFrame:
    """Return where something new may be built: the centres of the new communes, the finest places that are known."""
    codes = sorted(set(where.cells["cell_code"]))
    points = gazetteer.points.points(codes, gazetteer.units.NEW).points
    # A commune whose own place is not known is no place to build at.
    points = points[points["located_by"] == "commune"].reset_index(drop=True)
    names = gazetteer.units.units(gazetteer.units.NEW, level="commune").set_index("unit_code")["name"]
    return pd.DataFrame(
        {
            "site_id": "moi-" + points["unit_code"],
            "unit_code": points["unit_code"],
            "unit_name": points["unit_code"].map(names),
            "lon": points["lon"],
            "lat": points["lat"],
        }
    )


@dataclass(frozen=True, eq=False)
class Ride:
    """One profile's network, and where people start from and sites lie on it."""

    profile: str
    network: roads.RoadNetwork
    starts: pd.DataFrame
    ends: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Ways:
    """How people get from places to sites, before anybody asks how far.

    Parameters
    ----------
    rides
        What each profile goes on.
    snap_limit_m
        How far a place may lie from the network.
    notices
        What a reader must know about the networks.
    """

    rides: tuple[Ride, ...]
    snap_limit_m: float
    notices: tuple[Notice, ...]

    def minutes(self, max_minutes: float, *, speed: float = 1.0) -> pd.DataFrame:
        """Return TRAVEL_TIMES with ``mode``; with a factor on all speeds, on roads that are timed anew."""
        parts = []
        for ride in self.rides:
            network = ride.network if speed == 1.0 else roads.change_speeds(ride.network, speed)
            times = roads.travel_times(
                network, ride.starts, ride.ends, max_minutes=max_minutes, snap_limit_m=self.snap_limit_m
            )
            parts.append(times.assign(mode=ride.profile))
        return pd.concat(parts, ignore_index=True)


def ways(
    plan: Plan, where: Area, sites: pd.DataFrame, *, profiles: Sequence[str], homes: pd.DataFrame | None = None
) -> Ways:
    """Lay the networks, and put on them every place where people are and every site.

    Parameters
    ----------
    sites
        site_id, lon, lat: existing and candidate sites that are on the map.
    homes
        place_id, lon, lat: where people are. None takes the centres of the communes.
    """
    centres = where.units.loc[where.units["lon"].notna(), ["unit_code", "lon", "lat"]]
    origins = (centres if homes is None else homes).set_axis(["point_id", "lon", "lat"], axis=1)
    places = sites[["site_id", "lon", "lat"]]
    rides, notices = [], []
    ground = networks.ground_of(plan, where) if plan.inputs.roads else None
    for profile in profiles:
        network, told = networks.network_of(plan, where, profile)
        notices += told
        ends = []
        for points in (origins, places):
            legs = _legs(plan, network, points, ground)
            lost = legs[legs["basis"] == "none"].sort_values("id")
            for name, distance_m in lost[["id", "distance_m"]].itertuples(index=False, name=None):
                notices.append(
                    Notice("point_off_network", {"name": str(name), "distance_km": float(distance_m) / 1000})
                )
            ends.append(legs[legs["basis"] != "none"])
        notices += _told_of_legs(ends[0])
        starts, stops = (end[["id", "lon", "lat", "access_minutes"]] for end in ends)
        rides.append(Ride(profile, network, starts, stops))
        if not network.estimated:
            notices.append(Notice("speeds_assumed", {"share": float(network.notes["assumed_speed_share"])}))
    if not plan.inputs.roads:
        notices.append(Notice("roads_estimated", _assumptions()))
    return Ways(tuple(rides), plan.roads.snap_limit_m, tuple(notices))


def _legs(plan: Plan, network: roads.RoadNetwork, points: pd.DataFrame, ground: roads.Ground | None) -> pd.DataFrame:
    """Return how each point gets to the road; on an estimated network the way there is part of the estimate."""
    legs = roads.walking_legs(network, points, ground, snap_limit_m=plan.roads.snap_limit_m)
    return legs.assign(basis=legs["basis"].where(legs["basis"] == "none", "road")) if network.estimated else legs


def _told_of_legs(legs: pd.DataFrame) -> list[Notice]:
    """Say how many places of people are farther than a kilometre from a road, and how their legs were taken."""
    notices = []
    for basis in ("straight", "terrain"):
        far = legs[(legs["distance_m"] > _FAR_M) & (legs["basis"] == basis)]
        if len(far):
            fields = {"count": len(far), "distance_km": float(far["distance_m"].max()) / 1000}
            notices.append(Notice("legs_straight", fields) if basis == "straight" else Notice("legs_terrain", fields))
    return notices


def _assumptions() -> dict[str, str]:
    """Say what the estimated network assumes, where its speeds come from, and how far it was from real roads."""
    measured = shipped.frame("roads/estimate.csv")
    factors = {format_number(float(value), 2) for value in measured["detour"]}
    errors = {
        name: "–".join(str(share) for share in sorted(round(100 * float(value)) for value in measured[column]))
        for name, column in (("error_median", "error_median_share"), ("error_p90", "error_p90_share"))
    }
    return {"detour": "–".join(sorted(factors)), "speed_source": "; ".join(roads.speed_sources()), **errors}


def door_times(plan: Plan, times: pd.DataFrame, doors: pd.DataFrame, points: pd.DataFrame) -> pd.DataFrame:
    """Return minutes from points to each service at each site, each as the people of the point ride to it.

    Parameters
    ----------
    times
        TRAVEL_TIMES with ``mode``, from places.
    doors
        site_id and service.
    points
        point_id, place_id and lane, see `points.Points`.

    Returns
    -------
    DataFrame
        from_id, to_id (see `door`), minutes.
    """
    lanes = {rule.service: {""} for rule in plan.services}
    for need in plan.modes:
        lanes[need.service].add(lane_of(plan, need.group, need.service))
    parts = []
    for service, rows in doors.groupby("service", sort=True):
        to_these = times[times["to_id"].isin(rows["site_id"])]
        for lane in sorted(lanes[str(service)]):
            rides = lane.split("+") if lane else [plan.service(str(service)).profile]
            own = to_these[to_these["mode"].isin(rides)]
            if len(rides) > 1:
                own = own.sort_values("minutes").drop_duplicates(["from_id", "to_id"])
            here = points.loc[points["lane"] == lane, ["point_id", "place_id"]]
            own = own.merge(here, left_on="from_id", right_on="place_id")
            own = own.assign(from_id=own["point_id"], to_id=own["to_id"] + f"/{service}")
            parts.append(own[["from_id", "to_id", "minutes"]])
    if not parts:
        return pd.DataFrame(
            {"from_id": pd.Series(dtype=str), "to_id": pd.Series(dtype=str), "minutes": pd.Series(dtype=float)}
        )
    return pd.concat(parts, ignore_index=True).sort_values(["from_id", "to_id"], ignore_index=True)
