"""Finding the administrative unit that an address names; without a clear answer, none is given."""

from __future__ import annotations

import dataclasses
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from mangluoi import shipped
from mangluoi.errors import UnknownUnitError
from mangluoi.gazetteer import crosswalk, points, units
from mangluoi.projection import great_circle_m
from mangluoi.viettext import name_key

__all__ = ["COLUMNS", "locate"]

#: The columns that `locate` returns.
COLUMNS = (
    "unit_code", "vintage", "unit_name", "province_name", "lon", "lat", "located_by", "located_within_m",
    "confidence", "reason", "candidates",
)  # fmt: skip

_KINDS = {
    "xã": {"xã"}, "x": {"xã"}, "phường": {"phường"}, "p": {"phường"}, "f": {"phường"},
    "thị trấn": {"thị trấn"}, "tt": {"thị trấn"}, "đặc khu": {"đặc khu"},
    "huyện": {"huyện"}, "h": {"huyện"}, "quận": {"quận"}, "q": {"quận"}, "thị xã": {"thị xã"}, "tx": {"thị xã"},
    "thành phố": {"thành phố"}, "tp": {"thành phố"}, "tỉnh": {"tỉnh"}, "t": {"tỉnh"},
}  # fmt: skip
_COMMUNE_KINDS = {"xã", "phường", "thị trấn", "đặc khu"}
_ABBREVIATED = {"x", "p", "f", "tt", "h", "q", "tx", "tp", "t"}
_WORDS = "|".join(sorted(_KINDS.keys() - _ABBREVIATED, key=len, reverse=True))
# An abbreviation needs its dot (X. Hưng Lộc) unless it is one of two letters (TP Vinh) or a number follows (P1, Q.7).
_PREFIX = re.compile(rf"(?:(?P<word>{_WORDS})\s+|(?P<short>tp|tx|tt)[.\s]\s*|(?P<letter>[xpfhqt])(?:\.\s*|(?=\d)))")
_SEPARATOR = re.compile(r"[,;]|\s[-–—]\s")


@dataclass(frozen=True)
class _Unit:
    """A unit as the geocoder sees it; `district` and `province` are keys of the units above it."""

    code: str
    vintage: str
    level: str
    kind: str
    key: str
    district: str | None
    province: str


@dataclass(frozen=True)
class _Part:
    """One part of an address: the kind that its first word states, if any, and the rest as a key."""

    kinds: frozenset[str]
    key: str


def _bare(text: str) -> _Part:
    """Split off the word that says what kind of unit a name is."""
    key = re.sub(r"\s*\.\s*$", "", name_key(text))
    found = _PREFIX.match(key)
    if found is None or not key[found.end() :].strip():
        return _Part(frozenset(), _number(key))
    word = found["word"] or found["short"] or found["letter"]
    return _Part(frozenset(_KINDS[word]), _number(key[found.end() :].strip()))


def _number(key: str) -> str:
    """Bring Phường 01 and Phường 1 together."""
    return str(int(key)) if key.isdecimal() else key


def _aliases() -> list[tuple[str, str, str]]:
    """Return the names that a unit had, or is called by, beside its official one."""
    listed = shipped.frame("boundaries/aliases.csv")
    return list(zip(listed["unit_code"], listed["vintage"], listed["alias"], strict=True))


@cache
def _index(_folder: Path) -> dict[str, tuple[_Unit, ...]]:
    """Return the units of every vintage that has points, by the key of their name without its kind."""
    found: dict[str, list[_Unit]] = defaultdict(list)
    for vintage in units.vintages():
        listed = units.units(vintage)
        keys = {row.unit_code: _bare(str(row.name)).key for row in listed.itertuples(index=False)}
        parents = dict(zip(listed["unit_code"], listed["parent_code"], strict=True))
        for code, level, kind in zip(listed["unit_code"], listed["level"], listed["kind"], strict=True):
            above = parents[code]
            district = above if level == "commune" and len(above) == 3 else None
            province = code if level == "province" else (parents[district] if district else above)
            found[keys[code]].append(_Unit(code, vintage, level, name_key(kind), keys[code], district, province))
    for code, vintage, alias in _aliases():
        unit = next(u for each in found.values() for u in each if (u.code, u.vintage) == (code, vintage))
        known_as = _bare(alias)
        (kind,) = known_as.kinds or {unit.kind}
        found[known_as.key].append(dataclasses.replace(unit, kind=kind, key=known_as.key))
    return {key: tuple(each) for key, each in found.items()}


