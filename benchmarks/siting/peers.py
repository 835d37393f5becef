"""What the peer PySAL spopt with CBC finds and takes, in an environment of its own; nothing of ours is imported here.

Run: python -m venv peers && peers/bin/pip install spopt && peers/bin/python benchmarks/siting/peers.py optima|mclp FILE

`optima` solves the seeded instances of tests/peer_cases.py and writes their optima (tests/siting/spopt_optima.csv);
`mclp` reads the instance that `scale.py --export FILE` wrote, and times building and solving it.
"""

from __future__ import annotations

import csv
import sys
import time
from pathlib import Path

import numpy as np
import pulp
from spopt.locate import LSCP, MCLP, PCenter, PMedian

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))
from peer_cases import MODELS, SEEDS, PeerCase, peer_case


def optimum(model: str, case: PeerCase) -> float:
    """Return what spopt finds."""
    cost, people = np.array(case.minutes, float), np.array(case.people, float)
    standing = np.isin(np.arange(len(people)), case.existing).astype(int)
    if model == "max_cover":
        standing = standing if case.existing else None
        problem = MCLP.from_cost_matrix(cost, people, case.threshold, case.p, predefined_facilities_arr=standing)
    elif model == "set_cover":
        problem = LSCP.from_cost_matrix(cost, case.threshold)
    elif model == "p_median":
        problem = PMedian.from_cost_matrix(cost, people, case.p)
    else:
        problem = PCenter.from_cost_matrix(cost, case.p)
    solved = problem.solve(pulp.PULP_CBC_CMD(msg=False, gapRel=0.0))
    return float(pulp.value(solved.problem.objective))


def optima(path: str) -> None:
    """Write the optimum of every instance."""
    with open(path, "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["model", "seed", "optimum"])
        for model in MODELS:
            for seed in SEEDS:
                table.writerow([model, seed, round(optimum(model, peer_case(model, seed)), 6)])


def mclp(path: str) -> None:
    """Time the large covering instance."""
    case = np.load(path)
    start, cpu = time.perf_counter(), time.process_time()
    problem = MCLP.from_cost_matrix(
        case["minutes"],
        case["people"],
        float(case["threshold"]),
        int(case["p"]),
        predefined_facilities_arr=case["existing"],
    )
    built, built_cpu = time.perf_counter() - start, time.process_time() - cpu
    solved = problem.solve(pulp.PULP_CBC_CMD(msg=False))
    total = time.perf_counter() - start
    objective = pulp.value(solved.problem.objective)
    cpu = time.process_time() - cpu
    print(f"spopt + CBC: objective {objective:.0f}, build {built:.1f} s ({built_cpu:.1f} s CPU), in all {total:.1f} s")
    print(f"    CPU of Python {cpu:.1f} s; that of CBC, a process of its own, is not in it")


if __name__ == "__main__":
    {"optima": optima, "mclp": mclp}[sys.argv[1]](sys.argv[2])
