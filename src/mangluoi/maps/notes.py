"""What every map says about itself: its source, what in it is estimated, and what it does not show."""

from __future__ import annotations

from collections.abc import Collection
from importlib.metadata import version
from typing import Literal

import pyproj

from mangluoi import shipped
from mangluoi.maps.markers import SiteMark, written_date
from mangluoi.maps.measures import is_new
from mangluoi.projection import metres_crs
from mangluoi.reports import words
from mangluoi.reports.words import Lang
from mangluoi.scenario.disclosure import Disclosed

__all__ = ["crs_of", "notes", "province", "source_line", "subtitle", "title", "unplaced"]


def province(d: Disclosed, lang: Lang) -> str:
    """Return the name of the province as it stands within a sentence."""
    for kind, key in (("Tỉnh ", "map.province"), ("Thành phố ", "map.city")):
        if d.province_name.startswith(kind):
            return words.say(key, lang, name=d.province_name.removeprefix(kind))
    return d.province_name


def title(d: Disclosed, lang: Lang) -> str:
    """Return the heading of the atlas."""
    return words.say("map.heading", lang, province=province(d, lang))


def subtitle(d: Disclosed, lang: Lang) -> str:
    """Return the line below the heading: which units, and of when."""
    vintages = shipped.frame("boundaries/vintages.csv").set_index("vintage")[f"name_{lang}"]
    date = written_date(d.plan.as_of, lang)
    return words.say("map.subtitle", lang, date=date, units=vintages.get(d.plan.vintage, d.plan.vintage))


def crs_of(d: Disclosed) -> str:
    """Return the projected reference system in which the province is measured and printed."""
    west, _, east, _ = d.cells.total_bounds
    return metres_crs([(west + east) / 2])


def source_line(d: Disclosed, lang: Lang, *, projected: bool) -> str:
    """Return source, date, reference system and version.

    Parameters
    ----------
    projected
        Whether the map is drawn in metres, as print maps are, or in the projection of web maps.
    """
    crs = pyproj.CRS(crs_of(d) if projected else "EPSG:3857")
    return words.say(
        "map.source",
        lang,
        source=d.plan.source,
        date=written_date(d.plan.as_of, lang),
        crs=f"{crs.name} (EPSG:{crs.to_epsg()})",
        version=version("mangluoi"),
    )


def unplaced(sites: list[SiteMark]) -> list[SiteMark]:
    """Return the sites that have no place on the map."""
    return [site for site in sites if site.lon is None or site.lat is None]


def notes(
    d: Disclosed,
    sites: list[SiteMark],
    lang: Lang,
    *,
    of: Literal["all", "sites", "minutes", "gap", "need", "people", "actions"] = "all",
    services: Collection[str] | None = None,
    masks: bool = True,
) -> list[str]:
    """Return what a reader of the map must know, one sentence each.

    Parameters
    ----------
    of
        What the map is about: notes that say nothing about it are left out.
    services
        The services that it is about; None: all.
    masks
        Whether small counts on it are withheld.
    """
    found = []
    if bool(d.cells["approximate"].any()):
        found.append(words.say("map.note.approximate", lang))
    counts = of in ("all", "gap", "need", "people")
    times = of in ("all", "minutes", "gap", "actions") and d.plan.supply.listed == "all"
    if not is_new(d) and of not in ("sites", "actions"):
        found.append(words.say("map.note.old_units", lang))
    about = [rule for rule in d.plan.services if times and (services is None or rule.service in services)]
    for rule in sorted(about, key=lambda rule: rule.service):
        found.append(
            words.say(
                "map.note.threshold",
                lang,
                service=words.name("service", rule.service, lang),
                minutes=float(rule.max_minutes),
                profile=words.say(f"map.profile.{rule.profile}", lang),
            )
        )
    if d.plan.supply.listed == "part":
        key = "supply_in_part" if len(d.facilities) else "supply_unknown"
        found.append(words.say(f"map.note.{key}", lang))
    if times and not d.plan.inputs.roads:
        found.append(words.say("map.note.roads_estimated", lang))
    if counts and bool(d.people["estimated"].any()):
        found.append(words.say("map.note.people_estimated", lang))
    if counts and masks and d.profile == "public":
        found.append(words.say("map.note.masked", lang))
    found.extend(_withheld(d, lang))
    if any(site.located_by in ("commune", "district") for site in sites):
        found.append(words.say("map.note.positions", lang))
    assumed = [str(site.number) for site in sites if site.located_by == "assumed"]
    if assumed:
        found.append(words.say("map.note.assumed", lang, numbers=", ".join(assumed)))
    lost = unplaced(sites)
    if lost:
        found.append(
            words.say("map.note.unlocated", lang, count=len(lost), names="; ".join(site.name for site in lost))
        )
    return found


def _withheld(d: Disclosed, lang: Lang) -> list[str]:
    found = []
    if d.confidential_count:
        parts = [f"{words.name('type', kind, lang)}: {count}" for kind, count in sorted(d.confidential_count.items())]
        found.append(
            words.say("map.note.confidential", lang, count=sum(d.confidential_count.values()), types="; ".join(parts))
        )
    if d.withheld_services:
        names = "; ".join(words.name("service", service, lang) for service in d.withheld_services)
        found.append(words.say("map.note.withheld", lang, services=names))
    return found
