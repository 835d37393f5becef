"""What is known of the size of services: an unknown capacity is not a capacity of none."""

from __future__ import annotations

import pandas as pd

from mangluoi.reports.exhibits import Cell
from mangluoi.reports.words import Lang, say
from mangluoi.scenario.disclosure import Disclosed

__all__ = ["notes", "places", "sized"]


def sized(d: Disclosed, service: str) -> bool:
    """Whether the size of a service is known at any of its located sites, or none is located."""
    rows = _located_capacity(d)
    basis = rows.loc[rows["service"] == service, "basis"]
    return not len(basis) or bool((basis != "unknown").any())


def _located_capacity(d: Disclosed) -> pd.DataFrame:
    located = d.sites.loc[d.sites["lon"].notna(), "site_id"]
    return d.capacity[d.capacity["site_id"].isin(located)]


def places(d: Disclosed, service: str, lang: Lang) -> Cell:
    """Return the places of a service that the model counts on."""
    rows = _located_capacity(d)
    rows = rows[rows["service"] == service]
    if service in d.withheld_services:
        return say("cell.withheld", lang)
    if not sized(d, service):
        return say("report.unknown", lang)
    total = int(rows["usable"].sum())
    return say("cell.at_least", lang, number=total) if (rows["basis"] != "declared").any() else total


def notes(d: Disclosed) -> list[str]:
    """Return the keys of the notes that the sizes of the plan's services call for."""
    rows = _located_capacity(d)
    told = []
    for service in sorted(set(d.state_totals["service"]) - set(d.withheld_services)):
        if not sized(d, service):
            told.append("unknown_size")
        elif (rows.loc[rows["service"] == service, "basis"] != "declared").any():
            told.append("at_least")
    return sorted(set(told))
