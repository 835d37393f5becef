"""Real roads, where they lie beside the checkout."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from mangluoi import roads

DATA = Path(__file__).parents[3] / "shared" / "data" / "roads"
HCMC = DATA / "hcmc_2018" / "hcm_2018.osm.pbf"
BAT_XAT = DATA / "bat_xat" / "osm_overpass_all_2026-03-05.json"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not DATA.is_dir(), reason="the real roads do not lie beside the checkout"),
]


def beside_scipy(network: roads.RoadNetwork, *, step: int, max_minutes: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the table of this package, and the one that SciPy's search makes of the same arcs."""
    ids = network.node_ids
    sources, targets = ids[:: step * 7], ids[::step]
    found = roads.travel_times(network, sources.tolist(), targets.tolist(), max_minutes=max_minutes)
    graph = csr_array((network.minutes, (network.tail, network.head)), shape=(len(ids), len(ids)))
    expected = dijkstra(graph, indices=np.arange(len(ids))[:: step * 7], limit=max_minutes)[:, ::step]
    row, column = np.nonzero(np.isfinite(expected))
    pairs = {"from_id": sources[row], "to_id": targets[column], "minutes": expected[row, column]}
    return found[["from_id", "to_id", "minutes"]], pd.DataFrame(pairs)


@pytest.mark.parametrize("contract", [False, True])
def test_bat_xat_agrees_with_scipy(contract: bool) -> None:
    """By either search, on the mountain roads, every pair within two hours has SciPy's minutes."""
    network = roads.read_network(BAT_XAT, profile="motorbike", terrain="mountain")
    found, expected = beside_scipy(roads.prepare(network) if contract else network, step=2, max_minutes=120)
    assert len(found) > 10_000
    pd.testing.assert_frame_equal(found, expected, check_dtype=False, rtol=0, atol=1e-6)


def test_hcmc_agrees_with_scipy() -> None:
    """The same on the streets of the city, by car."""
    pytest.importorskip("osmium")
    network = roads.prepare(roads.read_network(HCMC, profile="car"))
    found, expected = beside_scipy(network, step=60, max_minutes=45)
    assert len(found) > 10_000
    pd.testing.assert_frame_equal(found, expected, check_dtype=False, rtol=0, atol=1e-6)


def test_bat_xat_falls_apart_and_says_so() -> None:
    """The map of Bát Xát hangs together in one large part and many crumbs; points are put on the large one."""
    network = roads.read_network(BAT_XAT, profile="motorbike", terrain="mountain")
    sizes = np.bincount(network.part)
    assert 25 <= len(sizes) <= 32
    assert sizes.max() / sizes.sum() > 0.8
    assert network.smallest_part > 10
    crumb = int(np.flatnonzero(sizes[network.part] < network.smallest_part)[0])
    point = pd.DataFrame({"id": ["p"], "lon": network.lon[[crumb]], "lat": network.lat[[crumb]]})
    far = roads.unreached(network, point, snap_limit_m=1.0)
    assert far["id"].tolist() == ["p"]
    assert far["distance_m"].item() > 1


def test_the_shapefile_tells_the_same_story() -> None:
    """The layer of the same district is read, and its main part is of the same kind of size."""
    layer = roads.read_network(DATA / "bat_xat" / "Duong_Bat_Xat.shp", profile="motorbike", terrain="mountain")
    assert np.bincount(layer.part).max() > 1000
    assert layer.notes["km"] == pytest.approx(400, rel=0.2)
