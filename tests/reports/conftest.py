"""A made-up village with every kind of cell: masked, unknown, hedged, unlocated, withheld, and hostile text."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from mangluoi.scenario.disclosure import Disclosed
from mangluoi.scenario.plan import ActionRule, NeedRule, Plan, RoadRules, ServiceRule, SupplyRules, TargetRule
from mangluoi.scenario.result import Notice

#: Text that a spreadsheet would compute, a browser would run or an archive could not hold.
HOSTILE = (
    '=HYPERLINK("http://evil.example","bấm")',
    "+1+1",
    "-2+3",
    "@SUM(A1:A2)",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "A & B \"ngoặc\" 'đơn' </td>",
    "dấu điều khiển \x07\x1f kết thúc",
)

_COUNTS = [
    "need", "served", "full", "out_of_reach", "unlocated", "served_after", "full_after", "out_of_reach_after",
]  # fmt: skip


def make_plan(text: str = "Đề án thử", *, actions: bool = True) -> Plan:
    """Make a plan; `text` stands wherever a planner writes freely."""
    rules = (
        ActionRule("expand", "residential", 10, 100, 60e6, 0.0, text),
        ActionRule("build", "residential", 30, 200, 60e6, 5e9, text, facility_type="general"),
    )
    return Plan(
        name="thu",
        title=f"Mạng lưới cơ sở tỉnh thử – {text}",
        question=text,
        source=text,
        province_code="40",
        province_vintage="2025-07-01",
        vintage="2025-07-01",
        as_of="2025-12-31",
        budget_vnd=20e9,
        budget_basis=text,
        roads=RoadRules("plain"),
        supply=SupplyRules("residents"),
        services=(
            ServiceRule("residential", "car", 60.0, text),
            ServiceRule("counselling", "motorbike", 30.0, text),
            ServiceRule("emergency", "car", 90.0, text),
        ),
        needs=(
            NeedRule("elderly", "residential", 0.0015, text),
            NeedRule("disabled", "counselling", 1.0, text),
            NeedRule("victim", "emergency", 1.0, text),
        ),
        actions=rules if actions else (),
        targets=(TargetRule("share_nonpublic", text, 0.55, 2030, text),),
    )


def _states(rows: list[tuple[Any, ...]], keys: list[str], more: tuple[str, ...] = ()) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=[*keys, *_COUNTS, *more, "masked"])
    return frame.astype(dict.fromkeys([*_COUNTS, *more], "Int64"))


def make_disclosed(text: str = "Đề án thử", *, profile: Any = "public", actions: bool = True) -> Disclosed:
    """Make what may be shown; `text` stands wherever a planner writes freely."""
    codes = ["00001", "00002", "00003"]
    no = pd.NA
    masked = (no,) * 8
    chosen = pd.DataFrame(
        [
            ("mo-rong/A1", "expand", "A1", "residential", 20, 1.2e9, 20.0, 20.0, "", "", "Trung tâm A",
             "Xã Một", 105.1, 18.9),
            ("mo-rong/B1", "expand", "B1", "residential", 10, 6.0e8, np.nan, np.nan, "", "", "Nhà B",
             "Phường Hai", 105.2, 18.9),
            ("xay-moi/C", "build", "moi-00003", "residential", 30, 6.8e9, 30.0, 30.0, "", "", "Xã Ba",
             "Xã Ba", 105.3, 18.9),
        ],
        columns=[
            "action_id", "kind", "site_id", "service", "added", "cost_vnd", "served_more", "lost", "instead",
            "held_by", "name", "unit_name", "lon", "lat",
        ],
    ).assign(worse=np.nan, from_site_id=None, from_service=None, from_name=None, group=None)  # fmt: skip
    totals = _states(
        [
            ("disabled", "counselling", 500, 0, 400, 100, 0, 0, 400, 100, 400, 400, False),
            ("elderly", "residential", 1234, 1000, 34, 200, 0, 1050, 34, 150, 1034, 1084, False),
            ("victim", "emergency", *masked, no, no, True),
        ],
        ["group", "service"],
        ("covered", "covered_after"),
    )
    return Disclosed(
        profile=profile,
        plan=make_plan(text, actions=actions),
        province_name="Tỉnh Thử",
        units=pd.DataFrame(
            {
                "unit_code": codes, "name": ["Xã Một", "Phường Hai", f"Xã Ba {text}"], "kind": "xã",
                "above": "Tỉnh Thử", "lon": [105.1, 105.2, 105.3], "lat": 18.9, "area_km2": 10.0, "cell_code": codes,
            }
        ),
        cells=gpd.GeoDataFrame(
            {"cell_code": codes, "approximate": True},
            geometry=[shapely.box(105 + 0.1 * n, 18.8, 105.1 + 0.1 * n, 19.0) for n in range(3)],
            crs=4326,
        ),
        facilities=pd.DataFrame(
            {
                "facility_id": ["A", "B"], "name": [f"Trung tâm A {text}", "Nhà B"], "type": ["general", "elderly"],
                "ownership": ["public", "nonpublic"], "authority": ["province", None], "as_of": "2025-12-31",
                "source": [f"Báo cáo {text}", "Báo cáo B"],
            }
        ),
        sites=pd.DataFrame(
            {
                "site_id": ["A1", "B1"], "facility_id": ["A", "B"], "name": [f"Trung tâm A {text}", "Nhà B"],
                "address": [text, None], "type": ["general", "elderly"], "ownership": ["public", "nonpublic"],
                "unit_name": ["Xã Một", None], "lon": [105.1, np.nan], "lat": [18.9, np.nan],
                "located_by": ["commune", None], "located_within_m": [2000.0, np.nan],
            }
        ),
        capacity=pd.DataFrame(
            {
                "site_id": ["A1", "A1", "B1"], "service": ["counselling", "residential", "residential"],
                "capacity": pd.array([no, 1000, no], dtype="Int64"),
                "residents": pd.array([no, 1100, 60], dtype="Int64"), "hedge": [None, "=", ">"],
                "usable": [0, 1000, 60], "basis": ["unknown", "declared", "residents"],
                "occupancy": [np.nan, 1.1, np.nan], "as_of": ["2025", "2025-12-31", "2025-06"],
                "source": [f"Báo cáo {text}", "Báo cáo A", "Báo cáo B"],
            }
        ),
        confidential_count={"shelter": 2},
        people=pd.DataFrame(
            {
                "unit_code": codes * 2, "group": ["disabled"] * 3 + ["elderly"] * 3,
                "people": pd.array([400, no, no, 300_000, 300_000, 222_667], dtype="Int64"), "estimated": True,
                "basis": "population", "masked": [False, True, True, False, False, False],
            }
        ),
        people_totals=pd.DataFrame(
            {
                "group": ["disabled", "elderly", "victim"], "people": pd.array([500, 822_667, no], dtype="Int64"),
                "lower": pd.array([500, no, no], dtype="Int64"), "upper": pd.array([600, no, no], dtype="Int64"),
                "estimated": True, "as_of": "2025-12-31", "source": [text, "Niên giám 2025", "Công an"],
                "masked": [False, False, True],
            }
        ),
        states=_states(
            [
                ("00001", "disabled", "counselling", 400, 0, 400, 0, 0, 0, 400, 0, False),
                ("00002", "disabled", "counselling", *masked, True),
                ("00003", "disabled", "counselling", *masked, True),
                ("00001", "elderly", "residential", 1000, 1000, 0, 0, 0, 1000, 0, 0, False),
                ("00002", "elderly", "residential", *masked, True),
                ("00003", "elderly", "residential", *masked, True),
            ],
            ["unit_code", "group", "service"],
        ),
        state_totals=totals,
        minutes=pd.DataFrame(
            {
                "unit_code": codes * 2, "service": ["counselling"] * 3 + ["residential"] * 3,
                "minutes": [0.0, 25.0, np.nan, 0.0, 25.0, 75.4], "minutes_after": [0.0, 25.0, np.nan, 0.0, 25.0, 0.0],
            }
        ),
        bands=pd.DataFrame(
            {
                "service": "residential", "group": "elderly", "band": ["0-30", "30-60", "60-90", "90-120", ">120"],
                "people": pd.array([1000, no, no, 0, 0], dtype="Int64"), "share": [0.81, np.nan, np.nan, 0.0, 0.0],
                "masked": [False, True, True, False, False],
            }
        ),
        actions=chosen if actions else chosen.iloc[:0],
        solution={"status": "time_limit", "objective": 1050.0, "bound": 1100.0, "gap": 0.0455, "seconds": 60.0}
        if actions
        else {},
        scorecard=pd.DataFrame(
            [
                (text, "share_nonpublic", "%", 0.55, 2030, text, 0.5, np.nan, 0.05, "from_list"),
                ("Số nhà tạm lánh", "count_facilities", "cơ sở", 10.0, 2030, text, np.nan, np.nan, np.nan, "no_data"),
            ],
            columns=["label", "kind", "unit", "value", "year", "source", "today", "after", "distance", "reason"],
        ),
        unlocated=pd.DataFrame(
            {"kind": ["site"], "id": ["B1"], "name": ["Nhà B"], "reason": ["no_address"], "candidates": [()]}
        ),
        notices=(
            Notice("site_unlocated", {"name": "Nhà B", "reason": "no_address"}),
            Notice("site_unlocated", {"name": f"Nhà {text}", "reason": "no_address"}),
            Notice("need_rate_assumed", {"group": "elderly", "service": "residential", "rate": 0.0015, "basis": text}),
            Notice("boundaries_approximate", {}),
        ),
        provenance={
            "plan_sha256": "0" * 64, "inputs": [{"file": f"{text}.xlsx", "sha256": "1" * 64, "bytes": 1}],
            "packages": {"mangluoi": "0.1.0"}, "seconds": {"read": 0.1},
        },
        masked_count={"people": 2, "states": 4, "state_totals": 1, "bands": 2},
        withheld_services=("emergency",),
    )  # fmt: skip


@pytest.fixture
def disclosed() -> Disclosed:
    """The made-up village, in public."""
    return make_disclosed()


@pytest.fixture
def internal(disclosed: Disclosed) -> Disclosed:
    """The made-up village, as an internal copy: the gain of 7 people that the door masks in public is there."""
    return dataclasses.replace(disclosed, profile="internal", actions=disclosed.actions.fillna({"served_more": 7.0}))


@pytest.fixture
def idle() -> Disclosed:
    """The made-up village with a plan that offers no action."""
    return make_disclosed(actions=False)


@pytest.fixture(params=HOSTILE)
def hostile(request: pytest.FixtureRequest) -> str:
    """Each hostile text."""
    return str(request.param)


@pytest.fixture
def make() -> Callable[..., Disclosed]:
    """How to make the village anew."""
    return make_disclosed
