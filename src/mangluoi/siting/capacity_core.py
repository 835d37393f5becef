"""Exact models of a part of the actions, the others being decided, and neighbourhoods in which a plan is bettered."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from mangluoi.access import transport
from mangluoi.siting import solver
from mangluoi.siting.capacity_bound import Network

__all__ = ["Core", "Plan", "around", "nothing", "plan_of", "served", "write"]


@dataclass(frozen=True, eq=False)
class Plan:
    """What is done.

    Parameters
    ----------
    done, added
        Whether each action is done, and the places that it adds.
    people
        People whom the places can serve.
    """

    done: NDArray[np.bool_]
    added: NDArray[np.float64]
    people: float


@dataclass(frozen=True, eq=False)
class Core:
    """A model over people on some links, places added and actions done, in this order of columns.

    Parameters
    ----------
    model
        The model.
    links, actions
        The links and actions that it speaks of.
    """

    model: solver.Model
    links: NDArray[np.int64]
    actions: NDArray[np.int64]


def nothing(network: Network) -> Plan:
    """Return the plan that does nothing."""
    none = np.zeros(network.least.size)
    return Plan(none > 0, none, served(network, none))


def served(network: Network, added: NDArray[np.float64]) -> float:
    """Return how many people can be served with the places that actions add."""
    places = network.places + np.bincount(network.action_slot, weights=added, minlength=network.places.size)
    used = places[network.link_slot] > 0
    flow = transport.Transport(
        people=network.people,
        places=places,
        row=network.link_class[used],
        slot=network.link_slot[used],
        minutes=np.zeros(int(used.sum())),
        pool=np.full(places.size, -1, dtype=np.int64),
        pool_places=np.zeros(0),
    )
    if flow.whole and network.people.sum() < 2**31 - 1:
        return float(transport.most(flow)[0])
    return float(transport.serve_most(flow).sum())


def write(network: Network, must: NDArray[np.bool_], may: NDArray[np.bool_]) -> Core:
    """Write the model of serving the most people when some actions must be done, some may, and the others are not.

    A class may use a slot without a place today by no more than its people, times whether an action there is done: this
    link is implied, and makes the bound much tighter.
    """
    actions = np.flatnonzero(must | may)
    slots = network.action_slot[actions]
    opened = network.places > 0
    opened[slots] = True
    links = np.flatnonzero(opened[network.link_slot])
    link_slot, link_class = network.link_slot[links], network.link_class[links]
    x, count = links.size, actions.size
    number, each = np.arange(x), np.arange(count)
    unit, limit = _money(network, actions)
    rows: list[NDArray[np.int64]] = []
    columns: list[NDArray[np.int64]] = []
    values: list[NDArray[np.float64]] = []
    high: list[NDArray[np.float64]] = []

    def block(row: NDArray[np.int64], column: NDArray[np.int64], value: NDArray[np.float64], right: object) -> None:
        before = sum(part.size for part in high)
        rows.append(row + before)
        columns.append(column)
        values.append(value)
        high.append(np.atleast_1d(np.asarray(right, dtype=np.float64)))

    added, done = x + each, x + count + each
    block(link_class, number, np.ones(x), network.people)
    block(
        np.concatenate([link_slot, slots]),
        np.concatenate([number, added]),
        np.concatenate([np.ones(x), -np.ones(count)]),
        network.places,
    )
    twice, both = np.concatenate([each, each]), np.concatenate([added, done])
    block(twice, both, np.concatenate([np.ones(count), -network.most[actions]]), np.zeros(count))
    block(twice, both, np.concatenate([-np.ones(count), network.least[actions]]), np.zeros(count))
    money = np.concatenate([network.per_place[actions], network.fixed[actions]]) / unit
    block(np.zeros(2 * count, np.int64), np.concatenate([added, done]), money, limit)
    undecided = np.bincount(slots[may[actions]], minlength=network.places.size) > 0
    sure = np.bincount(slots[~may[actions]], minlength=network.places.size) > 0
    weak = undecided & ~sure & (network.places == 0)
    new = np.flatnonzero(weak[link_slot])
    own = np.flatnonzero(weak[slots])
    first = np.searchsorted(slots[own], link_slot[new], side="left")
    last = np.searchsorted(slots[own], link_slot[new], side="right")
    row = np.repeat(np.arange(new.size), last - first)
    place = np.arange(row.size) - np.repeat(np.cumsum(last - first) - (last - first), last - first)
    opener = done[own[first[row] + place]] if row.size else np.zeros(0, np.int64)
    most = network.people[link_class[new]]
    block(
        np.concatenate([np.arange(new.size), row]),
        np.concatenate([new, opener]),
        np.concatenate([np.ones(new.size), -most[row]]),
        np.zeros(new.size),
    )
    right = np.concatenate(high)
    entries = np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))
    model = solver.Model(
        cost=np.concatenate([-np.ones(x), np.zeros(2 * count)]),
        matrix=csr_array(coo_array(entries, shape=(right.size, x + 2 * count))),
        low=np.full(right.size, -np.inf),
        high=right,
        upper=np.concatenate([network.people[link_class], network.most[actions], np.ones(count)]),
        whole=np.concatenate([np.zeros(x, bool), np.ones(2 * count, bool)]),
        lower=np.concatenate([np.zeros(x + count), must[actions].astype(float)]),
    )
    return Core(model, links, actions)


def _money(network: Network, actions: NDArray[np.int64]) -> tuple[float, float]:
    """Return a unit of money that suits the solver, and the budget in it.

    A solver forgives small violations. In whole units none that it forgives adds up to a unit, so the budget holds.
    """
    amounts = np.concatenate([network.per_place[actions], network.fixed[actions], [network.budget]])
    if (amounts == np.rint(amounts)).all() and amounts.max() < 2**53:
        unit = float(max(math.gcd(*(int(amount) for amount in amounts)), 1))
        if network.budget / unit <= 1e9:
            return unit, network.budget / unit
    return network.budget / 1e4, 1e4


def plan_of(network: Network, core: Core, values: NDArray[np.float64]) -> Plan:
    """Return the plan that a core's answer stands for, without the places that exceed the budget by a rounding."""
    x, count = core.links.size, core.actions.size
    done, added = np.zeros(network.least.size, bool), np.zeros(network.least.size)
    added[core.actions] = np.rint(values[x : x + count])
    # An action that must be done in the core but adds nothing is better left.
    done[core.actions] = added[core.actions] > 0
    spare = np.flatnonzero(added > np.maximum(network.least, 1.0))
    if spare.size and network.cost(done, added) > network.budget:
        added[spare[network.per_place[spare].argmax()]] -= 1.0
    return Plan(done, added, served(network, added))