def _matches(part: _Part, folder: Path) -> list[_Unit]:
    return [
        unit
        for unit in _index(folder).get(part.key, ())
        # A number alone names no unit: it is a house number unless a word says otherwise.
        if (unit.kind in part.kinds if part.kinds else not part.key.isdecimal())
    ]


@dataclass(frozen=True)
class _Found:
    """What an address turned out to name: units equally fitting, or a reason why there is none."""

    units: tuple[_Unit, ...]
    reason: str
    # How many of commune, district and province the address states.
    stated: int = 0


def _search(text: str, province: str | None, preferred: str | None, folder: Path) -> _Found:
    parts = [_bare(part) for part in _SEPARATOR.split(text) if part.strip()]
    if not parts:
        return _Found((), "no_address")
    named = [_matches(part, folder) for part in parts]
    found: dict[_Unit, int] = {}
    for position, candidates in enumerate(named):
        for unit in candidates:
            score = _support(unit, position, parts, named, province)
            if score is not None:
                found[unit] = max(score, found.get(unit, 0))
    for level in ("commune", "district"):
        chosen = {unit: score for unit, score in found.items() if unit.level == level}
        if level == "commune" and not chosen and any(part.kinds & _COMMUNE_KINDS for part in parts):
            # The address names a commune: if it is not known, its district would be a guess at something else.
            refused = {unit for each in named for unit in each if unit.level == "commune"}
            return _Found(_ordered(refused), "conflict" if refused else "unknown_name")
        if chosen:
            best = max(chosen.values())
            return _settled([unit for unit, score in chosen.items() if score == best], best, preferred)
    return _Found((), "province_only" if found else "unknown_name")


def _support(
    unit: _Unit, position: int, parts: list[_Part], named: list[list[_Unit]], province: str | None
) -> int | None:
    """Count what else in the address agrees with a unit; None if anything contradicts it."""
    score = 1 + 2 * bool(parts[position].kinds)
    agreed: set[str] = set()
    contradicted: set[str] = set()
    for other, candidates in enumerate(named):
        if other == position:
            continue
        same_list = [each for each in candidates if each.vintage == unit.vintage]
        if any(each.level == "province" and each.code == unit.province for each in same_list):
            agreed.add("province")
        elif any(each.level == "province" for each in same_list) and other == len(named) - 1:
            contradicted.add("province")
        if unit.level == "commune":
            if any(each.level == "district" and each.code == unit.district for each in same_list):
                agreed.add("district")
            elif parts[other].kinds & {"huyện", "quận", "thị xã"}:
                contradicted.add("district")
    if contradicted - agreed:
        return None
    if province is not None and unit.province == province:
        score += 1
    return score + 4 * len(agreed)


def _settled(chosen: list[_Unit], score: int, preferred: str | None) -> _Found:
    """Choose among units that fit equally: the same place in two lists is one place."""
    stated = 1 + score // 4
    if preferred is not None and any(unit.vintage == preferred for unit in chosen):
        chosen = [unit for unit in chosen if unit.vintage == preferred]
    elif any(unit.vintage == units.NEW for unit in chosen):
        new = {unit.code for unit in chosen if unit.vintage == units.NEW}
        chosen = [
            unit
            for unit in chosen
            if unit.vintage == units.NEW
            or unit.level != "commune"
            or not new.intersection(crosswalk.restate_area([unit.code], unit.vintage, units.NEW))
        ]
    ordered = _ordered(chosen)
    return _Found(ordered, "" if len(ordered) == 1 else "ambiguous", stated)


def _ordered(chosen: Iterable[_Unit]) -> tuple[_Unit, ...]:
    return tuple(sorted(chosen, key=lambda unit: (unit.vintage, unit.code)))


