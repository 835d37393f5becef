"""Covering and p-median at three sizes, and what each costs. Seeded; nothing here is about any real place.

Run: python benchmarks/siting/uncapped.py
"""

from __future__ import annotations

import resource
import time

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from mangluoi import siting


def draw(points: int, sites: int, *, minutes: float | None, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw clustered points with people; sites are some of the points. Minutes None gives every pair."""
    rng = np.random.default_rng(seed)
    side = 20.0 * np.sqrt(points)
    middles = rng.uniform(0, side, (max(points // 40, 3), 2))
    xy = middles[rng.integers(0, len(middles), points)] + rng.normal(0, 25, (points, 2))
    place = xy[rng.choice(points, sites, replace=False)]
    point_ids, site_ids = (
        np.char.add("p", np.arange(points).astype(str)),
        np.char.add("s", np.arange(sites).astype(str)),
    )
    demand = pd.DataFrame({"point_id": point_ids, "need": np.ceil(rng.lognormal(4, 1, points))}).astype(
        {"point_id": object}
    )
    if minutes is None:
        i, j = (part.ravel() for part in np.indices((points, sites)))
    else:
        found = cKDTree(place).query_ball_point(xy, minutes)
        i = np.repeat(np.arange(points), [len(part) for part in found])
        j = np.concatenate([np.array(part, dtype=np.int64) for part in found])
    times = pd.DataFrame(
        {
            "from_id": point_ids.astype(object)[i],
            "to_id": site_ids.astype(object)[j],
            "minutes": np.round(np.linalg.norm(xy[i] - place[j], axis=1), 3),
        }
    )
    return demand, times


def show(name: str, door: object, *args: pd.DataFrame, **options: object) -> None:
    """Print one line about a question."""
    start, cpu = time.perf_counter(), time.process_time()
    answer = door(*args, **options)  # type: ignore[operator]
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"{name}: {answer.status}, objective {answer.objective:.6g}, gap {answer.gap:.3%}, {seconds:.1f} s in all "
        f"({cpu:.1f} s CPU), peak {peak:.2f} GiB",
        flush=True,
    )


def main() -> None:
    """Print every line."""
    for size in (830, 1660, 3321):
        demand, times = draw(size, size, minutes=60)
        new, old = 50 * size // 3321, sorted(set(times["to_id"]))[: 200 * size // 3321]
        show(f"max_cover {size} x {size}, {len(times)} pairs", siting.max_cover, demand, times, max_minutes=60, p=new,
             existing=old)  # fmt: skip
    show("set_cover 3321 x 3321", siting.set_cover, demand, times, max_minutes=60, share=0.95)
    for size in (300, 1000, 3000):
        demand, times = draw(size, size, minutes=None)
        for p in (10, 50, 200):
            show(f"p_median {size} x {size}, p = {p}", siting.p_median, demand, times, p=p, time_limit_s=15)


if __name__ == "__main__":
    main()
