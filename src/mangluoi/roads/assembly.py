"""From ways with shared nodes to pieces of road between junctions, keeping every bend for drawing and timing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mangluoi import projection
from mangluoi.rasters import Raster
from mangluoi.roads import layout, slope, speeds
from mangluoi.roads.modes import Profile
from mangluoi.roads.network import RoadNetwork, from_pieces, walking_min_per_km
from mangluoi.roads.ways import Rule

__all__ = ["Climb", "Drawn", "assemble", "with_parts"]

# A part with fewer nodes than this share of the network, and than this number, is a slip of the map.
_PART_SHARE, _PART_NODES = 0.01, 100


@dataclass(frozen=True)
class Drawn:
    """Ways that a profile may use, drawn through located nodes.

    Parameters
    ----------
    way_id, rules, highway, unpaved
        One per way; `highway` is the name of the class.
    way
        Position of the way of each point; points of a way stand one after another.
    node
        Position of the node of each point, -1 where the source lacks it.
    node_ids, lon, lat
        The nodes.
    blocked
        Nodes that nobody of the profile gets past: the road ends there on either side.
    """

    way_id: NDArray[np.int64]
    rules: list[Rule]
    highway: list[str]
    unpaved: NDArray[np.bool_]
    way: NDArray[np.int64]
    node: NDArray[np.int64]
    node_ids: NDArray[np.str_]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    blocked: NDArray[np.bool_]


@dataclass(frozen=True)
class Climb:
    """What grades need: metres above the sea, who travels, and which ways run over bridges or through tunnels."""

    elevation: Raster
    profile: Profile
    spanning: NDArray[np.bool_]


def assemble(
    drawn: Drawn,
    *,
    remarks: list[tuple[str, str, str]],
    notes: dict[str, float],
    climb: Climb | None = None,
    **about: Any,
) -> RoadNetwork:
    """Cut ways at junctions and time the pieces.

    Parameters
    ----------
    drawn
        The ways.
    remarks, notes
        What the reader found so far; both are completed here.
    climb
        Given, grades lengthen the minutes of roads, not of ferries.
    **about
        The other fields of `RoadNetwork`.

    Notes
    -----
    Only ways that share a node meet: a bridge over a road has no junction with it. A piece that comes back to its own
    start is cut in its middle, so that points along it can be placed. Minutes are whole milliseconds.
    """
    # A node that stands twice in a row is one point; what the source lacks leaves a gap.
    ways, nodes = drawn.way[drawn.node >= 0], drawn.node[drawn.node >= 0]
    at = np.flatnonzero(drawn.node >= 0)
    joined = (ways[1:] == ways[:-1]) & (at[1:] == at[:-1] + 1)
    repeated = np.concatenate([[False], joined & (nodes[1:] == nodes[:-1])]) if len(nodes) else np.empty(0, bool)
    ways, nodes = ways[~repeated], nodes[~repeated]
    gap = np.cumsum(np.concatenate([[0], ~joined]))[~repeated] if len(at) else np.empty(0, dtype=np.int64)
    ways, nodes, gap, node_ids, lon, lat = _end_at_blocks(drawn, ways, nodes, gap)
    link = np.flatnonzero(gap[1:] == gap[:-1])
    cuts = _cuts(nodes, gap, link)
    first, last, tail_of = _pieces(cuts, link)
    for _ in range(2):
        # Loops are cut in their middle; a second turn cuts what the first one left as a loop of two.
        loop = np.flatnonzero((nodes[first] == nodes[last]) & (last - first > 1))
        cuts[(first[loop] + last[loop]) // 2] = True
        first, last, tail_of = _pieces(cuts, link)
    points, first_point = _ranges(first, last - first + 1)
    step_m = np.zeros(len(nodes))
    here, there = nodes[link], nodes[link + 1]
    step_m[link] = projection.great_circle_m(lon[here], lat[here], lon[there], lat[there])
    length_m = np.bincount(tail_of, weights=step_m[link], minlength=len(first)).astype(float)
    owner = ways[first]
    drawn_lon, drawn_lat = lon[nodes[points]], lat[nodes[points]]
    steeper = [np.ones(len(first)), np.ones(len(first))]
    if climb is not None:
        *steeper, known = slope.climbs(
            climb.elevation, climb.profile, first_point, drawn_lon, drawn_lat, climb.spanning[owner]
        )
        notes["elevation_known_share"] = float(length_m[known].sum() / max(float(length_m.sum()), 1e-9))
    forward, backward = _minutes(
        drawn, owner, nodes[first], nodes[last], length_m, np.bincount(ways, weights=step_m), steeper
    )
    assumed = np.array([rule.assumed for rule in drawn.rules], dtype=bool)[owner]
    classes = tuple(sorted(set(drawn.highway)))
    code = {name: i for i, name in enumerate(classes)}
    km = float(length_m.sum()) / 1000.0
    used, position = np.unique(np.concatenate([nodes[first], nodes[last]]), return_inverse=True)
    notes["km"] = km
    notes["assumed_speed_share"] = float(length_m[assumed].sum()) / 1000.0 / km if km else 0.0
    network = from_pieces(
        node_ids[used],
        lon[used],
        lat[used],
        position[: len(first)],
        position[len(first) :],
        forward,
        backward,
        length_m=length_m,
        shape=(first_point, drawn_lon, drawn_lat),
        way_id=drawn.way_id[owner],
        highway=np.array([code[name] for name in drawn.highway], dtype=np.int32)[owner],
        unpaved=drawn.unpaved[owner],
        classes=classes,
        access_min_per_km=walking_min_per_km(),
        notes=notes,
        remarks=pd.DataFrame(remarks, columns=["problem", "id", "done"], dtype="str"),
        **about,
    )
    return with_parts(network)


def with_parts(network: RoadNetwork) -> RoadNetwork:
    """Add what only the whole network shows: parts cut off, and one-way streets that lead in and not out."""
    smallest = max(1, min(_PART_NODES, math.ceil(_PART_SHARE * len(network.node_ids))))
    counts = np.bincount(network.part, minlength=1)
    lost = network.node_ids[network.trapped]
    traps = pd.DataFrame(
        {
            "problem": "one-way trap",
            "id": [f"node {name}" for name in lost],
            "done": "kept: it is reached, and reaches nothing beyond",
        },
        dtype="str",
    )
    notes = {
        **network.notes,
        "parts": len(counts),
        "parts_passed_over": int((counts < smallest).sum()),
        "nodes_trapped": len(lost),
    }
    remarks = pd.concat([network.remarks, traps], ignore_index=True) if len(traps) else network.remarks
    return replace(network, notes=notes, remarks=remarks, smallest_part=smallest)


def _end_at_blocks(drawn: Drawn, ways: NDArray[Any], nodes: NDArray[Any], gap: NDArray[Any]) -> tuple[Any, ...]:
    """End the road on either side of a blocked node, each end at a node of its own."""
    blocked = drawn.blocked[nodes]
    copies = np.repeat(np.arange(len(nodes)), 1 + blocked)
    again = np.concatenate([[False], copies[1:] == copies[:-1]]) if len(copies) else np.empty(0, dtype=bool)
    # The gap counter moves on at every second copy, so that no link joins the two ends.
    gap = gap[copies] + np.cumsum(again)
    ways, nodes = ways[copies], nodes[copies]
    at = np.flatnonzero(drawn.blocked[nodes])
    old = nodes[at]
    nodes[at] = len(drawn.node_ids) + np.arange(len(at))
    ids = [f"{drawn.node_ids[n]}/{i}" for i, n in enumerate(old)]
    return (
        ways,
        nodes,
        gap,
        np.concatenate([drawn.node_ids, np.array(ids, dtype=np.str_)]) if ids else drawn.node_ids,
        np.concatenate([drawn.lon, drawn.lon[old]]),
        np.concatenate([drawn.lat, drawn.lat[old]]),
    )


def _cuts(nodes: NDArray[np.int64], gap: NDArray[np.int64], link: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say at which points a piece begins or ends: ends of runs, and nodes that stand more than once."""
    linked = np.zeros(len(nodes), dtype=bool)
    linked[link] = linked[link + 1] = True
    uses = np.bincount(nodes[linked], minlength=int(nodes.max()) + 1) if len(nodes) else np.empty(0, dtype=np.int64)
    cuts = uses[nodes] > 1
    if len(nodes):
        edge = np.flatnonzero(np.diff(gap)) + 1
        cuts[[0, -1]] = True
        cuts[edge] = cuts[edge - 1] = True
    return cuts


