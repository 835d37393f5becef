"""Sites and chosen actions as a map shows them: numbered, with what is known of each."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from mangluoi.reports import words
from mangluoi.reports.words import Lang
from mangluoi.reports.words.motives import motives
from mangluoi.scenario.disclosure import Disclosed
from mangluoi.viettext import format_number

__all__ = [
    "DARK_COLOURS",
    "FULL",
    "TYPE_COLOURS",
    "ActionMark",
    "Filling",
    "SiteMark",
    "action_marks",
    "placed_together",
    "site_marks",
    "written_date",
]

#: Colours that colour-blind readers can tell apart (Okabe and Ito 2008), in the order of the types of the plan's sites.
TYPE_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000", "#f0e442")
#: From this share of its capacity on a service counts as full; beyond all of it, as overloaded.
FULL = 0.9
Filling = Literal["unknown", "free", "full", "over"]
#: Those of them on which text is white.
DARK_COLOURS = ("#0072b2", "#000000")

_DATE = re.compile(r"\d{4}(-\d{2}){0,2}")
# A given position that is better than this is not called approximate.
_AS_GIVEN_M = 100.0


@dataclass(frozen=True)
class SiteMark:
    """A site: where it is drawn, how large, and what its popup says.

    Parameters
    ----------
    number
        The number beside the symbol, from 1.
    places
        Usable places of all its services; None: not known.
    filling
        {"unknown", "free", "full", "over"}: how full its fullest service is; see `FULL`.
    lon, lat
        None: it has no place on the map.
    within_m
        Radius within which the true place lies; None: not known.
    lines
        Label and text, line by line.
    """

    number: int
    site_id: str
    name: str
    type: str
    type_name: str
    colour: str
    places: float | None
    filling: Filling
    lon: float | None
    lat: float | None
    within_m: float | None
    places_text: str
    located_by: str
    lines: tuple[tuple[str, str], ...]

    @property
    def light(self) -> bool:
        """Whether black text can be read on its colour, and white text cannot."""
        return self.colour not in DARK_COLOURS


@dataclass(frozen=True)
class ActionMark:
    """A chosen action: where, what, and why.

    Parameters
    ----------
    letter
        The letter beside the symbol.
    kind
        {"build", "expand", "reprofile", "upgrade", "merge", "close"}
    reason
        Places added, cost and people served more, as one sentence.
    motives
        What is lost without it, what would stand in for it, and what holds it back.
    site
        Number of the site that is expanded; None: a new one.
    """

    letter: str
    kind: str
    title: str
    reason: str
    motives: tuple[str, ...]
    lon: float | None
    lat: float | None
    site: int | None


def written_date(text: str, lang: Lang) -> str:
    """Write a date, which may lack its day or month, as the language does."""
    return "/".join(reversed(text.split("-"))) if lang == "vi" and _DATE.fullmatch(text) else text


def _present(value: Any) -> bool:
    return not pd.isna(value) and value != ""


def _number(value: Any) -> float | None:
    return float(value) if _present(value) else None


def _places(rows: pd.DataFrame) -> float | None:
    """Sum the places that are known; none known is not zero."""
    known = rows[(rows["basis"] != "unknown") & rows["usable"].notna()]
    return None if known.empty else float(known["usable"].sum())


def _filling(rows: pd.DataFrame) -> Filling:
    """Say how full the fullest service is whose residents and capacity are both known."""
    occupancy = pd.to_numeric(rows["occupancy"]).max()
    if pd.isna(occupancy):
        return "unknown"
    return "over" if occupancy > 1 else "full" if occupancy >= FULL else "free"


def _places_text(rows: pd.DataFrame, lang: Lang) -> str:
    """Write the places; where residents stand in for a capacity, they are a floor and said to be one."""
    places = _places(rows)
    if places is None:
        return words.say("map.site.places_unknown", lang)
    floor = bool((rows["basis"] != "declared").any())
    key = "map.site.places_floor" if floor else "map.site.places"
    return words.say(key, lang, places=format_number(places, lang=lang))


def site_marks(d: Disclosed, lang: Lang) -> list[SiteMark]:
    """Return the sites in the order of their ids."""
    types = sorted(d.sites["type"].unique())
    colour = {t: TYPE_COLOURS[i % len(TYPE_COLOURS)] for i, t in enumerate(types)}
    capacity = dict(list(d.capacity.sort_values("service").groupby("site_id")))
    marks = []
    for number, row in enumerate(d.sites.sort_values("site_id").to_dict("records"), start=1):
        rows = capacity.get(row["site_id"], d.capacity.iloc[:0])
        marks.append(
            SiteMark(
                number=number,
                site_id=row["site_id"],
                name=row["name"],
                type=row["type"],
                type_name=words.name("type", row["type"], lang),
                colour=colour[row["type"]],
                places=_places(rows),
                filling=_filling(rows),
                lon=_number(row["lon"]),
                lat=_number(row["lat"]),
                within_m=_number(row["located_within_m"]),
                places_text=_places_text(rows, lang),
                located_by=str(row["located_by"]) if _present(row["located_by"]) else "",
                lines=tuple(_site_lines(row, rows, lang)),
            )
        )
    return marks


def _site_lines(row: Mapping[Hashable, Any], capacity: pd.DataFrame, lang: Lang) -> list[tuple[str, str]]:
    def label(key: str) -> str:
        return words.say(f"map.site.{key}", lang)

    lines = [
        (label("type"), words.name("type", str(row["type"]), lang)),
        (label("ownership"), words.say(f"map.site.{row['ownership']}", lang)),
    ]
    if _present(row["address"]):
        lines.append((label("address"), str(row["address"])))
    if _present(row["unit_name"]):
        lines.append((label("unit"), str(row["unit_name"])))
    if _present(row["located_by"]):
        lines.append((label("position"), _position_text(row, lang)))
    for each in capacity.to_dict("records"):
        lines.append((words.name("service", str(each["service"]), lang), _capacity_text(each, lang)))
    if capacity.empty:
        lines.append((label("capacity"), words.say("map.unknown", lang)))
    return lines


def _position_text(row: Mapping[Hashable, Any], lang: Lang) -> str:
    within_m = _number(row["located_within_m"])
    if within_m is None or (row["located_by"] == "given" and within_m < _AS_GIVEN_M):
        return words.say("map.site.given", lang)
    key = "assumed" if row["located_by"] == "assumed" else "within"
    return words.say(f"map.site.{key}", lang, km=format_number(within_m / 1000, 1, lang=lang))


def _capacity_text(row: Mapping[Hashable, Any], lang: Lang) -> str:
    hedge = str(row["hedge"]) if _present(row["hedge"]) and row["hedge"] != "=" else ""
    capacity, residents, occupancy = (_number(row[c]) for c in ("capacity", "residents", "occupancy"))
    parts = [
        words.say("map.site.capacity_unknown", lang)
        if capacity is None
        else words.say("map.site.capacity_is", lang, capacity=format_number(capacity, lang=lang))
    ]
    if residents is not None:
        shown = f"{hedge} {format_number(residents, lang=lang)}".strip()
        parts.append(words.say("map.site.residents", lang, residents=shown))
    if occupancy is not None:
        parts.append(words.say("map.site.occupancy", lang, percent=format_number(occupancy * 100, lang=lang)))
    if _present(row["as_of"]):
        parts.append(words.say("map.site.as_of", lang, date=written_date(str(row["as_of"]), lang)))
    return "; ".join(parts)


def action_marks(d: Disclosed, lang: Lang) -> list[ActionMark]:
    """Return the chosen actions in the order of their ids."""
    numbers = {site: number for number, site in enumerate(sorted(d.sites["site_id"]), start=1)}
    marks = []
    rows = d.actions.sort_values("action_id")
    for i, (row, told) in enumerate(zip(rows.to_dict("records"), rows.itertuples(index=False), strict=True)):
        title = words.say(f"map.action.{row['kind']}", lang, name=str(row["name"]))
        reason = words.say(
            "map.action.reason" if row["added"] > 0 else "map.action.reason_without_places",
            lang,
            added=format_number(float(row["added"]), lang=lang),
            service=words.name("service", row["service"], lang),
            cost=format_number(float(row["cost_vnd"]) / 1e9, 1, lang=lang),
            served=format_number(float(row["served_more"]), lang=lang) if _present(row["served_more"]) else "1–10",
        )
        marks.append(
            ActionMark(
                letter=_letter(i),
                kind=str(row["kind"]),
                title=title,
                reason=reason,
                motives=tuple(motives(d, told, lang)),
                lon=_number(row["lon"]),
                lat=_number(row["lat"]),
                site=numbers.get(row["site_id"]),
            )
        )
    return marks


def _letter(i: int) -> str:
    """Count A to Z, then AA, AB and so on."""
    return (_letter(i // 26 - 1) if i >= 26 else "") + chr(ord("A") + i % 26)


def placed_together(marks: list[SiteMark]) -> dict[int, tuple[int, int]]:
    """Return, for each located site's number, its turn among the sites at the same place and how many there are.

    Sites known by their commune only stand at one point; a map fans them out around it.
    """
    at: dict[tuple[float, float], list[int]] = {}
    for mark in marks:
        if mark.lon is not None and mark.lat is not None:
            at.setdefault((round(mark.lon, 4), round(mark.lat, 4)), []).append(mark.number)
    return {number: (turn, len(group)) for group in at.values() for turn, number in enumerate(group)}
