"""What a person has decided about where things are: kept beside the plan, a line each, and used by the next run.

The file is a CSV sorted by key, so that two people's decisions merge line by line. A key stands for the id of a row
and its address together: where either changes, the decision no longer holds.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from mangluoi import gazetteer
from mangluoi.errors import Complaint, InputError
from mangluoi.tables import LAT_RANGE, LON_RANGE
from mangluoi.viettext import name_key

__all__ = [
    "COLUMNS", "apply", "checked", "file_beside", "key_of", "merged", "read", "read_columns", "write", "write_columns",
]  # fmt: skip

#: The columns of the file: a unit of a list, or a point.
COLUMNS = ("key", "name", "address", "unit_code", "vintage", "lon", "lat")

_SUFFIX = ".vi-tri.csv"


def key_of(row_id: object, address: object) -> str:
    """Return the key of a row: the same for the same id and address, however they are spaced or capitalised."""
    parts = [name_key("" if part is None or part != part else str(part)) for part in (row_id, address)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def file_beside(place: str | Path, name: str | None = None) -> Path:
    """Return where decisions are kept: beside a plan (its folder and name) or beside a file that was located."""
    where = Path(place)
    return where / f"{name}{_SUFFIX}" if name is not None else where.with_name(where.stem + _SUFFIX)


def read(place: Path) -> pd.DataFrame:
    """Read the decisions of a file; none where there is no file.

    Returns
    -------
    DataFrame
        `COLUMNS`, by key.

    Raises
    ------
    InputError
        If the file has other columns, a key twice, or names a unit or point that there is not.
    """
    # A plan's name may be no file name at all, too long or with a NUL: pathlib raises where os.path does not.
    if not os.path.isfile(place):
        return checked([], file=place.name)
    try:
        rows = list(csv.DictReader(io.StringIO(place.read_text(encoding="utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError([Complaint("unreadable_file", place.name, details={"reason": "damaged"})]) from error
    lost = [name for name in COLUMNS if rows and name not in rows[0]]
    if lost:
        raise InputError([Complaint("missing_column", place.name, details={"expected": name}) for name in lost])
    return checked(rows, file=place.name)


def checked(rows: Sequence[dict[str, Any]], *, file: str, sheet: str | None = None, first_row: int = 2) -> pd.DataFrame:
    """Check decisions and return them as `read` does; ``row`` of a decision is its row in the file, if it has one.

    Raises
    ------
    InputError
        With every complaint.
    """
    found: list[Complaint] = []
    kept: dict[str, dict[str, Any]] = {}
    for number, given in enumerate(rows, start=first_row):
        row = int(given.get("row") or number)
        text = {name: str(given.get(name) or "").strip() for name in COLUMNS}
        decision: dict[str, Any] = {**text, "lon": None, "lat": None}
        if text["unit_code"]:
            known = gazetteer.units.vintages()
            if text["vintage"] not in known or text["unit_code"] not in gazetteer.units.lineage(text["vintage"]).index:
                at = (file, sheet, row, "unit_code", text["unit_code"])
                found.append(Complaint("unknown_unit", *at, {"vintage": text["vintage"] or "?"}))
        elif text["lon"] or text["lat"]:
            found += _read_point(text, decision, file, sheet, row)
        else:
            found.append(Complaint("missing_value", file, sheet, row, "unit_code"))
        if text["key"] in kept:
            found.append(Complaint("duplicate_key", file, sheet, row, "key", text["key"], {"first": first_row}))
        kept[text["key"]] = decision
    if found:
        raise InputError(found)
    frame = pd.DataFrame(list(kept.values()), columns=list(COLUMNS)).set_index("key", drop=False)
    return frame.sort_index()


def _read_point(
    text: dict[str, str], decision: dict[str, Any], file: str, sheet: str | None, row: int
) -> list[Complaint]:
    for name in ("lon", "lat"):
        try:
            decision[name] = float(text[name].replace(",", ".")) if text[name] else None
        except ValueError:
            return [Complaint("not_a_number", file, sheet, row, name, text[name])]
    lon, lat = decision["lon"], decision["lat"]
    if lon is None or lat is None:
        return [Complaint("one_coordinate", file, sheet, row, "lat" if lat is None else "lon")]
    if not (LON_RANGE[0] <= lon <= LON_RANGE[1] and LAT_RANGE[0] <= lat <= LAT_RANGE[1]):
        return [Complaint("outside_country", file, sheet, row, "lon + lat", f"{lon:g} / {lat:g}")]
    return []


def merged(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Return the decisions of both; of two about one row, the new one."""
    return pd.concat([old[~old.index.isin(new.index)], new]).sort_index()


def write(place: Path, decisions: pd.DataFrame) -> Path:
    """Write decisions, sorted by key, whole or not at all."""
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for row in decisions.sort_index()[list(COLUMNS)].itertuples(index=False, name=None):
        rows.writerow(["" if cell is None or cell != cell else cell for cell in row])
    place.parent.mkdir(parents=True, exist_ok=True)
    half = place.with_name(place.name + ".part")
    half.write_text(text.getvalue(), encoding="utf-8")
    os.replace(half, place)
    return place


def apply(located: pd.DataFrame, keys: Sequence[str], decisions: pd.DataFrame) -> tuple[pd.DataFrame, list[bool]]:
    """Put what was decided in the place of what was found.

    Parameters
    ----------
    located
        What `gazetteer.locate` returned.
    keys
        The key of each of its rows.
    decisions
        What `read` returned.

    Returns
    -------
    located, decided
        As it was with the decided rows changed, and which rows those are.
    """
    decided = [key in decisions.index for key in keys]
    chosen = decisions.loc[[key for key in keys if key in decisions.index], ["unit_code", "vintage", "lon", "lat"]]
    chosen = chosen.set_axis(located.index[decided])
    return gazetteer.review.placed(located, chosen), decided


def _columns_file(place: Path) -> Path:
    return place.with_name(place.name.removesuffix(_SUFFIX) + ".tieu-de.csv")


def read_columns(place: Path) -> dict[str, str]:
    """Read what headings were said to mean, beside the decisions; nothing where nobody said."""
    file = _columns_file(place)
    if not file.exists():
        return {}
    rows = csv.reader(io.StringIO(file.read_text(encoding="utf-8-sig"), newline=""))
    return {row[0]: row[1] for row in rows if len(row) == 2}


def write_columns(place: Path, columns: Mapping[str, str]) -> None:
    """Write what headings mean, sorted by heading."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(sorted(columns.items()))
    _columns_file(place).write_text(text.getvalue(), encoding="utf-8")
