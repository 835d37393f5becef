"""What an output folder keeps so that its figures can be traced later: nothing that it does not show already."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pandas as pd

from mangluoi import shipped
from mangluoi.reports import effects, figures, sentences
from mangluoi.reports.exhibits import Exhibit
from mangluoi.reports.words import Lang, name
from mangluoi.scenario.disclosure import Disclosed

__all__ = ["TRAIL", "trail"]

#: The file that holds it.
TRAIL = "truy-nguyen.json"

_ROWS = ["form", "row", "group", "table", "key", "file", "sheet", "line", "count", "as_of", "source"]
#: Notices that say how sure travel times are, and those that every figure of people stands on.
_OF_ROADS = ("roads_estimated", "speeds_assumed", "speeds_scaled", "legs_straight", "legs_terrain", "wet_season")
_ROUGH = ("assumed", "commune", "district")


def trail(d: Disclosed, exhibits: Sequence[Exhibit], lang: Lang) -> str:
    """Return what is kept, as JSON; the same for the same content.

    Parameters
    ----------
    d
        What may be shown.
    exhibits
        The sheets of the workbook, in order.
    lang
        {"vi", "en"}
    """
    sources = sorted({str(source) for source in d.detail.traces["source"]})
    place = {source: number for number, source in enumerate(sources)}
    rows = d.detail.traces.reindex(columns=_ROWS)
    rows = rows.assign(source=[place[str(source)] for source in rows["source"]])
    told = {
        "lang": lang,
        "profile": d.profile,
        "vintage": d.plan.vintage,
        "exhibits": [_exhibit(exhibit, d, lang) for exhibit in exhibits],
        "names": {kind: _names(kind, lang) for kind in ("group", "service")},
        "sources": sources,
        "rows": json.loads(rows.to_json(orient="values")),
        "roads": [sentences.notice(told, lang) for told in d.notices if told.key in _OF_ROADS],
        "estimated": sorted(set(d.people.loc[d.people["estimated"].astype(bool), "group"])),
        "rough": {str(site): str(by) for site, by in _rough(d)},
        "unsure": _unsure(d.capacity),
        "law": _law(d),
        "withheld": list(d.withheld_services),
        "rules": {kind: list(numbers) for kind, numbers in d.kept_rules.items()},
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True, indent=1) + "\n"


def _exhibit(exhibit: Exhibit, d: Disclosed, lang: Lang) -> dict[str, Any]:
    subjects = _subjects(exhibit, d, lang)
    told = {
        "sheet": exhibit.sheet,
        "label": exhibit.label,
        "key": exhibit.key,
        "unit": exhibit.unit,
        "source": exhibit.source,
        "rows": len(exhibit.rows),
        "totals": exhibit.totals,
        "columns": [[heading.key, heading.text, heading.kind] for heading in exhibit.headings],
    }
    return {**told, "subjects": subjects} if subjects else told


def _subjects(exhibit: Exhibit, d: Disclosed, lang: Lang) -> list[Any]:
    """Return what each row is about where its texts do not say so: a site and its services, an action."""
    if exhibit.key == "facilities":
        return [[site, list(services)] for site, services, _ in figures.facility_rows(d, lang)]
    if exhibit.key == "uses":
        return _sites(d.detail.usage)
    if exhibit.key == "norms":
        return _sites(d.detail.by_norm)
    if exhibit.key == "actions":
        return [str(name) for name in d.actions.sort_values("action_id")["action_id"]]
    if exhibit.key == "options" and exhibit.rows:
        return [list(subject) for subject in effects.subjects(d, lang)]
    return []


def _sites(frame: pd.DataFrame) -> list[Any]:
    return [[str(site), [str(service)]] for site, service in zip(frame["site_id"], frame["service"], strict=True)]


def _names(kind: Any, lang: Lang) -> dict[str, str]:
    ids = shipped.vocabulary()[kind]
    return {name(kind, str(one), lang): str(one) for one in ids}


def _rough(d: Disclosed) -> list[tuple[str, str]]:
    rows = d.sites[d.sites["located_by"].isin(_ROUGH)]
    return list(zip(rows["site_id"], rows["located_by"], strict=True))


def _unsure(capacity: pd.DataFrame) -> dict[str, str]:
    """Return, by site and service, what stands in for a size, or that nobody gave one."""
    rows = capacity[capacity["basis"] != "declared"]
    keys = rows["site_id"].astype(str) + " / " + rows["service"].astype(str)
    return dict(zip(keys, rows["basis"].astype(str), strict=True))


def _law(d: Disclosed) -> dict[str, str]:
    """Return the law behind each group."""
    groups = shipped.frame("norms/groups.csv").set_index("group")["legal_basis"].dropna()
    return {group: str(groups[group]) for group in sorted(set(d.people_totals["group"])) if group in groups}