def start_of(core: Core, plan: Plan) -> NDArray[np.float64]:
    """Return a plan as an answer to a core to begin from; the solver completes it."""
    x, count = core.links.size, core.actions.size
    values = np.zeros(x + 2 * count)
    values[x : x + count] = plan.added[core.actions]
    values[x + count :] = plan.done[core.actions]
    return values


def around(network: Network, middle: int, size: int) -> NDArray[np.bool_]:
    """Return the actions at the slots that share most people with a slot, nearest circles first."""
    order = np.argsort(network.link_class, kind="stable")
    where = np.searchsorted(network.link_class[order], np.arange(network.people.size + 1))
    slot = network.link_slot
    inside = np.zeros(network.places.size, dtype=bool)
    has_action = np.diff(network.first) > 0
    front = np.array([middle])
    inside[middle] = True
    while front.size and int(has_action[inside].sum()) < size:
        shared = np.zeros(network.places.size)
        for one in front:
            for person in network.link_class[network.start[one] : network.start[one + 1]]:
                near = slot[order[where[person] : where[person + 1]]]
                shared[near] += network.people[person]
        shared[inside] = 0.0
        wanted = size - int(has_action[inside].sum())
        front = np.argsort(-shared, kind="stable")[:wanted]
        front = front[shared[front] > 0]
        inside[front] = True
    return np.asarray(inside[network.action_slot])
