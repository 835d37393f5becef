"""The best plan for a budget where capacity counts and there are thousands of sites: bound, core, neighbourhoods."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mangluoi.siting import capacity_bound, capacity_core, solver
from mangluoi.siting.capacity_bound import Network, Prices
from mangluoi.siting.capacity_core import Plan

__all__ = ["Found", "serve_most"]

# Rounds of the first bound and of later ones; below which share of rounds an action counts as left out.
_ROUNDS, _MORE, _SELDOM = 1500, 600, 0.03
# Actions in one neighbourhood, and seconds for one model.
_NEIGHBOURS, _SECONDS = 60, 20.0
# Fruitless neighbourhoods after which the search rests.
_PATIENCE = 12


@dataclass(frozen=True, eq=False)
class Found:
    """A plan and what is known about it.

    Parameters
    ----------
    plan
        The best plan found.
    bound
        What no plan surpasses.
    status
        {"optimal", "bounded", "time_limit", "interrupted"}
    """

    plan: Plan
    bound: float
    status: str


def serve_most(network: Network, *, whole: bool, gap: float, until: float, seed: int) -> Found:
    """Find the plan that serves most.

    The bound by prices says which actions a good plan takes; those that it takes nearly always or hardly ever are
    set, and the others decided exactly. Then, in turn: the bound is bettered knowing the plan; actions that it rules
    out or in are fixed for good, and where few are left an exact model proves the rest; neighbourhoods of the plan are
    solved exactly.

    Parameters
    ----------
    network
        The problem.
    whole
        Whether people and places are whole: then less than one person between bound and plan is a proof.
    gap
        Distance of plan and bound, relative to the bound, that is good enough.
    until
        When to stop, by the clock of `time.perf_counter`.
    seed
        Chooses the neighbourhoods.

    References
    ----------
    Shaw, P. (1998), "Using constraint programming and local search methods to solve vehicle routing problems", *CP98*
    (neighbourhoods); Danna, E., Rothberg, E. and Le Pape, C. (2005), "Exploring relaxation induced neighborhoods",
    *Mathematical Programming* 102.
    """
    search = _Search(network, whole, gap, until)
    try:
        search.run(np.random.default_rng(seed))
    except KeyboardInterrupt:
        search.status = "interrupted"
    bound = search.bound
    if bound - search.plan.people < search.enough:
        return Found(search.plan, search.plan.people, "optimal")
    if search.status == "bounded" and time.perf_counter() > until:
        search.status = "time_limit"
    return Found(search.plan, max(bound, search.plan.people), search.status)


class _Search:
    def __init__(self, network: Network, whole: bool, gap: float, until: float) -> None:
        self.network, self.whole, self.gap, self.until = network, whole, gap, until
        everyone = float(network.people.sum())
        self.enough = 1.0 - 1e-6 if whole else 1e-9 * max(everyone, 1.0)
        self.plan = capacity_core.nothing(network)
        self.prices: Prices = capacity_bound.begin(network)
        self.proven = everyone
        self.status = "bounded"

    @property
    def bound(self) -> float:
        bound = min(self.prices.bound, self.proven)
        return float(math.floor(bound + 1e-6)) if self.whole else bound

    def near(self) -> bool:
        return self.bound - self.plan.people < max(self.enough, self.gap * self.bound)

    def late(self) -> bool:
        return time.perf_counter() > self.until or self.status == "interrupted"

    def run(self, rng: np.random.Generator) -> None:
        everything = np.ones(self.network.least.size, dtype=bool)
        if self.network.cost(everything, self.network.most) <= self.network.budget:
            everyone = Plan(everything, self.network.most, capacity_core.served(self.network, self.network.most))
            self.plan, self.proven = everyone, everyone.people
            return
        self.lower(_ROUNDS)
        if self.near() or self.late():
            return
        often = self.prices.often
        self.solve(often > 1 - _SELDOM, (often >= _SELDOM) & (often <= 1 - _SELDOM), 3 * _SECONDS)
        fruitless = 0
        while not self.near() and not self.late() and fruitless < _PATIENCE:
            if fruitless % 4 == 0:
                self.lower(_MORE)
                self.close()
                if self.near() or self.late():
                    return
            before = self.plan.people
            free = self.neighbourhood(rng, fruitless)
            self.solve(self.plan.done & ~free, free, _SECONDS)
            fruitless = 0 if self.plan.people > before else fruitless + 1

    def lower(self, rounds: int) -> None:
        """Better the bound."""
        near = max(self.enough, self.gap * self.bound)
        self.prices = capacity_bound.descend(
            self.network, self.prices, rounds=rounds, least=self.plan.people, until=self.until, near=near
        )
        if self.prices.stopped:
            self.status = "interrupted"

    def solve(self, must: NDArray[np.bool_], may: NDArray[np.bool_], seconds: float) -> solver.Answer:
        """Decide some actions exactly, keep the plan if it is better, and return the answer."""
        core = capacity_core.write(self.network, must, may)
        left = max(min(seconds, self.until - time.perf_counter()), 0.1)
        known = not (self.plan.done & ~must & ~may).any() and not (must & ~self.plan.done).any()
        answer = solver.minimise(
            core.model,
            time_limit_s=left,
            relative_gap=max(0.5 * self.enough, 0.25 * self.gap * self.bound) / max(self.bound, 1.0),
            start=capacity_core.start_of(core, self.plan) if known else None,
        )
        if answer.values is not None:
            plan = capacity_core.plan_of(self.network, core, answer.values)
            fits = self.network.cost(plan.done, plan.added) <= self.network.budget * (1 + 1e-12)
            if fits and plan.people > self.plan.people:
                self.plan = plan
        if answer.status == "interrupted":
            self.status = "interrupted"
        return answer

    def close(self) -> None:
        """Fix what the bound decides; if little is left, an exact model of it lowers the bound too."""
        out, inside = self.prices.decided(self.plan.people + 0.5 * self.enough)
        free = ~out & ~inside
        if self.near() or self.late() or free.sum() > 4 * _NEIGHBOURS:
            return
        answer = self.solve(inside, free, 6 * _SECONDS)
        # Every better plan is in that model.
        self.proven = min(self.proven, max(-answer.bound, self.plan.people))

    def neighbourhood(self, rng: np.random.Generator, tried: int) -> NDArray[np.bool_]:
        """Return the actions about which plan and bound disagree, or those around a slot drawn at random."""
        often = self.prices.often
        differ = np.flatnonzero(np.abs(often - self.plan.done) > _SELDOM)
        if tried % 2 == 0 and differ.size > 0:
            order = np.argsort(-np.abs(often - self.plan.done)[differ] * rng.uniform(0.5, 1.0, differ.size))
            free = np.zeros(often.size, dtype=bool)
            free[differ[order[: 2 * _NEIGHBOURS]]] = True
            return free
        weight = np.abs(often - self.plan.done) + 0.05 * self.plan.done + 0.001
        middle = int(rng.choice(self.network.action_slot, p=weight / weight.sum()))
        return capacity_core.around(self.network, middle, _NEIGHBOURS)
