"""Rules that refine a question; a plan may do without any of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mangluoi.scenario.rules import Profile

__all__ = [
    "AccessRules", "ForecastRules", "GrowthRule", "ModeRule", "NormRule", "OverlapRule", "PoolRule", "RefusalRule",
    "StayRule",
]  # fmt: skip


@dataclass(frozen=True)
class AccessRules:
    """How people are allocated to places, and what is measured besides.

    Parameters
    ----------
    even_occupancy
        Whether, of the allocations that serve as many in as few minutes, the one is taken that fills places evenly.
    location_draws
        How often the places of sites and communes are drawn anew within their error, for the interval of coverage.
    location_seed
        Seed of these draws.
    ratio_method
        {"2sfca", "e2sfca", "balanced", "spatial_availability"}: how places per person are counted by commune.
    ratio_decay
        {"step", "gaussian", "exponential", "power"}: how the weight of minutes falls, for all but 2sfca.
    ratio_minutes
        What the decay is measured in: the ends of the steps; the sigma; the minutes in which weight halves; or the
        minutes from which it falls.
    ratio_weights
        With "step": one weight per step. With "power": the exponent.
    ranked_by
        {"remoteness", "poverty"}: by what communes are ranked for the concentration index: fewest people per km², or
        the share of people in `poor_group`.
    poor_group
        With "poverty": the group that is poor.
    poverty_line
        Places per 100 people in need below which a commune is poor in access.
    """

    even_occupancy: bool = False
    location_draws: int = 200
    location_seed: int = 0
    ratio_method: Literal["2sfca", "e2sfca", "balanced", "spatial_availability"] = "2sfca"
    ratio_decay: Literal["", "step", "gaussian", "exponential", "power"] = ""
    ratio_minutes: tuple[float, ...] = ()
    ratio_weights: tuple[float, ...] = ()
    ranked_by: Literal["remoteness", "poverty"] = "remoteness"
    poor_group: str = ""
    poverty_line: float | None = None


@dataclass(frozen=True)
class ForecastRules:
    """Years that people and need are carried to by the stated growth.

    Parameters
    ----------
    years
        The years of the forecast.
    analysed
        The year whose need is allocated and planned for; absent: the need of the counts as they are given.
    """

    years: tuple[int, ...] = ()
    analysed: int | None = None


@dataclass(frozen=True)
class ModeRule:
    """How a group travels to a service, and how far, where it differs from the service's rule.

    Parameters
    ----------
    group, service
        Whom it is about, and to which service.
    profiles
        What they ride; of several, the fastest to each place.
    basis
        Why.
    max_minutes
        Their threshold; absent: the service's.
    """

    group: str
    service: str
    profiles: tuple[Profile, ...]
    basis: str
    max_minutes: float | None = None


@dataclass(frozen=True)
class GrowthRule:
    """How fast a group grows.

    Parameters
    ----------
    group
        The group.
    rate
        Growth per year; 0.02 is 2 %.
    basis
        Where it comes from.
    lower, upper
        The low and the high variant.
    """

    group: str
    rate: float
    basis: str
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True)
class OverlapRule:
    """Which share of one group also belongs to another.

    Parameters
    ----------
    group_a, group_b
        The two groups.
    rate
        The share of group a who also belong to group b.
    basis
        Where it comes from.
    """

    group_a: str
    group_b: str
    rate: float
    basis: str


@dataclass(frozen=True)
class PoolRule:
    """Beds that several services of a site share.

    Parameters
    ----------
    site
        The site.
    services
        At least two services that share.
    capacity
        How many they hold together; each keeps its own limit besides.
    basis
        Where it comes from.
    """

    site: str
    services: tuple[str, ...]
    capacity: int
    basis: str


@dataclass(frozen=True)
class RefusalRule:
    """Whom a site does not take although its type may: limits of age or sex, or other rules of the house.

    Parameters
    ----------
    site
        The site.
    basis
        Why.
    service
        The service; absent: all of them.
    groups
        Groups that it does not take.
    min_age, max_age
        It takes nobody younger or older: groups that lie wholly beyond are refused.
    """

    site: str
    basis: str
    service: str = ""
    groups: tuple[str, ...] = ()
    min_age: int | None = None
    max_age: int | None = None


@dataclass(frozen=True)
class NormRule:
    """Which norm says how many people land, bedrooms or staff of a service allow.

    Parameters
    ----------
    service
        The service.
    measure
        {"land", "bedroom", "staff"}
    norm
        Id of the norm; one that is from memory is refused.
    basis
        Why this one applies (town or country, which group).
    sites
        Where it applies; none given: at every site.
    """

    service: str
    measure: Literal["land", "bedroom", "staff"]
    norm: str
    basis: str
    sites: tuple[str, ...] = ()


@dataclass(frozen=True)
class StayRule:
    """How long people stay, from which follows how many places come free in a year.

    Parameters
    ----------
    service
        The service.
    years
        Mean stay in years.
    basis
        Where it comes from.
    """

    service: str
    years: float
    basis: str
