"""Minutes to the nearest admissible site: per point, in bands, and summed up."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from mangluoi.access import reach
from mangluoi.errors import Complaint, InputError

__all__ = ["bands", "nearest_minutes", "summary"]


def nearest_minutes(
    need: pd.DataFrame,
    times: pd.DataFrame,
    *,
    admissible: pd.DataFrame | None = None,
    sites: Collection[str] | None = None,
    modes: pd.DataFrame | None = None,
) -> pd.Series:
    """Return the minutes from each row of need to the nearest site that may take it.

    Parameters
    ----------
    need, times, admissible, sites, modes
        As in `coverage`.

    Returns
    -------
    Series
        ``minutes`` on need's index; missing where no pair leads to an admissible site.
    """
    pairs = reach.build(need, times, max_minutes=None, admissible=admissible, sites=sites, modes=modes)
    _, minutes = pairs.nearest()
    return pd.Series(minutes, index=need.index, name="minutes")


def bands(
    need: pd.DataFrame,
    times: pd.DataFrame,
    *,
    edges: Sequence[float] = (30, 60, 90, 120),
    admissible: pd.DataFrame | None = None,
    sites: Collection[str] | None = None,
    modes: pd.DataFrame | None = None,
    by: Sequence[str] = ("group", "service"),
) -> pd.DataFrame:
    """Return how many people live in each band of travel time to the nearest admissible site.

    Parameters
    ----------
    need, times, admissible, sites, modes
        As in `coverage`. Travel times must reach as far as the last edge, or people beyond them are counted as
        beyond the last edge.
    edges
        Upper ends of the bands, in minutes and ascending, each within its band; the last band is open.
    by
        Columns of need to count by.

    Returns
    -------
    DataFrame
        The columns of `by`, ``over_minutes``, ``to_minutes`` (missing in the open band), ``people`` and ``share`` of
        the people of the same `by`; missing where there are none.

    Raises
    ------
    InputError
        If the edges do not ascend from above zero.
    """
    ends = np.asarray(edges, dtype=float)
    if not ends.size or ends[0] <= 0 or (np.diff(ends) <= 0).any():
        raise InputError([Complaint("contradiction", details={"reason": "bands_descend", "edges": str(list(edges))})])
    minutes = nearest_minutes(need, times, admissible=admissible, sites=sites, modes=modes).to_numpy()
    # A missing pair is beyond the travel times that were computed: it falls into the open band.
    band = np.searchsorted(ends, np.where(np.isnan(minutes), np.inf, minutes), side="left")
    labels = list(by)
    people = need["need"].to_numpy(dtype=float)
    columns = [
        need.assign(people=np.where(band == number, people, 0.0)).groupby(labels, sort=True)["people"].sum()
        if labels
        else pd.Series([people[band == number].sum()])
        for number in range(ends.size + 1)
    ]
    counts = pd.concat(columns, axis=1, keys=range(ends.size + 1))
    totals = counts.sum(axis=1)
    parts = [
        pd.DataFrame(
            {
                "over_minutes": ends[number - 1] if number else 0.0,
                "to_minutes": ends[number] if number < ends.size else np.nan,
                "people": counts[number],
                "share": counts[number] / totals.where(totals > 0),
            }
        )
        for number in range(ends.size + 1)
    ]
    table = pd.concat(parts).reset_index(drop=not labels)
    return table.sort_values([*labels, "over_minutes"], ignore_index=True)


def summary(minutes: pd.Series, weights: pd.Series) -> pd.Series:
    """Return people-weighted figures of travel time.

    Parameters
    ----------
    minutes
        As `nearest_minutes` returns them; missing is beyond the travel times that were computed.
    weights
        People, on the same index.

    Returns
    -------
    Series
        ``people``; ``reached``, those with a known time; ``mean_minutes`` of the reached; ``median_minutes`` and
        ``p90_minutes`` of all people: the least time within which that share of them lives, missing where fewer are
        reached.
    """
    people = weights.reindex(minutes.index).to_numpy(dtype=float)
    time = minutes.to_numpy(dtype=float)
    known = ~np.isnan(time) & (people > 0)
    order = np.argsort(time[known], kind="stable")
    time, counts = time[known][order], people[known][order]
    total, reached = float(people.sum()), float(counts.sum())

    def quantile(share: float) -> float:
        within = np.flatnonzero(np.cumsum(counts) >= share * total * (1 - 1e-12))
        return float(time[within[0]]) if within.size and total > 0 else float("nan")

    return pd.Series(
        {
            "people": total,
            "reached": reached,
            "mean_minutes": float(counts @ time) / reached if reached > 0 else float("nan"),
            "median_minutes": quantile(0.5),
            "p90_minutes": quantile(0.9),
        }
    )
