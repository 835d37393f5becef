"""Need in the years to come, by the growth that the plan states."""

from __future__ import annotations

import pandas as pd

from mangluoi import demand
from mangluoi.scenario.plan import Plan

__all__ = ["forecast", "grown", "rates"]

_COLUMNS = ["service", "group", "year", "people", "need", "lower", "upper"]


def rates(plan: Plan) -> pd.DataFrame:
    """Return the plan's need rates: group, service, rate."""
    return pd.DataFrame(
        [(rule.group, rule.service, rule.rate) for rule in plan.needs], columns=["group", "service", "rate"]
    )


def grown(plan: Plan, people: pd.DataFrame, year: int) -> pd.DataFrame:
    """Carry people to a year; groups without a stated growth are left out.

    Parameters
    ----------
    people
        People by commune and group with as_of.
    """
    growth = pd.DataFrame(
        [(rule.group, rule.rate, rule.lower, rule.upper) for rule in plan.growth],
        columns=["group", "rate", "lower", "upper"],
    )
    known = people[people["group"].isin(growth["group"])]
    return demand.project(known, growth[growth["group"].isin(known["group"])], to_year=year)


def forecast(plan: Plan, people: pd.DataFrame) -> pd.DataFrame:
    """Return need by year for the province, low, as stated and high.

    Returns
    -------
    DataFrame
        service, group, year, people, need, lower and upper (missing where no variant is stated), in order.
    """
    parts = []
    groups = {rule.group for rule in plan.needs}
    for year in sorted(set(plan.forecast.years)):
        then = grown(plan, people[people["group"].isin(list(groups))], year)
        need = demand.need(then, rates(plan))
        counted = then.groupby("group")["people"].sum()
        sums = need.groupby(["service", "group"])
        # A sum of bounds is known only where every bound is.
        table = sums[["need", "lower", "upper"]].sum()
        whole = sums.size()
        for bound in ("lower", "upper"):
            table[bound] = table[bound].where(sums[bound].count() == whole)
        table = table.reset_index()
        parts.append(table.assign(year=year, people=table["group"].map(counted).astype("int64")))
    if not parts:
        return pd.DataFrame(columns=_COLUMNS)
    return pd.concat(parts)[_COLUMNS].sort_values(["service", "group", "year"], ignore_index=True)
