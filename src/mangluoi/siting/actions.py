"""What may be done: ACTIONS read as arrays, and refused where they contradict themselves."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mangluoi.errors import Complaint, InputError
from mangluoi.tables import ACTIONS, check

__all__ = ["ADDING", "CLOSING", "Actions", "Slot", "arrays", "read", "requirements_of"]

#: A service at a site.
Slot = tuple[str, str]

#: The kinds that add places to their slot, and the kinds that close their source.
ADDING = ("build", "expand", "reprofile", "merge")
CLOSING = ("close", "merge")


@dataclass(frozen=True, eq=False)
class Actions:
    """Actions as arrays, all of shape ``(actions,)``.

    Parameters
    ----------
    table
        ACTIONS rows sorted by id.
    target, source
        The slot that gains places and the slot that places are taken from, as positions; -1 where there is none.
    closes
        Whether the source is closed altogether; otherwise only the places that move are taken from it.
    min_added, max_added, step
        Fewest and most places, if it is done at all, and the step between.
    fixed_vnd, per_place_vnd, saved_vnd
        Cost if done, cost of each place, and what no longer has to be paid. Where no places are added, the cost of
        each place is counted for the places that are closed or upgraded, within `fixed_vnd`.
    """

    table: pd.DataFrame
    target: NDArray[np.int64]
    source: NDArray[np.int64]
    closes: NDArray[np.bool_]
    min_added: NDArray[np.float64]
    max_added: NDArray[np.float64]
    step: NDArray[np.float64]
    fixed_vnd: NDArray[np.float64]
    per_place_vnd: NDArray[np.float64]
    saved_vnd: NDArray[np.float64]


def read(
    actions: pd.DataFrame,
    *,
    open_now: Mapping[Slot, float],
    required: Collection[str] = (),
    forbidden: Collection[str] = (),
) -> tuple[pd.DataFrame, list[Slot], list[Slot | None]]:
    """Check actions and name the slots that they add to and take from.

    Parameters
    ----------
    actions
        ACTIONS rows.
    open_now
        Places of each service at a site today.
    required, forbidden
        Ids of actions that must be done, must not be.

    Returns
    -------
    table, targets, sources
        The rows sorted by id; the slot of each action, and its source where it has one.

    Raises
    ------
    InputError
        With every contradiction.
    """
    table = check(ACTIONS, actions).sort_values("action_id", ignore_index=True)
    targets = list(zip(table["site_id"].astype(str), table["service"].astype(str), strict=True))
    sources: list[Slot | None] = []
    found: list[Complaint] = []
    for row, target in zip(table.to_dict("records"), targets, strict=True):
        source = _source(row, target)
        sources.append(source)
        found += _contradictions(row, target, source, open_now)
    known = set(table["action_id"])
    for name in sorted(set(required) & set(forbidden)):
        found.append(Complaint("must_and_must_not", column="action_id", value=name))
    for name in sorted((set(required) | set(forbidden)) - known):
        found.append(Complaint("unknown_reference", column="action_id", value=name, details={"target": "actions"}))
    names = known | set(table["exclusive"].dropna())
    for text in table["requires"].dropna():
        for name in sorted(set(requirements_of(text)) - names):
            found.append(Complaint("unknown_reference", column="requires", value=name, details={"target": "actions"}))
    if found:
        raise InputError(found)
    return table, targets, sources


def requirements_of(text: object) -> list[str]:
    """Return the names in a cell of prerequisites."""
    return [] if not isinstance(text, str) else [part.strip() for part in text.split(";") if part.strip()]


def arrays(
    table: pd.DataFrame,
    *,
    target: NDArray[np.int64],
    source: NDArray[np.int64],
    places: NDArray[np.float64],
) -> Actions:
    """Return actions as arrays.

    Parameters
    ----------
    table
        As `read` returns it.
    target, source
        The slots as positions; -1 where there is none.
    places
        Places of each slot today.
    """
    kind = table["kind"].to_numpy(dtype=str)
    adds = np.isin(kind, ADDING)
    low = table["min_added"].to_numpy(dtype=float)
    fixed = table["fixed_vnd"].to_numpy(dtype=float)
    per_place = table["per_place_vnd"].to_numpy(dtype=float)
    concerned = np.where(kind == "close", source, target)
    whole = np.where(adds, 0.0, places[concerned]) if len(table) else np.zeros(0)
    return Actions(
        table=table,
        target=np.where(adds, target, -1),
        source=np.where(kind == "upgrade", -1, source),
        closes=np.isin(kind, CLOSING),
        # An action that adds no place is not done.
        min_added=np.where(adds, np.maximum(low, 1.0), 0.0),
        max_added=np.where(adds, table["max_added"].to_numpy(dtype=float), 0.0),
        step=table["step"].fillna(1).to_numpy(dtype=float),
        fixed_vnd=fixed + per_place * whole,
        per_place_vnd=np.where(adds, per_place, 0.0),
        saved_vnd=table["saved_vnd"].fillna(0.0).to_numpy(dtype=float),
    )


def _source(row: Mapping[Any, Any], target: Slot) -> Slot | None:
    if row["kind"] not in ("reprofile", *CLOSING):
        return None
    site, service = row["from_site_id"], row["from_service"]
    return (site if isinstance(site, str) else target[0], service if isinstance(service, str) else target[1])


def _contradictions(
    row: Mapping[Any, Any], target: Slot, source: Slot | None, open_now: Mapping[Slot, float]
) -> list[Complaint]:
    """Collect what is wrong with one action."""
    name, kind = row["action_id"], str(row["kind"])
    low, high = float(row["min_added"]), float(row["max_added"])
    step = 1.0 if pd.isna(row["step"]) else float(row["step"])
    found = []

    def wrong(problem: str, column: str, **details: object) -> None:
        plain = {key: int(v) if isinstance(v, float) and v.is_integer() else v for key, v in details.items()}
        found.append(Complaint(problem, column=column, value=name, details=plain))

    if low > high:
        wrong("crossed_limits", "min_added", low=low, high=high)
    elif kind in ADDING and math.fmod(high - max(low, 1.0), step):
        wrong("uneven_steps", "step", low=max(low, 1.0), high=high, step=step)
    if kind not in ADDING and high > 0:
        wrong("adds_no_places", "max_added", kind=kind)
    if kind == "upgrade" and target not in open_now:
        wrong("nothing_stands", "site_id", slot=" / ".join(target))
    if source is not None:
        if source not in open_now:
            wrong("nothing_stands", "from_site_id", slot=" / ".join(source))
        elif source == target and kind != "close":
            wrong("moves_nowhere", "from_site_id", slot=" / ".join(source))
        elif kind in ("reprofile", "merge") and high > open_now[source]:
            wrong("more_than_stand", "max_added", high=high, places=open_now[source], slot=" / ".join(source))
        elif kind == "reprofile" and open_now[source] != round(open_now[source]):
            wrong("not_whole_source", "from_site_id", places=open_now[source])
    return found
