"""The estimated network between commune centres."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mangluoi import roads
from mangluoi.errors import InputError

# Three communes on a line of 0.05° (5.26 km) steps at 19° N, and an island 100 km off.
LINE = pd.DataFrame(
    {
        "unit_code": ["00003", "00001", "00002", "00009"],
        "lon": [105.10, 105.00, 105.05, 106.10],
        "lat": [19.0, 19.0, 19.0, 19.0],
        "area_km2": [200.0, 20.0, 30.0, 5.0],
    }
)
STEP_KM = 5.259


def minutes(network: roads.RoadNetwork, start: str, end: str) -> float:
    return float(roads.travel_times(network, [start], [end], max_minutes=600)["minutes"].item())


def test_a_link_is_detour_over_speed() -> None:
    """5.26 km × 1.3 at 38 km/h in the plain, × 1.75 at 24 km/h in the mountains; codes keep their zeros."""
    plain = roads.estimated_network(LINE, profile="motorbike", terrain="plain")
    assert minutes(plain, "00001", "00002") == pytest.approx(STEP_KM * 1.3 / 38 * 60, rel=1e-3)
    mountain = roads.estimated_network(LINE, profile="motorbike", terrain="mountain")
    assert minutes(mountain, "00001", "00002") == pytest.approx(STEP_KM * 1.75 / 24 * 60, rel=1e-3)
    assert plain.estimated
    assert mountain.notes["error_median_share"] > plain.notes["error_median_share"] > 0


def test_by_area_takes_the_mean_of_both_ends() -> None:
    """The link from a commune of the plain to one of the mountains takes the mean of the two times."""
    network = roads.estimated_network(LINE, profile="motorbike", terrain="by_area", mountain_from_km2=100)
    mean = STEP_KM * (1.3 / 38 + 1.75 / 24) / 2 * 60
    assert minutes(network, "00002", "00003") == pytest.approx(mean, rel=1e-3)


def test_an_island_far_at_sea_stays_apart_and_is_counted() -> None:
    """The fourth commune is reached from nowhere, and the notes say so."""
    network = roads.estimated_network(LINE, profile="car", terrain="plain")
    found = roads.travel_times(network, ["00009"], list(LINE["unit_code"]), max_minutes=6000)
    assert found["to_id"].tolist() == ["00009"]
    assert network.notes["islands"] == 1


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), size=st.integers(1, 60))
def test_units_on_land_hang_together(seed: int, size: int) -> None:
    """However units lie within 25 km of each other, each reaches all, in any order of rows, also two on one spot."""
    rng = np.random.default_rng(seed)
    spots = rng.integers(0, 8, (size, 2)) * 0.02
    units = pd.DataFrame(
        {"unit_code": [f"{i:05}" for i in range(size)], "lon": 105 + spots[:, 0], "lat": 19 + spots[:, 1]}
    )
    network = roads.estimated_network(units, profile="walk", terrain="plain")
    assert network.notes["islands"] == 0
    assert len(roads.travel_times(network, ["00000"], list(units["unit_code"]), max_minutes=1e6)) == size
    shuffled = roads.estimated_network(units.sample(frac=1, random_state=seed), profile="walk", terrain="plain")
    assert shuffled.tail.tolist() == network.tail.tolist()
    assert shuffled.minutes.tolist() == network.minutes.tolist()


def test_no_unit_gives_an_empty_network() -> None:
    """An empty list of communes is an empty network."""
    assert len(roads.estimated_network(LINE.head(0), profile="car", terrain="plain").node_ids) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"terrain": "by_area"},
        {"terrain": "plain", "mountain_from_km2": 100.0},
        {"terrain": "hills"},
        {"terrain": "plain", "profile": "horse"},
    ],
)
def test_contradictions_are_refused(wrong: dict[str, object]) -> None:
    """A threshold without by_area, by_area without a threshold, and unknown words raise."""
    with pytest.raises(InputError):
        roads.estimated_network(LINE, **{"profile": "car", **wrong})  # type: ignore[arg-type]


def test_missing_coordinates_and_areas_are_named() -> None:
    """A commune without a place or, by area, without an area is named, not guessed."""
    units = LINE.assign(area_km2=[200.0, None, 30.0, 5.0], lon=[105.1, 105.0, None, 106.1])
    with pytest.raises(InputError) as error:
        roads.estimated_network(units, profile="car", terrain="by_area", mountain_from_km2=100)
    assert {(c.column, c.row) for c in error.value.complaints} == {("lon", 4), ("area_km2", 3)}
