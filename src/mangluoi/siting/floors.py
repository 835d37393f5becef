"""Equity floors: every commune, district, group or service at least a share of its need."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mangluoi.errors import Complaint, InputError

__all__ = ["Floor", "FloorRows", "floor_rows", "parts"]

_BY = ("point_id", "group", "service", "area", "all")


@dataclass(frozen=True, eq=False)
class Floor:
    """A share of need that every part of the province must reach.

    Parameters
    ----------
    at_least
        The share, in [0, 1].
    by
        {"point_id", "group", "service", "area", "all"}: what a part is.
    areas
        With ``by="area"``: the area, such as a former district, of each point.
    """

    at_least: float
    by: str = "group"
    areas: Mapping[str, str] | None = None


@dataclass(frozen=True, eq=False)
class FloorRows:
    """A floor as rows: the part of each class, and the people whom each part must have served.

    Parameters
    ----------
    name
        What a part is, see `Floor.by`.
    parts
        Name of each part.
    needed
        People to be served (or covered) in each part.
    part
        The part of each class.
    """

    name: str
    parts: tuple[str, ...]
    needed: NDArray[np.float64]
    part: NDArray[np.int64]

    def of_classes(self, part: NDArray[np.int64]) -> FloorRows:
        """Return the floor with the part of each class."""
        return dataclasses.replace(self, part=part)


def floor_rows(need: pd.DataFrame, floors: Sequence[Floor]) -> tuple[NDArray[np.int64], list[FloorRows]]:
    """Return the part of each row of need under each floor, of shape ``(rows, floors)``, and the floors' rows.

    Whole people: a share is rounded up to the next person.

    Raises
    ------
    InputError
        If a share is not in [0, 1], a part is not known, or a point has no area.
    """
    found = []
    labels = np.zeros((len(need), len(floors)), dtype=np.int64)
    rows = []
    amounts = need["need"].to_numpy(dtype=float)
    for at, floor in enumerate(floors):
        where = f"floors[{at + 1}]"
        if not 0 <= floor.at_least <= 1:
            problem, key, limit = ("above_range", "high", 1) if floor.at_least > 1 else ("below_range", "low", 0)
            found.append(Complaint(problem, column=where, value=floor.at_least, details={key: limit}))
            continue
        if floor.by not in _BY:
            found.append(Complaint("not_in_list", column=where, value=floor.by, details={"nearest": None}))
            continue
        names = parts(need, floor)
        lost = sorted(set(need["point_id"][names.isna()]))
        found += [
            Complaint("unknown_reference", column=where, value=point, details={"target": "areas"}) for point in lost
        ]
        if lost:
            continue
        code, known = pd.factorize(names, sort=True)
        labels[:, at] = code
        share = floor.at_least * np.bincount(code, weights=amounts, minlength=len(known))
        whole = (amounts == np.rint(amounts)).all()
        needed = np.array([math.ceil(value - 1e-9) if whole else value for value in share], dtype=float)
        rows.append(FloorRows(floor.by, tuple(str(part) for part in known), needed, labels[:0, at]))
    if found:
        raise InputError(found)
    return labels, rows


def parts(need: pd.DataFrame, floor: Floor) -> pd.Series:
    """Return the part of the province that each row of need is in; missing where its point has no area."""
    if floor.by == "all":
        return pd.Series("", index=need.index, dtype=str)
    if floor.by == "area":
        return need["point_id"].map(dict(floor.areas or {}))
    return need[floor.by]
