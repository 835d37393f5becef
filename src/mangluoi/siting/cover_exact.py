"""The most people that sites can cover: a good choice, a bound, and an exact model of what is left between them."""

from __future__ import annotations

import dataclasses
import math
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mangluoi.siting import cover_bound, cover_models, cover_search, solver
from mangluoi.siting.cover_bound import Bound, Choice
from mangluoi.siting.cover_reduction import Cover, decided, merged, restricted

__all__ = ["MOST_PAIRS", "Found", "most"]

# How many looks at all sites, how often shares are rounded to a choice, and the progress below which prices rest.
_LOOKS, _EVERY, _PROGRESS = 120, 12, 0.03
_ROUNDINGS = (0.3, 0.5, 0.7, 0.9)
#: An exact model of more pairs than this is not attempted: the solver would not get through its first step.
MOST_PAIRS = 3_000_000
# One of fewer pairs than this is solved without seeking a better answer first.
_FEW_PAIRS = 10_000
# What share of the time goes to prices, and of what is left to better answers where the solver may be asked.
_PRICES, _SEARCH = 0.7, 0.5


@dataclass(frozen=True, eq=False)
class Found:
    """An answer and what is known about it.

    Parameters
    ----------
    choice
        The best choice found.
    bound
        What no choice surpasses.
    status
        {"optimal", "bounded", "time_limit", "interrupted"}
    prices
        The bound for every budget that was met on the way; None where the answer was put together from parts.
    """

    choice: Choice
    bound: float
    status: str
    prices: Bound | None


def most(
    cover: Cover,
    budget: float,
    *,
    whole: bool,
    start: NDArray[np.bool_] | None = None,
    prices: Bound | None = None,
    until: float = math.inf,
    gap: float = 0.0,
    most_pairs: int = MOST_PAIRS,
    seed: int = 1,
) -> Found:
    """Choose the sites that cover most within a budget.

    Parameters
    ----------
    cover
        Coverage.
    budget
        What the sites may cost together.
    whole
        Whether people are whole: then less than one person between bound and answer is a proof.
    start, prices
        An answer for a smaller budget and prices for another one, to begin from.
    until
        When to stop, by the clock of `time.perf_counter`.
    gap
        Distance of answer and bound, relative to the bound, that is good enough.
    most_pairs
        What is left between the answer and the bound is handed to the solver where it has at most so many pairs.
    seed
        Begins the search for better answers.
    """
    everything = np.ones(cover.site.size, dtype=bool)
    if float(cover.cost.sum()) <= budget or not cover.people.size:
        people = cover_bound.covered(cover, everything)
        unpriced = cover_bound.bound_of(cover, np.zeros(cover.people.size), everything.astype(float))
        return Found(Choice(everything, people), people, "optimal", unpriced)
    nothing = np.zeros_like(everything)
    known = nothing if start is None else start
    choice = Choice(known, cover_bound.covered(cover, known))
    enough = 1.0 - 1e-6 if whole else 1e-9 * float(cover.people.sum() + cover.anyway)
    status = "bounded"
    before = prices
    if prices is None:
        prices = cover_bound.bound_of(cover, np.ones(cover.people.size), nothing.astype(float))
    try:
        choice = cover_bound.improved(cover, budget, known)
        if start is not None and not cover_search.counted(cover):
            choice = max(choice, cover_bound.improved(cover, budget, nothing), key=_people)
        prices = cover_bound.first(cover, budget, choice, before)
        everyone = cover_bound.bound_of(cover, np.zeros(cover.people.size), prices.share)
        if _near(choice, everyone.at(cover.cost, budget), enough, gap):
            prices = everyone
        choice, prices = _approach(cover, budget, choice, prices, enough, gap, _part(until, _PRICES))
        if _is_long(cover, budget, choice, prices, enough, gap):
            better = _part(until, _SEARCH) if most_pairs else until
            choice = cover_search.searched(cover, budget, choice, prices, until=better, seed=seed)
    except KeyboardInterrupt:
        status = "interrupted"
    bound = prices.at(cover.cost, budget)
    if status == "bounded" and most_pairs and not _near(choice, bound, enough, gap):
        choice, bound, status = _closed(cover, budget, choice, prices, enough, gap, until, most_pairs)
    if whole:
        bound = float(math.floor(bound + 1e-6))
    if bound - choice.people < enough:
        return Found(choice, choice.people, "optimal", prices)
    if status == "bounded" and time.perf_counter() > until:
        status = "time_limit"
    return Found(choice, max(bound, choice.people), status, prices)


