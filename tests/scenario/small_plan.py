"""A plan small enough to be asked many times: three homes in Kon Tum, two groups, two services.

A (general, public, Kon Tum town) holds 40 in residential care and 30 in emergency care, B (a children's home, not
public, beside it) holds 30, C (general, public, in the north) holds 20. Need: 150 older people and 40 children in
residential care, 12 children in emergency care. Sums of money are in whole million VND.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook

from mangluoi.reports.template import write_template
from mangluoi.scenario import Plan, facts, read_plan, run, travel
from mangluoi.scenario.detail import Detail
from mangluoi.scenario.refinements import AccessRules, ForecastRules
from mangluoi.scenario.rules import ActionRule, Inputs, NeedRule, ServiceRule
from mangluoi.scenario.siterules import AnswerRules

WHY = "giả định của phép thử"
MILLION = 1_000_000.0
_UNITS = ("23281", "23305", "23327", "23374", "23437", "23506")
_ROWS = {
    "Cơ sở": [
        ("A", "Trung tâm A", "general", "public"), ("B", "Mái ấm B", "child", "nonpublic"),
        ("C", "Trung tâm C", "general", "public"),
    ],
    "Địa điểm": [
        ("A1", "A", "Nhà A", 108.01, 14.36), ("B1", "B", "Nhà B", 107.98, 14.35), ("C1", "C", "Nhà C", 107.83, 14.65),
    ],
    "Năng lực": [
        ("A1", "residential", 40), ("A1", "emergency", 30), ("B1", "residential", 30), ("C1", "residential", 20),
    ],
    "Đối tượng": [(*row, unit) for unit in _UNITS for row in (("elderly", 250), ("child_special", 80))],
}  # fmt: skip


def action(kind: str, service: str = "residential", low: int = 0, high: int = 0, **more: Any) -> ActionRule:
    """Return an action at a million for each place, unless it says otherwise."""
    given = {"per_place_vnd": MILLION, "fixed_vnd": 0.0, "basis": WHY, **more}
    return ActionRule(kind=kind, service=service, min_added=low, max_added=high, **given)  # type: ignore[arg-type]


def small_plan(folder: Path, **changes: Any) -> Plan:
    """Write the workbook once and return the plan."""
    book = folder / "so-lieu.xlsx"
    if not book.exists():
        _fill(book)
    given: dict[str, Any] = {
        "name": "nho", "actions": (action("expand", high=60, sites=("A1",)),), "targets": (), "locations": (),
        "growth": (), "forecast": ForecastRules(), "access": AccessRules(location_draws=0),
        "inputs": Inputs(workbook=book.name), "folder": folder, "budget_vnd": 100 * MILLION,
        "services": (ServiceRule("residential", "car", 120.0, WHY), ServiceRule("emergency", "car", 120.0, WHY)),
        "needs": (
            NeedRule("elderly", "residential", 0.1, WHY), NeedRule("child_special", "residential", 0.1, WHY),
            NeedRule("child_special", "emergency", 0.025, WHY),
        ),
        "answers": AnswerRules(frontier=0, reasons=False), **changes,
    }  # fmt: skip
    return read_plan("kon-tum").replace(**given)


def _fill(place: Path) -> None:
    write_template(place, lang="en")
    book = load_workbook(place)
    when = ("2024", "phép thử")
    columns = {
        "Cơ sở": ("facility_id", "name", "type", "ownership", "as_of", "source"),
        "Địa điểm": ("site_id", "facility_id", "name", "lon", "lat", "confidential", "source"),
        "Năng lực": ("site_id", "service", "capacity", "as_of", "source"),
        "Đối tượng": ("group", "people", "unit_code", "vintage", "kind", "as_of", "source"),
    }
    more = {"Cơ sở": when, "Địa điểm": ("không", "phép thử"), "Năng lực": when,
            "Đối tượng": ("2025-06-30", "stock", *when)}  # fmt: skip
    for title, rows in _ROWS.items():
        sheet = next(one for one in book.worksheets if one.title == title)
        head = {str(cell.value): cell.column for row in sheet.iter_rows(max_row=6) for cell in row if cell.value}
        first = next(cell.row for row in sheet.iter_rows(max_row=6) for cell in row if cell.value == columns[title][0])
        for at, row in enumerate(rows, start=first + 1):
            for name, value in zip(columns[title], (*row, *more[title]), strict=True):
                sheet.cell(at, head[name], value)
    book.save(place)


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory):
    """Return how to make the plan and how to answer it; what is read and travelled is kept, detail is left out."""
    folder = tmp_path_factory.mktemp("lang")
    kept: dict[Any, Any] = {}
    patch = pytest.MonkeyPatch()
    gather, ways = facts.gather, travel.ways

    def read_once(plan: Plan) -> facts.Facts:
        if "facts" not in kept:
            kept["facts"] = gather(plan)
        return kept["facts"]  # type: ignore[no-any-return]

    def ride_once(plan: Plan, where: Any, sites: pd.DataFrame, **more: Any) -> Any:
        key = tuple(sites["site_id"])
        if key not in kept:
            kept[key] = ways(plan, where, sites, **more)
        return kept[key]

    patch.setattr("mangluoi.scenario.facts.gather", read_once)
    patch.setattr("mangluoi.scenario.travel.ways", ride_once)
    patch.setattr(sys.modules["mangluoi.scenario.run"], "_detail", lambda *_: Detail())
    yield lambda **changes: small_plan(folder, **changes), run
    patch.undo()
