"""Limits of age: which groups a house that takes nobody younger or older can take nobody of."""

from __future__ import annotations

import pandas as pd

from mangluoi import shipped

__all__ = ["beyond_ages", "partly_beyond_ages"]


def beyond_ages(*, min_age: int | None, max_age: int | None) -> list[str]:
    """Return the groups that lie wholly outside limits of age.

    Parameters
    ----------
    min_age, max_age
        The youngest and the oldest that are taken, in completed years. None is no limit.

    Returns
    -------
    list of str
        Groups, sorted. A group whose ages the law does not bound is never among them.
    """
    groups = _ages()
    younger = groups["max_age"] < (-1 if min_age is None else min_age)
    older = groups["min_age"] > (10**6 if max_age is None else max_age)
    return sorted(groups.loc[younger | older, "group"])


def partly_beyond_ages(*, min_age: int | None, max_age: int | None) -> list[str]:
    """Return the groups of which some, but not all, may lie outside limits of age; they are counted whole."""
    groups = _ages()
    low, high = groups["min_age"].fillna(0), groups["max_age"].fillna(10**6)
    some = (low < (0 if min_age is None else min_age)) | (high > (10**6 if max_age is None else max_age))
    return sorted(set(groups.loc[some, "group"]) - set(beyond_ages(min_age=min_age, max_age=max_age)))


def _ages() -> pd.DataFrame:
    groups = shipped.frame("norms/groups.csv")[["group", "min_age", "max_age"]]
    return groups.assign(**{name: pd.to_numeric(groups[name]) for name in ("min_age", "max_age")})
