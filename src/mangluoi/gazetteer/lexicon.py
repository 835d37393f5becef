"""The names of all units of all vintages, ready to be looked up."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import pandas as pd

from mangluoi import shipped
from mangluoi.gazetteer import crosswalk, units
from mangluoi.gazetteer.spelling import SpellingIndex
from mangluoi.gazetteer.wording import Part, bare_name, loose_key, plain, read_part, strict_key, words_of
from mangluoi.viettext import compose

__all__ = ["Entry", "Lexicon", "lexicon"]


# A word that so many names hold is more likely to be in one that no list knows than to be a slip.
_USUAL = 10
# Former names with a dash.
_DASHED = {"thua thien-hue"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One name of one unit.

    Parameters
    ----------
    position
        Number of the unit in the lexicon.
    kind, strict, loose
        What the name says the unit is, and the keys of the rest; `kind` is empty for a name without.
    official
        Whether it is the unit's own name, not a former or a customary one.
    """

    position: int
    kind: str
    strict: str
    loose: str
    official: bool


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit, with the units above it in its own list and in the other one.

    Parameters
    ----------
    code, vintage, level, name
        As in `tables.UNITS`.
    district, province
        Positions of the units above it; -1 where there is none. A district is its own, and so is a province.
    kin_districts, kin_provinces
        Positions of those that the same place belongs to in another list.
    """

    code: str
    vintage: str
    level: str
    name: str
    district: int
    province: int
    kin_districts: frozenset[int]
    kin_provinces: frozenset[int]


class Lexicon:
    """All units, and their names by key and by the unit above.

    Parameters
    ----------
    listed
        The units, in the order of their positions.
    entries
        Their names.
    """

    def __init__(self, listed: list[Unit], entries: list[Entry]) -> None:
        self.units = listed
        self.provinces: dict[str, list[Entry]] = defaultdict(list)
        self.districts: dict[str, list[Entry]] = defaultdict(list)
        self.communes: dict[str, list[Entry]] = defaultdict(list)
        self.above_of = [
            frozenset({unit.province, unit.district, *unit.kin_provinces, *unit.kin_districts} - {-1})
            for unit in listed
        ]
        self.names_of: dict[int, list[Entry]] = defaultdict(list)
        by_level = {"province": self.provinces, "district": self.districts, "commune": self.communes}
        for entry in entries:
            unit = listed[entry.position]
            self.names_of[entry.position].append(entry)
            by_level[unit.level][entry.loose].append(entry)
        # Names with a dash would fall apart where an address is split: Bà Rịa - Vũng Tàu.
        dashed = {re.sub(r"\s*[-–]\s*", "-", plain(bare_name(unit.name))) for unit in listed if " - " in unit.name}
        self.dashed_names = frozenset(loose_key(name) for name in (*dashed, *_DASHED))
        joined = "|".join(re.escape(name).replace(r"\-", r"\s*[-–]+\s*") for name in sorted({*dashed, *_DASHED}))
        self.dashed = re.compile(rf"\b(?:{joined})\b")

    @cached_property
    def full_names(self) -> list[str]:
        """The name of every unit with those of the units above it."""
        names = [unit.name for unit in self.units]
        return [
            ", ".join([names[n], *(names[above] for above in (unit.district, unit.province) if above not in (-1, n))])
            for n, unit in enumerate(self.units)
        ]

    @cached_property
    def in_full(self) -> dict[tuple[str, ...], int]:
        """The communes of districts by the official names of the three levels, where no other has the same."""
        found: dict[tuple[str, ...], int] = {}
        twice: set[tuple[str, ...]] = set()
        for n, unit in enumerate(self.units):
            if unit.level == "commune" and unit.district >= 0 and n in self.names_of:
                names = tuple(compose(self.units[each].name).casefold() for each in (n, unit.district, unit.province))
                twice.update({names} & found.keys())
                found[names] = n
        return {names: n for names, n in found.items() if names not in twice}

    @cached_property
    def spelling(self) -> SpellingIndex:
        """The names of communes, for those that were misspelt; made when first needed."""
        return SpellingIndex(self.communes)

    @cached_property
    def spelling_above(self) -> SpellingIndex:
        """The names of districts and provinces, for those that were misspelt."""
        return SpellingIndex([*self.districts, *self.provinces])

    @cached_property
    def _words(self) -> tuple[frozenset[str], frozenset[str]]:
        """The words that occur in several names, with and without diacritics."""
        accented = Counter(word for unit in self.units for word in words_of(bare_name(unit.name)))
        bare: Counter[str] = Counter()
        for word, count in accented.items():
            bare[plain(word)] += count
        usual, plain_usual = (
            frozenset(word for word, count in each.items() if count >= _USUAL) for each in (accented, bare)
        )
        return usual, plain_usual

    def made_of_words(self, part: Part) -> bool:
        """Tell whether a part is made of words that are usual in names: if not, a letter of it is likely wrong."""
        usual, plain_usual = self._words
        words = words_of(part.name)
        if part.strict.isascii():
            return all(word in plain_usual for word in words)
        return all(word in usual for word in words)


@cache
def lexicon(folder: Path) -> Lexicon:
    """Return the lexicon of the shipped lists.

    Parameters
    ----------
    folder
        Where they lie; see `shipped.folder`.
    """
    listed = units.units()
    columns = (listed[name].tolist() for name in ("vintage", "unit_code", "level", "name", "parent_code"))
    rows = list(zip(*columns, strict=True))
    place = {(vintage, code): n for n, (vintage, code, *_) in enumerate(rows)}
    parent = {n: None if pd.isna(row[4]) else place[row[0], row[4]] for n, row in enumerate(rows)}
    kin = _kin(place)
    found: list[Unit] = []
    for position, (vintage, code, level, name, _) in enumerate(rows):
        above = [position]
        while (higher := parent[above[-1]]) is not None:
            above.append(higher)
        district = above[1] if level == "commune" and len(above) == 3 else -1
        relatives = kin.get(position, set())
        found.append(
            Unit(
                code,
                vintage,
                level,
                name,
                position if level == "district" else district,
                above[-1],
                frozenset(n for n in relatives if rows[n][2] == "district"),
                frozenset(n for n in relatives if rows[n][2] == "province"),
            )
        )
    return Lexicon(found, _entries(folder, found, place))


def _kin(place: dict[tuple[str, str], int]) -> dict[int, set[int]]:
    """Return the districts and provinces of another list that each commune descends from or went into."""
    share = crosswalk.shares(units.OLD, units.NEW)
    old, new = units.lineage(units.OLD), units.lineage(units.NEW)
    found: dict[int, set[int]] = defaultdict(set)
    above_old = {
        code: [place[units.OLD, each] for each in (district, province) if not pd.isna(each)]
        for code, district, province in old.itertuples(name=None)
    }
    above_new = {code: place[units.NEW, province] for code, province in new["province_code"].items()}
    for before, after in zip(share["from_code"], share["to_code"], strict=True):
        found[place[units.OLD, before]].add(above_new[after])
        found[place[units.NEW, after]].update(above_old[before])
        # A district, too, now lies in the province of its communes.
        for above in above_old[before][:-1]:
            found[above].add(above_new[after])
    return dict(found)


def _entries(folder: Path, listed: list[Unit], place: dict[tuple[str, str], int]) -> list[Entry]:
    found: list[Entry] = []
    for position, unit in enumerate(listed):
        part = read_part(unit.name.casefold())
        if part is None:
            raise ValueError(f"the unit {unit.code} has no name that can be looked up: {unit.name!r}")
        (kind,) = part.kinds
        found.append(Entry(position, kind, part.strict, part.loose, official=True))
    aliases = shipped.frame("boundaries/aliases.csv") if (folder / "boundaries" / "aliases.csv").exists() else None
    if aliases is not None:
        for code, vintage, kind, alias in aliases[["unit_code", "vintage", "kind", "alias"]].itertuples(
            index=False, name=None
        ):
            loose = loose_key(alias)
            # A former name that the list gives without diacritics cannot be compared with them.
            strict = strict_key(alias) if not alias.isascii() or loose.isdecimal() else ""
            kind_word = "" if pd.isna(kind) else str(kind)
            found.append(Entry(place[vintage, code], kind_word, strict, loose, official=False))
    return found
