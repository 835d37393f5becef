"""Finding the administrative unit that an address names; without a clear answer, none is given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from mangluoi import shipped
from mangluoi.errors import UnknownUnitError
from mangluoi.gazetteer import crosswalk, matching, points, units, wording
from mangluoi.gazetteer.confidence import confidence_of
from mangluoi.gazetteer.lexicon import Lexicon, lexicon
from mangluoi.gazetteer.matching import Match
from mangluoi.gazetteer.reading import COMMUNE_KINDS, AddressReader, Reading
from mangluoi.projection import great_circle_m

__all__ = ["COLUMNS", "REASONS", "locate"]

#: The columns that `locate` returns.
COLUMNS = (
    "unit_code", "vintage", "unit_name", "province_name", "lon", "lat", "located_by", "located_within_m",
    "confidence", "reason", "candidates",
)  # fmt: skip

#: Why an address is not located; the sentences for readers are made from these where they are shown.
REASONS = ("no_address", "unknown_name", "province_only", "ambiguous", "conflict", "doubtful", "no_point")

# The next place must cost this much more than the best, and the best no more than this in all.
_MARGIN, _DEAREST = 0.03, 0.17
_OTHER_VINTAGE = 0.05
_MOST_CANDIDATES = 5


@dataclass(frozen=True)
class _Answer:
    """What an address turned out to name, or why nothing: candidates are positions, the best first."""

    match: Match | None
    reason: str
    candidates: tuple[int, ...] = ()


class _Locator:
    """Answers addresses one by one with the same names, hint and preferred vintage."""

    def __init__(self, names: Lexicon, folder: Path, hint: frozenset[int], vintage: str | None) -> None:
        self.names = names
        self.reader = AddressReader(names)
        self.folder = folder
        self.hint = hint
        self.vintage = vintage

    def answer(self, address: str) -> _Answer:
        """Answer one address: as it is written, then allowing a slip, then where marks may have been left out."""
        readings = self.reader.read(address)
        if not readings:
            return _Answer(None, "no_address")
        first = self._settled(matching.communes_named(readings, self.names, hint=self.hint))
        if first.match is not None or first.reason == "ambiguous":
            return first
        slipped = self._settled(matching.communes_named(readings, self.names, hint=self.hint, slips=True))
        if slipped.match is not None:
            return slipped
        district = self._settled(matching.districts_named(readings, self.names, hint=self.hint))
        if district.match is not None:
            return district
        peeled = self._undivided(address, readings)
        if peeled is not None:
            return peeled
        for other in (first, slipped, district):
            if other.candidates:
                return other
        return self._nothing(readings)

    def _undivided(self, address: str, readings: Sequence[Reading]) -> _Answer | None:
        if not any(len(each.part.loose) > 8 and not each.names_something for each in readings):
            return None
        again = self.reader.read_undivided(address)
        found = [
            replace(match, cost=match.cost + matching.COSTS["undivided"], causes=(*match.causes, "undivided"))
            for match in matching.communes_named(again, self.names, hint=self.hint)
            # Names run together say nothing unless a unit above agrees.
            if "nothing_above" not in match.causes
        ]
        answer = self._settled(found)
        return answer if answer.match is not None else None

    def _settled(self, matches: list[Match]) -> _Answer:
        """Take the best if it is good enough and no other place is nearly as good."""
        if not matches:
            return _Answer(None, "")
        if self.vintage is not None:
            matches = sorted(
                (
                    match
                    if self.names.units[match.position].vintage == self.vintage
                    else replace(match, cost=match.cost + _OTHER_VINTAGE)
                    for match in matches
                ),
                key=lambda match: (match.cost, match.position),
            )
        best = matches[0]
        near = [match for match in matches if match.cost < best.cost + _MARGIN]
        candidates = tuple(match.position for match in matches[:_MOST_CANDIDATES])
        others = [match for match in near if not self._same_place(best.position, match.position)]
        if others and self._in_new_form(best, others):
            best = replace(best, cost=best.cost + _MARGIN)
            near = [best]
        elif others:
            return _Answer(None, "ambiguous", candidates)
        if best.cost > _DEAREST:
            return _Answer(None, "doubtful", candidates)
        # Of one place in two lists, the newest one is meant where nothing speaks for the other.
        chosen = max(near, key=lambda match: (self._preferred(match), -match.cost, -match.position))
        return _Answer(chosen, "", candidates)

    def _in_new_form(self, best: Match, others: list[Match]) -> bool:
        """Tell whether an address has the full form in use since July 2025: kind words, and no district.

        An old commune of the name elsewhere in the province is then not what is meant, unless its list is preferred.
        """
        return (
            not set(best.causes) - {"no_diacritics", "slip"}
            and best.kind_stated
            and self.names.units[best.position].district < 0
            and self.vintage != units.OLD
            and all("no_district" in other.causes for other in others)
        )

    def _preferred(self, match: Match) -> tuple[bool, str]:
        vintage = self.names.units[match.position].vintage
        newest = "no_district" in match.causes or self.names.units[match.position].district < 0
        return vintage == self.vintage, vintage if newest else ""

    def _same_place(self, one: int, other: int) -> bool:
        if one == other:
            return True
        first, second = self.names.units[one], self.names.units[other]
        if first.vintage == second.vintage or first.level != "commune" or second.level != "commune":
            return False
        old, new = (first, second) if first.vintage < second.vintage else (second, first)
        return new.code in _successors(self.folder, old.vintage, new.vintage).get(old.code, ())

    def _nothing(self, readings: Sequence[Reading]) -> _Answer:
        named = sorted({e.position for r in readings for key in r.commune_keys for e in self.names.communes[key]})
        if named and any(r.part.kinds & COMMUNE_KINDS for r in readings if r.commune_keys):
            return _Answer(None, "conflict", tuple(named[:_MOST_CANDIDATES]))
        above = [r for r in readings if not r.street]
        if above and all(r.provinces for r in above):
            return _Answer(None, "province_only")
        return _Answer(None, "unknown_name")


@cache
def _successors(_folder: Path, old: str, new: str) -> dict[str, tuple[str, ...]]:
    share = crosswalk.shares(old, new)
    return {str(before): tuple(after) for before, after in share.groupby("from_code")["to_code"]}


@cache
def _places(folder: Path) -> list[tuple[float, float, float, str]]:
    """Return longitude, latitude, located_within_m and located_by of every unit of the lexicon."""
    names = lexicon(folder)
    at = {vintage: points.points(units.lineage(vintage).index, vintage).points for vintage in units.vintages()}
    own = {
        (vintage, code): (lon, lat, within)
        for vintage, frame in at.items()
        for code, lon, lat, within in frame[["unit_code", "lon", "lat", "located_within_m"]].itertuples(
            index=False, name=None
        )
    }
    members: dict[int, list[tuple[float, float, float]]] = {}
    for unit in names.units:
        if unit.level == "commune" and (unit.vintage, unit.code) in own:
            members.setdefault(unit.district, []).append(own[unit.vintage, unit.code])
    found: list[tuple[float, float, float, str]] = []
    for unit in names.units:
        point = own.get((unit.vintage, unit.code))
        if point is not None:
            found.append((*point, "commune"))
            continue
        # A district, or a commune without a point of its own: somewhere among the communes of the district.
        district = unit.district if unit.district >= 0 else min(unit.kin_districts, default=-1)
        found.append((*_middle(members.get(district, []) if district >= 0 else []), "district"))
    return found


def _middle(at: list[tuple[float, float, float]]) -> tuple[float, float, float]:
    """Return the mean of points and the farthest that any of them, with its radius, reaches from it."""
    if not at:
        return np.nan, np.nan, np.nan
    lon, lat, within = np.array(at).T
    middle = float(lon.mean()), float(lat.mean())
    return *middle, float(np.max(great_circle_m(*middle, lon, lat) + within))


def _hinted(province: str | None, vintage: str | None, names: Lexicon) -> frozenset[int]:
    """Read the province that a list is about: a code, or a name with or without its kind."""
    if province is None:
        return frozenset()
    if re.fullmatch(r"\d{2}", province):
        found = {
            position
            for position, unit in enumerate(names.units)
            if unit.level == "province" and unit.code == province and vintage in (None, unit.vintage)
        }
    else:
        part = wording.read_part(wording.compose_lower(province))
        found = {entry.position for entry in names.provinces.get(part.loose if part else "", ())}
    if not found:
        raise UnknownUnitError(f"no province is called or coded {province!r}")
    return frozenset(found)


def locate(
    addresses: pd.Series | Iterable[str | None],
    *,
    names: pd.Series | Iterable[str | None] | None = None,
    province: str | None = None,
    vintage: str | None = None,
) -> pd.DataFrame:
    """Find the commune (or, failing that, the old district) that each address names.

    The address may be written before or after the merger of 2025, in full or abbreviated, with or without
    diacritics, district and province. What it says must agree; where several places fit about equally well, or the
    best fits badly, none is chosen.

    Parameters
    ----------
    addresses
        Text; missing where there is none.
    names
        What stands at the address; searched where there is no address.
    province
        The province that the list is about, by name or by code: it settles what is otherwise equal, and is
        overruled by what the address says.
    vintage
        The list of units that is preferred where an address fits units of both.

    Returns
    -------
    DataFrame
        On the caller's index, with `COLUMNS`. Where an address is not located, ``unit_code`` is missing and
        ``reason`` is one of `REASONS`. ``candidates`` is a tuple of (unit_code, vintage, full name), the best
        first. ``confidence`` is how often an answer of this kind was right in the measurements of
        ``benchmarks/geocoding``; 0 where there is no answer.

    Raises
    ------
    UnknownUnitError
        If the province or the vintage is not known.
    """
    texts = addresses if isinstance(addresses, pd.Series) else pd.Series(list(addresses), dtype="object")
    if names is not None:
        spare = pd.Series(list(names), index=texts.index, dtype="object")
        texts = texts.astype("object").where(texts.notna() & (texts.astype("str").str.strip() != ""), spare)
    if vintage is not None and vintage not in units.vintages():
        raise UnknownUnitError(f"no list of units is known for the vintage {vintage!r}")
    folder = shipped.folder()
    known = lexicon(folder)
    locator = _Locator(known, folder, _hinted(province, vintage, known), vintage)
    # Each distinct text is answered once; lists repeat themselves.
    codes, distinct = pd.factorize(texts, use_na_sentinel=True)
    answers = [_row(locator.answer(str(text)), known, _places(folder)) for text in distinct]
    answers.append(_row(_Answer(None, "no_address"), known, _places(folder)))
    return _framed([answers[code] for code in codes], texts.index)


def _row(answer: _Answer, known: Lexicon, places: Sequence[tuple[float, float, float, str]]) -> tuple[object, ...]:
    candidates = tuple((known.units[n].code, known.units[n].vintage, known.full_names[n]) for n in answer.candidates)
    if answer.match is None:
        return (None, None, None, None, np.nan, np.nan, None, np.nan, 0.0, answer.reason, candidates)
    position = answer.match.position
    unit = known.units[position]
    lon, lat, within, by = places[position]
    if not np.isfinite(lon):
        return (None, None, None, None, np.nan, np.nan, None, np.nan, 0.0, "no_point", candidates)
    return (
        unit.code, unit.vintage, unit.name, known.units[unit.province].name, lon, lat, by, within,
        confidence_of(answer.match.cost), "", candidates,
    )  # fmt: skip


def _framed(rows: list[tuple[object, ...]], index: pd.Index) -> pd.DataFrame:
    text = {"unit_code", "vintage", "unit_name", "province_name", "located_by", "reason"}
    return pd.DataFrame(
        {
            name: pd.Series(
                [row[position] for row in rows],
                index=index,
                dtype="str" if name in text else "object" if name == "candidates" else "float64",
            )
            for position, name in enumerate(COLUMNS)
        },
        index=index,
    )
