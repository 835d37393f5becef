"""What callers hand to the public doors: other dtypes, geometries instead of columns, one text instead of a list."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point

import mangluoi as ml
from mangluoi.errors import Complaint, InputError

NODES = pd.DataFrame({"node_id": [1, 2, 3], "lon": [105.0, 105.01, 105.02], "lat": [18.0, 18.0, 18.01]})
EDGES = pd.DataFrame({"from_node": [1, 2], "to_node": [2, 3], "minutes": [2.0, 3.0]})
PLACES = pd.DataFrame({"id": ["a", "b"], "lon": [105.001, 105.02], "lat": [18.0, 18.01]})
NEED = pd.DataFrame({"point_id": ["P", "Q"], "group": "elderly", "service": "day", "need": [2, 3]})
TIMES = pd.DataFrame({"from_id": ["P", "Q"], "to_id": ["A", "B"], "minutes": [5.0, 5.0]})


@pytest.fixture(scope="module")
def network():
    return ml.roads.network_from_edges(NODES, EDGES)


def test_nullable_ids_make_the_same_network(network):
    """Columns of `convert_dtypes` are read as NumPy's are."""
    nullable = ml.roads.network_from_edges(NODES.convert_dtypes(), EDGES.convert_dtypes())
    assert nullable.node_ids.tolist() == network.node_ids.tolist()


@pytest.mark.parametrize("crs", [4326, 3857, 9210])
def test_points_of_a_geodataframe_count_in_any_reference_system(network, crs):
    """Geometries are taken as the longitude and latitude that they are."""
    points = gpd.GeoDataFrame(PLACES[["id"]], geometry=gpd.points_from_xy(PLACES["lon"], PLACES["lat"]), crs=4326)
    given = points.to_crs(crs)
    before = given.copy()
    found = ml.roads.travel_times(network, given, PLACES, max_minutes=60)
    known = ml.roads.travel_times(network, PLACES, PLACES, max_minutes=60)
    pd.testing.assert_frame_equal(found, known, atol=1e-3)
    pd.testing.assert_frame_equal(given, before)


def test_a_geometry_that_is_no_point_is_one_clear_complaint(network):
    """Nothing there, or an area: each is named by its row; without a reference system nothing is guessed."""
    shapes = [None, Point(105.02, 18.01).buffer(0.001)]
    points = gpd.GeoDataFrame(PLACES[["id"]], geometry=shapes, crs=4326)
    with pytest.raises(InputError) as wrong:
        ml.roads.travel_times(network, points, PLACES, max_minutes=60)
    assert [(c.problem, c.row) for c in wrong.value.complaints] == [("missing_geometry", 2), ("invalid_geometry", 3)]
    with pytest.raises(InputError, match="no reference system"):
        ml.roads.isochrones(network, points.set_crs(None, allow_override=True), minutes=5)


def test_one_node_id_is_one_point_not_its_letters(network):
    """ "12" is a node that is not there, not the nodes 1 and 2."""
    assert ml.roads.travel_times(network, "1", ["3"], max_minutes=60)["from_id"].tolist() == ["1"]
    with pytest.raises(InputError, match="'12' does not stand"):
        ml.roads.travel_times(network, "12", ["3"], max_minutes=60)


@pytest.mark.parametrize("k", [1.5, "1", True, 0])
def test_how_many_sites_is_a_whole_number(network, k):
    """Anything else is refused before the kernels see it."""
    with pytest.raises(InputError, match="k:"):
        ml.roads.nearest(network, PLACES, PLACES, k=k)


@pytest.mark.parametrize("minutes", [None, "5", float("nan"), -1])
def test_a_threshold_is_a_number_of_minutes(network, minutes):
    """Anything else is refused in one sentence."""
    with pytest.raises(InputError, match="minutes"):
        ml.roads.travel_times(network, PLACES, PLACES, max_minutes=minutes)


@pytest.mark.parametrize(("minutes", "said"), [(0, "above zero"), (float("inf"), "not a number"), (-2, "above zero")])
def test_a_band_that_is_no_band_is_said_truly(network, minutes, said):
    """Zero is not below zero, and what is not finite is no number."""
    with pytest.raises(InputError, match=said):
        ml.roads.isochrones(network, PLACES, minutes=minutes)


@pytest.mark.parametrize("kind", [object, str, "Int64", "float32"])
def test_coverage_is_a_number_whatever_holds_the_need(kind):
    """Digits written as text are counted, not handed back."""
    covered = ml.access.coverage(NEED.astype({"need": kind}), TIMES, max_minutes=5)
    assert covered.sum() == 5
    chosen = ml.siting.max_cover(NEED.astype({"need": kind}), TIMES, max_minutes=5, p=1)
    assert chosen.objective == 3


def test_one_address_is_one_row_and_a_table_is_refused():
    """A text is not read letter by letter, nor a table by its headings."""
    one = ml.gazetteer.locate("xã Giang Sơn Đông, tỉnh Nghệ An")
    assert one["unit_code"].tolist() == ["17619"]
    with pytest.raises(InputError, match="name the one that holds the addresses"):
        ml.gazetteer.locate(pd.DataFrame({"address": ["x"]}))


@pytest.mark.parametrize("kind", ["category", object])
def test_counts_of_any_dtype_are_carried_over(kind):
    """Categories know no new unit, and objects may be numbers: both are carried as plain columns are."""
    counts = pd.DataFrame({"unit_code": ["00001", "00004"], "vintage": "2025-06-30", "people": [10, 20]})
    given = counts.astype(object) if kind is object else counts.astype({"unit_code": kind, "vintage": kind})
    found = ml.gazetteer.convert(given, value="people", to_vintage="2025-07-01")
    known = ml.gazetteer.convert(counts, value="people", to_vintage="2025-07-01")
    assert found.astype(str).to_numpy().tolist() == known.astype(str).to_numpy().tolist()


def test_an_error_says_numbers_plainly_and_stays_short():
    """NumPy's wrapping is not shown, and a column of wrong values does not make a message of as many lines."""
    assert "-3 is below zero" in str(Complaint("negative", value=np.int64(-3)))
    many = InputError([Complaint("negative", value=-n) for n in range(1, 301)])
    assert len(many.complaints) == 300
    assert len(str(many).splitlines()) == 102
    assert "200 more" in str(many)
