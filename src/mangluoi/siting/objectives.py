"""The questions, written as models over the same variables.

The variables of the capacitated models, in order: people on each link (class → slot), places added by each action
(whole), and whether each action is done (0 or 1).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack, vstack

from mangluoi.siting.problem import Problem
from mangluoi.siting.solver import Model

__all__ = ["action_cost", "fewest_actions", "fewest_minutes", "least_cost", "most_served"]


def most_served(problem: Problem) -> Model:
    """Serve as many people as possible within the budget.

    With x people on links, z places added and y actions done: maximise Σx subject to Σx ≤ people of each class,
    Σx ≤ places + Σz of each slot, min·y ≤ z ≤ max·y, and Σ(fixed·y + per place·z) ≤ budget. For whole z the rest is a
    transport problem, so x needs no integrality. A class may use a slot that only an action opens by no more than
    the people it has, once the action is done: this link is implied, and makes the bound much tighter.

    References
    ----------
    Current, J. and Storbeck, J. (1988), "Capacitated covering models", *Environment and Planning B* 15, with the
    expansion of existing sites added.
    """
    links, actions = problem.link_class.size, len(problem.actions)
    cost = np.concatenate([-np.ones(links), np.zeros(2 * actions)])
    matrix, high = _network(problem)
    unit = _cost_unit(problem)
    budget = csr_array(np.concatenate([np.zeros(links), _action_rows(problem) / unit])[None, :])
    matrix = vstack([matrix, budget], format="csr")
    return _model(problem, cost, matrix, np.append(high, problem.budget_vnd / unit), np.full(high.size + 1, -np.inf))


def least_cost(problem: Problem, served: float) -> Model:
    """Serve at least as many people as given at the least cost.

    Parameters
    ----------
    problem
        The problem.
    served
        People to be served.
    """
    links = problem.link_class.size
    cost = np.concatenate([np.zeros(links), _action_rows(problem) / _cost_unit(problem)])
    matrix, high = _network(problem)
    everyone = csr_array(np.concatenate([np.ones(links), np.zeros(cost.size - links)])[None, :])
    low = np.append(np.full(high.size, -np.inf), served)
    return _model(problem, cost, vstack([matrix, everyone], format="csr"), np.append(high, np.inf), low)


def fewest_actions(problem: Problem, served: float, cost_vnd: float) -> Model:
    """Serve at least as many people as given, for no more than the cost given, by the fewest actions, see `effort`.

    Parameters
    ----------
    problem
        The problem.
    served
        People to be served.
    cost_vnd
        What the actions may cost.
    """
    links, actions = problem.link_class.size, len(problem.actions)
    cost = np.concatenate([np.zeros(links + actions), effort(problem)])
    return _within(problem, cost, served, cost_vnd, math.inf)


def effort(problem: Problem) -> NDArray[np.float64]:
    """Return what each action counts: one, and a trifle more where something new is built, so that expanding wins."""
    builds = (problem.actions["kind"] == "build").to_numpy()
    return np.where(builds, 1.0 + 1.0 / (1.0 + 2.0 * len(builds)), 1.0)


def fewest_minutes(problem: Problem, served: float, cost_vnd: float, count: float) -> Model:
    """Serve at least as many people as given, within the cost and the actions given, in the fewest minutes.

    Parameters
    ----------
    problem
        The problem, built with its minutes.
    served
        People to be served.
    cost_vnd
        What the actions may cost.
    count
        How many actions there may be, counted by `effort`. Without it, many small sites would be scattered next to the
        very people whom they serve.
    """
    cost = np.concatenate([problem.link_minutes, np.zeros(2 * len(problem.actions))])
    return _within(problem, cost, served, cost_vnd, count)


def _within(problem: Problem, cost: NDArray[np.float64], served: float, cost_vnd: float, count: float) -> Model:
    """Return the model of serving as many for as much, with another aim."""
    model = least_cost(problem, served)
    links, actions = problem.link_class.size, len(problem.actions)
    unit = _cost_unit(problem)
    money = np.concatenate([np.zeros(links), _action_rows(problem) / unit])
    done = np.concatenate([np.zeros(links + actions), effort(problem)])
    matrix = vstack([model.matrix, csr_array(np.vstack([money, done]))], format="csr")
    high = np.concatenate([model.high, [cost_vnd / unit, count]])
    return _model(problem, cost, matrix, high, np.concatenate([model.low, [-np.inf, -np.inf]]))


def action_cost(problem: Problem, added: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the cost in VND of adding places by each action; an action that adds none is not done."""
    return np.asarray(np.where(added > 0, problem.fixed_vnd + problem.per_place_vnd * added, 0.0))


