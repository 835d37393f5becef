"""What stands behind the main figures: how sure they are, how sites are used, what one more would bring."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

__all__ = ["Detail", "Reasoning"]


def _empty(*columns: str) -> pd.DataFrame:
    return pd.DataFrame(columns=list(columns))


_TRACED = ("form", "row", "group", "table", "key", "as_of", "source", "site_id", "file", "sheet", "line", "count")


@dataclass(frozen=True)
class Detail:
    """Tables behind the main figures of a result.

    Parameters
    ----------
    ranges
        By group and service: need with its lower and upper bound; covered with the interval over the error of
        locations (covered_lower, covered_upper); served, served if need is at its bounds (served_lower, served_upper)
        and served where everybody goes to the nearest site (served_nearest); reached, mean_minutes, median_minutes
        and p90_minutes to the nearest site.
    usage
        By site and service: capacity, within_reach, served, occupancy, mean_minutes, longest_minutes; what one more
        place would bring (served_gain, minutes_change); free_now, exits_per_year, admissions_per_year where the plan
        states a stay.
    new_sites
        By commune and service: what one more site of so many places would bring if it alone were built (served_gain,
        covered_gain).
    by_band
        The states by service, group and travel-time band.
    ratios
        By commune and service: places per 100 people in need, those who compete for them counted.
    fairness
        By service: how evenly these are shared.
    by_norm
        By site and service: what norms allow, and which binds.
    forecast
        By service, group and year: people, and need low, as stated and high.
    distinct
        By service: how many different people its groups are together, at least and at most.
    traces
        Which rows of the inputs each row of Biểu 1–6 stands on, see `traces.traces`.
    curve
        By service, group and minutes: how many are covered with that threshold, see `reach_curve.reach_curve`.
    mean_minutes
        By service and group: mean minutes to the nearest site before and after, see `reach_curve.mean_minutes`.
    minutes_per_km
        How much a time changes with a kilometre, in the interval over the error of locations; missing without one.
    """

    ranges: pd.DataFrame = field(default_factory=lambda: _empty("group", "service"))
    usage: pd.DataFrame = field(default_factory=lambda: _empty("site_id", "service"))
    new_sites: pd.DataFrame = field(default_factory=lambda: _empty("unit_code", "service", "places"))
    by_band: pd.DataFrame = field(default_factory=lambda: _empty("service", "group", "band"))
    ratios: pd.DataFrame = field(default_factory=lambda: _empty("unit_code", "service", "ratio"))
    fairness: pd.DataFrame = field(default_factory=lambda: _empty("service"))
    by_norm: pd.DataFrame = field(default_factory=lambda: _empty("site_id", "service"))
    forecast: pd.DataFrame = field(default_factory=lambda: _empty("service", "group", "year"))
    distinct: pd.DataFrame = field(default_factory=lambda: _empty("service"))
    traces: pd.DataFrame = field(default_factory=lambda: _empty(*_TRACED))
    curve: pd.DataFrame = field(default_factory=lambda: _empty("service", "group", "minutes"))
    mean_minutes: pd.DataFrame = field(default_factory=lambda: _empty("service", "group"))
    minutes_per_km: float = float("nan")


@dataclass(frozen=True)
class Reasoning:
    """Tables behind the chosen actions; each is empty where the plan does not ask for it, see `AnswerRules`.

    Parameters
    ----------
    adds
        By action, commune, group and service: how many more are served (or covered) than if it alone were left undone.
    firmness
        By action: part of how many (``plans``) of the plans that come near to the best (``of``), and whether these are
        all there are (``all_found``).
    flips
        By action and what is changed (cost, need, minutes): the changes at which it stays and at which it goes,
        missing where none was found.
    phases
        One row per phase: phase, years, budget_vnd and cost_vnd (so far), people at its end, alone (the most with the
        same money and no thought of later), lost (the price of nesting) and alone_proven.
    phase_actions
        phase, action_id, added and cost_vnd of what is done in each phase.
    equity
        The price of equity: by, at_least, people (missing where it cannot be reached), lost, bound and status.
    """

    adds: pd.DataFrame = field(default_factory=lambda: _empty("action_id", "unit_code", "group", "service", "people"))
    firmness: pd.DataFrame = field(default_factory=lambda: _empty("action_id", "plans", "of", "all_found"))
    flips: pd.DataFrame = field(default_factory=lambda: _empty("action_id", "what", "stays", "goes"))
    phases: pd.DataFrame = field(default_factory=lambda: _empty("phase", "years", "budget_vnd", "cost_vnd", "people"))
    phase_actions: pd.DataFrame = field(default_factory=lambda: _empty("phase", "action_id", "added", "cost_vnd"))
    equity: pd.DataFrame = field(default_factory=lambda: _empty("by", "at_least", "people", "lost", "bound", "status"))
