"""Sentences that need more than filled-in fields: notices, complaints, dates and small numbers."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from mangluoi import shipped
from mangluoi.errors import Complaint
from mangluoi.reports import clashes, words
from mangluoi.reports.words import Lang, say
from mangluoi.scenario.result import Notice
from mangluoi.tables import INPUTS, TABLES, Table
from mangluoi.viettext import format_number

__all__ = [
    "action_name", "band", "complaint", "counted", "date", "known", "listed", "million", "named", "notice", "notices",
    "percent", "place", "printable", "province", "short_date", "source", "stop", "unit_name", "vintage",
]  # fmt: skip

#: Fields of notices whose values are ids or keys, and where their words stand.
_NAMED = {"group": "group", "service": "service"}
_KEYED = {"rule": "rule", "mode": "mode", "reason": "reason", "law": "law"}
_KINDS = ("Xã", "Phường", "Thị", "Đặc", "Huyện", "Thành", "Tỉnh")
_SHARES = ("share", "rate", "gap")


def notice(told: Notice, lang: Lang = "vi") -> str:
    """Write a notice; ids of groups and services become names, keys become words, shares become per cent."""
    return say(f"notice.{told.key}", lang, **_readable(told.fields, lang))


def notices(told: Sequence[Notice], lang: Lang = "vi") -> list[str]:
    """Write notices in their order; those that differ in the name alone are written as one, with all the names."""
    together: dict[tuple[str, str], list[Notice]] = {}
    for one in told:
        others = {field: value for field, value in one.fields.items() if field != "name"}
        together.setdefault((one.key, repr(sorted(others.items()))), []).append(one)
    written = []
    for same in together.values():
        fields = dict(same[0].fields)
        if "name" in fields:
            fields["name"] = say("report.and_also", lang).join(str(one.fields["name"]) for one in same)
        written.append(notice(Notice(same[0].key, fields), lang))
    return written


def complaint(found: Complaint, lang: Lang = "vi") -> str:
    """Write what is wrong, without the place where it is."""
    fields = {name: "–" if value is None else value for name, value in found.fields.items()}
    if lang == "vi":
        fields.update(_in_words(found))
    if "reason" in found.details and "why" not in found.details:
        fields["why"] = say(f"why.{found.details['reason']}", lang, **fields)
    told = say(f"complaint.{found.problem}", lang, **fields)
    # The nearest known value is the last clause of its sentence; where nothing is near, there is nothing to say.
    return told.rpartition("; ")[0] if "nearest" in fields and not found.fields["nearest"] else told


def place(found: Complaint, lang: Lang = "vi") -> tuple[str, str, str, str]:
    """Name where something is wrong: file, sheet, row and column, each empty where it means nothing.

    Names of code become those of the Vietnamese workbook: SITES is «Địa điểm», unit_code is «Mã đơn vị». The keys of
    a plan, and what no table declares, stay as they are.

    Parameters
    ----------
    found
        The complaint.
    lang
        {"vi", "en"}; in English the names of code stay.
    """
    file = PurePath(found.file).name if found.file else ""
    row = "" if found.row is None else str(found.row)
    sheet, column = found.sheet or "", found.column or ""
    return (file, sheet, row, column) if lang == "en" else (file, _sheet(sheet), row, _heading(found, column))


def _in_words(found: Complaint) -> dict[str, str]:
    """Return the fields of a complaint that hold names of code, in the words of the Vietnamese workbook."""
    readable: dict[str, str] = {}
    for field, value in found.fields.items():
        if not isinstance(value, str):
            continue
        if field == "target" or (field == "expected" and found.problem == "missing_sheet"):
            readable[field] = _sheet(value)
        elif field == "expected" and found.problem == "missing_column":
            readable[field] = _heading(found, value)
        elif field == "group" or (field == "value" and found.problem in ("no_need", "two_vintages")):
            readable[field] = named("group", value, "vi")
        elif field == "value" and found.problem == "shelter_not_confidential":
            readable[field] = str(
                shipped.frame("norms/facility_types.csv").set_index("type")["name_vi"].get(value, value)
            )
    return readable


def _table(sheet: str) -> Table | None:
    """Return the table that a sheet is called after, in code or in Vietnamese; "CAPACITY (day)" is CAPACITY."""
    called = sheet.partition(" (")[0]
    by_sheet = {table.sheet: table for table in INPUTS}
    return TABLES.get(called.lower()) or by_sheet.get(called)


def _sheet(sheet: str) -> str:
    table = _table(sheet)
    if table is None:
        return sheet
    _, bracket, service = sheet.partition(" (")
    return f"{table.sheet} ({named('service', service.removesuffix(')'), 'vi')})" if bracket else table.sheet


def _heading(found: Complaint, column: str) -> str:
    """Return the Vietnamese heading of a column, or of each where several are named."""
    if found.file and found.file.endswith(".toml"):
        return column
    table = _table(found.sheet or "")
    tables = list(TABLES.values()) if table is None else [table]
    headings = []
    for name in column.split(" + "):
        known_as = {one[name].heading for one in tables if name in one.names}
        headings.append(known_as.pop() if len(known_as) == 1 else name)
    return " + ".join(headings)


def _readable(fields: Mapping[str, Any], lang: Lang) -> dict[str, Any]:
    readable: dict[str, Any] = {}
    for field, value in fields.items():
        if field in _NAMED:
            readable[field] = named(field, str(value), lang)
        elif field in _KEYED:
            readable[field] = known(_KEYED[field], str(value), lang)
        elif field in _SHARES and isinstance(value, float):
            readable[field] = percent(value, lang)
        elif field == "clash":
            readable[field] = clashes.sentence(**value, lang=lang)
        elif field == "basis":
            readable[field] = stop(str(value))
        elif field == "vintage":
            readable[field] = vintage(str(value), lang)
        elif field == "detour" and lang == "en":
            readable[field] = str(value).replace(",", ".")
        elif field == "as_of":
            readable[field] = date(str(value), lang)
        elif field == "people" and isinstance(value, int | float) and 0 < value <= 10:
            readable[field] = "≤ 10"
        elif isinstance(value, float):
            readable[field] = format_number(value, 0 if value.is_integer() else 1, lang=lang)
        else:
            readable[field] = value
    return readable


def named(field: str, value: str, lang: Lang) -> str:
    """Return the name of a group or service; a text that is no id is a name already."""
    try:
        return words.name("group" if field == "group" else "service", value, lang)
    except KeyError:
        return value


def known(prefix: str, value: str, lang: Lang) -> str:
    """Return the words of a key such as ``mode.car``; a text that is no key stands for itself."""
    key = f"{prefix}.{value}"
    return say(key, lang) if key in words.all_keys() else value


def percent(share: float, lang: Lang) -> str:
    """Write a share between 0 and 1 as per cent, without the sign; a small one keeps two digits that say something."""
    decimals = 1 if share == 0 or abs(share) >= 0.001 else 1 - math.floor(math.log10(abs(100 * share)))
    return format_number(100 * share, decimals, lang=lang)


def stop(text: str) -> str:
    """End a sentence with a full stop, where it has no end yet."""
    return text if text.endswith((".", "!", "?", "…")) else text + "."


def million(amount_vnd: float, lang: Lang) -> str:
    """Write an amount in million VND."""
    value = amount_vnd / 1e6
    return format_number(value, 0 if value == round(value) else 1, lang=lang)


def counted(number: int, lang: Lang) -> str:
    """Write a count of things in running text: administrative Vietnamese writes 02, not 2."""
    return f"{number:02d}" if lang == "vi" and 0 < number < 10 else format_number(number, lang=lang)


def date(value: str, lang: Lang) -> str:
    """Write YYYY, YYYY-MM or YYYY-MM-DD as running text; any other text stands for itself."""
    parts = value.split("-")
    if not all(part.isdigit() for part in parts) or len(parts[0]) != 4:
        return value
    if lang == "en":
        named = [*(str(int(day)) for day in parts[2:]), *(_MONTHS[int(month) - 1] for month in parts[1:2]), parts[0]]
        return " ".join(named)
    if len(parts) == 1:
        return f"năm {parts[0]}"
    # Numbers that a pen could change are written with a zero: days under 10, January and February.
    month = f"0{int(parts[1])}" if int(parts[1]) < 3 else str(int(parts[1]))
    if len(parts) == 2:
        return f"tháng {month} năm {parts[0]}"
    return f"ngày {int(parts[2]):02d} tháng {month} năm {parts[0]}"


_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def short_date(value: str, lang: Lang) -> str:
    """Write YYYY-MM-DD or YYYY-MM for a table; any other text stands for itself."""
    if lang == "en" or not re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", value):
        return value
    year, month, *day = value.split("-")
    return "/".join([*day, month if int(month) in (1, 2) else str(int(month)), year])


def source(text: str, lang: Lang) -> str:
    """Name a source shortly: what follows the first semicolon or bracket stands in the list of sources only."""
    first = re.split(r";| \(", text, maxsplit=1)[0].strip()
    return first if first else say("report.unknown", lang)


def band(name: str, lang: Lang) -> str:
    """Write a travel-time band, given as ``low-high`` or ``>low`` in minutes."""
    if name.startswith(">"):
        return say("band.over", lang, low=name[1:])
    low, _, high = name.partition("-")
    return say("band.upto", lang, high=high) if low == "0" else say("band.between", lang, low=low, high=high)


def action_name(row: Any, lang: Lang) -> str:
    """Name what an action is about: the site that is expanded, or that it is new."""
    if row.kind == "build":
        return say("cell.new_site", lang)
    return say("report.unknown", lang) if row.name is None or row.name != row.name else str(row.name)


def listed(values: Any) -> str:
    """Write a list of names; what is no list stands for itself, and nothing for nothing."""
    if isinstance(values, list | tuple):
        return ", ".join(str(value) for value in values)
    return "" if values is None or values != values else str(values)


def printable(text: str) -> str:
    """Drop control characters, which no document format can hold."""
    if text.isprintable():
        return text
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))


def vintage(value: str, lang: Lang) -> str:
    """Name a list of administrative units."""
    listed_ones = shipped.frame("boundaries/vintages.csv").set_index("vintage")[f"name_{lang}"]
    when, _, what = str(listed_ones.get(value, value)).partition(": ")
    return when[0].lower() + when[1:] + (f" ({what})" if what else "")


def province(name: str, lang: Lang) -> str:
    """Write the name of a province or city as it stands in a heading."""
    for kind, key in (("Tỉnh ", "map.province"), ("Thành phố ", "map.city")):
        if lang == "en" and name.startswith(kind):
            return say(key, lang, name=name.removeprefix(kind))
    return name


def unit_name(name: str, lang: Lang) -> str:
    """Write the name of an administrative unit within a Vietnamese sentence: xã Tân Kỳ, not Xã Tân Kỳ."""
    if lang == "vi" and name.split(" ", 1)[0] in _KINDS:
        return name[0].lower() + name[1:]
    return name
