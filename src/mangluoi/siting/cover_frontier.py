"""Coverage against the number of sites, or against money: every point proven or bounded."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mangluoi import access
from mangluoi.errors import Complaint, ConservationError, InputError
from mangluoi.siting import cover_exact, cover_parts, uncapped, uncapped_answer
from mangluoi.siting import cover_reduction as reduction
from mangluoi.siting.cover_bound import Bound
from mangluoi.siting.cover_exact import Found

__all__ = ["CoverFrontier", "cover_frontier"]

# Points at which the audit measures again what the arrays say.
_AUDITED = 5
# Parts are worth their own frontiers where those have at most so many points for each one asked for.
_FEW_TIMES = 4
# How many points before and after lend their prices to a point.
_NEIGHBOURS = 2
# The share of the time in which each point is seen once; how many pairs the solver may be asked about then, and later.
_FIRST, _FEW_PAIRS, _MORE_PAIRS = 0.8, 5_000, 100_000


@dataclass(frozen=True, eq=False)
class CoverFrontier:
    """How coverage grows with sites or money.

    Parameters
    ----------
    points
        One row for each point asked for: ``sites`` or ``budget_vnd`` (what may be spent), ``chosen`` (sites),
        ``cost_vnd``, ``covered`` (people), ``bound``, ``gap`` (their distance relative to the bound) and ``proven``.
    chosen
        ``sites`` or ``budget_vnd`` and ``site_id`` of each new site of each point.
    status
        {"optimal", "bounded", "time_limit", "interrupted"}; optimal where every point is proven.
    everyone
        People asked about, those out of reach included.
    seconds
        Time spent.
    unreachable
        Points that no site can cover.
    """

    points: pd.DataFrame
    chosen: pd.DataFrame
    status: str
    everyone: float
    seconds: float
    unreachable: tuple[str, ...]

    def __repr__(self) -> str:
        worst = float(self.points["gap"].max()) if len(self.points) else math.nan
        return (
            f"CoverFrontier({self.status}: {len(self.points)} points, {int(self.points['proven'].sum())} proven, "
            f"largest gap {worst:.3%}, {self.seconds:.2f} s)"
        )


def cover_frontier(
    demand: pd.DataFrame,
    times: pd.DataFrame,
    *,
    max_minutes: float,
    sites: Sequence[int] | None = None,
    budgets_vnd: Sequence[float] | None = None,
    costs_vnd: Mapping[str, float] | pd.Series | None = None,
    existing: Collection[str] = (),
    required: Collection[str] = (),
    forbidden: Collection[str] = (),
    gap: float = 0.0,
    exact: bool = True,
    time_limit_s: float | None = None,
) -> CoverFrontier:
    """Say how many people can be brought within the threshold by each number of sites, or for each budget.

    From commune scale to a national grid of a kilometre (17 million pairs). The points are solved one after another,
    each from the answer and the prices of the one before; the prices of one bound its neighbours too. Where sites are
    counted and the reach falls into parts that share no site, the parts are solved one by one and put together.

    Parameters
    ----------
    demand, times, max_minutes, costs_vnd, existing, required, forbidden
        As in `max_cover`. Ids of times may be categories, which read faster.
    sites, budgets_vnd
        The points: numbers of new sites, or amounts of money; one of the two. Zero is a point too.
    gap
        Distance of answer and bound, relative to the bound, that is good enough; zero seeks the proof.
    exact
        Whether the solver may be asked for a proof. With a time limit it is asked only about what has become small.
    time_limit_s
        When to stop, with what is known by then about every point: each has its fair share of what is left.

    Raises
    ------
    InputError
        If the question cannot be asked, before any solving.

    References
    ----------
    Church, R. and ReVelle, C. (1974), "The maximal covering location problem", *Papers in Regional Science* 32.
    """
    start = time.perf_counter()
    limits = _limits(sites, budgets_vnd)
    question = uncapped.build(
        demand,
        times,
        existing=existing,
        required=required,
        forbidden=forbidden,
        costs_vnd=costs_vnd,
        max_minutes=max_minutes,
        budget_vnd=max(limits) if budgets_vnd is not None and max(limits) > 0 else None,
    )
    weight = np.ones(question.sites.size) if budgets_vnd is None else question.cost_vnd
    given_cost = float(weight[question.required & ~question.existing].sum())
    if min(limits) < given_cost:
        details = {"reason": "required_too_dear", "cost": f"{given_cost:g}", "limit": f"{min(limits):g}"}
        raise InputError([Complaint("contradiction", details=details)])
    cover = reduction.from_pairs(question.start, question.site, question.people, weight, question.given)
    whole = uncapped_answer.is_whole(question.people)
    order = sorted(set(limits))
    until = math.inf if time_limit_s is None else start + time_limit_s
    parts = cover_parts.parts_of(cover) if exact and budgets_vnd is None else []
    asked = [limit - given_cost for limit in order]
    if len(parts) > 1 and sum(min(part.site.size, max(asked)) for part in parts) <= _FEW_TIMES * len(asked):
        found, status = cover_parts.frontier(cover, parts, asked, whole=whole, gap=gap, until=until)
    else:
        found, status = _walk(cover, asked, whole, gap, exact, until)
    rows, chosen = [], []
    name = "sites" if budgets_vnd is None else "budget_vnd"
    everyone = float(uncapped.need_of(demand)["need"].sum())
    best: Found | None = None
    for position, (limit, own) in enumerate(zip(order, found, strict=True)):
        # More never covers fewer: an answer for less serves too.
        best = own if best is None or own.choice.people > best.choice.people else best
        near = found[max(position - _NEIGHBOURS, 0) : position + _NEIGHBOURS + 1]
        prices = [other.prices for other in near if other.prices is not None]
        bound = min((_bound(cover, one, limit - given_cost, whole) for one in prices), default=math.inf)
        bound = max(min(own.bound, bound, float(question.people.sum())), best.choice.people)
        is_open = question.given
        is_open[cover.site[best.choice.is_open]] = True
        new = is_open & ~question.existing
        rows.append(
            {
                name: int(limit) if budgets_vnd is None else float(limit),
                "chosen": int(new.sum()),
                "cost_vnd": float(question.cost_vnd[new].sum()),
                "covered": best.choice.people,
                "bound": bound,
                "gap": (bound - best.choice.people) / bound if bound > 0 else 0.0,
                "proven": bound - best.choice.people < (1.0 if whole else 1e-9 * everyone),
            }
        )
        chosen.append(pd.DataFrame({name: rows[-1][name], "site_id": question.sites[new].astype(object)}))
        if position % math.ceil(len(order) / _AUDITED) == 0 or position == len(order) - 1:
            _audit(demand, times, question.sites[is_open].tolist(), max_minutes, best.choice.people)
    points = pd.DataFrame(rows).astype({"chosen": "int64", "proven": bool})
    points.loc[points["proven"], "bound"] = points["covered"]
    points.loc[points["proven"], "gap"] = 0.0
    if points["proven"].all():
        status = "optimal"
    return CoverFrontier(
        points=points,
        chosen=pd.concat(chosen, ignore_index=True),
        status=status,
        everyone=everyone,
        seconds=time.perf_counter() - start,
        unreachable=question.unreachable,
    )


def _limits(sites: Sequence[int] | None, budgets_vnd: Sequence[float] | None) -> list[float]:
    given = sites if budgets_vnd is None else budgets_vnd
    if (sites is None) == (budgets_vnd is None) or given is None or not len(given):
        raise InputError([Complaint("contradiction", details={"reason": "sites_or_budgets"})])
    found = []
    for value in given:
        if not math.isfinite(value):
            found.append(Complaint("not_a_number", value=value))
        elif value < 0:
            found.append(Complaint("negative", value=value))
        elif budgets_vnd is None and value != int(value):
            found.append(Complaint("contradiction", details={"reason": "sites_not_whole", "given": value}))
    if found:
        raise InputError(found)
    return [float(value) for value in given]


def _walk(
    cover: reduction.Cover, limits: list[float], whole: bool, gap: float, exact: bool, until: float
) -> tuple[list[Found], str]:
    """Solve the points in rising order, each from the one before; with what time is left, the open ones once more.

    Those nearest to their bound come first then: what they do not need is left to the others.
    """
    found: list[Found] = []
    status = "bounded"
    timed = not math.isinf(until)
    size = (1.0 + np.array(limits) / max(float(cover.cost.max(initial=0.0)), 1e-300)) ** 0.25
    began = time.perf_counter()
    first = began + _FIRST * max(until - began, 0.0) if timed else until
    for position, limit in enumerate(limits):
        now = time.perf_counter()
        rest = status == "interrupted" or now > first
        # The more sites, the slower the prices settle.
        part = size[position] / size[position:].sum()
        share = now + part * max(first - now, 0.0) if timed else until
        own = cover_exact.most(
            cover,
            limit,
            whole=whole,
            start=found[-1].choice.is_open if found else None,
            prices=found[-1].prices if found else None,
            until=now if rest else share,
            gap=gap,
            most_pairs=0 if rest or not exact else _FEW_PAIRS if timed else cover_exact.MOST_PAIRS,
        )
        if own.status == "interrupted":
            status = own.status
        found.append(own)
    again = [n for n, own in enumerate(found) if timed and own.bound > own.choice.people]
    again.sort(key=lambda n: (found[n].bound - found[n].choice.people) / found[n].bound)
    for position, number in enumerate(again):
        now = time.perf_counter()
        if status == "interrupted" or now > until:
            break
        before = found[number]
        own = cover_exact.most(
            cover,
            limits[number],
            whole=whole,
            start=before.choice.is_open,
            prices=before.prices,
            until=now + (until - now) / (len(again) - position),
            gap=gap,
            most_pairs=_MORE_PAIRS if exact else 0,
            seed=2,
        )
        status = "interrupted" if own.status == "interrupted" else status
        found[number] = dataclasses.replace(own, bound=min(own.bound, before.bound))
    if status == "bounded" and time.perf_counter() > until:
        status = "time_limit"
    return found, status


def _bound(cover: reduction.Cover, prices: Bound, limit: float, whole: bool) -> float:
    bound = prices.at(cover.cost, limit)
    return float(math.floor(bound + 1e-6)) if whole else bound


def _audit(demand: pd.DataFrame, times: pd.DataFrame, sites: list[str], max_minutes: float, people: float) -> None:
    need = uncapped.need_of(demand)
    rows = uncapped.rows_to(times, sites)
    # Who stands in none of these rows is not covered: what is measured is the rest.
    near = need[need["point_id"].isin(rows["from_id"].unique())]
    covered = float(access.coverage(near, rows, max_minutes=max_minutes, sites=sites).sum()) if len(near) else 0.0
    if abs(covered - people) > 1e-6 * max(1.0, people):
        raise ConservationError(f"the frontier covers {people:g} people, the audit {covered:g}")
