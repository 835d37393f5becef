"""A bound on how many people actions can serve for a budget, and which actions it decides.

The condition that nobody is served twice is priced, and so is the budget. What is left falls apart into the slots: each
takes the people most worth taking, and does those of its actions that pay. That is a bound whatever the prices, as
tight as the model in which nobody uses a part of a site beyond the part that is built.
"""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mangluoi.siting import capacity_kernels as kernels

__all__ = ["Network", "Prices", "begin", "descend"]

_CHUNK = 50
# How far below the bound the first target lies, relative to it.
_TARGET = 0.1


@dataclass(frozen=True, eq=False)
class Network:
    """People, slots and actions.

    Parameters
    ----------
    people
        People of each class.
    places
        Places of each slot today.
    start, link_class
        The classes that can use each slot, in compressed rows.
    first
        Where the actions of each slot start; they are ordered by slot, and the cheapest place comes first.
    least, most
        Fewest and most places of each action, if it is done at all.
    fixed, per_place
        Its cost, and that of a place.
    budget
        What all may cost, in the same unit.
    """

    people: NDArray[np.float64]
    places: NDArray[np.float64]
    start: NDArray[np.int64]
    link_class: NDArray[np.int64]
    first: NDArray[np.int64]
    least: NDArray[np.float64]
    most: NDArray[np.float64]
    fixed: NDArray[np.float64]
    per_place: NDArray[np.float64]
    budget: float

    @property
    def link_slot(self) -> NDArray[np.int64]:
        """The slot of each link."""
        return np.repeat(np.arange(self.places.size), np.diff(self.start))

    @property
    def action_slot(self) -> NDArray[np.int64]:
        """The slot of each action."""
        return np.repeat(np.arange(self.places.size), np.diff(self.first))

    def cost(self, done: NDArray[np.bool_], added: NDArray[np.float64]) -> float:
        """Return what actions cost."""
        return float((self.fixed * done + self.per_place * added).sum())


@dataclass(frozen=True, eq=False)
class Prices:
    """A bound and what it stands on.

    Parameters
    ----------
    bound
        What no plan surpasses.
    price, rate
        The price of each person, and of money.
    worth
        How much better than without it each action is at these prices.
    often
        How often each action was taken of late, between 0 and 1.
    stopped
        Whether the work was interrupted.
    """

    bound: float
    price: NDArray[np.float64]
    rate: float
    worth: NDArray[np.float64]
    often: NDArray[np.float64]
    stopped: bool = False

    def decided(self, least: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return which actions no plan that serves at least so many does, and which each of them does."""
        room = self.bound - least
        return self.worth < -room, self.worth > room


def begin(network: Network) -> Prices:
    """Return prices to begin from."""
    paying = network.most > 0
    per_place = network.per_place[paying] + network.fixed[paying] / network.most[paying]
    usual = float(np.median(per_place)) if per_place.size else 1.0
    rate = 0.5 / max(usual, 1e-12)
    zeros = np.zeros(network.least.size)
    return Prices(np.inf, np.full(network.people.size, 0.5), rate, zeros, zeros)


def descend(
    network: Network, prices: Prices, *, rounds: int, least: float = 0.0, until: float = np.inf, near: float = 0.0
) -> Prices:
    """Return a better bound.

    Parameters
    ----------
    network, prices
        The problem, and where to begin.
    rounds
        How many steps at most.
    least
        People served by the best plan known.
    until
        When to stop, by the clock of `time.perf_counter`.
    near
        Distance of bound and plan at which to stop.

    References
    ----------
    Polyak, B. (1969), "Minimization of unsmooth functionals", *USSR Computational Mathematics and Mathematical Physics*
    9; for capacitated location: Cornuejols, G., Sridharan, R. and Thizy, J. (1991), *European Journal of Operational
    Research* 50.
    """
    everyone = min(float(network.people.sum()), float(network.places.sum() + network.most.sum()))
    distance = _TARGET * everyone if not np.isfinite(prices.bound) else max(prices.bound - least, 1e-6 * everyone)
    price, best, worth, often = prices.price.copy(), prices.price.copy(), prices.worth.copy(), prices.often.copy()
    direction = np.zeros(price.size)
    scale = max(prices.rate, 1e-9 * everyone / network.budget)
    # Bounds of one run are compared with each other; the best of all runs is kept below.
    state = np.array([prices.rate, prices.rate, 0.0, everyone * 1e6, distance, 0.0, scale])
    order = np.arange(network.link_class.size)
    stopped = False
    try:
        for _ in range(0, rounds, _CHUNK):
            kernels.descend(
                network.start, order, network.link_class, network.people, network.places, network.first, network.least,
                network.most, network.fixed, network.per_place, network.budget, price, best, direction, worth, often,
                state, _CHUNK,
            )  # fmt: skip
            if time.perf_counter() > until or state[3] - least <= near or state[4] < 1e-7 * everyone:
                break
    except KeyboardInterrupt:
        stopped = True
    if state[3] >= prices.bound:
        return dataclasses.replace(prices, often=often, stopped=stopped)
    return Prices(float(state[3]), best, float(state[1]), worth, often, stopped)
