"""A question about siting: the tables, what may be done, and what must hold."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mangluoi.errors import Complaint, InputError
from mangluoi.siting import problem
from mangluoi.siting.conformance import Rule
from mangluoi.siting.floors import Floor

__all__ = ["Question"]


@dataclass(frozen=True, eq=False)
class Question:
    """What is asked, as tables and requirements. Asking something else is `replace`.

    Parameters
    ----------
    need
        NEED rows of the points that are on the map.
    times
        TRAVEL_TIMES rows of one mode, from points to existing and candidate sites.
    capacity
        ``site_id``, ``service`` and ``capacity`` of what is open today; and ``pool`` where some share places.
    actions
        ACTIONS rows: what may be done.
    max_minutes
        The threshold in minutes, for all services or by service.
    admissible
        ``site_id`` and any of ``group`` and ``service``: who may be taken where, candidate sites included. None
        admits all.
    budget_vnd
        What all actions together may cost, or the actions of each authority, "" being all together. None does not
        limit them.
    weights
        ``weight`` and any of ``group`` and ``service``: what serving one person counts. None counts all alike.
    floors
        Equity floors: shares that every part of the province must reach.
    required, forbidden
        Ids of actions that must be done, must not be.
    land_m2
        Free land of a place: what its actions add, times their ``land_per_place_m2``, must fit.
    max_new_sites
        How many new sites there may be.
    max_loss_minutes
        By how much the way to the nearest open site may become longer for any row of need. None does not limit it.
    network
        ``site_id``, ``place_id``, ``type`` and ``ownership`` of the facilities that stand, for `rules`.
    rules
        What the network must conform to after the actions.
    pools
        ``pool`` and ``capacity``: places that several services share; each keeps its own limit besides. What a service
        of a pool gains or gives away, the pool gains or gives away.
    """

    need: pd.DataFrame
    times: pd.DataFrame
    capacity: pd.DataFrame
    actions: pd.DataFrame
    max_minutes: float | Mapping[str, float]
    admissible: pd.DataFrame | None = None
    budget_vnd: float | Mapping[str, float] | None = None
    weights: pd.DataFrame | None = None
    floors: tuple[Floor, ...] = ()
    required: Collection[str] = ()
    forbidden: Collection[str] = ()
    land_m2: Mapping[str, float] | None = None
    max_new_sites: int | None = None
    max_loss_minutes: float | None = None
    network: pd.DataFrame | None = None
    rules: tuple[Rule, ...] = ()
    pools: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        found = []
        for name, value in (("max_new_sites", self.max_new_sites), ("max_loss_minutes", self.max_loss_minutes)):
            if value is not None and not value >= 0:
                found.append(Complaint("negative", column=name, value=value))
        for place, free in sorted((self.land_m2 or {}).items()):
            if not free >= 0 or not math.isfinite(free):
                found.append(Complaint("negative", column=f"land_m2.{place}", value=free))
        if self.rules and self.network is None:
            found.append(Complaint("missing_key", column="network"))
        if found:
            raise InputError(found)

    def replace(self, **changes: Any) -> Question:
        """Return the question with something replaced."""
        return dataclasses.replace(self, **changes)

    def with_need(self, amounts: NDArray[np.float64]) -> Question:
        """Return the question with other amounts of need; whole people stay whole.

        Parameters
        ----------
        amounts
            By row of `need`, not negative. Where need stands in whole people, they are rounded up or down so that the
            sum of each group and service is right to the nearest person; the solver's proof leans on whole people.
        """
        given = self.need["need"].to_numpy(dtype=float)
        made = np.asarray(amounts, dtype=float).copy()
        if (given == np.rint(given)).all():
            for _, rows in self.need.reset_index(drop=True).groupby(["group", "service"], sort=True):
                made[rows.index] = _whole(made[rows.index], rows["point_id"].to_numpy(dtype=str))
        return self.replace(need=self.need.assign(need=made))

    def without(self, *action_ids: str) -> Question:
        """Return the question with some actions ruled out, even if they were required."""
        required = tuple(name for name in self.required if name not in action_ids)
        return self.replace(forbidden=tuple(sorted({*self.forbidden, *action_ids})), required=required)

    def build(self, *, keep_minutes: bool = False, any_distance: bool = False) -> problem.Problem:
        """Return the question as arrays.

        Parameters
        ----------
        keep_minutes
            Whether minutes matter, so that people equally served but not equally far are kept apart.
        any_distance
            Whether pairs beyond the threshold count too.

        Raises
        ------
        InputError
            If the question cannot be asked.
        """
        return problem.build(
            self.need,
            self.times,
            capacity=self.capacity,
            actions=self.actions,
            budget_vnd=self.budget_vnd,
            max_minutes=None if any_distance else self.max_minutes,
            admissible=self.admissible,
            keep_minutes=keep_minutes,
            weights=self.weights,
            floors=self.floors,
            required=self.required,
            forbidden=self.forbidden,
            pools=self.pools,
        )


def _whole(amounts: NDArray[np.float64], ties: NDArray[np.str_]) -> NDArray[np.float64]:
    """Round amounts up or down so that their sum is right: those that are nearest to the next one go up."""
    parts = np.floor(amounts + 1e-9)
    more = int(np.floor(np.sort(amounts).sum() + 0.5) - parts.sum())
    parts[np.lexsort((ties, -np.round(amounts - parts, 9)))[:more]] += 1
    return parts
