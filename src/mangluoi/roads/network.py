"""The road network: nodes, the roads between them, and the minutes that one profile takes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, Generic, TypeVar, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from mangluoi.roads import arcs, layout, metric, segments, speeds
from mangluoi.roads import hierarchy as contraction_order

__all__ = [
    "Floats",
    "Ints",
    "Pieces",
    "RoadNetwork",
    "arcs_of",
    "from_pieces",
    "walking_min_per_km",
]

Made = TypeVar("Made")
Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Pieces:
    """Roads between two nodes, as they are drawn; all arrays are of shape (pieces,) unless said otherwise.

    Parameters
    ----------
    start, end
        Positions of the nodes at both ends.
    forward, backward
        Minutes from start to end, and back; inf where that direction is closed.
    length_m
        Metres along the piece, NaN where not known.
    first_point
        Where the points of each piece begin; shape (pieces + 1,).
    lon, lat
        Degrees of the points of all pieces, both ends included; shape (points,).
    way_id
        The id of the road in its source, -1 where it has none.
    highway
        Position in `classes`.
    unpaved
        Whether the source says so.
    classes
        The names of the highway classes.
    """

    start: Ints
    end: Ints
    forward: Floats
    backward: Floats
    length_m: Floats
    first_point: NDArray[np.int64]
    lon: Floats
    lat: Floats
    way_id: NDArray[np.int64]
    highway: Ints
    unpaved: NDArray[np.bool_]
    classes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.start)

    def take(self, which: NDArray[Any]) -> Pieces:
        """Return some pieces, in the order of the positions given."""
        counts = np.diff(self.first_point)[which]
        first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        points = np.arange(first[-1]) + np.repeat(self.first_point[:-1][which] - first[:-1], counts)
        return replace(
            self,
            **{n: getattr(self, n)[which] for n in _PER_PIECE},
            first_point=first,
            lon=self.lon[points],
            lat=self.lat[points],
        )


_PER_PIECE = ("start", "end", "forward", "backward", "length_m", "way_id", "highway", "unpaved")


def no_remarks() -> pd.DataFrame:
    """Return the empty table of remarks."""
    return pd.DataFrame({"problem": [], "id": [], "done": []}, dtype="str")


class _Drawn(Generic[Made]):
    """Something made of the roads alone: when it is first needed, and once for all networks of other minutes."""

    def __init__(self, make: Callable[[Any], Made]) -> None:
        self.make, self.name, self.__doc__ = make, make.__name__, make.__doc__

    def __get__(self, network: Any, _owner: type) -> Made:
        if network is None:
            return cast("Made", self)
        made: dict[str, Any] = network._made
        if self.name not in made:
            made[self.name] = self.make(network)
        return cast("Made", made[self.name])


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
    arc_piece
        The piece that each arc runs along; shape (arcs,).
    pieces
        The roads as they are drawn. Of several pieces between two nodes the arc is the quickest.
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
    remarks
        What was found in the source and what was done about it, one line each: columns problem, id, done.
    smallest_part
        A part of the network with fewer nodes, cut off from the rest, is a slip of the map: points are not put on it.
    hierarchy
        The contraction order, where `prepare` has made one.
    """

    node_ids: NDArray[np.str_]
    lon: Floats
    lat: Floats
    tail: Ints
    head: Ints
    minutes: Floats
    length_m: Floats
    arc_piece: Ints
    pieces: Pieces
    profile: str | None
    access_min_per_km: float
    estimated: bool = False
    source: str = ""
    notes: Mapping[str, float] = field(default_factory=dict)
    remarks: pd.DataFrame = field(default_factory=no_remarks)
    smallest_part: int = 1
    hierarchy: contraction_order.Hierarchy | None = None
    _made: dict[str, Any] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        for owner in (self, self.pieces):
            for array in vars(owner).values():
                if isinstance(array, np.ndarray):
                    array.setflags(write=False)
        object.__setattr__(self, "notes", MappingProxyType(dict(self.notes)))

    def __repr__(self) -> str:
        kind = "estimated, " if self.estimated else ""
        profile = "" if self.profile is None else f"{self.profile}, "
        return f"<RoadNetwork: {kind}{profile}{len(self.node_ids):,} nodes, {len(self.tail):,} arcs>"

    def __getstate__(self) -> dict[str, Any]:
        names = {f.name for f in fields(self) if f.init}
        return {k: dict(v) if k == "notes" else v for k, v in vars(self).items() if k in names}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, _made={})
        self.__post_init__()

    @_Drawn
    def layout(self) -> layout.Layout:
        """Return the graph as the searches want it."""
        return layout.lay_out(self.lon, self.lat, self.tail, self.head)

    @cached_property
    def ms(self) -> Ints | None:
        """The minutes of the arcs in whole milliseconds; None where some are not whole."""
        return layout.whole_ms(self.minutes)

    @_Drawn
    def contraction(self) -> contraction_order.Hierarchy:
        """Return the contraction order: the one given, or a quick one."""
        return self.ordered(quick=True) if self.hierarchy is None else self.hierarchy

    def ordered(self, *, quick: bool = False) -> contraction_order.Hierarchy:
        """Return a new contraction order; a quick one is made sooner and serves a little worse."""
        x = self.lon * np.cos(np.radians(self.lat))
        return contraction_order.build(x, self.lat, self.tail, self.head, quick=quick)

    @_Drawn
    def slots(self) -> NDArray[np.int32] | None:
        """Return where the arcs stand on the contraction order; None where a road is new to it."""
        order = self.contraction
        slots, known = metric.locate(order.first, order.upper, order.rank, self.tail, self.head)
        return np.asarray(slots) if known else None

    @cached_property
    def metric(self) -> metric.Metric | None:
        """The minutes on the contraction order; None where they are no whole milliseconds or a road is new to it."""
        if self.ms is None or self.slots is None:
            return None
        return metric.customize(self.contraction, self.slots, self.ms)

    @property
    def contracted(self) -> bool:
        """Whether a contraction order is at hand."""
        return self.hierarchy is not None or "contraction" in self._made

    @_Drawn
    def part(self) -> NDArray[np.int32]:
        """Return the part, counted from 0, that each node belongs to (one-way streets count both ways)."""
        size = len(self.node_ids)
        graph = csr_array((np.ones(len(self.tail), dtype=np.int8), (self.tail, self.head)), shape=(size, size))
        return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int32)

    @_Drawn
    def trapped(self) -> NDArray[np.int64]:
        """Return nodes that can be entered from the largest part of the network and never be left for it again."""
        size = len(self.node_ids)
        if not size:
            return np.empty(0, dtype=np.int64)
        graph = csr_array((np.ones(len(self.tail), dtype=np.int8), (self.tail, self.head)), shape=(size, size))
        strong = connected_components(graph, directed=True, connection="strong")[1]
        main = strong == np.bincount(strong).argmax()
        entered = np.zeros(size, dtype=bool)
        entered[breadth_first_order(graph, int(np.flatnonzero(main)[0]), return_predecessors=False)] = True
        return np.flatnonzero(entered & ~main)

    @_Drawn
    def segments(self) -> segments.Segments:
        """Return the straight segments that points are snapped to."""
        nodes_of_part = np.bincount(self.part, minlength=1)
        usable = nodes_of_part[self.part] >= self.smallest_part
        alone = np.ones(len(self.node_ids), dtype=bool)
        alone[self.pieces.start] = alone[self.pieces.end] = False
        return segments.lay_segments(
            self.pieces.first_point,
            self.pieces.lon,
            self.pieces.lat,
            usable[self.pieces.start],
            np.flatnonzero(alone & usable),
            self.lon,
            self.lat,
        )

    def retimed(self, forward: Floats, backward: Floats, **notes: float) -> RoadNetwork:
        """Return the same roads with other minutes (inf: closed), by piece; what is made of the roads stays.

        The contraction order stays even where roads are closed.
        """
        pieces = replace(self.pieces, forward=forward, backward=backward)
        tail, head, minutes, length_m, arc_piece = arcs_of(pieces, len(self.node_ids))
        changed = replace(
            self,
            pieces=pieces,
            tail=tail,
            head=head,
            minutes=minutes,
            length_m=length_m,
            arc_piece=arc_piece,
            notes={**self.notes, **notes},
            hierarchy=self.contraction if self.contracted else None,
        )
        if np.array_equal(tail, self.tail) and np.array_equal(head, self.head):
            vars(changed)["_made"] = vars(self)["_made"]
        return changed

    def positions(self, ids: pd.Series) -> NDArray[np.intp]:
        """Return the positions of node ids, -1 for an id that is not a node."""
        return np.asarray(pd.Index(self.node_ids).get_indexer(pd.Index(ids)), dtype=np.intp)


