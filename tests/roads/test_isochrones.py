"""Service areas against travel times."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from test_engines import grid, scattered

import toytown
from mangluoi import projection, roads
from mangluoi.errors import InputError


@pytest.mark.parametrize("seed", [1, 2])
def test_a_point_is_inside_exactly_if_its_minutes_are(seed: int) -> None:
    """Of 1,500 points, those farther than one cell from the border agree with `travel_times`, for every band."""
    network = roads.network_from_edges(*grid(14, seed))
    sites = scattered(3, seed + 7, "s")
    areas = roads.isochrones(network, sites, minutes=[5, 12, 25], cell_m=40)
    points = scattered(1500, seed, "p")
    times = roads.travel_times(network, points, sites, max_minutes=200)
    x, y = projection.to_metres(points["lon"], points["lat"], network.segments.crs)
    in_metres = areas.to_crs(network.segments.crs)
    for site in sites["id"]:
        mine = times[times["to_id"] == site].set_index("from_id")["minutes"].reindex(points["id"]).to_numpy()
        for limit in (5, 12, 25):
            area = in_metres[(in_metres["id"] == site) & (in_metres["minutes"] <= limit)].union_all()
            inside = shapely.contains_xy(area, x, y)
            clear = shapely.distance(shapely.boundary(area), shapely.points(x, y)) > 40
            assert (inside[clear] == (mine[clear] <= limit)).all()
            assert clear.mean() > 0.5


def test_bands_do_not_overlap_and_are_valid() -> None:
    """The bands of a site share borders only."""
    network = roads.network_from_edges(*grid(14, 4))
    areas = roads.isochrones(network, scattered(1, 9, "s"), minutes=[20, 5, 10], cell_m=40)
    assert areas["minutes"].tolist() == [5, 10, 20]
    assert areas["from_minutes"].tolist() == [0, 5, 10]
    assert areas.is_valid.all()
    shapes = list(areas.to_crs(network.segments.crs).geometry)
    assert shapes[0].intersection(shapes[1]).area == pytest.approx(0, abs=1)
    assert shapes[1].intersection(shapes[2]).area == pytest.approx(0, abs=1)


def test_areas_of_one_service_become_one() -> None:
    """Two sites of a service have one area, the union of their own."""
    network = roads.network_from_edges(*grid(14, 4))
    sites = scattered(2, 9, "s").assign(service="day")
    one = roads.isochrones(network, sites, minutes=8, by="service", cell_m=40)
    own = roads.isochrones(network, sites, minutes=8, cell_m=40)
    assert one["service"].tolist() == ["day"]
    union = own.to_crs(network.segments.crs).union_all().area
    assert one.to_crs(network.segments.crs).area.item() == pytest.approx(union, rel=0.01)


def test_a_larger_limit_holds_the_smaller() -> None:
    """What is reached in 10 minutes is reached in 20."""
    network = roads.network_from_edges(toytown.nodes(), toytown.edges())
    small = roads.isochrones(network, ["C"], minutes=10).geometry.item()
    large = roads.isochrones(network, ["C"], minutes=20).geometry.item()
    assert small.area < large.area
    assert small.difference(large.buffer(0.001)).is_empty


@pytest.mark.parametrize("wrong", [[], [0], [-5, 10], [np.nan], [np.inf]])
def test_senseless_limits_are_refused(wrong: list[float]) -> None:
    """Limits are positive and finite."""
    network = roads.network_from_edges(toytown.nodes(), toytown.edges())
    with pytest.raises(InputError):
        roads.isochrones(network, ["C"], minutes=wrong)


def test_no_site_has_no_area() -> None:
    """An empty list gives an empty frame with its columns."""
    network = roads.network_from_edges(toytown.nodes(), toytown.edges())
    areas = roads.isochrones(network, pd.DataFrame({"id": [], "lon": [], "lat": []}), minutes=10)
    assert areas.empty
    assert list(areas.columns) == ["id", "from_minutes", "minutes", "cell_m", "geometry"]
