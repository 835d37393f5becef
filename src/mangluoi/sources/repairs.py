"""Cells as planners fill them in, brought to what a declared column holds; every change is named."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from mangluoi import shipped
from mangluoi.checking import Column
from mangluoi.sources.amounts import read_amount
from mangluoi.viettext import compose, fold

__all__ = ["degrees", "known_names", "repaired"]

_NOTHING = {"-", "–", "—", "--", "...", "…", "x", "n/a", "chua co so lieu", "khong co so lieu"}
_OWNERSHIP = {
    "cong lap": "public", "nha nuoc": "public", "ngoai cong lap": "nonpublic", "dan lap": "nonpublic",
    "tu nhan": "nonpublic", "ton giao": "nonpublic", "tu thuc": "nonpublic",
}  # fmt: skip
_LEAST_METRES = 100_000
_DEGREES = re.compile(
    r"(?P<before>[NSEWBĐ])?\s*(?P<d>\d{1,3})\s*[°º]\s*(?:(?P<m>\d{1,2})\s*['’′]\s*)?"
    r"(?:(?P<s>\d{1,2}(?:[.,]\d+)?)\s*(?:[\"”″]|''))?\s*(?P<after>[NSEWBĐ])?",
    re.IGNORECASE,
)


@cache
def _names(_folder: Path) -> Mapping[str, Mapping[str, str]]:
    """Return the id of each Vietnamese name of a group, a service or a facility type, folded."""
    files = {"group": "groups.csv", "service": "services.csv", "type": "facility_types.csv"}
    found: dict[str, Mapping[str, str]] = {}
    for column, file in files.items():
        listed = shipped.frame(f"norms/{file}")
        found[column] = {fold(name): word for word, name in zip(listed[column], listed["name_vi"], strict=True)}
    return found


def known_names(choices: str) -> Mapping[str, str]:
    """Return the ids of a vocabulary by their Vietnamese names, folded; nothing where it has none."""
    return _names(shipped.folder()).get(choices, {})


def degrees(text: str) -> float | None:
    """Read degrees, minutes and seconds, or decimals with a comma; None where it is neither."""
    words = compose(text).strip()
    if re.fullmatch(r"-?\d{1,3}([.,]\d+)?", words):
        return float(words.replace(",", "."))
    found = _DEGREES.fullmatch(words)
    if found is None:
        return None
    minutes, seconds = float(found["m"] or 0), float((found["s"] or "0").replace(",", "."))
    if minutes >= 60 or seconds >= 60:
        return None
    return float(found["d"]) + minutes / 60 + seconds / 3600


def _date(text: str) -> str | None:
    words = fold(text).removeprefix("nam ").strip()
    found = re.fullmatch(r"(?:ngay )?(?:(\d{1,2})[/.-])?(\d{1,2})[/.-](\d{4})", words)
    if found is not None:
        day, month, year = found.groups()
        return f"{year}-{int(month):02d}" + (f"-{int(day):02d}" if day else "")
    return words if re.fullmatch(r"\d{4}", words) else None


def repaired(column: Column, value: Any, *, known_codes: Collection[str] = ()) -> tuple[Any, str, dict[str, Any]]:
    """Bring one cell to what its column holds.

    Parameters
    ----------
    column
        The declaration.
    value
        What stands in the cell.
    known_codes
        Codes of units, to find one whose leading zeros a spreadsheet has dropped.

    Returns
    -------
    value, why, further
        The value (as it was, where it needs no repair or none is known), what was repaired (empty for nothing), and
        the values that it gives to other columns: bounds and hedges. A count of events or households comes back
        under ``not_a_stock``.
    """
    if value is None or (isinstance(value, float) and value != value):
        return None, "", {}
    text = compose(str(value))
    if not text:
        return None, "", {}
    if fold(text) in _NOTHING and column.kind in ("whole", "number", "date"):
        return None, "dash_is_empty", {}
    if column.kind in ("whole", "number") and isinstance(value, str):
        return _number(column, text)
    if column.kind == "date" and isinstance(value, str):
        date = _date(text)
        return (date, "date_form", {}) if date is not None and date != text else (text, "", {})
    if column.name == "unit_code":
        return _code(text, known_codes)
    if column.name == "ownership":
        word = _OWNERSHIP.get(fold(text))
        return (word, "by_name", {}) if word else (text, "", {})
    if isinstance(column.choices, str) and (word := known_names(column.choices).get(fold(text))) is not None:
        return word, "by_name", {}
    return (text, "composed", {}) if isinstance(value, str) and text != value.strip() else (value, "", {})


def _number(column: Column, text: str) -> tuple[Any, str, dict[str, Any]]:
    if column.name in ("lon", "lat"):
        read = degrees(text)
        if read is None and (metres := read_amount(text, whole=True)) is not None and metres.unit == "":
            # Metres of a zone: 1.234.567,8 or 1 234 567.8.
            read = metres.value if metres.value >= _LEAST_METRES and metres.hedge == "=" else None
        return (text, "", {}) if read is None else (read, "degrees_form", {})
    if re.fullmatch(r"-?\d+", text):
        return float(text), "", {}
    if column.kind == "number" and re.fullmatch(r"-?\d+\.(\d{1,2}|\d{4,})", text):
        return float(text), "", {}
    amount = read_amount(text, whole=column.kind == "whole")
    if amount is None or amount.unit == "percent":
        return text, "", {}
    if amount.unit in ("households", "visits") or (amount.unit == "each" and column.name == "people"):
        return text, "", {"not_a_stock": text}
    further = {"lower": amount.lower, "upper": amount.upper, "hedge": amount.hedge}
    return amount.value, "number_form", further if amount.hedge != "=" else {}


def _code(text: str, known_codes: Collection[str]) -> tuple[Any, str, dict[str, Any]]:
    digits = text.removesuffix(".0")
    if not digits.isdecimal() or digits in known_codes:
        return digits, "", {}
    filled = [digits.zfill(width) for width in (2, 3, 5) if width > len(digits)]
    matching = [code for code in filled if code in known_codes]
    # A spreadsheet drops leading zeros; only one level of units may then fit.
    return (matching[0], "leading_zeros", {}) if len(matching) == 1 else (digits, "", {})