def walking_min_per_km() -> float:
    """Return the minutes that a straight kilometre off the network takes on foot, detour included."""
    return 60.0 * speeds.assumption("access_detour") / speeds.assumption("access_kph")


def from_pieces(
    node_ids: NDArray[np.str_],
    lon: Floats,
    lat: Floats,
    start: NDArray[Any],
    end: NDArray[Any],
    forward: Floats,
    backward: Floats,
    *,
    length_m: Floats | None = None,
    shape: tuple[NDArray[np.int64], Floats, Floats] | None = None,
    way_id: NDArray[np.int64] | None = None,
    highway: NDArray[Any] | None = None,
    unpaved: NDArray[np.bool_] | None = None,
    classes: tuple[str, ...] = (),
    **about: Any,
) -> RoadNetwork:
    """Build a network from pieces in any order.

    Parameters
    ----------
    node_ids, lon, lat
        The nodes, in any order.
    start, end, forward, backward, length_m, way_id, highway, unpaved, classes
        As in `Pieces`; what is not given is not known.
    shape
        first_point, lon and lat of `Pieces`; without it, pieces are straight.
    **about
        The other fields of `RoadNetwork`.
    """
    by_id = np.argsort(node_ids, kind="stable")
    rank = np.empty(len(by_id), dtype=np.int32)
    rank[by_id] = np.arange(len(by_id), dtype=np.int32)
    node_ids, lon, lat = node_ids[by_id], np.ascontiguousarray(lon[by_id]), np.ascontiguousarray(lat[by_id])
    count = len(start)
    start, end = rank[start], rank[end]
    length_m = np.full(count, math.nan) if length_m is None else length_m
    way_id = np.full(count, -1, dtype=np.int64) if way_id is None else way_id
    if shape is None:
        both = np.column_stack([start, end]).reshape(-1)
        shape = np.arange(count + 1, dtype=np.int64) * 2, lon[both], lat[both]
    raw = Pieces(
        start,
        end,
        np.asarray(forward, dtype=float),
        np.asarray(backward, dtype=float),
        np.asarray(length_m, dtype=float),
        *shape,
        way_id,
        np.zeros(count, dtype=np.int32) if highway is None else np.asarray(highway, dtype=np.int32),
        np.zeros(count, dtype=bool) if unpaved is None else unpaved,
        classes,
    )
    # One order of pieces whatever the order of rows was, so that ties are broken alike.
    pieces = raw.take(np.lexsort((raw.length_m, raw.way_id, raw.backward, raw.forward, end, start)))
    tail, head, minutes, arc_length_m, arc_piece = arcs_of(pieces, len(node_ids))
    return RoadNetwork(node_ids, lon, lat, tail, head, minutes, arc_length_m, arc_piece, pieces, **about)


def arcs_of(pieces: Pieces, size: int) -> tuple[Ints, Ints, Floats, Floats, Ints]:
    """Return the arcs of pieces between `size` nodes: tail, head, minutes, metres and piece."""
    tail, head, minutes, piece = arcs.quickest(pieces.start, pieces.end, pieces.forward, pieces.backward, size)
    return tail, head, minutes, pieces.length_m[piece], piece
