"""How long it takes: road networks, read or estimated, and travel times over them."""

from __future__ import annotations

from mangluoi.roads.estimate import estimated_network as estimated_network
from mangluoi.roads.isochrones import isochrones as isochrones
from mangluoi.roads.network import RoadNetwork as RoadNetwork
from mangluoi.roads.network import network_from_edges as network_from_edges
from mangluoi.roads.reading import read_network as read_network
from mangluoi.roads.snapping import unreached as unreached
from mangluoi.roads.speeds import profiles as profiles
from mangluoi.roads.times import nearest as nearest
from mangluoi.roads.times import travel_times as travel_times

__all__ = [
    "RoadNetwork",
    "estimated_network",
    "isochrones",
    "nearest",
    "network_from_edges",
    "profiles",
    "read_network",
    "travel_times",
    "unreached",
]
