"""What every model with actions is made of: doing them, places and people, and slots that are open.

Written once for all questions. With y whether each action is done, z the places that it adds and x the people on
each link: Σx ≤ people of each class; Σx ≤ places + Σz gained − Σz moved away − places·Σy closing of each slot;
min·y ≤ z ≤ max·y in steps; and what budgets, land and prerequisites ask. For whole y and z the rest is a transport
problem, so x needs no integrality.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mangluoi.siting.actions import requirements_of
from mangluoi.siting.draft import Draft, Entry
from mangluoi.siting.problem import Problem

__all__ = ["Doing", "Serving", "cost_unit", "do", "limit_budgets", "limit_choice", "money", "serve"]

# What the dearest action may cost in units of the model: the solver's tolerance is a millionth of a unit.
_MOST_UNITS = 1e6


@dataclass(frozen=True, eq=False)
class Doing:
    """The columns of the actions: whether each is done, the places that it adds, and its steps if any has steps."""

    done: NDArray[np.int64]
    added: NDArray[np.int64]
    steps: NDArray[np.int64] | None


@dataclass(frozen=True, eq=False)
class Serving:
    """The columns of people on each link."""

    people: NDArray[np.int64]


def do(draft: Draft, problem: Problem, *, useless: bool = False) -> Doing:
    """Write the actions: sizes and steps, what excludes what, what needs what, and what happens to a source.

    Parameters
    ----------
    draft, problem
        Where to write, and what.
    useless
        Whether actions that nobody can use may be done, as where sites are counted.
    """
    offer, table = problem.offer, problem.actions
    count, each = len(table), np.arange(len(table))
    may = np.ones(count, bool) if useless else ~_useless(problem)
    done = draft.columns(count, upper=may.astype(float), whole=True)
    by_one = offer.step == 1
    most = offer.max_added * may
    added = draft.columns(count, upper=most, whole=True)
    draft.constrain(count, [(each, added, 1.0), (each, done, -offer.max_added)], high=0.0)
    draft.constrain(count, [(each, added, 1.0), (each, done, -offer.min_added)], low=0.0)
    steps = None
    if not by_one.all():
        steps = draft.columns(count, upper=np.ceil(most / offer.step), whole=True)
        entries = [(each, added, 1.0), (each, done, -offer.min_added), (each, steps, -offer.step)]
        draft.constrain(count, entries, low=0.0, high=0.0)
    for _, rows in table.groupby("exclusive", sort=True):
        draft.constrain(1, [(0, done[rows.index], 1.0)], high=1.0)
    for _, rows in table.groupby("bundle", sort=True):
        # Of actions that exclude each other, such as the sizes of a site, one stands for all.
        first, *others = rows.groupby(rows["exclusive"].fillna(rows["action_id"]), sort=True).groups.values()
        for other in others:
            draft.constrain(1, [(0, done[first], 1.0), (0, done[other], -1.0)], low=0.0, high=0.0)
    for at, text in zip(table.index, table["requires"], strict=True):
        for name in requirements_of(text):
            which = np.flatnonzero((table["action_id"] == name) | (table["exclusive"] == name))
            draft.constrain(1, [(0, done[at], 1.0), (0, done[which], -1.0)], high=0.0)
    doing = Doing(done, added, steps)
    _sources(draft, problem, doing)
    return doing


def _useless(problem: Problem) -> NDArray[np.bool_]:
    """Return which actions nobody can use, and nothing else depends on or gains from."""
    table = problem.actions
    named = {name for text in table["requires"] for name in requirements_of(text)}
    tied = table["bundle"].notna() | table["action_id"].isin(named) | table["exclusive"].isin(named)
    nobody = table["action_id"].isin(problem.out_of_question)
    return np.asarray((nobody & ~tied).to_numpy() & (problem.offer.saved_vnd == 0))


def _sources(draft: Draft, problem: Problem, doing: Doing) -> None:
    """Let a slot close at most once, gain or give nothing then, and give only places that stand."""
    offer = problem.offer
    for slot in np.unique(offer.source[offer.source >= 0]):
        closing = np.flatnonzero((offer.source == slot) & offer.closes)
        moving = np.flatnonzero((offer.source == slot) & ~offer.closes)
        places = problem.places[slot]
        if closing.size:
            draft.constrain(1, [(0, doing.done[closing], 1.0)], high=1.0)
            for gaining in np.flatnonzero(offer.target == slot):
                draft.constrain(1, [(0, doing.done[[*closing, gaining]], 1.0)], high=1.0)
        if moving.size:
            draft.constrain(1, [(0, doing.added[moving], 1.0), (0, doing.done[closing], places)], high=places)
    for entries, places in _pooled(problem, doing):
        draft.constrain(1, entries, high=places)


def _pooled(problem: Problem, doing: Doing) -> Iterator[tuple[list[Entry], float]]:
    """Yield for each pool what its services give away less what they gain, and its places today.

    Of a service that is merged away the places that move leave the pool; the rest stays for the others.
    """
    offer = problem.offer
    for pool, places in enumerate(problem.pooled):
        mine = np.append(problem.pool == pool, False)
        gains = np.flatnonzero(mine[offer.target])
        gives = np.flatnonzero(mine[offer.source] & (offer.max_added > 0))
        yield [(0, doing.added[gains], -1.0), (0, doing.added[gives], 1.0)], float(places)


def serve(draft: Draft, problem: Problem, doing: Doing, *, whole: bool = False) -> Serving:
    """Write people and places.

    A class may use a slot that only an action opens by no more than the people it has, once one of its actions is
    done: this link is implied, and makes the bound much tighter.
    """
    draft.flows = True
    offer, links = problem.offer, problem.link_class.size
    slots, number = problem.places.size, np.arange(links)
    people = draft.columns(links, upper=problem.people[problem.link_class], whole=whole)
    draft.constrain(problem.people.size, [(problem.link_class, people, 1.0)], high=problem.people)
    gains = np.flatnonzero(offer.target >= 0)
    moves = np.flatnonzero((offer.source >= 0) & ~offer.closes)
    closes = np.flatnonzero((offer.source >= 0) & offer.closes)
    draft.constrain(
        slots,
        [
            (problem.link_slot, people, 1.0),
            (offer.target[gains], doing.added[gains], -1.0),
            (offer.source[moves], doing.added[moves], 1.0),
            (offer.source[closes], doing.done[closes], problem.places[offer.source[closes]]),
        ],
        high=problem.places,
    )
    for pool, (entries, places) in enumerate(_pooled(problem, doing)):
        draft.constrain(1, [(0, people[problem.pool[problem.link_slot] == pool], 1.0), *entries], high=places)
    most = problem.people[problem.link_class]
    new = np.flatnonzero(problem.places[problem.link_slot] == 0)
    row, action = _pairs(problem.link_slot[new], offer.target, gains)
    draft.constrain(
        new.size, [(number[: new.size], people[new], 1.0), (row, doing.done[action], -most[new][row])], high=0.0
    )
    gated = np.flatnonzero(problem.link_gate >= 0)
    keys = [(at, action) for at, link in enumerate(gated) for action in problem.gates[problem.link_gate[link]]]
    at = np.array([key[0] for key in keys], dtype=np.int64)
    opener = np.array([key[1] for key in keys], dtype=np.int64)
    draft.constrain(
        gated.size, [(number[: gated.size], people[gated], 1.0), (at, doing.done[opener], -most[gated][at])], high=0.0
    )
    return Serving(people)


def _pairs(
    wanted: NDArray[np.int64], target: NDArray[np.int64], actions: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the positions in `wanted` joined with the actions that add to that slot."""
    order = actions[np.argsort(target[actions], kind="stable")]
    first = np.searchsorted(target[order], wanted, side="left")
    last = np.searchsorted(target[order], wanted, side="right")
    row = np.repeat(np.arange(wanted.size), last - first)
    offset = np.arange(row.size) - np.repeat(np.cumsum(last - first) - (last - first), last - first)
    return row, order[first[row] + offset] if row.size else np.zeros(0, np.int64)


