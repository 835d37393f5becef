"""How long it takes: road networks, read or estimated, and travel times over them."""

from __future__ import annotations

from mangluoi.roads.bridge import from_networkx as from_networkx
from mangluoi.roads.bridge import to_networkx as to_networkx
from mangluoi.roads.cache import prepare as prepare
from mangluoi.roads.changes import add_roads as add_roads
from mangluoi.roads.changes import change_speeds as change_speeds
from mangluoi.roads.changes import close_roads as close_roads
from mangluoi.roads.changes import wet_season as wet_season
from mangluoi.roads.edges import network_from_edges as network_from_edges
from mangluoi.roads.estimate import estimated_network as estimated_network
from mangluoi.roads.ground import Ground as Ground
from mangluoi.roads.ground import lay_ground as lay_ground
from mangluoi.roads.inhabitants import people_within as people_within
from mangluoi.roads.isochrones import isochrones as isochrones
from mangluoi.roads.modes import Profile as Profile
from mangluoi.roads.modes import profiles as profiles
from mangluoi.roads.modes import read_profile as read_profile
from mangluoi.roads.modes import speed_sources as speed_sources
from mangluoi.roads.network import RoadNetwork as RoadNetwork
from mangluoi.roads.offroad import off_ground as off_ground
from mangluoi.roads.offroad import walking_legs as walking_legs
from mangluoi.roads.offroad import walking_times as walking_times
from mangluoi.roads.paths import path as path
from mangluoi.roads.reading import read_network as read_network
from mangluoi.roads.snapping import unreached as unreached
from mangluoi.roads.times import nearest as nearest
from mangluoi.roads.times import travel_time_blocks as travel_time_blocks
from mangluoi.roads.times import travel_times as travel_times

__all__ = [
    "Ground",
    "Profile",
    "RoadNetwork",
    "add_roads",
    "change_speeds",
    "close_roads",
    "estimated_network",
    "from_networkx",
    "isochrones",
    "lay_ground",
    "nearest",
    "network_from_edges",
    "off_ground",
    "path",
    "people_within",
    "prepare",
    "profiles",
    "read_network",
    "read_profile",
    "speed_sources",
    "to_networkx",
    "travel_time_blocks",
    "travel_times",
    "unreached",
    "walking_legs",
    "walking_times",
    "wet_season",
]