def _pieces(
    cuts: NDArray[np.bool_], link: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return first and last point of each piece, and the piece of each link."""
    begins = cuts[link]
    piece_of = np.cumsum(begins) - 1
    first = link[begins]
    ends = cuts[link + 1]
    return first, link[ends] + 1, piece_of


def _ranges(first: NDArray[np.int64], count: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    start = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    return np.arange(start[-1]) + np.repeat(first - start[:-1], count), start


def _minutes(
    drawn: Drawn,
    owner: NDArray[Any],
    start: NDArray[Any],
    end: NDArray[Any],
    length_m: NDArray[Any],
    whole_m: Any,
    steeper: Sequence[NDArray[np.float64]],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the minutes of each piece in both directions, inf where closed."""
    min_per_km = np.array([rule.min_per_km for rule in drawn.rules], dtype=float)
    sailing = np.array([math.nan if rule.minutes is None else rule.minutes for rule in drawn.rules], dtype=float)
    ferry = np.array([rule.ferry for rule in drawn.rules], dtype=bool)[owner]
    minutes = length_m / 1000.0 * min_per_km[owner]
    given = np.isfinite(sailing[owner]) & (whole_m[owner] > 0)
    minutes[given] = (sailing[owner] * length_m)[given] / whole_m[owner][given]
    # Half of the wait at each landing, so that a crossing that is mapped in several ways waits once.
    ashore = np.zeros(int(max(start.max(initial=0), end.max(initial=0))) + 1, dtype=bool)
    ashore[start[~ferry]] = ashore[end[~ferry]] = True
    wait = speeds.assumption("ferry_wait") / 2.0
    waiting = np.where(ferry, wait * (ashore[start].astype(float) + ashore[end]), 0.0)
    outward, homeward = (
        np.rint((minutes * np.where(ferry, 1.0, factor) + waiting) * layout.MS_PER_MINUTE) / layout.MS_PER_MINUTE
        for factor in steeper
    )
    ahead = np.array([rule.forward for rule in drawn.rules], dtype=bool)[owner]
    back = np.array([rule.backward for rule in drawn.rules], dtype=bool)[owner]
    return np.where(ahead, outward, math.inf), np.where(back, homeward, math.inf)
