"""Seeded cases the size of a country, a region and a province.

Points lie in clusters along a strip of 1,600 km by 200 km, about as long and wide as Viet Nam; minutes are distance
times 1.3 at 35 km/h. Every figure is drawn at random: nothing here is about any real place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree


@dataclass
class Case:
    need: pd.DataFrame
    capacity: pd.DataFrame
    times: pd.DataFrame
    admissible: pd.DataFrame
    max_minutes: float


def draw(units: int, sites: int, *, groups: int = 6, services: int = 8, scarcity: float = 0.8, seed: int = 0) -> Case:
    """Draw a case in which places are `scarcity` of need."""
    rng = np.random.default_rng(seed)
    length = 1600.0 * units / 3321
    centres = np.column_stack([rng.uniform(0, length, units // 30 + 2), rng.uniform(0, 200, units // 30 + 2)])
    xy = centres[rng.integers(0, len(centres), units)] + rng.normal(0, 15, (units, 2))
    size = rng.lognormal(0, 0.6, units)
    point_ids = np.array([f"p{i:05d}" for i in range(units)])
    site_ids = np.array([f"s{i:04d}" for i in range(sites)])
    group_ids = np.array([f"g{i}" for i in range(groups)])
    service_ids = np.array([f"v{i}" for i in range(services)])

    at = rng.choice(units, sites, p=size / size.sum())
    near = cKDTree(xy[at] + rng.normal(0, 3, (sites, 2)))
    km = 120 / 60 * 35 / 1.3
    pairs = [(i, j) for i, found in enumerate(near.query_ball_point(xy, km)) for j in found]
    point, site = np.array(pairs).T
    minutes = np.round(np.linalg.norm(xy[point] - near.data[site], axis=1) * 1.3 / 35 * 60, 2)

    rate = rng.uniform(0.2, 1.0, (groups, services))
    amount = rng.poisson(size[:, None, None] * 12 * rate[None])
    p, g, v = (part.ravel() for part in np.indices(amount.shape))
    need = pd.DataFrame(
        {
            "point_id": point_ids[p],
            "group": group_ids[g],
            "service": service_ids[v],
            "need": amount.ravel().astype(float),
        }
    )
    # Seven types of site: each takes some groups; each site offers some services.
    takes = rng.random((7, groups)) < 0.45
    takes[6] = True
    kind = rng.integers(0, 7, sites)
    offers = rng.random((sites, services)) < 0.4
    s, v = np.nonzero(offers)
    places = rng.lognormal(0, 0.8, s.size)
    places = np.floor(places / places.sum() * amount.sum() * scarcity).astype(int)
    capacity = pd.DataFrame({"site_id": site_ids[s], "service": service_ids[v], "capacity": places})
    sg = [(s, v, g) for s, v in zip(s, v, strict=True) for g in np.flatnonzero(takes[kind[s]])]
    s, v, g = np.array(sg).T
    admissible = pd.DataFrame({"site_id": site_ids[s], "group": group_ids[g], "service": service_ids[v]})
    times = pd.DataFrame({"from_id": point_ids[point], "to_id": site_ids[site], "minutes": minutes})
    return Case(need, capacity, times, admissible, 120.0)


NATIONAL = {"units": 3321, "sites": 725}
REGION = {"units": 1100, "sites": 240}
PROVINCE = {"units": 130, "sites": 25}
