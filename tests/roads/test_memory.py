"""Travel times within a stated room of memory."""

from __future__ import annotations

import tracemalloc

import pandas as pd
import pytest
from test_engines import contracted, grid, scattered

from mangluoi import roads
from mangluoi.errors import InputError
from mangluoi.roads import crew


@pytest.mark.parametrize("order", [False, True])
@pytest.mark.parametrize("memory_mb", [1.0, 1.5, 4.0, 200.0])
def test_blocks_are_the_table_in_parts(order: bool, memory_mb: float) -> None:
    """One after another the parts are the whole table, and none has more pairs than there is room for."""
    network = roads.network_from_edges(*grid(30, 3))
    network = contracted(network) if order else network
    origins, sites = scattered(900, 1, "o"), scattered(25, 2, "s")
    seen: list[int] = []
    blocks = list(
        roads.travel_time_blocks(
            network, origins, sites, max_minutes=200, memory_mb=memory_mb, progress=lambda done, _: seen.append(done)
        )
    )
    whole = roads.travel_times(network, origins, sites, max_minutes=200)
    pd.testing.assert_frame_equal(pd.concat(blocks, ignore_index=True), whole, check_exact=True)
    assert max(len(block) for block in blocks) <= crew.Budget(memory_mb).pairs
    assert seen[-1] == len(origins)
    assert seen == sorted(seen)
    assert (len(blocks) > 1) == (memory_mb < 100)


def test_the_room_is_kept_to() -> None:
    """What NumPy takes while blocks are made stays within the room that was stated."""
    network = contracted(roads.network_from_edges(*grid(40, 3)))
    ids = network.node_ids.tolist()
    roads.travel_times(network, ids[:2], ids, max_minutes=500)
    tracemalloc.start()
    pairs = 0
    for block in roads.travel_time_blocks(network, ids, ids, max_minutes=500, memory_mb=32):
        pairs += len(block)
        del block
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    assert pairs > 1_000_000
    assert peak < 32


def test_a_table_beyond_the_room_is_refused() -> None:
    """Nothing is cut off: the whole table or an error that names the option."""
    network = roads.network_from_edges(*grid(30, 3))
    ids = network.node_ids.tolist()
    with pytest.raises(InputError, match="memory_mb"):
        roads.travel_times(network, ids, ids, max_minutes=500, memory_mb=4)
    with pytest.raises(InputError, match="memory_mb"):
        list(roads.travel_time_blocks(network, ids, ids, max_minutes=500, memory_mb=0.2))


def test_one_origin_with_too_many_pairs_is_refused() -> None:
    """Where even one origin has no room, the error names it."""
    network = roads.network_from_edges(*grid(12, 3))
    site, people = scattered(1, 1, "s"), scattered(20_000, 2, "p")
    with pytest.raises(InputError, match="s0"):
        list(roads.travel_time_blocks(network, site, people, max_minutes=500, memory_mb=2))