def _action_rows(problem: Problem) -> NDArray[np.float64]:
    return np.concatenate([problem.per_place_vnd, problem.fixed_vnd])


def _cost_unit(problem: Problem) -> float:
    """Return a unit of money in which all costs are whole, or else of a size that suits the solver.

    A solver forgives small violations. In whole units none that it forgives adds up to a unit, so a budget holds
    exactly.
    """
    money = np.append(_action_rows(problem), problem.budget_vnd)
    if (money == np.rint(money)).all():
        return float(max(math.gcd(*(int(amount) for amount in money)), 1))
    return float(max(money.max() / 1e4, 1e-9))


def _network(problem: Problem) -> tuple[csr_array, NDArray[np.float64]]:
    """Return the rows that every capacitated model shares, as matrix and upper sides."""
    links, actions = problem.link_class.size, len(problem.actions)
    classes, slots = problem.people.size, problem.places.size
    number, each = np.arange(links), np.arange(actions)

    def block(data: NDArray[np.float64], row: NDArray[np.int64], column: NDArray[np.int64], rows: int) -> csr_array:
        return csr_array((data, (row, column)), shape=(rows, links + 2 * actions))

    ones, minus = np.ones(links), -np.ones(actions)
    people = block(ones, problem.link_class, number, classes)
    places = hstack(
        [
            csr_array((ones, (problem.link_slot, number)), shape=(slots, links)),
            csr_array((minus, (problem.action_slot, each)), shape=(slots, actions)),
            csr_array((slots, actions)),
        ],
        format="csr",
    )
    most = block(
        np.concatenate([np.ones(actions), -problem.max_added]),
        np.concatenate([each, each]),
        np.concatenate([links + each, links + actions + each]),
        actions,
    )
    fewest = block(
        np.concatenate([minus, problem.min_added]),
        np.concatenate([each, each]),
        np.concatenate([links + each, links + actions + each]),
        actions,
    )
    opening, row_count = _opening_links(problem)
    strong = block(*opening, row_count)
    high = np.concatenate([problem.people, problem.places, np.zeros(2 * actions + row_count)])
    return vstack([people, places, most, fewest, strong], format="csr"), high


def _opening_links(
    problem: Problem,
) -> tuple[tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]], int]:
    """Return the entries of x ≤ people × Σy on links to slots that only actions open."""
    links, actions = problem.link_class.size, len(problem.actions)
    new = np.flatnonzero(problem.places[problem.link_slot] == 0)
    openers: dict[int, list[int]] = {}
    for action, slot in enumerate(problem.action_slot):
        openers.setdefault(int(slot), []).append(action)
    data, row, column = [], [], []
    for number, link in enumerate(new):
        doing = openers.get(int(problem.link_slot[link]), [])
        data += [1.0, *([-float(problem.people[problem.link_class[link]])] * len(doing))]
        row += [number] * (1 + len(doing))
        column += [int(link), *(links + actions + action for action in doing)]
    return (np.array(data, float), np.array(row, np.int64), np.array(column, np.int64)), new.size


def _model(
    problem: Problem,
    cost: NDArray[np.float64],
    matrix: csr_array,
    high: NDArray[np.float64],
    low: NDArray[np.float64],
) -> Model:
    links, actions = problem.link_class.size, len(problem.actions)
    # An action that nobody could use is left out by allowing it no place.
    useful = ~problem.actions["action_id"].isin(problem.out_of_question).to_numpy()
    upper = np.concatenate([problem.people[problem.link_class], problem.max_added * useful, useful.astype(float)])
    whole = np.concatenate([np.zeros(links, bool), np.ones(2 * actions, bool)])
    return Model(cost, matrix, low, high, upper, whole)
