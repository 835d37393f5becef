"""Coverage: need within the threshold of an open, admissible site, whatever its capacity."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mangluoi.access import reach

__all__ = ["coverage", "is_covered"]


def coverage(
    need: pd.DataFrame,
    times: pd.DataFrame,
    *,
    max_minutes: float | Mapping[str, float],
    admissible: pd.DataFrame | None = None,
    sites: Collection[str] | None = None,
    modes: pd.DataFrame | None = None,
) -> pd.Series:
    """Return how many people of each row of need are covered.

    Parameters
    ----------
    need
        NEED rows.
    times
        TRAVEL_TIMES rows of one mode unless `modes` is given, from points to sites; an absent pair is beyond reach.
    max_minutes
        The threshold in minutes, for all services or by service, where ``"elderly/day"`` is one for a group of its own;
        a site at exactly the threshold is within it.
    admissible
        ``site_id`` and any of ``group`` and ``service``: who may be taken where. None admits all everywhere.
    sites
        Ids of the open sites. None takes every site in `times`.
    modes
        ``mode`` and any of ``group`` and ``service``: what people ride (the fastest of several), where `times` holds
        several modes.

    Returns
    -------
    Series
        ``covered``, people, on need's index. Divide sums of it by sums of need for a rate.

    Raises
    ------
    InputError
        If a table misses a column or a value, repeats a key, or a service has no threshold.

    References
    ----------
    Church, R. and ReVelle, C. (1974), "The maximal covering location problem", *Papers in Regional Science* 32.
    """
    pairs = reach.build(need, times, max_minutes=max_minutes, admissible=admissible, sites=sites, modes=modes)
    covered = pd.to_numeric(need["need"]).where(pd.Series(is_covered(pairs), index=need.index), 0)
    return covered.rename("covered")


def is_covered(pairs: reach.Reach) -> NDArray[np.bool_]:
    """Return whether each row of need is within the threshold of an admissible site."""
    site, _ = pairs.nearest()
    return site >= 0
