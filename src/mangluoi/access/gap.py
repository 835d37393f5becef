"""The gap: people who meet a full house, or no house at all."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

__all__ = ["gap"]

_COUNTS = ["need", "served", "full", "out_of_reach", "unlocated"]


def gap(states: pd.DataFrame, *, by: Sequence[str] = ("point_id", "group", "service")) -> pd.DataFrame:
    """Return the states of need and the gap, summed by unit, group, service or anything else that states carry.

    The gap has two parts because two different things mend it: beds where services are full, a new site where none is
    within reach. People who could not be located are in neither.

    Parameters
    ----------
    states
        STATES rows, with further columns if wanted.
    by
        The columns to sum by; none gives one row.

    Returns
    -------
    DataFrame
        The columns of `by`, ``need``, ``served``, ``full``, ``out_of_reach``, ``unlocated`` and ``gap``, sorted.
    """
    if by:
        table = states.groupby(list(by), sort=True, dropna=False)[_COUNTS].sum().reset_index()
    else:
        table = states[_COUNTS].sum().to_frame().T
    return table.assign(gap=table["full"] + table["out_of_reach"])