def money(draft: Draft, problem: Problem, doing: Doing, *, saving: bool = False) -> NDArray[np.float64]:
    """Return what the actions cost, in VND, as a cost over the draft's columns; what is saved counts if asked for."""
    cost = draft.zeros()
    cost[doing.added] = problem.per_place_vnd
    cost[doing.done] = problem.fixed_vnd - (problem.offer.saved_vnd if saving else 0.0)
    return cost


def cost_unit(problem: Problem) -> float:
    """Return a unit of money in which all costs are whole, or else of a size that suits the solver.

    A solver forgives small violations. In whole units none that it forgives adds up to a unit, so a budget holds
    exactly. Where the dearest action costs too many units, as with costs to the last đồng, its proofs go wrong; then
    the unit is larger, but no larger than needed for what is forgiven to stay within `audit.confirm_budget`.
    """
    money = np.concatenate([problem.per_place_vnd, problem.fixed_vnd, problem.offer.saved_vnd])
    smallest = float(money.max(initial=0.0)) / _MOST_UNITS
    if smallest <= 0:
        return 1.0
    if (money == np.rint(money)).all():
        return max(float(math.gcd(*(int(amount) for amount in money))), smallest)
    return smallest


def limit_budgets(draft: Draft, problem: Problem, doing: Doing) -> None:
    """Write what the actions may cost together, and those of each authority."""
    unit = cost_unit(problem)
    cost = money(draft, problem, doing) / unit
    whole = bool((cost == np.rint(cost)).all())

    def limit(amount: float) -> float:
        return math.floor(amount / unit * (1 + 1e-12)) if whole else amount / unit

    if math.isfinite(problem.budget_vnd):
        draft.total(cost, high=limit(problem.budget_vnd), wanted=("budget", ""))
    authority = problem.actions["authority"].to_numpy(dtype=object)
    for name, amount in sorted(problem.budgets_vnd.items()):
        own = np.flatnonzero(authority == name)
        part = draft.zeros()
        columns = np.concatenate([doing.done[own], doing.added[own]])
        part[columns] = cost[columns]
        draft.total(part, high=limit(amount), wanted=("budget", name))


