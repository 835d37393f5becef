"""Rules of what is sought when sites are chosen, what must hold, and which answers are worked out besides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["AnswerRules", "FloorRule", "LandRule", "PayerRule", "PhaseRule", "SitingRules", "WeightRule"]


@dataclass(frozen=True)
class SitingRules:
    """What is sought when actions are chosen, and what must hold besides the budget.

    Parameters
    ----------
    aim
        {"served", "covered", "cheapest", "fewest", "minutes", "total"}: the most people served or covered; the least
        money, or the fewest actions, for `share`; the fewest minutes of all together; the least money and time.
    share
        With the last four aims: the share of all need to be reached; 0.9 is 90 %.
    measure
        With "cheapest" and "fewest": whether that share is to be served or covered.
    times_covered
        With coverage: by how many open sites everybody must be reached; 2 is backup coverage.
    vnd_per_minute
        With "total": what a minute of a person counts.
    max_new_sites
        How many new sites there may be; absent: any number.
    max_loss_minutes
        By how much the way to the nearest open site may become longer for anybody; absent: any length.
    forbidden_at
        Sites, or codes of communes, where nothing may be done.
    candidates
        {"communes", "list", "grid"}: where something new may be built: at the centres of communes, at the places of
        `inputs.candidates`, or at the points of a grid over the province.
    grid_km
        With "grid": the distance between neighbours.
    """

    aim: Literal["served", "covered", "cheapest", "fewest", "minutes", "total"] = "served"
    share: float | None = None
    measure: Literal["served", "covered"] = "served"
    times_covered: int = 1
    vnd_per_minute: float = 0.0
    max_new_sites: int | None = None
    max_loss_minutes: float | None = None
    forbidden_at: tuple[str, ...] = ()
    candidates: Literal["communes", "list", "grid"] = "communes"
    grid_km: float | None = None


@dataclass(frozen=True)
class FloorRule:
    """A share of its need that every part of the province must reach.

    Parameters
    ----------
    by
        {"commune", "district", "group", "service", "province"}: what a part is; districts only in the units before
        1 July 2025.
    at_least
        The share; 0.6 is 60 %.
    basis
        Where it comes from.
    """

    by: Literal["commune", "district", "group", "service", "province"]
    at_least: float
    basis: str


@dataclass(frozen=True)
class WeightRule:
    """What serving one person counts; where nothing is said, it counts 1.

    Parameters
    ----------
    weight
        What one person counts.
    basis
        Why.
    group, service
        Whom it is about; absent: every group, every service.
    """

    weight: float
    basis: str
    group: str = ""
    service: str = ""


@dataclass(frozen=True)
class PayerRule:
    """What the actions that an authority pays for may cost together.

    Parameters
    ----------
    authority
        As the actions name it.
    budget_vnd
        The money.
    basis
        Where the sum comes from.
    """

    authority: str
    budget_vnd: float
    basis: str


@dataclass(frozen=True)
class PhaseRule:
    """A stretch of years with money of its own; what is not spent stays for the next.

    Parameters
    ----------
    name
        Such as "2026–2027".
    budget_vnd
        Money that becomes available in it.
    years
        How long it lasts.
    basis
        Where the sum comes from.
    """

    name: str
    budget_vnd: float
    years: float
    basis: str


@dataclass(frozen=True)
class LandRule:
    """Free land of a place, which all that its actions add must fit on.

    Parameters
    ----------
    site
        The site, the candidate, or the code of the commune to build at.
    land_m2
        Its free land.
    basis
        Where it comes from.
    """

    site: str
    land_m2: float
    basis: str


@dataclass(frozen=True)
class AnswerRules:
    """Which answers besides the plan itself are worked out; each takes solving again, so what is dear can be left out.

    Parameters
    ----------
    frontier
        At how many budgets, in even steps up to `frontier_up_to`, the most people are sought; 0: at none.
    frontier_up_to
        The largest of these budgets, in times the plan's.
    reasons
        Whether it is said of each chosen action whom it adds, what is lost without it, and what holds it back.
    flips
        Whether it is sought how dear each chosen action may become, and at which need and thresholds it goes.
    near_optimal
        How many plans that come near to the best are looked at, to say how often an action is part of them; 0: none.
    near_within
        How far below the best these may stay, as a share of its people.
    equity
        Shares for which the price of equity is sought: how many fewer are served in all if every commune (in the units
        before 1 July 2025 every district), or every group, must reach them.
    """

    frontier: int = 6
    frontier_up_to: float = 2.0
    reasons: bool = True
    flips: bool = False
    near_optimal: int = 0
    near_within: float = 0.01
    equity: tuple[float, ...] = ()
