"""A made-up province for the maps: 4 × 5 communes, five sites, one shelter, one action."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from mangluoi.scenario.disclosure import Disclosed
from mangluoi.scenario.plan import NeedRule, Plan, RoadRules, ServiceRule, SupplyRules

#: Text that attacks HTML, JavaScript, template literals and Jinja, or that is merely hard to show.
PAYLOADS = (
    "<img src=x onerror=document.title='PWNED'>",
    "</script><script>document.title='PWNED'</script>",
    "`;document.title='PWNED';//",
    "${document.title='PWNED'}",
    "\\u003cimg src=x onerror=document.title=1\\u003e \\",
    "{{7*7}}",
    "{% for a in b %}",
    "{# ghi chú #}",
    "A & B \"ngoặc\" 'đơn'",
    '=HYPERLINK("x")',
    "../../tệp",
    "Xã " + "rất dài " * 38,
    "Xã 🌾 ổi\u2028\u2029",
)
NAMES = (
    "Phường Thành Vinh", "Phường Trường Vinh", "Xã Quỳnh Lưu", "Xã Diễn Châu", "Xã Mường Xén", "Xã Hữu Kiệm",
    "Xã Đô Lương",
)  # fmt: skip
CODES = [f"9{n:04d}" for n in range(20)]
TYPES = ("general", "elderly", "mental", "general", "disabled")


def _plan(vintage: str) -> Plan:
    return Plan(
        name="thu-nghiem",
        title="Mạng lưới cơ sở trợ giúp xã hội tỉnh thử nghiệm",
        question="Thử nghiệm?",
        source="Kế hoạch thử nghiệm",
        province_code="40",
        province_vintage="2025-07-01",
        vintage=vintage,
        as_of="2025-12-31",
        budget_vnd=50e9,
        budget_basis="giả định",
        roads=RoadRules("plain"),
        supply=SupplyRules("exclude"),
        services=(
            ServiceRule("residential", "motorbike", 180.0, "giả định"),
            ServiceRule("day", "motorbike", 30.0, "giả định"),
        ),
        needs=(NeedRule("elderly", "residential", 0.01, "giả định"), NeedRule("disabled", "day", 0.02, "giả định")),
    )  # fmt: skip


def _states(codes: list[str], masks: bool) -> pd.DataFrame:
    rows = []
    for group, service, scale in (("disabled", "day", 3), ("elderly", "residential", 40)):
        for n, code in enumerate(codes):
            masked = masks and n % 7 == 3
            need = 15 + scale * n
            out = need if n >= 14 else 0
            full = 0 if n % 3 else (need - out) // 2
            full_after = 0 if n < 8 else full
            row: dict[str, Any] = {
                "unit_code": code, "group": group, "service": service, "need": need, "served": need - out - full,
                "full": full, "out_of_reach": out, "unlocated": 0, "served_after": need - out - full_after,
                "full_after": full_after, "out_of_reach_after": out,
            }  # fmt: skip
            rows.append(
                {key: (pd.NA if masked and not isinstance(v, str) else v) for key, v in row.items()}
                | {"masked": masked}
            )
    frame = pd.DataFrame(rows)
    counts = [c for c in frame.columns if c not in ("unit_code", "group", "service", "masked")]
    return frame.astype(dict.fromkeys(counts, "Int64"))


def make_province(
    *, names: tuple[str, ...] = NAMES, profile: str = "public", actions: bool = True, old: bool = False
) -> Disclosed:
    """Make what may be shown of the made-up province; the communes are named in turn after `names`."""
    shapes = [
        shapely.box(104.5 + 0.2 * (n % 5), 18.6 + 0.2 * (n // 5), 104.7 + 0.2 * (n % 5), 18.8 + 0.2 * (n // 5))
        for n in range(20)
    ]
    lon = [shape.centroid.x for shape in shapes]
    lat = [shape.centroid.y for shape in shapes]
    cell_of = {code: code for code in CODES}
    codes = list(CODES)
    if old:
        codes = [f"8{n:04d}" for n in range(20)]
        cell_of = {code: CODES[n // 2 * 2] for n, code in enumerate(codes)}
    units = pd.DataFrame(
        {
            "unit_code": codes, "vintage": "2025-07-01", "name": [names[n % len(names)] for n in range(20)],
            "kind": "xã", "above": "Tỉnh thử nghiệm", "lon": lon, "lat": lat, "area_km2": 450.0,
            "cell_code": [cell_of[code] for code in codes],
        }
    )  # fmt: skip
    sites = pd.DataFrame(
        {
            "site_id": [f"S{n}" for n in range(1, 6)], "facility_id": [f"F{n}" for n in range(1, 6)],
            "name": ["Trung tâm Bảo trợ xã hội " + names[n % len(names)] for n in range(5)],
            "address": [names[1 % len(names)], None, names[2 % len(names)], None, None], "type": TYPES,
            "ownership": ["public", "nonpublic", "public", "public", "nonpublic"],
            "unit_name": [names[0], names[0], names[0], names[0], None],
            "lon": [lon[0], lon[0], lon[7], lon[11], np.nan], "lat": [lat[0], lat[0], lat[7], lat[11], np.nan],
            "located_by": ["commune", "commune", "given", "district", None],
            "located_within_m": [4300.0, 4300.0, 50.0, 21_000.0, np.nan],
        }
    )  # fmt: skip
    capacity = pd.DataFrame(
        {
            "site_id": ["S1", "S1", "S2", "S3", "S4"],
            "service": ["residential", "day", "residential", "residential", "residential"],
            "capacity": pd.array([300, 40, 80, None, 150], dtype="Int64"),
            "residents": pd.array([320, None, 60, 132, None], dtype="Int64"),
            "hedge": ["=", None, "~", ">", None], "usable": pd.array([300, 40, 80, 0, 150], dtype="Int64"),
            "basis": ["declared", "declared", "declared", "unknown", "declared"],
            "occupancy": [320 / 300, np.nan, 0.75, np.nan, np.nan], "as_of": "2025-06", "source": "thử nghiệm",
        }
    )  # fmt: skip
    minutes = pd.DataFrame(
        [
            {"unit_code": code, "service": service, "minutes": m, "minutes_after": m if n < 12 else 20.0}
            for service, slow in (("day", 14.0), ("residential", 8.0))
            for n, code in enumerate(codes)
            for m in [np.nan if n == 19 else slow * n]
            if n != 18
        ]
    )
    people = pd.DataFrame(
        [
            {
                "unit_code": code, "group": group, "estimated": True,
                "people": pd.NA if profile == "public" and n == 5 else 20 + size * n,
                "basis": "population", "masked": profile == "public" and n == 5,
            }
            for group, size in (("elderly", 450), ("disabled", 30))
            for n, code in enumerate(codes)
        ]
    ).astype({"people": "Int64"})  # fmt: skip
    states = _states(codes, profile == "public")
    chosen = pd.DataFrame(
        {
            "action_id": ["build-1", "expand-2"], "kind": ["build", "expand"], "site_id": ["new-17", "S1"],
            "service": ["residential", "residential"], "added": [120, 60], "cost_vnd": [36e9, 12e9],
            "served_more": [118.0, 60.0], "lost": [98.0, 0.0], "instead": [None, "mở rộng: cơ sở khác"],
            "held_by": ["size;budget", None],
            "name": [names[3 % len(names)], "Trung tâm Bảo trợ xã hội " + names[0]],
            "unit_name": [names[3 % len(names)], names[0]], "lon": [lon[17], lon[0]], "lat": [lat[17], lat[0]],
        }
    )  # fmt: skip
    counts = [c for c in states.columns if c not in ("unit_code", "group", "service", "masked")]
    totals = states.groupby(["group", "service"], as_index=False)[counts].sum()
    return Disclosed(
        profile=profile,  # type: ignore[arg-type]
        plan=_plan("2025-06-30" if old else "2025-07-01"),
        province_name="Tỉnh thử nghiệm",
        units=units,
        cells=gpd.GeoDataFrame({"cell_code": CODES, "approximate": True}, geometry=shapes, crs="EPSG:4326"),
        facilities=pd.DataFrame({"facility_id": [f"F{n}" for n in range(1, 6)]}),
        sites=sites,
        capacity=capacity,
        confidential_count={"shelter": 2},
        people=people,
        people_totals=pd.DataFrame(),
        states=states,
        state_totals=totals.assign(masked=False),
        minutes=minutes,
        bands=pd.DataFrame(),
        actions=chosen if actions else chosen.iloc[:0],
        solution={},
        scorecard=pd.DataFrame(),
        unlocated=pd.DataFrame(),
        notices=(),
        provenance={},
        masked_count={"states": 6},
        withheld_services=("emergency",),
    )
