"""Ctrl-C at the large doors: the best answer so far, a bound that holds, and the word "interrupted"."""

from __future__ import annotations

import random

import numpy as np
import pandas as pd
import pytest
from test_cover_frontier import scattered
from test_large_served import islands

from mangluoi import siting
from mangluoi.siting import capacity_bound, cover_bound, median


def stopping(function, calls):
    """Return a function that is interrupted after so many calls."""
    left = iter(range(calls))

    def interrupted(*args, **options):
        if next(left, None) is None:
            raise KeyboardInterrupt
        return function(*args, **options)

    return interrupted


def _once(stopped, function):
    """Return a function that is interrupted once, and then works on."""
    waiting = [stopped]

    def interrupted(*args):
        try:
            return waiting[0](*args)
        except KeyboardInterrupt:
            waiting[0] = function
            raise

    return interrupted


@pytest.mark.parametrize("step", ["lower", "improved"])
@pytest.mark.parametrize("asked", [[5, 15, 30], list(range(0, 41))], ids=["few", "by parts"])
def test_frontier(step, asked, monkeypatch):
    """Wherever it stops, every point has an answer that can be had and a bound that no answer surpasses."""
    demand, times = scattered(7, 120)
    best = siting.cover_frontier(demand, times, max_minutes=8, sites=asked).points
    assert best["proven"].all()
    for calls in (0, 1, 7):
        with monkeypatch.context() as patch:
            patch.setattr(cover_bound, step, stopping(getattr(cover_bound, step), calls))
            found = siting.cover_frontier(demand, times, max_minutes=8, sites=asked)
        assert found.status in ("interrupted", "optimal")
        assert (found.status == "optimal") == found.points["proven"].all()
        assert (found.points["covered"] <= best["covered"]).all()
        assert (found.points["bound"] >= best["covered"]).all()
        assert found.points["covered"].is_monotonic_increasing


def test_p_median(monkeypatch):
    """The sites found so far are measured, and the bound is below what they cost."""
    rng = np.random.default_rng(3)
    xy = rng.uniform(0, 100, (80, 2))
    names = np.array([f"{n:03d}" for n in range(80)], dtype=object)
    i, j = (part.ravel() for part in np.indices((80, 80)))
    minutes = np.round(np.linalg.norm(xy[i] - xy[j], axis=1), 3)
    demand = pd.DataFrame({"point_id": names, "need": np.ceil(rng.lognormal(3, 1, 80))})
    times = pd.DataFrame({"from_id": names[i], "to_id": names[j], "minutes": minutes})
    best = siting.p_median(demand, times, p=6).objective
    for step, calls in (("add", 0), ("exchange", 0), ("step", 0), ("step", 12)):
        with monkeypatch.context() as patch:
            stopped = stopping(getattr(median.kernels, step), calls)
            patch.setattr(median.kernels, step, _once(stopped, getattr(median.kernels, step)))
            found = siting.p_median(demand, times, p=6)
        assert found.status == "interrupted"
        assert 0 <= found.bound <= best <= found.objective < np.inf
        assert len(found.chosen) == 6


def test_max_served_large(monkeypatch):
    """The plan found so far is within the budget; its bound is not below the most that can be served."""
    need, times, actions, budget, best = islands(random.Random(2), 40)
    capacity = pd.DataFrame(
        {"site_id": pd.Series([], dtype=object), "service": pd.Series([], dtype=object), "capacity": []}
    )
    question = {"capacity": capacity, "actions": actions, "budget_vnd": budget, "max_minutes": 5.0}
    with monkeypatch.context() as patch:
        patch.setattr(capacity_bound.kernels, "descend", stopping(capacity_bound.kernels.descend, 0))
        found = siting.max_served_large(need, times, **question, gap=0.0)
    assert found.status == "interrupted"
    assert found.objective <= best <= found.bound
    assert found.cost_vnd <= budget
