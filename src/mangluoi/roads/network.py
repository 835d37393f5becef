"""The road network: nodes, directed arcs and their minutes for one profile."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mangluoi.checking import nearest
from mangluoi.errors import Complaint, InputError
from mangluoi.roads import speeds

__all__ = ["Floats", "Ints", "RoadNetwork", "from_arcs", "network_from_edges", "walking_min_per_km"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class RoadNetwork:
    """Directed arcs between nodes, with the minutes that one profile takes; all arrays are read-only.

    Parameters
    ----------
    node_ids
        Ids of the nodes, sorted; shape (nodes,).
    lon, lat
        Degrees, shape (nodes,).
    tail, head
        Positions of the arc's ends; shape (arcs,), sorted by tail, then head, each pair at most once.
    minutes
        Minutes along the arc, shape (arcs,).
    length_m
        Metres along the arc, NaN where not known; shape (arcs,).
    profile
        Who travels, such as "motorbike"; None where the maker of the network did not say.
    access_min_per_km
        Minutes per straight kilometre between a point and the network.
    estimated
        Whether the network is an estimate and not a map of real roads.
    source
        Where it comes from.
    notes
        Counts of what was assumed, skipped or repaired on the way.
    """

    node_ids: NDArray[np.str_]
    lon: Floats
    lat: Floats
    tail: Ints
    head: Ints
    minutes: Floats
    length_m: Floats
    profile: str | None
    access_min_per_km: float
    estimated: bool = False
    source: str = ""
    notes: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for array in (self.node_ids, self.lon, self.lat, self.tail, self.head, self.minutes, self.length_m):
            array.setflags(write=False)
        object.__setattr__(self, "notes", MappingProxyType(dict(self.notes)))

    def __repr__(self) -> str:
        kind = "estimated, " if self.estimated else ""
        return f"<RoadNetwork: {kind}{self.profile}, {len(self.node_ids):,} nodes, {len(self.tail):,} arcs>"

    def positions(self, ids: pd.Series) -> NDArray[np.intp]:
        """Return the positions of node ids, -1 for an id that is not a node."""
        return np.asarray(pd.Index(self.node_ids).get_indexer(pd.Index(ids)), dtype=np.intp)


def walking_min_per_km() -> float:
    """Return the minutes that a straight kilometre off the network takes on foot, detour included."""
    return 60.0 * speeds.assumption("access_detour") / speeds.assumption("access_kph")


def from_arcs(
    node_ids: NDArray[np.str_],
    lon: Floats,
    lat: Floats,
    tail: NDArray[np.integer[Any]],
    head: NDArray[np.integer[Any]],
    minutes: Floats,
    length_m: Floats,
    **about: Any,
) -> RoadNetwork:
    """Build a network from directed arcs in any order; of parallel arcs the quickest stays, loops fall away.

    Parameters
    ----------
    node_ids, lon, lat, tail, head, minutes, length_m
        As in `RoadNetwork`, in any order.
    **about
        The other fields of `RoadNetwork`.
    """
    by_id = np.argsort(node_ids, kind="stable")
    rank = np.empty(len(by_id), dtype=np.int32)
    rank[by_id] = np.arange(len(by_id), dtype=np.int32)
    tails, heads = rank[tail], rank[head]
    # The length is the last key, so that which of two equally quick arcs stays does not hang on the order of rows.
    order = np.lexsort((length_m, minutes, heads, tails))
    tails, heads = tails[order], heads[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (tails[1:] != tails[:-1]) | (heads[1:] != heads[:-1])
    keep = first & (tails != heads)
    return RoadNetwork(
        node_ids=node_ids[by_id],
        lon=np.ascontiguousarray(lon[by_id]),
        lat=np.ascontiguousarray(lat[by_id]),
        tail=np.ascontiguousarray(tails[keep]),
        head=np.ascontiguousarray(heads[keep]),
        minutes=np.ascontiguousarray(minutes[order][keep]),
        length_m=np.ascontiguousarray(length_m[order][keep]),
        **about,
    )


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
    found = _missing_columns(nodes, ("node_id", "lon", "lat"), (), "nodes")
    found += _missing_columns(edges, ("from_node", "to_node", "minutes"), ("length_m", "oneway"), "edges")
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
        oneway, found_oneway = _flags(edges["oneway"], "edges", "oneway")
        found += found_oneway
    if found:
        raise InputError(found)
    back = ~oneway
    return from_arcs(
        ids.to_numpy(dtype=np.str_),
        lon,
        lat,
        np.concatenate([ends[0], ends[1][back]]),
        np.concatenate([ends[1], ends[0][back]]),
        np.concatenate([minutes, minutes[back]]),
        np.concatenate([length_m, length_m[back]]),
        profile=profile,
        access_min_per_km=walking_min_per_km(),
        source=source,
    )


def texts(values: pd.Series) -> pd.Series:
    """Return ids as text on a fresh index; a missing one stays missing."""
    plain = values.reset_index(drop=True)
    return plain.where(plain.isna(), plain.astype(str)).astype(object)


def numbers(
    values: pd.Series, sheet: str, column: str, *, low: float, high: float = math.inf, required: bool = True
) -> tuple[Floats, list[Complaint]]:
    """Return a column as floats, and a complaint for each value that is missing, no number or out of range."""
    plain = values.reset_index(drop=True)
    number = pd.to_numeric(plain, errors="coerce").astype(float)
    number = number.where(np.isfinite(number))
    found = complain(plain.isna(), "missing_value", sheet, column, plain) if required else []
    found += complain(plain.notna() & number.isna(), "not_a_number", sheet, column, plain)
    below = "negative" if low == 0 else "below_range"
    found += complain(number < low, below, sheet, column, plain, low=low)
    found += complain(number > high, "above_range", sheet, column, plain, high=high)
    return np.asarray(number.to_numpy(), dtype=np.float64), found


def _flags(values: pd.Series, sheet: str, column: str) -> tuple[NDArray[np.bool_], list[Complaint]]:
    plain = values.reset_index(drop=True)
    known = plain.isin([True, False, 0, 1]).astype(bool)
    return plain.where(known, False).astype(bool).to_numpy(), complain(~known, "not_yes_no", sheet, column, plain)


def duplicates(ids: pd.Series, sheet: str, column: str) -> list[Complaint]:
    """Return a complaint for every id that stands a second time."""
    first = {value: row for row, value in reversed(list(enumerate(ids, start=2)))}
    again = ids.notna() & ids.duplicated()
    return [
        Complaint("duplicate_key", None, sheet, int(i) + 2, column, ids[i], {"first": first[ids[i]]})
        for i in np.flatnonzero(again.to_numpy())
    ]


def complain(wrong: Any, problem: str, sheet: str, column: str, values: pd.Series, **details: Any) -> list[Complaint]:
    """Return one complaint for each row that is wrong."""
    rows = np.flatnonzero(np.asarray(wrong, dtype=bool))
    return [
        Complaint(problem, None, sheet, int(i) + 2, column, None if pd.isna(values[i]) else values[i], details)
        for i in rows
    ]


def _missing_columns(
    frame: pd.DataFrame, required: tuple[str, ...], optional: tuple[str, ...], sheet: str
) -> list[Complaint]:
    found = [
        Complaint("missing_column", sheet=sheet, details={"expected": name})
        for name in required
        if name not in frame.columns
    ]
    known = [*required, *optional]
    for name in (str(n) for n in frame.columns if n not in known):
        # A further column may hold what the caller keeps beside; one that looks like a known name is a slip.
        alike = nearest(name, known)
        if alike is not None and alike not in frame.columns:
            found.append(Complaint("unknown_column", None, sheet, None, name, details={"nearest": alike}))
    return found
