"""Slots around which people are so many that every place is taken, whatever is done: their links need no writing.

Let places be added for no more than money buys. A slot with at least as many people in reach who have no place today,
beside the places that stand empty, fills all its places in some best answer, and takes nobody from another slot: by the
theorem of Hall, any set of slots that holds it has people enough. What is left to decide is who uses the other slots.

Hall, P. (1935), "On representatives of subsets", *Journal of the London Mathematical Society* 10.
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from mangluoi.access import transport
from mangluoi.siting.problem import Problem

__all__ = ["spared"]


def spared(problem: Problem) -> Problem:
    """Return a problem in which every answer within the budget serves as many, with fewer links.

    Each slot that is full whatever is done has a class of its own instead, with as many people as it may ever have
    places. Only how many are served stays as it was: not who they are, nor what more money than the budget would do.
    Where people count differently, places are shared, people are admitted by actions, or floors speak of who is served,
    nothing is left out.
    """
    if not problem.whole or problem.weighted or problem.floors or problem.gates or problem.pooled.size:
        return problem
    full = _full(problem)
    links = np.flatnonzero(~full[problem.link_slot])
    used, classes = np.unique(problem.link_class[links], return_inverse=True)
    own = np.flatnonzero(full)
    most = problem.places.copy()
    gains = np.flatnonzero(problem.offer.target >= 0)
    np.add.at(most, problem.offer.target[gains], problem.max_added[gains])
    people = np.concatenate([problem.people[used], most[own]])
    none = np.zeros(own.size)
    return dataclasses.replace(
        problem,
        people=people,
        weight=np.ones(people.size),
        link_class=np.concatenate([classes, used.size + np.arange(own.size)]),
        link_slot=np.concatenate([problem.link_slot[links], own]),
        link_minutes=np.concatenate([problem.link_minutes[links], none]),
        link_gate=np.full(links.size + own.size, -1, dtype=np.int64),
        row_class=np.full(problem.row_class.size, -1, dtype=np.int64),
        unreached=problem.unreached + float(problem.people.sum() - people.sum()),
    )


def _full(problem: Problem) -> NDArray[np.bool_]:
    """Return which slots have every place taken, in some best answer, whatever is done within the budget."""
    links, classes = problem.link_slot, problem.people.size
    today = transport.Transport(
        people=problem.people,
        places=problem.places,
        row=problem.link_class,
        slot=links,
        minutes=problem.link_minutes,
        pool=np.full(problem.places.size, -1),
        pool_places=np.zeros(0),
    )
    if not links.size or problem.people.sum() > np.iinfo(np.int32).max:
        return np.zeros(problem.places.size, dtype=bool)
    _, flow = transport.most(today)
    carried = np.asarray(flow.maximum(0).sum(axis=1)).ravel()
    served, taken = carried[:classes], carried[classes : classes + problem.places.size]
    waiting = np.bincount(links, weights=(problem.people - served)[problem.link_class], minlength=taken.size)
    # Slots that share nobody, over however many others, do not matter to each other.
    size = classes + taken.size
    graph = csr_array((np.ones(links.size), (problem.link_class, classes + links)), shape=(size, size))
    count, label = connected_components(graph, directed=False)
    part = label[classes:]
    empty = np.bincount(part, weights=problem.places - taken, minlength=count)
    target = problem.offer.target
    bought = np.array([_bought(problem, np.flatnonzero((target >= 0) & (part[target] == at))) for at in range(count)])
    return np.asarray(waiting >= (bought + empty)[part])


def _bought(problem: Problem, actions: NDArray[np.int64]) -> float:
    """Return what some actions together add at most, were they done in part: the cheapest places first."""
    adding = actions[problem.max_added[actions] > 0]
    places = problem.max_added[adding]
    cost = problem.fixed_vnd[adding] + problem.per_place_vnd[adding] * places
    if not math.isfinite(problem.budget_vnd):
        return float(places.sum())
    order = np.argsort(cost / places, kind="stable")
    places, cost = places[order], cost[order]
    before = np.cumsum(cost) - cost
    part = np.clip((problem.budget_vnd - before) / np.where(cost > 0, cost, 1.0), 0.0, 1.0)
    return float((places * np.where(cost > 0, part, 1.0)).sum())
