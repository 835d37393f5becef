"""What a person must look at: addresses without a place or with a doubtful one, and their decisions."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
import pandas as pd

from mangluoi.errors import Complaint, InputError
from mangluoi.gazetteer import points, units

__all__ = ["COLUMNS", "decided", "placed", "to_review"]

#: The columns of a review list; a person fills in ``chosen``: the number of a candidate, or a code.
COLUMNS = ("row_id", "address", "reason", "confidence", "candidates", "chosen", "chosen_vintage")


def _listed(candidates: tuple[tuple[str, str, str], ...]) -> str:
    return "\n".join(f"{n}. {name} [{code}, {vintage}]" for n, (code, vintage, name) in enumerate(candidates, start=1))


def to_review(addresses: pd.Series, located: pd.DataFrame, *, below: float = 0.97) -> pd.DataFrame:
    """List the rows that `locate` did not place, or placed with less confidence than asked for.

    Parameters
    ----------
    addresses
        As they were given to `locate`; their index identifies the rows.
    located
        What it returned for them.
    below
        Confidence under which an answer is looked at.

    Returns
    -------
    DataFrame
        With `COLUMNS`: the candidates one per line, numbered; ``chosen`` holds the code that `locate` gave, if any.

    Raises
    ------
    ValueError
        If the two do not share their index, or a label stands twice.
    """
    if not addresses.index.equals(located.index) or addresses.index.has_duplicates:
        raise ValueError("addresses and answers need the same index, with each label once")
    look = located["unit_code"].isna() | (located["confidence"] < below)
    rows = located[look]
    return pd.DataFrame(
        {
            "row_id": [str(label) for label in rows.index],
            "address": addresses[look].to_numpy(),
            "reason": rows["reason"].to_numpy(),
            "confidence": rows["confidence"].to_numpy(),
            "candidates": [_listed(each) for each in rows["candidates"]],
            "chosen": rows["unit_code"].to_numpy(),
            "chosen_vintage": rows["vintage"].to_numpy(),
        },
        columns=list(COLUMNS),
    )


def decided(located: pd.DataFrame, review: pd.DataFrame) -> pd.DataFrame:
    """Apply a person's decisions to what `locate` returned.

    Parameters
    ----------
    located
        What `locate` returned.
    review
        A review list, filled in: ``row_id`` and ``chosen`` (the number of a candidate, or a unit's code with
        ``chosen_vintage``; empty leaves the row as it is).

    Returns
    -------
    DataFrame
        As `located`, with the chosen units at their own points and a confidence of 1.

    Raises
    ------
    InputError
        If a row, a number or a code is not known; all are listed, counted from 2 as under one heading row.
    """
    result = located.copy()
    label_of = {str(label): (label, each) for label, each in located["candidates"].items()}
    complaints: list[Complaint] = []
    columns = (review[name] for name in ("row_id", "chosen", "chosen_vintage"))
    for row, (row_id, chosen, vintage) in enumerate(zip(*columns, strict=True), start=2):
        if pd.isna(chosen) or not str(chosen).strip():
            continue
        if str(row_id) not in label_of:
            complaints.append(Complaint("unknown_reference", row=row, value=row_id, details={"target": "locate"}))
            continue
        label, candidates = label_of[str(row_id)]
        word = str(chosen).strip().removesuffix(".0")
        if word.isdecimal() and len(word) < 2 and 1 <= int(word) <= len(candidates):
            code, of, _ = candidates[int(word) - 1]
        else:
            code, of = word, "" if pd.isna(vintage) else str(vintage)
        problem = _place(result, label, code, of)
        if problem:
            complaints.append(
                Complaint("unknown_unit", row=row, column="chosen", value=chosen, details={"vintage": of or "?"})
            )
    if complaints:
        raise InputError(complaints)
    return result


def placed(located: pd.DataFrame, chosen: pd.DataFrame) -> pd.DataFrame:
    """Put rows where a person says that they are.

    Parameters
    ----------
    located
        What `locate` returned.
    chosen
        For some of its labels: ``unit_code`` and ``vintage`` of a unit, or ``lon`` and ``lat`` of a point.

    Returns
    -------
    DataFrame
        As `located`, with the chosen units at their own points, the chosen points as given, and a confidence of 1.

    Raises
    ------
    InputError
        If a unit is not known.
    """
    result = located.copy()
    complaints: list[Complaint] = []
    for label, code, vintage, lon, lat in chosen[["unit_code", "vintage", "lon", "lat"]].itertuples(name=None):
        if not pd.isna(code) and str(code):
            if _place(result, label, str(code), str(vintage)):
                complaints.append(Complaint("unknown_unit", value=code, details={"vintage": vintage}))
            continue
        result.loc[[label], ["lon", "lat", "located_within_m", "confidence"]] = [float(lon), float(lat), np.nan, 1.0]
        result.loc[[label], "located_by"] = "given"
        result.loc[[label], "reason"] = ""
    if complaints:
        raise InputError(complaints)
    return result


def _place(result: pd.DataFrame, label: Hashable, code: str, vintage: str) -> bool:
    """Put a row at a unit's point; tell whether that is impossible."""
    if vintage not in units.vintages() or code not in units.lineage(vintage).index:
        return True
    name = units.full_name(code, vintage).split(", ")
    found = points.points([code], vintage).points
    lon, lat, within = (
        (found[column].iloc[0] if len(found) else float("nan")) for column in ("lon", "lat", "located_within_m")
    )
    values = [code, vintage, name[0], name[-1], lon, lat, "commune", within, 1.0, ""]
    for column, value in zip(
        ["unit_code", "vintage", "unit_name", "province_name", "lon", "lat", "located_by", "located_within_m",
         "confidence", "reason"], values, strict=True,
    ):  # fmt: skip
        result.at[label, column] = value
    return False
