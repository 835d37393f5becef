"""Turnover: how many people a long-stay service can take in over a year."""

from __future__ import annotations

import pandas as pd

from mangluoi.errors import Complaint, InputError
from mangluoi.tables import CAPACITY, check

__all__ = ["admissions", "exits_per_year"]


def exits_per_year(residents: pd.Series, mean_stay_years: pd.Series) -> pd.Series:
    """Return how many of those who stay leave within a year: where they stay m years on average, one in m.

    Little (1961), in a steady state, see `admissions`.
    """
    return residents / mean_stay_years


def admissions(capacity: pd.DataFrame, *, mean_stay_years: float | pd.Series) -> pd.DataFrame:
    """Return the places that come free within a year, and how many people can be taken in.

    Where people stay m years on average, one in m leaves within a year (Little 1961, in a steady state). A service
    with more residents than places first has to come down to them.

    Parameters
    ----------
    capacity
        CAPACITY rows.
    mean_stay_years
        Mean length of stay, for all or by row on the index of `capacity`. It is the planner's assumption.

    Returns
    -------
    DataFrame
        On the index of `capacity`: ``site_id``, ``service``, ``free_now``, ``exits_per_year`` and
        ``admissions_per_year``; missing where capacity or residents are not known.

    Raises
    ------
    InputError
        If a stay is not above zero.

    References
    ----------
    Little, J. D. C. (1961), "A proof for the queuing formula L = λW", *Operations Research* 9.
    """
    typed = check(CAPACITY, capacity)
    stay = pd.Series(mean_stay_years, index=typed.index, dtype=float)
    if not (stay > 0).all():
        raise InputError([Complaint("contradiction", column="mean_stay_years", details={"reason": "stay_of_zero"})])
    places = typed["capacity"].astype("Float64").astype(float)
    residents = typed["residents"].astype("Float64").astype(float)
    exits = exits_per_year(residents, stay)
    return typed[["site_id", "service"]].assign(
        free_now=(places - residents).clip(lower=0),
        exits_per_year=exits,
        admissions_per_year=(places - residents + exits).clip(lower=0),
    )
