"""Where in a commune people live: counts spread over the cells of a population grid, or over settlements."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mangluoi.apportion import largest_remainder
from mangluoi.errors import Complaint, InputError

__all__ = ["into_cells"]


def into_cells(people: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Spread each commune's people over the cells or settlements in it, exactly.

    Parameters
    ----------
    people
        PEOPLE rows of communes, at most one per commune and group, as `spread` returns them.
    cells
        ``point_id``, ``unit_code`` (the commune it lies in), ``lon``, ``lat`` and ``weight``, such as the population
        that a grid gives it.

    Returns
    -------
    DataFrame
        ``point_id``, ``group``, ``people``, ``lower``, ``upper`` (enclosing the count in every cell where the commune's
        are given), ``unit_code``, ``vintage``, ``lon`` and ``lat``, sorted by point and group. A commune's own count
        is kept to the person. Cells that get nobody of a group have no row for it.

    Raises
    ------
    InputError
        If a commune with people has no cell with weight, a weight is missing or negative, or a cell stands twice.
    """
    _check(people, cells)
    inside = cells.sort_values("point_id", ignore_index=True)
    of_unit = {str(unit): rows.reset_index(drop=True) for unit, rows in inside.groupby("unit_code")}
    parts = []
    for row in people.sort_values(["unit_code", "group"]).to_dict("records"):
        total = int(row["people"])
        own = of_unit.get(str(row["unit_code"]))
        if own is None:
            continue
        ties = own["point_id"].astype(str).tolist()
        weight = own["weight"].to_numpy(dtype=float)
        count = largest_remainder(weight, total=total, ties=ties) if total else np.zeros(len(own), np.int64)
        part = own[["point_id", "unit_code", "lon", "lat"]].assign(
            group=row["group"],
            vintage=row["vintage"],
            people=pd.Series(count, dtype="Int64"),
            lower=pd.Series(pd.NA, index=own.index, dtype="Int64"),
            upper=pd.Series(pd.NA, index=own.index, dtype="Int64"),
        )
        # As with communes, the distance to a bound is spread, so that bounds enclose the count in every cell.
        if not pd.isna(row.get("lower")):
            part["lower"] = part["people"] - largest_remainder(count, total=total - int(row["lower"]), ties=ties)
        if not pd.isna(row.get("upper")):
            part["upper"] = part["people"] + largest_remainder(weight, total=int(row["upper"]) - total, ties=ties)
        parts.append(part[(part["people"] > 0) | (part["upper"].fillna(0) > 0)])
    columns = ["point_id", "group", "people", "lower", "upper", "unit_code", "vintage", "lon", "lat"]
    if not parts:
        return pd.DataFrame(columns=columns)
    return pd.concat(parts, ignore_index=True)[columns].sort_values(["point_id", "group"], ignore_index=True)


def _check(people: pd.DataFrame, cells: pd.DataFrame) -> None:
    found = []
    weight = cells["weight"].to_numpy(dtype=float)
    for row in np.flatnonzero(~np.isfinite(weight) | (weight < 0)):
        problem = "negative" if weight[row] < 0 else "missing_value"
        found.append(Complaint(problem, row=int(row) + 2, column="weight", value=float(weight[row])))
    for name in cells["point_id"][cells["point_id"].duplicated()]:
        found.append(Complaint("duplicate_key", column="point_id", value=name, details={"first": "above"}))
    heavy = cells.groupby("unit_code")["weight"].sum()
    some = people[(people["people"] > 0) | people.get("upper", people["people"]).fillna(0).gt(0)]
    found += [
        Complaint("no_weight", value=unit) for unit in sorted(set(some["unit_code"])) if not heavy.get(unit, 0.0) > 0
    ]
    if found:
        raise InputError(found)
