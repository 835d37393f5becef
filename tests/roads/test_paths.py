"""The way itself against its minutes."""

from __future__ import annotations

import math

import pandas as pd
import pytest
import shapely
from test_engines import grid, scattered

import toytown
from mangluoi import roads
from mangluoi.errors import InputError

TOY = roads.network_from_edges(toytown.nodes(), toytown.edges())


@pytest.mark.parametrize("seed", range(5))
def test_minutes_sum_to_the_travel_time_and_lines_hang_together(seed: int) -> None:
    """Of twenty ways, the minutes are those of the table, and each step begins where the one before ends."""
    network = roads.network_from_edges(*grid(10, seed))
    starts, ends = scattered(20, seed, "o"), scattered(20, seed + 40, "d")
    table = roads.travel_times(network, starts, ends, max_minutes=10_000).set_index(["from_id", "to_id"])["minutes"]
    for i in range(20):
        one, two = starts.iloc[[i]], ends.iloc[[i]]
        way = roads.path(network, one, two)
        key = (one["id"].item(), two["id"].item())
        if key not in table.index:
            assert way.empty
            continue
        assert way["minutes"].sum() == pytest.approx(table[key], abs=1e-4)
        points = [(one["lon"].item(), one["lat"].item())]
        for line in way.geometry:
            assert math.dist(line.coords[0], points[-1]) < 1e-6
            points.append(line.coords[-1])
        assert math.dist(points[-1], (two["lon"].item(), two["lat"].item())) < 1e-6


def test_toytown_s_way_is_its_road() -> None:
    """From A to C by B, ten minutes each."""
    way = roads.path(TOY, ["A"], ["C"])
    assert way["minutes"].tolist() == [10.0, 10.0]
    assert shapely.get_coordinates(way.geometry.to_numpy()).tolist() == [
        [105.0, 19],
        [105.01, 19],
        [105.01, 19],
        [105.02, 19],
    ]


def test_a_path_has_two_ends() -> None:
    """Two origins are refused."""
    with pytest.raises(InputError):
        roads.path(TOY, ["A", "B"], ["C"])
    assert roads.path(TOY, pd.DataFrame({"id": ["x"], "node_id": ["A"]}), ["A"]).empty
