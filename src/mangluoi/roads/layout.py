"""How a graph lies in memory for the searches: nodes along a Hilbert curve, arcs by tail, whole milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

__all__ = [
    "DECIMALS", "FAR_MS", "MS_PER_MINUTE", "Arcs", "Layout", "counted_order", "hilbert_order", "lay_out", "whole_ms",
]  # fmt: skip

MS_PER_MINUTE = 60_000
#: Sums of minutes differ in their last bits by the order of adding; rounded so, 30 means 30.
DECIMALS = 9
# The curve runs through 2^16 × 2^16 cells.
_BITS = 16
_SIDE = 1 << _BITS

_jit = numba.njit(cache=True, nogil=True, boundscheck=False)

#: The mark of an unreached node; two of it do not overflow an int32.
FAR_MS = 2**30 - 1


@dataclass(frozen=True)
class Arcs:
    """Arcs by tail: those of node i stand at first[i]:first[i + 1]; `arc` names them in the network's own order."""

    first: NDArray[np.int64]
    head: NDArray[np.int32]
    arc: NDArray[np.int64]


@dataclass(frozen=True)
class Layout:
    """A graph laid out for searching.

    Parameters
    ----------
    rank
        Where each node of the network stands in the layout.
    out, into
        The arcs by tail, and reversed by head.
    """

    rank: NDArray[np.int32]
    out: Arcs
    into: Arcs


def hilbert_order(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the order of points along a Hilbert curve, so that near nodes share cache lines (2–7 × faster)."""
    if not len(x):
        return np.empty(0, dtype=np.int64)
    span = max(float(np.ptp(x)), float(np.ptp(y))) or 1.0
    along = _along_curve(x, y, float(x.min()), float(y.min()), span)
    order: NDArray[np.int64] = counted_order(
        along >> _BITS, _SIDE, counted_order(along & (_SIDE - 1), _SIDE, np.arange(len(x)))
    )
    return order


@_jit
def _along_curve(x: Any, y: Any, low_x: float, low_y: float, span: float) -> Any:
    """Return how far along the curve each point's cell comes."""
    along = np.empty(len(x), np.int64)
    for point in range(len(x)):
        i = int((x[point] - low_x) / span * (_SIDE - 1))
        j = int((y[point] - low_y) / span * (_SIDE - 1))
        total = 0
        step = _SIDE >> 1
        while step > 0:
            right = (i & step) > 0
            upper = (j & step) > 0
            total += step * step * ((3 * right) ^ upper)
            if not upper:
                if right:
                    i, j = _SIDE - 1 - i, _SIDE - 1 - j
                i, j = j, i
            step >>= 1
        along[point] = total
    return along


@_jit
def counted_order(keys: Any, size: int, before: Any) -> Any:
    """Return the stable order of keys below `size`, starting from another order."""
    start = np.zeros(size + 1, np.int64)
    for key in keys:
        start[key + 1] += 1
    for key in range(size):
        start[key + 1] += start[key]
    order = np.empty(len(keys), np.int64)
    for at in before:
        order[start[keys[at]]] = at
        start[keys[at]] += 1
    return order


def lay_out(x: NDArray[np.float64], y: NDArray[np.float64], tail: NDArray[np.int32], head: NDArray[np.int32]) -> Layout:
    """Lay out a graph with arcs sorted by tail; x and y only decide the order of nodes in memory."""
    rank, *both = _arranged(hilbert_order(x, y), tail, head)
    return Layout(rank, Arcs(*both[:3]), Arcs(*both[3:]))


@_jit
def _arranged(order: Any, tail: Any, head: Any) -> Any:
    """Return the rank of every node, and the arcs both ways round; arcs come sorted by tail."""
    size = len(order)
    rank = np.empty(size, np.int32)
    for place in range(size):
        rank[order[place]] = place
    start = np.zeros(size + 1, np.int64)
    into_first = np.zeros(size + 1, np.int64)
    for arc in range(len(tail)):
        start[tail[arc] + 1] += 1
        into_first[rank[head[arc]] + 1] += 1
    for node in range(size):
        start[node + 1] += start[node]
        into_first[node + 1] += into_first[node]
    first = np.zeros(size + 1, np.int64)
    heads = np.empty(len(tail), np.int32)
    arcs = np.empty(len(tail), np.int64)
    tails = np.empty(len(tail), np.int32)
    into_arcs = np.empty(len(tail), np.int64)
    put = 0
    for place in range(size):
        node = order[place]
        for arc in range(start[node], start[node + 1]):
            other = rank[head[arc]]
            heads[put] = other
            arcs[put] = arc
            put += 1
            tails[into_first[other]] = place
            into_arcs[into_first[other]] = arc
            into_first[other] += 1
        first[place + 1] = put
    # Filling has moved every start to the next one's place.
    for place in range(size, 0, -1):
        into_first[place] = into_first[place - 1]
    into_first[0] = 0
    return rank, first, heads, arcs, into_first, tails, into_arcs


def whole_ms(minutes: NDArray[np.float64]) -> NDArray[np.int32] | None:
    """Return whole milliseconds, or None where some are not: a caller's own minutes are searched as they are."""
    ms = minutes * MS_PER_MINUTE
    whole = np.rint(ms)
    exact = bool(np.all(np.abs(ms - whole) < 1e-6) and np.all(whole < FAR_MS))
    return whole.astype(np.int32) if exact else None