def _people(choice: Choice) -> float:
    return choice.people


def _part(until: float, share: float) -> float:
    """Return when a share of the time that is left will be over."""
    now = time.perf_counter()
    return until if math.isinf(until) else now + share * (until - now)


def _is_long(cover: Cover, budget: float, choice: Choice, prices: Bound, enough: float, gap: float) -> bool:
    """Say whether better answers are worth seeking before the solver is asked: what is left for it is not small."""
    bound = prices.at(cover.cost, budget)
    if _near(choice, bound, enough, gap) or not cover_search.counted(cover):
        return False
    out, _ = decided(prices.worth, cover.cost, budget, bound - choice.people - 0.5 * enough)
    return int(np.diff(cover.site_start)[~out].sum()) > _FEW_PAIRS


def _near(choice: Choice, bound: float, enough: float, gap: float) -> bool:
    return bound - choice.people < max(enough, gap * bound)


def _approach(
    cover: Cover, budget: float, choice: Choice, prices: Bound, enough: float, gap: float, until: float
) -> tuple[Choice, Bound]:
    """Better the prices, and round their shares to choices, as long as that brings bound and answer nearer."""
    best, now, last = prices, prices, math.inf
    for look in range(_LOOKS):
        if _near(choice, best.at(cover.cost, budget), enough, gap):
            break
        now = cover_bound.lower(cover, budget, now)
        if now.at(cover.cost, budget) < best.at(cover.cost, budget):
            best = now
        late = time.perf_counter() > until
        if look % _EVERY == _EVERY - 1 or late:
            for rounding in _ROUNDINGS:
                trial = now.share >= rounding
                if float(cover.cost[trial].sum()) <= budget:
                    choice = max(choice, cover_bound.improved(cover, budget, trial), key=_people)
                    break
            room = best.at(cover.cost, budget) - choice.people
            if late or _near(choice, best.at(cover.cost, budget), enough, gap) or last - room < _PROGRESS * last:
                break
            last = room
    return choice, best


def _closed(
    cover: Cover, budget: float, choice: Choice, prices: Bound, enough: float, gap: float, until: float,
    most_pairs: int,
) -> tuple[Choice, float, str]:  # fmt: skip
    """Solve what the bound leaves open; every better answer is in it."""
    bound = prices.at(cover.cost, budget)
    out, inside = decided(prices.worth, cover.cost, budget, bound - choice.people - 0.5 * enough)
    free = ~out & ~inside
    safe = np.add.reduceat(inside[cover.row_site], cover.row_start[:-1]) > 0
    numbered = dataclasses.replace(cover, site=np.arange(cover.site.size))
    core = merged(restricted(numbered, free, covered=safe))
    if core.row_site.size > most_pairs:
        return choice, bound, "bounded"
    left = budget - float(cover.cost[inside].sum())
    if left < 0:
        # No better answer exists: whatever it must open does not fit.
        return choice, choice.people, "optimal"
    model = cover_models.most_covered(core, [(core.cost, left)])
    known = choice.is_open[core.site]
    fits = bool((choice.is_open == inside | _spread(known, core.site, cover.site.size)).all())
    reached = np.add.reduceat(known[core.row_site], core.row_start[:-1]) > 0 if core.people.size else np.zeros(0, bool)
    answer = solver.minimise(
        model,
        time_limit_s=None if math.isinf(until) else max(until - time.perf_counter(), 0.1),
        relative_gap=max(0.5 * enough, gap * bound) / max(float(core.people.sum()), 1.0),
        start=np.concatenate([known, reached]).astype(float) if fits else None,
    )
    if answer.values is not None:
        is_open = inside | _spread(answer.values[: core.site.size] > 0.5, core.site, cover.site.size)
        people = cover_bound.covered(cover, is_open)
        if people > choice.people and float(cover.cost[is_open].sum()) <= budget * (1 + 1e-12):
            choice = Choice(is_open, people)
    status = "bounded" if answer.status == "optimal" else answer.status
    if answer.status == "infeasible":
        return choice, choice.people, "optimal"
    return choice, max(min(core.anyway - answer.bound, bound), choice.people), status


def _spread(chosen: NDArray[np.bool_], site: NDArray[np.int64], size: int) -> NDArray[np.bool_]:
    """Return the chosen sites of a core among all sites of the coverage that it was cut from."""
    everywhere = np.zeros(size, dtype=bool)
    everywhere[site[chosen]] = True
    return everywhere
