"""A road network from two tables: nodes, and edges with minutes."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from mangluoi.errors import InputError
from mangluoi.roads.columns import complain, duplicates, flags, missing_columns, numbers, texts
from mangluoi.roads.network import RoadNetwork, from_pieces, walking_min_per_km

__all__ = ["network_from_edges"]


def network_from_edges(
    nodes: pd.DataFrame, edges: pd.DataFrame, *, profile: str | None = None, source: str = ""
) -> RoadNetwork:
    """Build a network from two tables.

    Parameters
    ----------
    nodes
        Columns node_id, lon, lat (degrees).
    edges
        Columns from_node, to_node, minutes, and optionally length_m and oneway. An edge runs both ways unless
        `oneway` is true. Of parallel edges the quickest counts.
    profile
        Who the minutes are for; becomes the mode of travel times.
    source
        Where the tables come from.

    Returns
    -------
    RoadNetwork

    Raises
    ------
    InputError
        With every missing column or value, negative time, unknown node and duplicated node id.
    """
    found = missing_columns(nodes, ("node_id", "lon", "lat"), (), "nodes")
    found += missing_columns(edges, ("from_node", "to_node", "minutes"), ("length_m", "oneway"), "edges")
    if found:
        raise InputError(found)
    ids = texts(nodes["node_id"])
    found += complain(ids.isna(), "missing_value", "nodes", "node_id", ids)
    lon, found_lon = numbers(nodes["lon"], "nodes", "lon", low=-180, high=180)
    lat, found_lat = numbers(nodes["lat"], "nodes", "lat", low=-90, high=90)
    found += found_lon + found_lat + duplicates(ids, "nodes", "node_id")
    index = pd.Index(ids.drop_duplicates())
    ends = []
    for column in ("from_node", "to_node"):
        end = texts(edges[column])
        place = index.get_indexer(pd.Index(end))
        found += complain(end.isna(), "missing_value", "edges", column, end)
        found += complain(end.notna() & (place < 0), "unknown_reference", "edges", column, end, target="nodes.node_id")
        ends.append(place)
    minutes, found_minutes = numbers(edges["minutes"], "edges", "minutes", low=0)
    length_m = np.full(len(edges), math.nan)
    found += found_minutes
    if "length_m" in edges:
        length_m, found_length = numbers(edges["length_m"], "edges", "length_m", low=0, required=False)
        found += found_length
    oneway = np.zeros(len(edges), dtype=bool)
    if "oneway" in edges:
        oneway, found_oneway = flags(edges["oneway"], "edges", "oneway")
        found += found_oneway
    if found:
        raise InputError(found)
    return from_pieces(
        ids.to_numpy(dtype=np.str_),
        lon,
        lat,
        ends[0],
        ends[1],
        minutes,
        np.where(oneway, math.inf, minutes),
        length_m=length_m,
        profile=profile,
        access_min_per_km=walking_min_per_km(),
        source=source,
    )