def limit_choice(
    draft: Draft,
    problem: Problem,
    doing: Doing,
    *,
    required: Collection[str] = (),
    forbidden: Collection[str] = (),
    land_m2: Mapping[str, float] | None = None,
    max_new_sites: int | None = None,
) -> None:
    """Write which actions must or must not be done, the land of each site, and how many sites may be new."""
    table = problem.actions
    for kind, names, low, high in (("required", required, 1.0, np.inf), ("forbidden", forbidden, -np.inf, 0.0)):
        for at in np.flatnonzero(table["action_id"].isin(list(names))):
            name = str(table["action_id"].iloc[at])
            draft.constrain(1, [(0, doing.done[at], 1.0)], low=low, high=high, wanted=(kind, name))
    places = place_of(table)
    for place, free in sorted((land_m2 or {}).items()):
        own = np.flatnonzero((places == place).to_numpy() & (problem.offer.target >= 0))
        per_place = table["land_per_place_m2"].iloc[own].fillna(0.0).to_numpy(dtype=float)
        draft.constrain(1, [(0, doing.added[own], per_place)], high=float(free), wanted=("land", place))
    if max_new_sites is not None:
        builds = table[table["kind"] == "build"]
        names = sorted(set(places[builds.index]))
        opened = draft.columns(len(names), upper=1.0, whole=True)
        for column, name in zip(opened, names, strict=True):
            own = np.asarray(builds.index[places[builds.index] == name])
            each = np.arange(own.size)
            draft.constrain(own.size, [(each, doing.done[own], 1.0), (each, np.full(own.size, column), -1.0)], high=0.0)
        draft.constrain(1, [(0, opened, 1.0)], high=float(max_new_sites), wanted=("new_sites", ""))


def place_of(actions: pd.DataFrame) -> pd.Series:
    """Return the place that each action is at: where a site's services have ids of their own, the site's."""
    return actions["place_id"].fillna(actions["site_id"])
