"""One province, every aim: 130 communes, 25 sites (10 stand, 15 may be built), 8 services, 6 groups.

Run: python benchmarks/siting/province.py [seed [communes]]. Prints wall and CPU seconds of each aim, from the tables to
the audited answer, whether it is proven, and the peak of memory. Other numbers of communes have sites, ground and
budget in proportion. python benchmarks/siting/province.py growth [seed] asks at 65, 130 and 260 communes.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time

import numpy as np
import pandas as pd

from mangluoi import siting
from mangluoi.siting import Aim, Floor, Phase, Question


def province(seed: int, *, communes: int = 130) -> Question:
    """Draw communes and sites on 100 km by 80 km, straight-line minutes at 30 km/h, needs of tens of people."""
    draw = np.random.default_rng(seed)
    size = communes / 130
    standing, candidates = round(10 * size), round(15 * size)
    home = draw.random((communes, 2)) * [100, 80] * size**0.5
    sites = [f"s{i:02d}" for i in range(standing)] + [f"moi{i:02d}" for i in range(candidates)]
    at = np.vstack([home[draw.choice(communes, standing)], home[draw.choice(communes, candidates, replace=False)]])
    minutes = np.hypot(*(home[:, None] - at[None, :]).transpose(2, 0, 1)) * 2.6
    points = [f"p{i:03d}" for i in range(communes)]
    services = [f"v{i}" for i in range(8)]
    groups = [f"g{i}" for i in range(6)]
    people = draw.lognormal(0, 0.6, communes)
    need = [
        (p, g, v, float(draw.poisson(3 * people[i]))) for i, p in enumerate(points) for g in groups for v in services
    ]
    capacity = [(s, v, int(draw.integers(20, 200))) for s in sites[:standing] for v in services if draw.random() < 0.5]
    open_now = {(s, v) for s, v, _ in capacity}
    takes = [(s, g, v) for s in sites for g in groups for v in services if s.startswith("moi") or draw.random() < 0.6]
    actions = [
        (f"{s}/{v}", "expand" if (s, v) in open_now else "build", s, v, 10, int(draw.integers(40, 200)),
         0.0 if (s, v) in open_now else 2e9, float(draw.integers(60, 120)) * 1e6)
        for s in sites for v in services if (s, v) in open_now or s.startswith("moi")
    ]  # fmt: skip
    names = ["action_id", "kind", "site_id", "service", "min_added", "max_added", "fixed_vnd", "per_place_vnd"]
    return Question(
        need=pd.DataFrame(need, columns=["point_id", "group", "service", "need"]),
        times=pd.DataFrame(
            {"from_id": np.repeat(points, len(sites)), "to_id": np.tile(sites, communes), "minutes": minutes.ravel()}
        ),
        capacity=pd.DataFrame(capacity, columns=["site_id", "service", "capacity"]),
        actions=pd.DataFrame(actions, columns=names),
        max_minutes=60.0,
        admissible=pd.DataFrame(takes, columns=["site_id", "group", "service"]),
        budget_vnd=round(100 * size) * 1e9,
    )


def ask(seed: int, communes: int) -> None:
    """Ask one province with every aim."""
    question = province(seed, communes=communes)
    free = question.replace(budget_vnd=None)
    share = 0.9 * siting.solve(free, Aim("served"), tie_breaks=False).objective / question.need["need"].sum()
    floors = question.replace(floors=(Floor(0.1, "group"),))
    half = float(question.budget_vnd) * 0.4  # type: ignore[arg-type]
    phases = [Phase("1", half), Phase("2", 1.5 * half)]
    runs = {
        "served": lambda: siting.solve(question, Aim("served"), time_limit_s=60),
        "served, no tie-breaks": lambda: siting.solve(question, Aim("served"), tie_breaks=False, time_limit_s=60),
        "covered": lambda: siting.solve(question, Aim("covered"), time_limit_s=60),
        "twice covered": lambda: siting.solve(question, Aim("covered", times_covered=2), time_limit_s=60),
        "cheapest": lambda: siting.solve(free, Aim("cheapest", share=share), time_limit_s=60),
        "fewest": lambda: siting.solve(free, Aim("fewest", share=share), time_limit_s=60),
        "minutes": lambda: siting.solve(question, Aim("minutes", share=share / 8), time_limit_s=60),
        "total": lambda: siting.solve(free, Aim("total", share=share, vnd_per_minute=1e5), time_limit_s=60),
        "served with floors": lambda: siting.solve(floors, Aim("served"), time_limit_s=60),
        "worst time": lambda: siting.least_worst(question, time_limit_s=60),
        "worst off": lambda: siting.worst_off(question, bands=(120, 90, 60, 30), time_limit_s=60).solution,
        "two phases": lambda: siting.phased(question, phases, time_limit_s=60),
    }
    for name, run in runs.items():
        wall, cpu = time.perf_counter(), time.process_time()
        answer = run()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        print(f"{name:24} {wall:7.2f} s wall {cpu:7.2f} s CPU  {answer.status}", flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{communes} communes, {len(question.actions)} actions, peak {peak:.2f} GiB", flush=True)


def main() -> None:
    if sys.argv[1:2] == ["growth"]:
        for communes in ("65", "130", "260"):
            subprocess.run([sys.executable, __file__, *(sys.argv[2:3] or ["1"]), communes], check=True)
        return
    given = [int(text) for text in sys.argv[1:3]]
    ask(*given, *(1, 130)[len(given) :])


if __name__ == "__main__":
    main()
