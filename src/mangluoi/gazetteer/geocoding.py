"""Finding the administrative unit that an address names; without a clear answer, none is given."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from rich.console import Console
from rich.progress import track

from mangluoi import shipped
from mangluoi.checking import nearest
from mangluoi.errors import Complaint, InputError, UnknownUnitError
from mangluoi.gazetteer import points, units, wording
from mangluoi.gazetteer.answering import REASONS, Answer, Answerer
from mangluoi.gazetteer.confidence import confidence_of
from mangluoi.gazetteer.explaining import explained
from mangluoi.gazetteer.lexicon import Lexicon, lexicon
from mangluoi.projection import great_circle_m

__all__ = ["COLUMNS", "REASONS", "locate", "located"]

#: The columns that `locate` returns.
COLUMNS = (
    "unit_code", "vintage", "unit_name", "province_name", "lon", "lat", "located_by", "located_within_m",
    "confidence", "reason", "candidates", "why",
)  # fmt: skip

# What stands in front of the reason where there is no place.
_NOWHERE = (None, None, None, None, np.nan, np.nan, None, np.nan, 0.0)
# A list tells its form where so many of its addresses have one form beyond doubt, and nearly all the same.
_LEAST_TELLING, _LEAST_AGREEING = 10, 0.98


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
        listed = sorted({unit.name for unit in names.units if unit.level == "province"})
        raise UnknownUnitError(reason="province_unknown", value=province, nearest=nearest(province, listed) or "–")
    return frozenset(found)


def locate(
    addresses: pd.Series | Iterable[str | None],
    *,
    names: pd.Series | Iterable[str | None] | None = None,
    province: str | None = None,
    vintage: str | None = None,
    progress: bool = False,
) -> pd.DataFrame:
    """Find the commune (or, failing that, the old district) that each address names.

    The address may be written before or after the merger of 2025, in full or abbreviated, with or without
    diacritics, district and province. What it says must agree; where several places fit about equally well, or the
    best fits badly, none is chosen.

    Parameters
    ----------
    addresses
        Text; missing where there is none. One text alone is a list of one.
    names
        What stands at the address; searched where there is no address.
    province
        The province that the list is about, by name or by code: it settles what is otherwise equal, and is
        overruled by what the address says.
    vintage
        The list of units that is preferred where an address fits units of both. Without it, what an address leaves
        open ("Xã A, Tỉnh B", without a district, may be of either list) is settled by the form in which the whole
        list is written, where at least 10 of its addresses tell and 98 % of them agree; else it stays ambiguous.
    progress
        Whether to show a bar on the standard error while a long column is read.

    Returns
    -------
    DataFrame
        On the caller's index, with `COLUMNS`. Where an address is not located, ``unit_code`` is missing and
        ``reason`` is one of `REASONS`. ``candidates`` is a tuple of (unit_code, vintage, full name), the best
        first. ``confidence`` is how often an answer of this kind was right in the measurements of
        ``benchmarks/geocoding``; 0 where there is no answer. ``why`` says in Vietnamese why there is no place, or
        what in the address does not fit the place.

    Raises
    ------
    UnknownUnitError
        If the province or the vintage is not known.
    InputError
        If a whole table is given for the addresses.
    """
    if isinstance(addresses, str):
        addresses = [addresses]
    if isinstance(addresses, pd.DataFrame):
        wrong = {"expected": "a column: name the one that holds the addresses"}
        raise InputError([Complaint("wrong_type", column="addresses", value="DataFrame", details=wrong)])
    texts = addresses if isinstance(addresses, pd.Series) else pd.Series(list(addresses), dtype="object")
    if names is not None:
        spare = pd.Series(list(names), index=texts.index, dtype="object")
        texts = texts.astype("object").where(texts.notna() & (texts.astype("str").str.strip() != ""), spare)
    if vintage is not None and vintage not in units.vintages():
        raise UnknownUnitError(reason="vintage_unknown", value=vintage, known=", ".join(units.vintages()))
    return located(texts, lexicon(shipped.folder()), province=province, vintage=vintage, progress=progress)


def located(
    texts: pd.Series,
    known: Lexicon,
    *,
    province: str | None = None,
    vintage: str | None = None,
    progress: bool = False,
) -> pd.DataFrame:
    """Do what `locate` does, with the names of a lexicon."""
    folder = shipped.folder()
    answerer = Answerer(known, folder, _hinted(province, vintage, known), vintage)
    # Each distinct text is answered once; lists repeat themselves.
    codes, distinct = pd.factorize(texts, use_na_sentinel=True)
    answers = [answerer.answer(str(text)) for text in _watched(list(distinct), progress)]
    form = _form_of(answers)
    places = _places(folder)
    rows = [_row(answer.in_form(form), known, places) for answer in answers]
    rows.append(_row(Answer(None, "no_address"), known, places))
    return _framed([rows[code] for code in codes], texts.index)


def _watched(distinct: Sequence[object], progress: bool) -> Iterable[object]:
    """Show how far the reading has come, if that is wanted."""
    if not progress:
        return distinct
    return track(distinct, description="locate", console=Console(stderr=True), transient=True)


def _form_of(answers: Sequence[Answer]) -> str:
    """Return the list of units in whose form a list is written, if its addresses tell; a list has one form."""
    telling = Counter(answer.form for answer in answers if answer.form)
    if telling.total() < _LEAST_TELLING:
        return ""
    form, count = max(sorted(telling.items()), key=lambda each: each[1])
    return form if count >= _LEAST_AGREEING * telling.total() else ""


def _row(answer: Answer, known: Lexicon, places: Sequence[tuple[float, float, float, str]]) -> tuple[object, ...]:
    candidates = tuple((known.units[n].code, known.units[n].vintage, known.full_names[n]) for n in answer.candidates)
    if answer.match is None:
        return *_NOWHERE, answer.reason, candidates, explained(answer.reason)
    position = answer.match.position
    unit = known.units[position]
    lon, lat, within, by = places[position]
    if not np.isfinite(lon):
        return *_NOWHERE, "no_point", candidates, explained("no_point")
    return (
        unit.code, unit.vintage, unit.name, known.units[unit.province].name, lon, lat, by, within,
        confidence_of(answer.match.causes), "", candidates, explained("", answer.match.causes),
    )  # fmt: skip


def _framed(rows: list[tuple[object, ...]], index: pd.Index) -> pd.DataFrame:
    text = {"unit_code", "vintage", "unit_name", "province_name", "located_by", "reason", "why"}
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
