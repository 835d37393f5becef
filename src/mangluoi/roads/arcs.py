"""From pieces of road to directed arcs: of parallel ones the quickest, sorted by both ends."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from mangluoi.roads.layout import counted_order

__all__ = ["quickest"]

_jit = numba.njit(cache=True, nogil=True, boundscheck=False)


@_jit
def quickest(start: Any, end: Any, forward: Any, backward: Any, size: int) -> Any:
    """Return tail, head, minutes and piece of every arc between `size` nodes, sorted by tail, then head.

    Of parallel pieces the quickest stays, of equally quick ones the first; loops and closed directions (inf) fall away.
    """
    count = len(start)
    tail = np.empty(2 * count, np.int32)
    head = np.empty(2 * count, np.int32)
    minutes = np.empty(2 * count)
    piece = np.empty(2 * count, np.int32)
    total = 0
    for i in range(count):
        for turn in range(2):
            taken = forward[i] if turn == 0 else backward[i]
            if np.isfinite(taken) and start[i] != end[i]:
                tail[total] = start[i] if turn == 0 else end[i]
                head[total] = end[i] if turn == 0 else start[i]
                minutes[total] = taken
                piece[total] = i
                total += 1
    order = counted_order(tail[:total], size, counted_order(head[:total], size, np.arange(total)))
    put = 0
    kept = np.empty(total, np.int64)
    for arc in order:
        if put > 0 and tail[arc] == tail[kept[put - 1]] and head[arc] == head[kept[put - 1]]:
            if minutes[arc] < minutes[kept[put - 1]]:
                kept[put - 1] = arc
        else:
            kept[put] = arc
            put += 1
    kept = kept[:put]
    return tail[kept], head[kept], minutes[kept], piece[kept]
