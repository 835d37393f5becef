"""Networks built from tables."""

from __future__ import annotations

import math

import pandas as pd
import pytest

import toytown
from mangluoi import roads
from mangluoi.errors import InputError


def test_every_complaint_is_collected() -> None:
    """Negative and missing minutes, unknown nodes and duplicated ids are named together, with their rows."""
    nodes = pd.concat([toytown.nodes(), toytown.nodes().head(1)])
    edges = toytown.edges().assign(minutes=[10.0, -1.0, math.nan, 10.0, 10.0], to_node=["B", "C", "D", "X", "F"])
    with pytest.raises(InputError) as error:
        roads.network_from_edges(nodes, edges)
    found = [(c.problem, c.row, c.column) for c in error.value.complaints]
    assert found == [
        ("duplicate_key", 8, "node_id"),
        ("unknown_reference", 5, "to_node"),
        ("missing_value", 4, "minutes"),
        ("negative", 3, "minutes"),
    ]


def test_a_misspelt_column_is_not_ignored() -> None:
    """`one_way` for `oneway` would silently open every one-way street."""
    with pytest.raises(InputError, match="oneway"):
        roads.network_from_edges(toytown.nodes(), toytown.edges().assign(one_way=True))


def test_arrays_cannot_be_changed() -> None:
    """A network is a value."""
    network = roads.network_from_edges(toytown.nodes(), toytown.edges())
    with pytest.raises(ValueError, match="read-only"):
        network.minutes[0] = 1.0


def test_inputs_are_left_as_they_were() -> None:
    """Neither table is changed."""
    nodes, edges = toytown.nodes(), toytown.edges()
    roads.network_from_edges(nodes, edges)
    pd.testing.assert_frame_equal(nodes, toytown.nodes())
    pd.testing.assert_frame_equal(edges, toytown.edges())


def test_a_network_of_nodes_alone_has_only_stays() -> None:
    """Without edges a node still reaches itself."""
    network = roads.network_from_edges(toytown.nodes(), toytown.edges().head(0))
    found = roads.travel_times(network, ["A", "B"], ["A", "B"], max_minutes=5)
    assert list(zip(found["from_id"], found["to_id"], found["minutes"], strict=True)) == [("A", "A", 0), ("B", "B", 0)]
