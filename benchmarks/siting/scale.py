"""Siting at scale: one question at one size, its time from tables to audited answer, its gap and its memory.

Run: python benchmarks/siting/scale.py QUESTION SIZE [--export FILE]
QUESTION is cover, points, frontier, grid, median or capacity; SIZE the share of the full size, such as 1, 0.5, 0.25.
Commune points are those that ship with the package; people, homes and costs are drawn by seed and are about no real
place. `grid` reads the population grid beside the checkout, which is not part of the project.
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image
from scipy.spatial import cKDTree
from uncapped import draw

from mangluoi import siting

ROOT = Path(__file__).parents[2]
GRID = ROOT.parent / "shared" / "data" / "population" / "vnm_ppp_2020_1km_Aggregated_UNadj.tif"


def communes(size: float) -> np.ndarray:
    """Return the commune points in kilometres, the southern ones first, as many as the share."""
    units = pd.read_csv(ROOT / "data" / "boundaries" / "units-2025-07-01.csv", dtype={"unit_code": str})
    units = units[(units["level"] == "commune") & units["lon"].notna()].sort_values(["lat", "unit_code"])
    units = units.head(round(size * len(units)))
    return np.c_[units["lon"] * 111.32 * np.cos(np.radians(units["lat"])), units["lat"] * 110.57]


def pairs(points: np.ndarray, sites: np.ndarray, km: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the pairs within reach, and their minutes at 30 km/h."""
    found = cKDTree(sites).query_ball_point(points, km, return_sorted=True)
    i = np.repeat(np.arange(len(points)), [len(part) for part in found])
    j = np.concatenate([np.asarray(part, dtype=np.int64) for part in found])
    return i, j, np.round(2.0 * np.linalg.norm(points[i] - sites[j], axis=1), 3)


def names(letter: str, count: int) -> np.ndarray:
    return np.array([f"{letter}{n:06d}" for n in range(count)], dtype=object)


def commune_case(size: float, existing: int) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """Return people and times between communes within 50 minutes, and communes with a site today."""
    rng, xy = np.random.default_rng(0), communes(size)
    i, j, minutes = pairs(xy, xy, 25.0)
    point, site = names("p", len(xy)), names("s", len(xy))
    demand = pd.DataFrame({"point_id": point, "need": np.ceil(rng.lognormal(4.5, 0.8, len(xy)))})
    times = pd.DataFrame({"from_id": point[i], "to_id": site[j], "minutes": minutes})
    return demand, times, sorted(rng.choice(site, round(existing * size), replace=False).tolist())


