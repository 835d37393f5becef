"""Names of administrative units on a sheet that gives no codes: found in the shipped lists, or not at all.

Only a name that is written as in the list is found here, whatever its case, tone placement and abbreviated kind. What
is misspelt needs the gazetteer, which the caller may hand in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mangluoi import shipped
from mangluoi.checking import nearest
from mangluoi.tables import UNITS
from mangluoi.viettext import compose, fold, name_key

__all__ = ["Named", "UnitNames"]

_KINDS = {
    "xa": "xã", "x": "xã", "phuong": "phường", "p": "phường", "f": "phường", "thi tran": "thị trấn", "tt": "thị trấn",
    "dac khu": "đặc khu", "huyen": "huyện", "h": "huyện", "quan": "quận", "q": "quận", "thi xa": "thị xã",
    "tx": "thị xã", "thanh pho": "thành phố", "tp": "thành phố", "tinh": "tỉnh", "t": "tỉnh",
}  # fmt: skip
_KIND = re.compile(
    r"(?P<long>thi tran|dac khu|thi xa|thanh pho|phuong|huyen|quan|tinh|xa)\s+|"
    r"(?P<short>tt|tx|tp|[xpfhqt])(?:\.\s*|\s+)"
)


@dataclass(frozen=True)
class Named:
    """What a name was found to be: a code, or why there is none.

    Parameters
    ----------
    code
        Of the unit; None where it is not known.
    problem
        "unnamed_unit" or "ambiguous_unit" where there is no code.
    details
        Of the complaint.
    """

    code: str | None
    problem: str = ""
    details: Mapping[str, str | None] | None = None


@dataclass(frozen=True)
class _Unit:
    code: str
    level: str
    kind: str
    bare: str
    name: str
    above: tuple[str, ...]


def _split(name: str) -> tuple[str, str]:
    """Part a name from its kind word, if it has one."""
    text = re.sub(r"^(?:\d+|[ivxlc]+|[a-d])[.)]\s+", "", compose(name).casefold())
    flat = fold(text)
    found = _KIND.match(flat) if len(flat) == len(text) else None
    if found is None:
        return "", text
    kind = _KINDS[found["long"] or found["short"]]
    rest = text[found.end() :].strip()
    return (kind, rest) if rest else ("", text)


def _number(bare: str) -> str:
    """Drop the zeros before a number: phường 01 is phường 1."""
    return re.sub(r"^0+(?=\d)", "", bare)


@cache
def _units(_folder: Path, vintage: str) -> tuple[_Unit, ...]:
    listed = shipped.table(UNITS, f"boundaries/units-{vintage}.csv")
    parents = {
        code: None if above != above else above
        for code, above in zip(listed["unit_code"], listed["parent_code"], strict=True)
    }
    found = []
    for code, level, kind, name in listed[["unit_code", "level", "kind", "name"]].itertuples(index=False, name=None):
        above: list[str] = []
        up = parents[code]
        while up is not None:
            above.append(up)
            up = parents[up]
        own, bare = _split(str(name))
        found.append(_Unit(code, level, own or str(kind).casefold(), _number(bare), str(name), tuple(above)))
    return tuple(found)


@cache
def _by_name(folder: Path, vintage: str) -> Mapping[str, tuple[_Unit, ...]]:
    found: dict[str, list[_Unit]] = {}
    for unit in _units(folder, vintage):
        found.setdefault(fold(unit.bare), []).append(unit)
    return {bare: tuple(units) for bare, units in found.items()}


class UnitNames:
    """Finds the units of one list, within a province where one is given.

    Parameters
    ----------
    vintage
        The list.
    province
        Code of the province that the sheet is about.
    """

    def __init__(self, vintage: str, province: str | None) -> None:
        self.vintage = vintage
        self.province = province
        known = vintage in shipped.vocabulary()["vintage"]
        self._names = _by_name(shipped.folder(), vintage) if known else {}
        self._level = ""

    def learn(self, names: Sequence[str]) -> None:
        """Find out which level a column of names without kind words is about: that of the names that are clear."""
        levels = [{unit.level for unit in self._fitting(name)} for name in names]
        clear = [next(iter(each)) for each in levels if len(each) == 1]
        counts = {level: clear.count(level) for level in set(clear)}
        self._level = max(sorted(counts), key=lambda level: counts[level]) if counts else ""

    def level(self, code: str) -> str:
        """Return the level of a unit that `find` found."""
        return next(u.level for units in self._names.values() for u in units if u.code == code)

    def _fitting(self, name: str) -> list[_Unit]:
        kind, bare = _split(name)
        key = _number(bare)
        units = [
            unit
            for unit in self._names.get(fold(key), ())
            if (self.province is None or self.province in unit.above or self.province == unit.code)
            and (not kind or unit.kind == kind or (kind == "thành phố" and unit.level == "province"))
        ]
        # Where marks are typed, they count, if any name has them.
        exact = [unit for unit in units if name_key(unit.bare) == name_key(key)]
        return exact or ([] if not key.isascii() and _differs(key, units) else units)

    def _meant(self, name: str, within: str | None, above: Sequence[str]) -> list[_Unit]:
        # What stands beside a name on its row must agree with it; what stands above on the sheet may help.
        units = [unit for unit in self._fitting(name) if set(above) <= {*unit.above, unit.code}]
        if len(units) > 1 and within is not None:
            units = [unit for unit in units if within in unit.above] or units
        if len(units) > 1 and self._level:
            units = [unit for unit in units if unit.level == self._level] or units
        return units

    def code(self, name: str, level: str | None = None) -> str | None:
        """Return the code of a unit by its name, of one level or of any, or None."""
        units = self._fitting(name) if level is None else [u for u in self._fitting(name) if u.level == level]
        return units[0].code if len(units) == 1 else None

    def find(self, name: str, *, within: str | None = None, above: Sequence[str] = ()) -> Named:
        """Find a unit by its name, or say why it is not found.

        Parameters
        ----------
        name
            With or without its kind.
        within
            Code of the district that it stands under on the sheet.
        above
            Codes of the units that the same row names above it.
        """
        units = self._meant(name, within, above)
        if len(units) == 1:
            return Named(units[0].code)
        if units:
            shown = ", ".join(sorted(f"{unit.name} [{unit.code}]" for unit in units)[:5])
            return Named(None, "ambiguous_unit", {"candidates": shown})
        here = [
            unit.name
            for group in self._names.values()
            for unit in group
            if self.province is not None and self.province in unit.above
        ]
        return Named(None, "unnamed_unit", {"vintage": self.vintage, "nearest": nearest(name, here)})


def _differs(key: str, units: Sequence[_Unit]) -> bool:
    """Whether a name with diacritics is none of these: Hoà and Hòa are one name, Thanh and Thành are two."""
    loose = str.maketrans("ăắằẳẵặ", "aáàảãạ")
    return all(name_key(unit.bare).translate(loose) != name_key(key).translate(loose) for unit in units)
