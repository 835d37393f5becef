"""Nobody's way may become much longer: a cap on what closing a site costs any commune in minutes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mangluoi.access import allocation, reach
from mangluoi.siting.draft import Draft
from mangluoi.siting.opening import Opening
from mangluoi.siting.problem import Problem

__all__ = ["cap_losses"]


def cap_losses(
    draft: Draft,
    problem: Problem,
    opening: Opening,
    need: pd.DataFrame,
    times: pd.DataFrame,
    *,
    admissible: pd.DataFrame | None,
    max_loss_minutes: float,
) -> None:
    """Keep a site open near everybody: no farther than the nearest one today and so many minutes more.

    Every row of need that has an admissible open site today, at whatever distance, keeps one within the minutes of
    the nearest today plus the cap: Σo ≥ 1 over the slots within. An upgrade does not count, since it is not there
    today.

    Parameters
    ----------
    draft, problem, opening
        Where to write, and what.
    need, times, admissible
        As in `Question`.
    max_loss_minutes
        The cap.
    """
    slots = pd.DataFrame(problem.slots, columns=["site_id", "service"])
    pairs = reach.build(need, times, max_minutes=None, admissible=allocation.open_services(slots, admissible))
    number = {slot: position for position, slot in enumerate(problem.slots)}
    amounts = need["need"].to_numpy(dtype=float)
    sets: set[tuple[int, ...]] = set()
    for (_, service), rows, links in pairs.by_combo():
        slot = np.array([number.get((str(site), service), -1) for site in pairs.sites], dtype=np.int64)[
            pairs.site[links]
        ]
        point, minutes = pairs.point[links], pairs.minutes[links]
        wanted = {int(pairs.row_point[row]) for row in rows if amounts[row] > 0}
        for at in sorted(wanted - {-1}):
            own = np.flatnonzero((point == at) & (slot >= 0))
            today = own[problem.stands[slot[own]]]
            if today.size:
                near = slot[own[minutes[own] <= minutes[today].min() + max_loss_minutes]]
                if not opening.always[near].any():
                    sets.add(tuple(sorted(set(near.tolist()))))
    for near_by in sorted(sets):
        columns = opening.column[list(near_by)]
        draft.constrain(1, [(0, columns[columns >= 0], 1.0)], low=1.0, wanted=("loss", ""))
