"""The nearest road of a point: straight segments in metres, in a grid."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from mangluoi import projection
from mangluoi.roads.layout import hilbert_order

__all__ = ["Foot", "Segments", "lay_segments", "nearest_foot"]

_jit = numba.njit(cache=True, nogil=True, boundscheck=False)


@dataclass(frozen=True)
class Foot:
    """The point of the network nearest to each given point.

    Parameters
    ----------
    piece
        The piece it lies on, -1 where a single node is nearest (see `node`) or there is none.
    node
        The node, where no piece is nearest, otherwise -1.
    along
        How far along the piece, from 0 at its start to 1 at its end.
    distance_m
        Metres between the point and its foot; inf where there is none.
    x, y
        The foot, in the metres of `Segments.crs`.
    """

    piece: NDArray[np.int64]
    node: NDArray[np.int64]
    along: NDArray[np.float64]
    distance_m: NDArray[np.float64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]


@dataclass(frozen=True)
class Segments:
    """Straight segments in metres, and the grid cells that they cross.

    Parameters
    ----------
    crs
        The reference system in metres.
    ends
        x and y of both ends; shape (segments, 4).
    piece
        The piece of each segment; a single node i stands as a segment of no length with the piece -1 - i.
    before_m
        Metres from the start of the piece to the segment.
    length_of_piece
        Metres of each piece along its drawn line; shape (pieces,).
    low, cell_m, shape
        The grid: its lower left corner, the side of a cell, and how many cells stand along x and y.
    first, member
        The segments of each cell, as one list and where each cell's part begins.
    """

    crs: str
    ends: NDArray[np.float64]
    piece: NDArray[np.int64]
    before_m: NDArray[np.float64]
    length_of_piece: NDArray[np.float64]
    low: NDArray[np.float64]
    cell_m: float
    shape: tuple[int, int]
    first: NDArray[np.int64]
    member: NDArray[np.int32]


def lay_segments(
    first_point: NDArray[np.int64],
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    usable: NDArray[np.bool_],
    alone: NDArray[np.int64],
    node_lon: NDArray[np.float64],
    node_lat: NDArray[np.float64],
) -> Segments:
    """Lay the segments of usable pieces, and the nodes that stand alone, into a grid."""
    crs = projection.metres_crs(node_lon)
    x, y = projection.to_metres(lon, lat, crs)
    counts = np.diff(first_point)
    owner = np.repeat(np.arange(len(counts)), counts)
    here = np.flatnonzero((owner[1:] == owner[:-1]) & usable[owner[1:]]) if len(owner) else np.empty(0, dtype=np.int64)
    ends = np.column_stack([x[here], y[here], x[here + 1], y[here + 1]])
    piece = owner[here].astype(np.int64)
    length = np.hypot(ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1])
    whole = np.bincount(piece, weights=length, minlength=len(counts)).astype(float)
    total = np.concatenate([[0.0], np.cumsum(length)])
    start = np.concatenate([[0], np.cumsum(np.bincount(piece, minlength=len(counts)))])
    before = total[:-1] - total[start[piece]]
    alone_x, alone_y = projection.to_metres(node_lon[alone], node_lat[alone], crs)
    ends = np.ascontiguousarray(np.vstack([ends, np.column_stack([alone_x, alone_y, alone_x, alone_y])]))
    piece = np.concatenate([piece, -1 - alone])
    before = np.concatenate([before, np.zeros(len(alone))])
    low, cell_m, shape = _grid(ends)
    cells, member = _cells(ends, low, cell_m, shape[0], shape[1])
    return Segments(crs, ends, piece, before, whole, low, cell_m, shape, cells, member)


def _grid(ends: NDArray[np.float64]) -> tuple[NDArray[np.float64], float, tuple[int, int]]:
    """Choose about one cell per segment, none smaller than 25 m."""
    if not len(ends):
        return np.zeros(2), 1.0, (1, 1)
    low = np.minimum(ends[:, :2].min(axis=0), ends[:, 2:].min(axis=0))
    span = np.maximum(ends[:, :2].max(axis=0), ends[:, 2:].max(axis=0)) - low
    area = max(float(span[0]) * float(span[1]), float(span.max()) * 25.0)
    cell_m = max(25.0, math.sqrt(area / min(len(ends), 4_000_000)))
    return low, cell_m, (int(span[0] // cell_m) + 1, int(span[1] // cell_m) + 1)


@_jit
def _crosses(ends: Any, i: int, middle_x: float, middle_y: float, reach: float) -> bool:
    """Say whether a segment comes within `reach` of the middle of a cell."""
    dx = ends[i, 2] - ends[i, 0]
    dy = ends[i, 3] - ends[i, 1]
    square = dx * dx + dy * dy
    t = 0.0
    if square > 0.0:
        t = min(1.0, max(0.0, ((middle_x - ends[i, 0]) * dx + (middle_y - ends[i, 1]) * dy) / square))
    off_x = ends[i, 0] + t * dx - middle_x
    off_y = ends[i, 1] + t * dy - middle_y
    return bool(off_x * off_x + off_y * off_y <= reach * reach)


@_jit
def _cells(ends: Any, low: Any, cell_m: float, across: int, up: int) -> Any:
    """List the segments of every cell: count first, then fill."""
    first = np.zeros(across * up + 1, np.int64)
    member = np.empty(0, np.int32)
    # A segment crosses a cell only if it comes within half the cell's diagonal of its middle.
    reach = cell_m * 0.70711 + 1e-6
    for turn in range(2):
        for i in range(len(ends)):
            left = int((min(ends[i, 0], ends[i, 2]) - low[0]) // cell_m)
            right = int((max(ends[i, 0], ends[i, 2]) - low[0]) // cell_m)
            bottom = int((min(ends[i, 1], ends[i, 3]) - low[1]) // cell_m)
            top = int((max(ends[i, 1], ends[i, 3]) - low[1]) // cell_m)
            for row in range(bottom, top + 1):
                for column in range(left, right + 1):
                    x = low[0] + (column + 0.5) * cell_m
                    y = low[1] + (row + 0.5) * cell_m
                    if left == right or bottom == top or _crosses(ends, i, x, y, reach):
                        cell = row * across + column
                        if turn == 0:
                            first[cell + 1] += 1
                        else:
                            member[first[cell]] = i
                            first[cell] += 1
        if turn == 0:
            for cell in range(across * up):
                first[cell + 1] += first[cell]
            member = np.empty(first[-1], np.int32)
    # Filling has moved every start to the start of the next cell.
    for cell in range(across * up, 0, -1):
        first[cell] = first[cell - 1]
    first[0] = 0
    return first, member


@_jit
def _nearest(
    x: Any, y: Any, ends: Any, low: Any, cell_m: float, across: int, up: int, first: Any, member: Any, limit_m: float
) -> Any:
    """Search the cells around each point in growing rings; of equally near segments the first one counts."""
    found = np.full(len(x), -1, np.int64)
    part = np.zeros(len(x))
    square_m = np.full(len(x), np.inf)
    for p in range(len(x)):
        column = int((x[p] - low[0]) // cell_m)
        row = int((y[p] - low[1]) // cell_m)
        # Outside the grid, the first ring that can hold anything is the one that touches it.
        ring = max(0, -column, column - across + 1, -row, row - up + 1)
        last = max(abs(column), abs(column - across), abs(row), abs(row - up)) + 1
        while ring <= last:
            for j in range(max(0, row - ring), min(up - 1, row + ring) + 1):
                edge = j == row - ring or j == row + ring
                i = column - ring
                while i <= column + ring:
                    if 0 <= i < across:
                        cell = j * across + i
                        for place in range(first[cell], first[cell + 1]):
                            s = member[place]
                            dx = ends[s, 2] - ends[s, 0]
                            dy = ends[s, 3] - ends[s, 1]
                            square = dx * dx + dy * dy
                            t = 0.0
                            if square > 0.0:
                                t = ((x[p] - ends[s, 0]) * dx + (y[p] - ends[s, 1]) * dy) / square
                                t = min(1.0, max(0.0, t))
                            off_x = ends[s, 0] + t * dx - x[p]
                            off_y = ends[s, 1] + t * dy - y[p]
                            off = off_x * off_x + off_y * off_y
                            if off < square_m[p] or (off == square_m[p] and s < found[p]):
                                square_m[p] = off
                                found[p] = s
                                part[p] = t
                    if edge or ring == 0:
                        i += 1
                    else:
                        i += 2 * ring
            # Whatever lies in a farther ring is at least this far away.
            if ring * cell_m > limit_m or (found[p] >= 0 and square_m[p] <= (ring * cell_m) ** 2):
                break
            ring += 1
    return found, part, np.sqrt(square_m)


def nearest_foot(
    segments: Segments, lon: NDArray[np.float64], lat: NDArray[np.float64], *, search_m: float = math.inf
) -> Foot:
    """Find the nearest point of the network for points in degrees, as far as `search_m`; beyond, there is none."""
    x, y = projection.to_metres(lon, lat, segments.crs)
    across, up = segments.shape
    found, part, distance = np.empty(len(x), dtype=np.int64), np.empty(len(x)), np.empty(len(x))
    # Points near each other find their segments still in the cache: a fifth of the time.
    order = hilbert_order(x, y)
    found[order], part[order], distance[order] = _nearest(
        x[order], y[order], segments.ends, segments.low, segments.cell_m, across, up, segments.first, segments.member,
        search_m,
    )  # fmt: skip
    found[distance > search_m] = -1
    distance[distance > search_m] = math.inf
    if not len(segments.ends):
        none = np.full(len(x), -1, dtype=np.int64)
        return Foot(none, none, np.zeros(len(x)), distance, x, y)
    ends = segments.ends[found]
    step = ends[:, 2:] - ends[:, :2]
    foot = ends[:, :2] + part[:, None] * step
    # A point without a foot takes the last segment for a moment, and is unmarked at the end.
    owner = segments.piece[found]
    # A node that stands alone has no piece, and takes the nothing at the end.
    whole = np.append(segments.length_of_piece, 0.0)[np.maximum(owner, -1)]
    metres = segments.before_m[found] + part * np.hypot(step[:, 0], step[:, 1])
    along = np.clip(np.divide(metres, whole, out=np.zeros(len(x)), where=whole > 0), 0.0, 1.0)
    piece = np.where((owner >= 0) & (found >= 0), owner, -1)
    node = np.where((owner < 0) & (found >= 0), -1 - owner, -1)
    return Foot(piece, node, along, distance, foot[:, 0], foot[:, 1])