def grid_case(size: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the 170,000 fullest cells of the grid as people, 180,000 as sites, and the pairs within 5.65 km."""
    people = np.array(Image.open(GRID)).astype(float)
    row, column = np.nonzero(people > 0)
    lat, lon = 23.399583438627147 - (row + 0.5) / 120, 102.14874960275003 + (column + 0.5) / 120
    xy, fullest = np.c_[lon * 111.32 * np.cos(np.radians(lat)), lat * 110.57], np.argsort(-people[row, column])
    south = np.sort(fullest[:180_000][np.argsort(lat[fullest[:180_000]], kind="stable")[: round(size * 180_000)]])
    living = np.sort(np.intersect1d(south, fullest[:170_000]))
    i, j, minutes = pairs(xy[living], xy[south], 5.65)
    point, site = names("p", living.size), names("s", south.size)
    demand = pd.DataFrame({"point_id": point, "need": np.rint(people[row, column][living])})
    times = pd.DataFrame(
        {
            "from_id": pd.Categorical.from_codes(i, point),
            "to_id": pd.Categorical.from_codes(j, site),
            "minutes": minutes,
        }
    )
    return demand, times


def capacity_case(size: float) -> dict[str, object]:
    """Return need, 725 homes that may be expanded, and a candidate in every commune, all for 15,000 billion VND."""
    rng, xy = np.random.default_rng(0), communes(size)
    count, homes = len(xy), round(725 * size)
    point = names("p", count)
    stands = np.sort(rng.choice(count, homes, replace=False))
    where = np.concatenate([stands, np.arange(count)])
    site = np.concatenate([names("h", homes), names("s", count)])
    i, j, minutes = pairs(xy, xy[where], 25.0)
    places = np.rint(rng.lognormal(np.log(100), 0.5, homes)).astype(int)
    return {
        "need": pd.DataFrame(
            {
                "point_id": point,
                "group": "g",
                "service": "v",
                "need": np.ceil(rng.lognormal(np.log(40) - 0.32, 0.8, count)),
            }
        ),
        "times": pd.DataFrame({"from_id": point[i], "to_id": site[j], "minutes": minutes}),
        "capacity": pd.DataFrame({"site_id": site[:homes], "service": "v", "capacity": places}),
        "actions": pd.DataFrame(
            {
                "action_id": site,
                "kind": ["expand"] * homes + ["build"] * count,
                "site_id": site,
                "service": "v",
                "min_added": np.concatenate([np.minimum(10, places), np.full(count, 30)]),
                "max_added": np.concatenate([places, np.full(count, 200)]),
                "fixed_vnd": np.concatenate([np.full(homes, 1e9), np.rint(rng.uniform(8, 20, count)) * 1e9]),
                "per_place_vnd": np.concatenate(
                    [np.rint(rng.uniform(250, 400, homes)) * 1e6, np.rint(rng.uniform(300, 600, count)) * 1e6]
                ),
            }
        ),
        "budget_vnd": round(15_000 * size) * 1e9,
        "max_minutes": 50.0,
    }


def show(name: str, door: object, *args: object, **options: object) -> None:
    """Print one line about a question."""
    start, cpu = time.perf_counter(), time.process_time()
    answer = door(*args, **options)  # type: ignore[operator]
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{name}: {answer}\n    {seconds:.2f} s in all, {cpu:.2f} s CPU, peak {peak:.2f} GiB", flush=True)
    if isinstance(answer, siting.CoverFrontier) and len(answer.points) < 40:
        print(answer.points.to_string(index=False))


def main(question: str, size: float, export: str | None) -> None:
    """Print the lines of one question at one size."""
    # Compiled loops are read from their cache first, as in any second call.
    tiny = draw(60, 60, minutes=60)
    siting.cover_frontier(*tiny, max_minutes=60, sites=[1, 2])
    siting.p_median(*draw(30, 30, minutes=None), p=2)
    if question == "cover":
        demand, times, existing = commune_case(size, 200)
        if export:
            matrix = np.full((len(demand), len(demand)), 1e9)
            matrix[times["from_id"].str[1:].astype(int), times["to_id"].str[1:].astype(int)] = times["minutes"]
            standing = np.isin(names("s", len(demand)), existing).astype(int)
            new = round(50 * size) + standing.sum()
            np.savez(export, minutes=matrix, people=demand["need"], threshold=50.0, p=new, existing=standing)
        for _ in range(5):
            show(f"cover {len(demand)} x {len(demand)}, {len(times)} pairs", siting.max_cover, demand, times,
                 max_minutes=50, p=round(50 * size), existing=existing)  # fmt: skip
    elif question == "points":
        demand, times = draw(round(100_000 * size), 3000, minutes=200)
        show(
            f"points {len(demand)} x 3000, {len(times)} pairs", siting.max_cover, demand, times, max_minutes=200, p=100
        )
    elif question == "frontier":
        for existing in (200, 0):
            demand, times, stands = commune_case(size, existing)
            show(f"frontier {len(demand)} communes, {existing} existing", siting.cover_frontier, demand, times,
                 max_minutes=50, sites=range(0, round(300 * size) + 1), existing=stands, time_limit_s=60)  # fmt: skip
    elif question == "grid":
        demand, times = grid_case(size)
        show(f"grid {len(demand)} points, {len(times)} pairs", siting.cover_frontier, demand, times, max_minutes=12,
             sites=[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000], time_limit_s=48)  # fmt: skip
    elif question == "median":
        demand, times = draw(round(3000 * size), round(3000 * size), minutes=None)
        for p in (10, 50, 200):
            show(
                f"median {len(demand)} x {len(demand)}, p = {p}, gap 0.1 %",
                siting.p_median,
                demand,
                times,
                p=p,
                gap=1e-3,
            )
        for p in (10, 50, 200):
            show(f"median {len(demand)} x {len(demand)}, p = {p}, proof", siting.p_median, demand, times, p=p)
    elif question == "capacity":
        case = capacity_case(size)
        show(f"capacity {len(case['need'])} x {len(case['actions'])}, {len(case['times'])} pairs",  # type: ignore[arg-type]
             siting.max_served_large, **case, gap=0.005)  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), sys.argv[4] if len(sys.argv) > 4 else None)
