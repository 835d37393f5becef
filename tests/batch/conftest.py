"""Quick answers for the tests of the batch: a folder with one file and a few figures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mangluoi import reports
from mangluoi.batch import jobs, province_plan, province_plans
from mangluoi.errors import Complaint, InputError
from mangluoi.reports import brief, folders
from mangluoi.scenario import Plan


def province_codes() -> list[str]:
    """Return the codes of the provinces of today."""
    return [plan.province_code for plan in province_plans()]


@pytest.fixture
def plan() -> Callable[[str], Plan]:
    """Return a maker of plans that differ in their name, each of a province of its own."""
    common = province_plan("04")
    codes = sorted(province_codes())
    given: dict[str, str] = {}
    return lambda name: common.replace(name=name, province_code=given.setdefault(name, codes[len(given)]))


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Answer at once what is asked in this process, and list what was; the plan "sai" fails, "vo" breaks."""
    asked: list[str] = []

    def run(plan: Plan) -> Plan:
        asked.append(plan.name)
        if plan.name == "sai":
            raise InputError([Complaint("missing_file", file="so-lieu.xlsx")])
        if plan.name == "vo":
            raise ZeroDivisionError("một lỗi của chương trình")
        return plan

    def write(_: object, place: Path, *, lang: str) -> Path:
        with folders.replacing(place) as fresh:
            (fresh / "bao-cao.html").write_text(lang)
            folders.mark(fresh, {})
        return place

    totals = {"group": "population", "service": "residential", "need": 100, "served": 60, "full": 30}
    row = {**totals, "out_of_reach": 10, "covered": 90, "served_after": 60, "masked": False, "sized": True}
    told = {"province": "Tỉnh Cao Bằng", "province_code": "04", "province_vintage": "2025-07-01", "communes": 56}
    told |= {"population": 530_341, "facilities": 3, "facilities_known": True, "totals": [row], "solution": {}}
    monkeypatch.setattr(jobs, "run", run)
    monkeypatch.setattr(jobs, "disclose_together", lambda plans, **_: plans)
    monkeypatch.setattr(reports, "write", write)
    monkeypatch.setattr(brief, "brief", lambda plan: {**told, "plan": plan.name})
    return asked