@cache
def _place(unit: _Unit, _folder: Path) -> tuple[float, float, float, str]:
    """Return longitude, latitude, located_within_m and located_by of a unit."""
    belongs = units.lineage(unit.vintage)
    codes = [unit.code]
    if unit.code not in belongs.index:
        codes = belongs.index[belongs["district_code"] == unit.code].tolist()
    at = points.points(codes, unit.vintage).points
    if at.empty:
        return np.nan, np.nan, np.nan, "commune" if unit.level == "commune" else "district"
    if unit.level == "commune":
        row = at.iloc[0]
        return float(row["lon"]), float(row["lat"]), float(row["located_within_m"]), "commune"
    lon, lat = float(at["lon"].mean()), float(at["lat"].mean())
    reach = great_circle_m(lon, lat, at["lon"], at["lat"]) + at["located_within_m"].to_numpy()
    return lon, lat, float(np.max(reach)), "district"


def _province_code(province: str | None, vintage: str | None) -> str | None:
    """Read the province hint: a code, or a name with or without its kind."""
    if province is None:
        return None
    if re.fullmatch(r"\d{2}", province):
        return province
    found = {
        unit.code
        for unit in _index(shipped.folder()).get(_bare(province).key, ())
        if unit.level == "province" and vintage in (None, unit.vintage)
    }
    if not found:
        raise UnknownUnitError(f"no province is called {province!r}")
    return min(found) if len(found) == 1 else None


def locate(
    addresses: pd.Series | Iterable[str],
    *,
    names: pd.Series | Iterable[str] | None = None,
    province: str | None = None,
    vintage: str | None = None,
) -> pd.DataFrame:
    """Find the commune (or, failing that, the old district) that each address names.

    The address may be written before or after the merger of 2025. What it says of district and province must agree;
    where several units fit equally well, none is chosen.

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
        ``reason`` says why: no_address, unknown_name, province_only, ambiguous, conflict, no_point.
        ``candidates`` is a tuple of (unit_code, vintage, full name).

    Raises
    ------
    UnknownUnitError
        If the province or the vintage is not known.
    """
    texts = addresses if isinstance(addresses, pd.Series) else pd.Series(list(addresses), dtype="str")
    if names is not None:
        spare = pd.Series(list(names), index=texts.index, dtype="str")
        texts = texts.where(texts.notna() & (texts.astype("str").str.strip() != ""), spare)
    if vintage is not None:
        units.lineage(vintage)
    hint, folder = _province_code(province, vintage), shipped.folder()
    answers: dict[str, tuple[object, ...]] = {}
    rows: list[tuple[object, ...]] = []
    for text in texts.tolist():
        key = "" if pd.isna(text) else str(text)
        if key not in answers:
            answers[key] = _answer(_search(key, hint, vintage, folder), folder)
        rows.append(answers[key])
    return _framed(rows, texts.index)


def _answer(found: _Found, folder: Path) -> tuple[object, ...]:
    candidates = tuple((unit.code, unit.vintage, units.full_name(unit.code, unit.vintage)) for unit in found.units[:10])
    if found.reason:
        return (None, None, None, None, np.nan, np.nan, None, np.nan, 0.0, found.reason, candidates)
    unit = found.units[0]
    lon, lat, within, by = _place(unit, folder)
    if not np.isfinite(lon):
        return (None, None, None, None, np.nan, np.nan, None, np.nan, 0.0, "no_point", candidates)
    name = units.full_name(unit.code, unit.vintage)
    confidence = min(1.0, 0.7 + 0.1 * found.stated)
    return (
        unit.code, unit.vintage, name.split(", ")[0], name.split(", ")[-1], lon, lat, by, within, confidence, "",
        candidates,
    )  # fmt: skip


def _framed(rows: list[tuple[object, ...]], index: pd.Index) -> pd.DataFrame:
    columns = {name: [row[position] for row in rows] for position, name in enumerate(COLUMNS)}
    text = {"unit_code", "vintage", "unit_name", "province_name", "located_by", "reason"}
    return pd.DataFrame(
        {
            name: pd.Series(
                values,
                index=index,
                dtype="str" if name in text else object if name == "candidates" else "float64",
            )
            for name, values in columns.items()
        },
        index=index,
    )
