"""What a map can show of each cell: minutes, gaps and people, as classes and as text.

A cell is a commune of the new list; where the plan speaks of old communes, a cell stands for all of those shown in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from mangluoi import gazetteer, shipped
from mangluoi.maps.bands import Band, count_bands, minutes_bands, position
from mangluoi.reports import words
from mangluoi.reports.words import Lang
from mangluoi.scenario import travel
from mangluoi.scenario.disclosure import Disclosed
from mangluoi.scenario.masking import NEVER_MASKED
from mangluoi.viettext import format_number

__all__ = ["Measure", "cell_names", "is_new", "main_service", "measures"]

Kind = Literal["minutes", "gap", "need", "people"]
Moment = Literal["now", "after"]


@dataclass(frozen=True)
class Measure:
    """One thing that cells can be coloured by.

    Parameters
    ----------
    kind
        {"minutes", "gap", "need", "people"}
    service, group
        What it is about; empty where that means nothing.
    moment
        {"now", "after"}: before or after the chosen actions.
    title
        Heading of its legend.
    bands
        Its classes.
    of_cell
        Class of each cell, as a position in `bands`.
    value
        Number of each cell, as far as it may be shown; NaN where there is none.
    text
        The same in words.
    """

    kind: Kind
    service: str
    group: str
    moment: Moment
    title: str
    bands: tuple[Band, ...]
    of_cell: tuple[int, ...]
    value: tuple[float, ...]
    text: tuple[str, ...]

    @property
    def key(self) -> str:
        """Name of what is shown, whatever the moment."""
        return "/".join(part for part in (self.kind, self.group, self.service) if part)

    def counts(self) -> list[int]:
        """Return how many cells each class holds."""
        found = Counter(self.of_cell)
        return [found[i] for i in range(len(self.bands))]


def cell_names(d: Disclosed) -> tuple[list[str], list[str]]:
    """Return the name of each cell's commune, and the communes of an older list that it stands for (or nothing)."""
    listed = _listed(shipped.folder())
    own = {str(code): str(name) for code, name in zip(d.units["unit_code"], d.units["name"], strict=True)}
    named = {**listed, **own} if is_new(d) else listed
    members = d.units.sort_values("unit_code").groupby("cell_code")["name"].agg(", ".join).to_dict()
    codes = d.cells["cell_code"].tolist()
    names = [str(named.get(code) or members.get(code, code)) for code in codes]
    return names, ["" if is_new(d) else str(members.get(code, "")) for code in codes]


@cache
def _listed(_folder: Path) -> Mapping[str, str]:
    """Return the names of the communes of today by code; asked for by every map of a report."""
    listed = gazetteer.units.units(gazetteer.units.NEW, level="commune")
    return {str(code): str(name) for code, name in zip(listed["unit_code"], listed["name"], strict=True)}


def is_new(d: Disclosed) -> bool:
    """Say whether the plan speaks of the new communes, those that cells are drawn for.

    The codes themselves cannot tell: many were used again for other communes in 2025.
    """
    return d.plan.vintage != gazetteer.units.OLD


def main_service(d: Disclosed) -> str | None:
    """Return the plan's first service of which travel times may be shown."""
    shown = set(d.minutes["service"])
    return next((rule.service for rule in d.plan.services if rule.service in shown), None)


def measures(d: Disclosed, lang: Lang) -> list[Measure]:
    """Return everything that cells can be coloured by: minutes by service, gaps and people by group."""
    moments: list[Moment] = ["now"] if d.actions.empty else ["now", "after"]
    home = d.units.set_index("unit_code")["cell_code"]
    codes = d.cells["cell_code"].tolist()
    furthest = max([*travel.BAND_EDGES, *(rule.max_minutes for rule in d.plan.services)])
    found = [
        _minutes(d.minutes[d.minutes["service"] == service], service, moment, home, codes, furthest, lang)
        for service in sorted(d.minutes["service"].unique())
        for moment in moments
    ]
    for (group, service), part in d.states.groupby(["group", "service"], sort=True):
        found.append(_need(part, str(group), str(service), home, codes, d.profile == "public", lang))
        if d.plan.supply.listed == "part":
            continue
        found.extend(_gaps(part, str(group), str(service), moments, home, codes, d.profile == "public", lang))
    for group, part in d.people.groupby("group", sort=True):
        found.append(_people(part, str(group), home, codes, d.profile == "public", lang))
    return found


def _minutes(
    part: pd.DataFrame, service: str, moment: Moment, home: pd.Series, codes: Sequence[str], furthest: float, lang: Lang
) -> Measure:
    column = "minutes" if moment == "now" else "minutes_after"
    bands = minutes_bands(furthest, lang)
    roles = [band.role for band in bands]
    by_cell = part.assign(cell=part["unit_code"].map(home)).groupby("cell")[column]
    # The farthest commune speaks for its cell, and one without a way is the farthest of all.
    slowest = by_cell.agg(lambda each: float(each.max(skipna=False))).to_dict()
    of_cell, values, texts = [], [], []
    for code in codes:
        value = slowest.get(code, np.nan)
        if code not in slowest:
            at = roles.index("no_data")
        elif np.isnan(value):
            at = roles.index("unreachable")
        else:
            at = position(bands, value)
        of_cell.append(at)
        values.append(value)
        texts.append(bands[at].label if np.isnan(value) else words.say("map.minutes", lang, minutes=round(value)))
    title = words.say("map.title.minutes", lang, service=words.name("service", service, lang))
    return Measure("minutes", service, "", moment, title, bands, tuple(of_cell), tuple(values), tuple(texts))


