"""How coverage grows with the minutes that people may travel, before and after the actions."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mangluoi import access
from mangluoi.scenario import travel
from mangluoi.scenario.places import Places
from mangluoi.scenario.setting import Setting, open_now

__all__ = ["FASTER", "SLOWER", "STEP_MINUTES", "mean_minutes", "reach_curve"]

#: The curve is measured at every so many minutes, at the threshold, and at the threshold for slower and faster roads.
STEP_MINUTES = 5
#: People who ride a fifth more slowly reach in a threshold what they now reach in 0.8 of it; 1.2 for a fifth faster.
SLOWER, FASTER = 0.8, 1.2
_KEYS = ["service", "group"]


def reach_curve(on: Setting, today: Places, after: Places) -> pd.DataFrame:
    """Return how many people are covered for each threshold that might be chosen.

    Where all minutes are a fifth longer or shorter, coverage at a threshold is that of the curve at the threshold
    divided by as much; so the curve also says what other speeds would change.

    Parameters
    ----------
    today, after
        What is open before and after the actions.

    Returns
    -------
    DataFrame
        service, group, minutes, chosen (whether this is the threshold of the plan), need, covered and covered_after,
        for the province. Thresholds beyond what minutes are known for are left out.
    """
    # All pairs are known up to the longest that was asked for; farther ones only where some are there.
    known = float(np.nanmax([*travel.BAND_EDGES, *on.limits.values(), on.farther["minutes"].max()]))
    before, then = _nearest(on, today), _nearest(on, after)
    parts = []
    for (service, group), part in on.need.groupby(_KEYS, sort=True):
        limit = on.limits.get(f"{group}/{service}", on.limits[str(service)])
        steps = [*np.arange(STEP_MINUTES, travel.BAND_EDGES[-1] + 1, STEP_MINUTES), limit]
        at = sorted({round(float(t), 6) for t in (*steps, SLOWER * limit, FASTER * limit) if t <= known})
        people = part["need"].to_numpy(float)
        sums = {
            name: [float(people[(minutes[part.index] <= t).to_numpy()].sum()) for t in at]
            for name, minutes in (("covered", before), ("covered_after", then))
        }
        rows = {"service": service, "group": group, "minutes": at, "chosen": [t == round(limit, 6) for t in at]}
        parts.append(pd.DataFrame({**rows, "need": people.sum(), **sums}))
    columns = [*_KEYS, "minutes", "chosen", "need", "covered", "covered_after"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def mean_minutes(on: Setting, today: Places, after: Places) -> pd.DataFrame:
    """Return mean minutes to the nearest site before and after, over people who can reach one today.

    Whoever first reaches a site after the actions is left out of both, or an option that opens roads to the farthest
    would look like one that makes everybody travel longer.

    Returns
    -------
    DataFrame
        service, group, people, before and after.
    """
    table = on.need[[*_KEYS, "need"]].assign(before=_nearest(on, today), after=_nearest(on, after))
    reached = table[table["before"].notna() & (table["need"] > 0)]
    for name in ("before", "after"):
        reached = reached.assign(**{name: reached[name] * reached["need"]})
    sums = reached.groupby(_KEYS, as_index=False, sort=True)[["need", "before", "after"]].sum()
    means = {name: sums[name] / sums["need"] for name in ("before", "after")}
    return sums.assign(**means).rename(columns={"need": "people"})


def _nearest(on: Setting, places: Places) -> pd.Series:
    return access.nearest_minutes(on.need, on.farther, admissible=open_now(on.admissible, places.doors))
