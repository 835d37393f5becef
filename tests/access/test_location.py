"""Coverage over the error of locations: the interval holds the truth as often as it says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mangluoi import access
from mangluoi.errors import InputError

PACE = 2.0  # minutes per kilometre
KM = 1 / 111.195


def village(rng, points=60, sites=6):
    """Return where things are said to be around the equator, where a degree is the same both ways."""
    size = 60 * KM
    said = [
        pd.DataFrame({name: [f"{name[0]}{i:02d}" for i in range(n)]}).assign(
            lon=rng.uniform(0, size, n), lat=rng.uniform(0, size, n) - size / 2, located_within_m=radius
        )
        for name, n, radius in (("point_id", points, 4000.0), ("site_id", sites, 2500.0))
    ]
    need = pd.DataFrame({"point_id": said[0]["point_id"], "group": "g", "service": "v"})
    return said, need.assign(need=rng.integers(1, 40, points).astype(float))


def minutes(points, sites):
    """Return straight distance at the pace, for every pair."""
    both = points.merge(sites, how="cross")
    km = np.hypot(both["lon_x"] - both["lon_y"], both["lat_x"] - both["lat_y"]) / KM
    return pd.DataFrame({"from_id": both["point_id"], "to_id": both["site_id"], "minutes": km * PACE})


def moved(rng, table):
    """Return a truth: each place drawn evenly from its circle."""
    distance = table["located_within_m"] / 1000 * np.sqrt(rng.random(len(table))) * KM
    angle = rng.uniform(0, 2 * np.pi, len(table))
    return table.assign(lon=table["lon"] + distance * np.cos(angle), lat=table["lat"] + distance * np.sin(angle))


def test_the_interval_holds_the_truth_as_often_as_it_says():
    """In 85 to 95 of 100 cases with a known truth, coverage at the true places lies in the 90 % interval."""
    cases, inside = 200, 0
    for seed in range(cases):
        rng = np.random.default_rng(seed)
        said, need = village(rng)
        table = access.coverage_interval(
            need, minutes(*said), *said, max_minutes=20, minutes_per_km=PACE, seed=seed, draws=200
        )
        truth = access.coverage(need, minutes(*(moved(rng, part) for part in said)), max_minutes=20).sum()
        inside += bool(table["lower"].iloc[0] <= truth <= table["upper"].iloc[0])
    assert 0.85 <= inside / cases <= 0.95


def test_exact_places_have_no_interval():
    """Where every place is exact, lower and upper are coverage itself, and the same seed gives the same answer."""
    said, need = village(np.random.default_rng(1))
    exact = [part.assign(located_within_m=0.0) for part in said]
    options = {"max_minutes": 20, "minutes_per_km": PACE, "seed": 5, "draws": 20}
    row = access.coverage_interval(need, minutes(*said), *exact, **options).iloc[0]
    assert row["lower"] == row["upper"] == row["covered"]
    assert row["covered"] == access.coverage(need, minutes(*said), max_minutes=20).sum()
    one, two = (access.coverage_interval(need, minutes(*said), *said, by=("group",), **options) for _ in range(2))
    pd.testing.assert_frame_equal(one, two)
    assert one["lower"].iloc[0] < one["upper"].iloc[0]


def test_an_unknown_error_is_refused():
    """A place without a radius is not taken for exact."""
    said, need = village(np.random.default_rng(1), points=3)
    said[1].loc[0, "located_within_m"] = np.nan
    with pytest.raises(InputError, match="located_within_m"):
        access.coverage_interval(need, minutes(*said), *said, max_minutes=20, minutes_per_km=PACE, seed=1)