@dataclass(frozen=True)
class _Counted:
    """Counts by cell: what may be shown, how many parts are masked, and whether anything is known."""

    shown: list[float]
    masked: list[int]
    known: list[bool]


def _count(part: pd.DataFrame, values: pd.Series, home: pd.Series, codes: Sequence[str]) -> _Counted:
    frame = pd.DataFrame(
        {"cell": part["unit_code"].map(home), "value": values.astype("Float64"), "masked": part["masked"].astype(bool)}
    )
    frame["known"] = frame["value"].notna()
    # One part that is not known, rather than masked, leaves the whole unknown.
    frame["unknown"] = ~frame["known"] & ~frame["masked"]
    by_cell = frame.groupby("cell").agg({"value": "sum", "masked": "sum", "unknown": "any"})
    by_cell = by_cell.reindex(list(codes))
    known = by_cell["masked"].notna() & ~by_cell["unknown"].astype("boolean").fillna(True).astype(bool)
    return _Counted(
        by_cell["value"].astype("Float64").fillna(0).astype(float).tolist(),
        by_cell["masked"].fillna(0).astype(int).tolist(),
        known.tolist(),
    )


def _classed(
    counted: _Counted, bands: tuple[Band, ...], lang: Lang
) -> tuple[tuple[int, ...], tuple[float, ...], tuple[str, ...]]:
    """Give each cell its class; one that is masked in part stands in the class of what may be shown of it."""
    roles = [band.role for band in bands]
    of_cell, values, texts = [], [], []
    for shown, masked, known in zip(counted.shown, counted.masked, counted.known, strict=True):
        if not known:
            at, value, text = roles.index("no_data"), np.nan, bands[roles.index("no_data")].label
        elif masked and shown == 0:
            at, value, text = roles.index("masked"), np.nan, bands[roles.index("masked")].label
        else:
            at, value = position(bands, shown), shown
            text = words.say(
                "map.people_at_least" if masked else "map.people", lang, people=format_number(shown, lang=lang)
            )
        of_cell.append(at)
        values.append(value)
        texts.append(text)
    return tuple(of_cell), tuple(values), tuple(texts)


def _gaps(
    part: pd.DataFrame, group: str, service: str, moments: Sequence[Moment], home: pd.Series, codes: Sequence[str],
    masks: bool, lang: Lang,
) -> list[Measure]:  # fmt: skip
    ends = {"now": "", "after": "_after"}
    counted = {m: _count(part, part[f"full{ends[m]}"] + part[f"out_of_reach{ends[m]}"], home, codes) for m in moments}
    # One set of classes for before and after, so that the two can be compared.
    bands = count_bands(
        "gap", [v for each in counted.values() for v in each.shown], lang, masks=masks and group != NEVER_MASKED
    )
    title = words.say(
        "map.title.gap", lang, group=words.name("group", group, lang), service=words.name("service", service, lang)
    )
    found = []
    for m in moments:
        of_cell, values, texts = _classed(counted[m], bands, lang)
        full = _count(part, part[f"full{ends[m]}"], home, codes)
        out = _count(part, part[f"out_of_reach{ends[m]}"], home, codes)
        # Why people are not served: one is mended by places, the other by a new site.
        told = tuple(
            words.say("map.gap", lang, people=text, full=round(f), out=round(o)) if value > 0 else text
            for text, value, f, o in zip(texts, values, full.shown, out.shown, strict=True)
        )
        found.append(Measure("gap", service, group, m, title, bands, of_cell, values, told))
    return found


def _need(
    part: pd.DataFrame, group: str, service: str, home: pd.Series, codes: Sequence[str], masks: bool, lang: Lang
) -> Measure:
    counted = _count(part, part["need"], home, codes)
    bands = count_bands("need", counted.shown, lang, masks=masks and group != NEVER_MASKED)
    title = words.say(
        "map.title.need", lang, group=words.name("group", group, lang), service=words.name("service", service, lang)
    )
    return Measure("need", service, group, "now", title, bands, *_classed(counted, bands, lang))


def _people(part: pd.DataFrame, group: str, home: pd.Series, codes: Sequence[str], masks: bool, lang: Lang) -> Measure:
    counted = _count(part, part["people"], home, codes)
    bands = count_bands("people", counted.shown, lang, masks=masks and group != NEVER_MASKED)
    key = "map.title.people_estimated" if part["estimated"].any() else "map.title.people"
    title = words.say(key, lang, group=words.name("group", group, lang))
    return Measure("people", "", group, "now", title, bands, *_classed(counted, bands, lang))
