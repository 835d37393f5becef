"""Finding the declared columns of a table among the headings of a sheet."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from mangluoi import shipped
from mangluoi.checking import Table
from mangluoi.sources import aliases, personal
from mangluoi.viettext import compose, fold

__all__ = ["GROUP", "UNIT_NAMES", "Headings", "find_headings", "meaning", "read_headings"]

#: Columns that tables with a unit's code may have instead of it: its name, and the names of the units above.
UNIT_NAMES = ("unit_name", "district_name", "province_name")

#: How a heading that names a group is told from one that names a column.
GROUP = "group="

_SEARCHED_ROWS = 30


@dataclass(frozen=True)
class Headings:
    """Where the columns of a table stand in a sheet.

    Parameters
    ----------
    row
        Position of the heading row, from 0.
    columns
        Position of each declared column that was found, by its name in code; and of `UNIT_NAMES`.
    shown
        What stands above each found column, by its name in code.
    unknown
        Position of headings that are not declared and not among those that are passed over, such as a running
        number.
    personal
        Headings that look personal, each with what it looks like.
    groups
        Group and heading of each column that counts one group, by position: in a sheet with a column for each group.
    texts
        Every heading, whatever it means.
    """

    row: int
    columns: dict[str, int]
    shown: dict[str, str]
    unknown: dict[str, int]
    personal: tuple[tuple[str, str], ...]
    groups: dict[int, tuple[str, str]] = field(default_factory=dict)
    texts: tuple[str, ...] = ()

    @property
    def found(self) -> int:
        """How many headings have a meaning."""
        return len(self.columns) + len(self.groups)


def key_of(heading: Any) -> str:
    """Fold a heading; a unit in brackets and a star for "required" do not count."""
    return re.sub(r"\s+", " ", re.sub(r"\([^)]*\)|\[[^\]]*\]|\*", " ", fold(str(heading)))).strip(" .:;,-")


def find_headings(table: Table, rows: Sequence[Sequence[Any]]) -> Headings | None:
    """Find the row that heads a table: the one with the most declared headings among the first thirty.

    Returns
    -------
    Headings or None
        None where no row holds even two declared headings (or the only one of a table with one column).
    """
    best: Headings | None = None
    for position, row in enumerate(rows[:_SEARCHED_ROWS]):
        found = read_headings(table, position, row)
        if best is None or found.found > best.found:
            best = found
    return best if best is not None and best.found >= min(2, len(table.columns)) else None


@cache
def _keys(table: Table) -> dict[str, str]:
    """Return the name in code of each heading that a table's columns may have; official ones win."""
    names = [*table.names, *(UNIT_NAMES if "unit_code" in table.names else ())]
    also = {key: name for name in names for key in aliases.COLUMNS.get(name, ())}
    official = {key_of(column.heading): column.name for column in table.columns}
    return also | official | {key_of(name): name for name in names}


@cache
def _groups(_folder: Path) -> Mapping[str, str]:
    """Return the group of each name that a column may count people under, folded."""
    listed = shipped.frame("norms/groups.csv")
    official = {fold(name): word for word, name in zip(listed["group"], listed["name_vi"], strict=True)}
    known = set(listed["group"])
    return {key: word for key, word in aliases.GROUPS.items() if word in known} | official


def group_named(key: str) -> str | None:
    """Return the group that a folded heading counts, or None."""
    groups = _groups(shipped.folder())
    bare = re.sub(r"^(?:(?:trong do|tong so|so luong|so|doi tuong|la)\s+)+|\s+(?:tong so|tong cong|so nguoi)$", "", key)
    return groups.get(key) or groups.get(bare)


def meaning(table: Table, heading: str, said: Mapping[str, str] | None = None, *, exactly: bool = False) -> str | None:
    """Return what a heading stands for.

    Parameters
    ----------
    table
        The declaration.
    heading
        As it stands on the sheet.
    said
        What the user has said that headings mean, by heading; an empty text for nothing.
    exactly
        Whether the whole heading must be known, not only a part of it.

    Returns
    -------
    str or None
        The name of a column, "group=" and a group, an empty text for what is passed over, None where it is not known.
    """
    for told, name in (said or {}).items():
        if fold(told) == fold(heading):
            return name
    return _meaning(shipped.folder(), table, heading, exactly)


@lru_cache(maxsize=50_000)
def _meaning(_folder: Path, table: Table, heading: str, exactly: bool) -> str | None:
    key, keys = key_of(heading), _keys(table)
    if key in keys:
        return keys[key]
    # A Shapefile cuts names of columns to ten letters.
    if len(key) == 10 and len(cut := {name for long, name in keys.items() if long[:10] == key}) == 1:
        return cut.pop()
    if {"group", "people"} <= set(table.names) and (group := group_named(key)) is not None:
        return f"{GROUP}{group}"
    if key in aliases.IGNORED:
        return ""
    if exactly or personal.looks_personal(heading):
        return None
    return _contained(key, keys)


def _contained(key: str, keys: Mapping[str, str]) -> str | None:
    """Find the longest known heading of two words or more that stands in a longer one; None if two columns' do."""
    padded = f" {key} "
    inside = [(len(known), name) for known, name in keys.items() if " " in known and f" {known} " in padded]
    if not inside:
        return None
    longest = max(inside)[0]
    names = {name for length, name in inside if length == longest}
    return names.pop() if len(names) == 1 else None


def read_headings(table: Table, position: int, row: Sequence[Any], said: Mapping[str, str] | None = None) -> Headings:
    """Read one row as the headings of a table.

    Parameters
    ----------
    table
        The declaration.
    position
        Of the row, from 0.
    row
        Its cells.
    said
        What the user has said that headings mean, by heading.
    """
    columns: dict[str, int] = {}
    shown: dict[str, str] = {}
    unknown: dict[str, int] = {}
    groups: dict[int, tuple[str, str]] = {}
    looking_personal: list[tuple[str, str]] = []
    for place, cell in enumerate(row):
        if not isinstance(cell, str) or not cell.strip():
            continue
        text = compose(cell)
        name, what = meaning(table, text, said), personal.looks_personal(text)
        if name is not None and name.startswith(GROUP):
            group = name.removeprefix(GROUP)
            if group in {each for each, _ in groups.values()}:
                unknown[text] = place
            else:
                groups[place] = (group, text)
        elif name and name not in columns:
            columns[name], shown[name] = place, text
        elif name == "":
            continue
        elif what is not None:
            looking_personal.append((text, what))
        else:
            unknown[text] = place
    if "group" in columns:
        # A column says which group a row counts: further groups above columns are something else.
        unknown |= {text: place for place, (_, text) in groups.items()}
        groups = {}
    texts = tuple(compose(cell) for cell in row if isinstance(cell, str) and cell.strip())
    return Headings(position, columns, shown, unknown, tuple(looking_personal), groups, texts)
