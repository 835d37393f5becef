"""What is known of the size of services: an unknown capacity is not a capacity of none."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from mangluoi import shipped
from mangluoi.reports.exhibits import MASKED, Cell, count
from mangluoi.reports.words import Lang, say
from mangluoi.scenario.disclosure import Disclosed

__all__ = ["facilities_known", "gap", "notes", "of_site", "people", "places", "sized", "wholly_sized", "withheld"]


def facilities_known(d: Disclosed) -> bool:
    """Whether the list of facilities is meant to be complete; where it is not, nobody can say who is served."""
    return d.plan.supply.listed == "all"


def sized(d: Disclosed, service: str, group: str) -> bool:
    """Whether the size of a service is known at any located site that takes the group, or none is located."""
    if not facilities_known(d):
        return False
    if service in d.withheld_services:
        # What hidden sites hold is not given; that they serve somebody says that their size is known.
        rows = d.state_totals[(d.state_totals["service"] == service) & (d.state_totals["group"] == group)]
        return bool((rows["served"].fillna(0) > 0).any())
    basis = _doors(d, service, group)["basis"]
    return not len(basis) or bool((basis != "unknown").any())


def wholly_sized(d: Disclosed, service: str, group: str) -> bool:
    """Whether the size of a service is known at every located site that takes the group."""
    known = _doors(d, service, group)["basis"] != "unknown"
    return facilities_known(d) and service not in d.withheld_services and bool(known.all())


def _doors(d: Disclosed, service: str, group: str) -> pd.DataFrame:
    """Return the capacity of the located sites whose type may take the group for the service."""
    types = _types(shipped.folder(), service, group)
    sites = d.sites.loc[d.sites["lon"].notna() & d.sites["type"].isin(list(types)), "site_id"]
    return d.capacity[d.capacity["site_id"].isin(sites) & (d.capacity["service"] == service)]


@cache
def _types(_folder: Path, service: str, group: str) -> frozenset[str]:
    """Return the types of facilities that may take a group for a service; asked for every row of many tables."""
    families = shipped.frame("norms/groups.csv").set_index("group")["family"]
    admissible = shipped.frame("norms/admissible.csv")
    fitting = (admissible["service"] == service) & (admissible["family"] == families[group])
    return frozenset(admissible.loc[fitting, "type"])


def _hedge(doors: pd.DataFrame) -> str:
    """Say how a sum of places is to be read: as it is, as the least, or as about right."""
    counted = doors[doors["basis"] != "unknown"]
    if counted["hedge"].isin(["<", "~"]).any():
        # "Under 80" bounds nothing from below, so neither does a sum that it is part of.
        return "about"
    lower = (doors["basis"] != "declared").any() or (counted["hedge"] == ">").any()
    return "at_least" if lower else ""


def places(d: Disclosed, service: str, group: str, lang: Lang) -> Cell:
    """Return the places of a service that the model counts on for a group."""
    if service in d.withheld_services:
        return say("cell.withheld", lang)
    if not sized(d, service, group):
        return say("report.unknown", lang)
    doors = _doors(d, service, group)
    hedge, total = _hedge(doors), int(doors["usable"].sum())
    return say(f"cell.{hedge}", lang, number=total) if hedge else total


def people(value: Any, lang: Lang, *, known: bool, masked: bool = False) -> Cell:
    """Return how many are served or meet a full house; without a size nobody can say, and the model's zero misleads."""
    return count(value if known else None, lang, masked=masked)


def withheld(value: Any, lang: Lang, *, masked: bool) -> Cell:
    """Return a count of a service that confidential sites offer, as far as it may be told."""
    return say("cell.withheld", lang) if masked and pd.isna(value) else count(value, lang)


def gap(full: Any, out_of_reach: Any, lang: Lang, *, known: bool, masked: bool = False) -> Cell:
    """Return how many are not served; without a size, at least those out of reach."""
    if masked:
        return MASKED
    if known:
        return count(full + out_of_reach, lang)
    return say("cell.at_least", lang, number=int(out_of_reach)) if out_of_reach else say("report.unknown", lang)


def of_site(d: Disclosed, site_id: str, service: str) -> tuple[int | None, bool]:
    """Return the places of a service at one site, and whether its residents stand in for them."""
    rows = d.capacity[(d.capacity["site_id"] == site_id) & (d.capacity["service"] == service)]
    rows = rows[rows["basis"] != "unknown"]
    return (int(rows["usable"].sum()), bool((rows["basis"] == "residents").any())) if len(rows) else (None, False)


def notes(d: Disclosed) -> list[str]:
    """Return the keys of the notes that the sizes of the plan's services call for."""
    told = set()
    for service, group in zip(d.state_totals["service"], d.state_totals["group"], strict=True):
        if service in d.withheld_services or not facilities_known(d):
            continue
        told.add(_hedge(_doors(d, service, group)) if sized(d, service, group) else "unknown_size")
    return sorted(told - {""})
