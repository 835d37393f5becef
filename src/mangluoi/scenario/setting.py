"""Everything that access is measured on, but what is open: people at points, minutes, thresholds, admission."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from mangluoi import access
from mangluoi.scenario.places import Places
from mangluoi.scenario.plan import Plan
from mangluoi.scenario.points import Points

__all__ = ["Setting", "limits", "open_now"]


def limits(plan: Plan) -> dict[str, float]:
    """Return the thresholds of the plan, by service and, where a group has one of its own, by group and service."""
    found = {rule.service: rule.max_minutes for rule in plan.services}
    own = {f"{r.group}/{r.service}": r.max_minutes for r in plan.modes if r.max_minutes is not None}
    return found | own


def open_now(admissible: pd.DataFrame, doors: pd.DataFrame) -> pd.DataFrame:
    """Return who may be taken where, at what is open."""
    return admissible[admissible["site_id"].isin(doors["site_id"])]


@dataclass(frozen=True)
class Setting:
    """What access is measured on.

    Parameters
    ----------
    points
        People at points.
    minutes
        TRAVEL_TIMES from points to doors, as far as anything is asked of them.
    farther
        The same beyond that, for what could come within reach if places lay elsewhere in their error.
    limits
        Thresholds, see `limits`.
    admissible
        Who may be taken at which door, those that may be built included.
    lost
        Points that are not on the map.
    even
        Whether allocations fill places evenly.
    """

    points: Points
    minutes: pd.DataFrame
    farther: pd.DataFrame
    limits: Mapping[str, float]
    admissible: pd.DataFrame
    lost: frozenset[str]
    even: bool

    @property
    def need(self) -> pd.DataFrame:
        """NEED rows by point."""
        return self.points.need

    def allocate(
        self,
        places: Places,
        *,
        need: pd.DataFrame | None = None,
        rule: Literal["most_served", "nearest"] = "most_served",
    ) -> access.Allocation:
        """Allocate need to places; by default all need, and so that the most are served."""
        return access.allocate(
            self.need if need is None else need,
            places.doors,
            self.minutes,
            max_minutes=self.limits,
            admissible=places.admissible(self.admissible),
            rule=rule,
            unlocated=self.lost,
            pools=places.pools,
            even=self.even and rule == "most_served",
        )

    def covered(self, places: Places) -> pd.Series:
        """Return how many people of each row of need are covered by what is open."""
        taken = open_now(places.admissible(self.admissible), places.doors)
        return access.coverage(self.need, self.minutes, max_minutes=self.limits, admissible=taken)
