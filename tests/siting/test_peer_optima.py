"""The optima that PySAL spopt with CBC found for 240 seeded instances (benchmarks/siting/peers.py) are ours too."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from mangluoi import siting
from peer_cases import MODELS, SEEDS, peer_case

OPTIMA = pd.read_csv(Path(__file__).parent / "spopt_optima.csv").set_index(["model", "seed"])["optimum"]


def ask(model, case):
    """Ask the door of a model."""
    points = [f"p{n:02d}" for n in range(len(case.people))]
    sites = [f"s{n:02d}" for n in range(len(case.people))]
    demand = pd.DataFrame({"point_id": points, "need": [float(people) for people in case.people]})
    rows = [
        (p, s, float(m)) for p, row in zip(points, case.minutes, strict=True) for s, m in zip(sites, row, strict=True)
    ]
    times = pd.DataFrame(rows, columns=["from_id", "to_id", "minutes"])
    if model == "max_cover":
        existing = [sites[n] for n in case.existing]
        new = case.p - len(existing)
        return siting.max_cover(demand, times, max_minutes=case.threshold, p=new, existing=existing)
    if model == "set_cover":
        return siting.set_cover(demand, times, max_minutes=case.threshold)
    return getattr(siting, model)(demand, times, p=case.p)


def test_every_instance_has_an_optimum():
    """The recorded file is whole: sixty instances of each model."""
    assert len(OPTIMA) == len(MODELS) * len(SEEDS) == 240


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("model", MODELS)
def test_equals_the_peers_optimum(model, seed):
    """Both prove the same optimum."""
    answer = ask(model, peer_case(model, seed))
    assert answer.status == "optimal"
    assert answer.objective == pytest.approx(OPTIMA[model, seed], abs=1e-6)
