"""What stays the same from one answer to the next: facts and minutes, so that a changed budget reads nothing anew."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import pandas as pd

from mangluoi.scenario import facts, origin, travel
from mangluoi.scenario.plan import Plan

__all__ = ["Kept"]

T = TypeVar("T")

# What facts do not depend on; a key that is added to plans counts until it is named here.
_NO_FACT = frozenset(
    {
        "title",
        "question",
        "source",
        "budget_vnd",
        "budget_basis",
        "services",
        "actions",
        "floors",
        "weights",
        "budgets",
        "phases",
        "land",
        "siting",
        "answers",
        "time_limit_s",
    }
)
# What minutes depend on besides the points that they lead from and to.
_OF_ROADS = ("province_code", "province_vintage", "vintage", "roads", "inputs")
_MOST = 8


class Kept:
    """Facts and minutes of the last plans that were answered with it, by everything that they stand on.

    A file that changed on the disk is read again. Nothing is kept beyond the object's life.
    """

    def __init__(self) -> None:
        self._found: dict[Any, Any] = {}

    def gather(self, plan: Plan) -> facts.Facts:
        """Return `facts.gather` of a plan."""
        names = [declared.name for declared in dataclasses.fields(plan) if declared.name not in _NO_FACT]
        return self._once(("facts", _choices(plan, names)), lambda: facts.gather(plan))

    def ways(
        self,
        plan: Plan,
        where: facts.Area,
        sites: pd.DataFrame,
        *,
        profiles: Sequence[str],
        homes: pd.DataFrame,
    ) -> travel.Ways:
        """Return `travel.ways`."""
        key = ("ways", _choices(plan, _OF_ROADS), tuple(profiles), _content(sites), _content(homes))
        return self._once(key, lambda: travel.ways(plan, where, sites, profiles=profiles, homes=homes))

    def minutes(self, laid: travel.Ways, max_minutes: float) -> pd.DataFrame:
        """Return `travel.Ways.minutes`."""
        return self._once(("minutes", laid, max_minutes), lambda: laid.minutes(max_minutes))

    def _once(self, key: Any, make: Callable[[], T]) -> T:
        found: T = self._found.pop(key) if key in self._found else make()
        self._found[key] = found
        while len(self._found) > _MOST:
            del self._found[next(iter(self._found))]
        return found


def _choices(plan: Plan, names: Sequence[str]) -> tuple[Any, ...]:
    """Return values of a plan, with its folder and the state of its files."""
    stamps = []
    for file in origin.own_files(plan):
        there = file.stat() if file.is_file() else None
        stamps.append((str(file), there and (there.st_mtime_ns, there.st_size)))
    return (*(getattr(plan, name) for name in names), str(plan.folder), tuple(stamps))


def _content(frame: pd.DataFrame) -> str:
    rows = pd.util.hash_pandas_object(frame, index=False).to_numpy()
    return hashlib.sha256("|".join(frame.columns).encode() + rows.tobytes()).hexdigest()
