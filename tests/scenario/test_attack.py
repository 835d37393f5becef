"""An attacker who knows every published figure and the method bounds no masked cell more tightly than the rule does.

The rule says of a masked count only that it is from 1 to 10. The attacker solves two linear programmes for each such
cell, over people, served and full in every commune: whatever is published holds, nothing is below zero, and nobody is
served who is not in need. If the cell could be anything within a span of at least nine, no more than the rule is known.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from scipy.optimize import linprog

from mangluoi.scenario import Disclosed, Result, disclose, disclose_together, run
from mangluoi.scenario.hiding import hide_bands, hide_small
from mangluoi.scenario.masking import (
    AFTER_COLUMNS,
    LARGEST_MASKED,
    NEVER_MASKED,
    STATE_COLUMNS,
    Masks,
    mask_communes,
)
from real_answers import answer

LABELS = ("0-30", "30-60", "60-90", "90-120", ">120")
SPAN = LARGEST_MASKED - 1
MOST = 24
SIDES = (("served", "full", "out_of_reach"), ("served_after", "full_after", "out_of_reach_after"))


@dataclasses.dataclass
class Published:
    """What the attacker reads of one group: people, states by service, bands by service, totals by service."""

    people: pd.Series
    people_total: float | None
    states: dict[str, pd.DataFrame]
    need_rate: dict[str, float]
    bands: dict[str, list[tuple[np.ndarray, float]]]
    totals: dict[str, dict[str, float]]


def spans(told: Published, reach: dict[str, list[np.ndarray]], truth: dict[str, np.ndarray]) -> list[float]:
    """Return how wide each masked small cell stays, less what the rule asks for: below zero is a leak.

    By service and side only the communes in `reach` serve. Of a commune whose people are published, need follows from
    the printed rate, and nothing can hide that fewer than that are served.
    """
    codes = list(told.people.index)
    size, services = len(codes), sorted(told.states)
    start = {(s, side): size * (1 + 2 * k + side) for k, s in enumerate(services) for side in range(2)}
    equal: list[tuple[np.ndarray, float]] = []
    below: list[tuple[int, int, float]] = []

    def known(places: np.ndarray, value: float) -> None:
        equal.append((np.asarray(places), float(value)))

    for i, value in enumerate(told.people):
        if not np.isnan(value):
            known(np.array([i]), value)
    if told.people_total is not None:
        known(np.arange(size), told.people_total)
    targets = [(i, v, float(SPAN)) for i, v in enumerate(truth["people"]) if np.isnan(told.people.iloc[i])]
    for service in services:
        frame, rate = told.states[service].reindex(codes), told.need_rate[service]
        for side, (served, _, _) in enumerate(SIDES):
            place, near = start[service, side], reach[service][side]
            for i in range(size):
                below.append((place + i, i, rate))
                if not near[i]:
                    known(np.array([place + i]), 0.0)
                if not np.isnan(frame[served].iloc[i]):
                    known(np.array([place + i]), frame[served].iloc[i])
                else:
                    most = float(np.nan_to_num(told.people.iloc[i] * rate, nan=np.inf))
                    targets.append((place + i, truth[f"{service}/{served}"][i], min(SPAN, most)))
            if service in told.totals:
                known(place + np.arange(size), told.totals[service][served])
                known(np.flatnonzero(near), told.totals[service][f"need/{side}"] / rate)
        for i in np.flatnonzero(frame["need"].notna()):
            known(np.array([i]), frame["need"].iloc[i] / rate)
        for rows, value in told.bands[service]:
            known(rows, value / rate)
    width = size * (1 + 2 * len(services))
    row_of = np.repeat(np.arange(len(equal)), [len(places) for places, _ in equal])
    column_of = np.concatenate([places for places, _ in equal])
    exact = sp.csr_array((np.ones(len(row_of)), (row_of, column_of)), shape=(len(equal), width))
    within = sp.lil_array((len(below), width))
    for number, (left, right, rate) in enumerate(below):
        within[number, left], within[number, right] = 1.0, -rate
    # Counts that follow from a rate are published as whole people: half a person more may be served than needs it.
    slack = np.array([0.0 if rate == 1 else 0.5 for _, _, rate in below])
    found = []
    small = [target for target in targets if 0 < target[1] <= LARGEST_MASKED]
    # Where there are very many, every so manyth of them: each takes two linear programmes.
    for place, _, asked in small[:: 1 + len(small) // MOST]:
        aim = np.zeros(width)
        aim[place] = 1.0
        ends = []
        for sign in (1.0, -1.0):
            answer_ = linprog(
                sign * aim, A_eq=exact, b_eq=[v for _, v in equal], A_ub=within.tocsr(), b_ub=slack,
                method="highs",
            )  # fmt: skip
            assert answer_.status in (0, 3), answer_.message
            ends.append(np.inf if answer_.status == 3 else sign * answer_.fun)
        found.append(ends[1] - ends[0] - asked)
    return found


def random_table(seed: int) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, np.ndarray]]:
    """Make people, states at rate 1 and the band of each commune, by service."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(6, 45))
    codes, high = [f"{i:03d}" for i in range(size)], int(rng.choice([15, 60, 200]))
    few = rng.random(size) < rng.choice([0.05, 0.2, 0.5])
    counts = np.where(few, rng.integers(0, 11, size), rng.integers(11, high, size)).astype(float)
    parts, bands = [], {}
    for service in ("a", "b")[: int(rng.integers(1, 3))]:
        minutes, limit = rng.gamma(2.0, 30.0, size), float(rng.choice([45, 60, 100]))
        less = np.where(rng.random(size) < 0.15, minutes / 2, minutes)
        share, columns = rng.choice([0, 0.1, 0.5, 1.0], size), {}
        for (served, full, beyond), time, more in zip(SIDES, (minutes, less), (0.0, 0.2), strict=True):
            columns[served] = np.where(time <= limit, np.floor(np.minimum(share + more, 1.0) * counts), 0.0)
            columns[full] = np.where(time <= limit, counts - columns[served], 0.0)
            columns[beyond] = np.where(time <= limit, 0.0, counts)
        own = pd.DataFrame({"unit_code": codes, "group": "g", "service": service, "need": counts, "unlocated": 0.0})
        parts.append(own.assign(**columns))
        bands[service] = np.searchsorted([30, 60, 90, 120], minutes)
    people = pd.DataFrame({"unit_code": codes, "group": "g", "people": counts})
    return people, pd.concat(parts, ignore_index=True), bands


def publish(
    people: pd.DataFrame, states: pd.DataFrame, bands: dict[str, np.ndarray], masks: Masks
) -> tuple[Published, dict[str, list[np.ndarray]], dict[str, np.ndarray]]:
    """Mask the tables as the door does, and keep what the attacker then reads."""
    codes = people["unit_code"].tolist()
    counts = [*STATE_COLUMNS, *AFTER_COLUMNS]
    totals = states.groupby(["group", "service"], as_index=False)[counts].sum()
    closed = [("g", service) in masks.totals for service in totals["service"]]
    shown_totals = hide_small(totals, counts, set(), also=closed)
    by_band = pd.concat(
        pd.DataFrame(
            {
                "service": service,
                "group": "g",
                "band": LABELS,
                "people": [people["people"].to_numpy()[at == n].sum() for n in range(5)],
                "share": 0.0,
            }
        )
        for service, at in bands.items()
    )
    shown_bands = hide_bands(by_band, shown_totals, masks, set())
    hidden = people["unit_code"].isin(masks.people["g"]).to_numpy()
    small_total = 0 < people["people"].sum() <= LARGEST_MASKED
    told = Published(
        people=people.set_index("unit_code")["people"].where(~hidden),
        people_total=None if small_total else float(people["people"].sum()),
        states={}, need_rate={}, bands={}, totals={},
    )  # fmt: skip
    reach: dict[str, list[np.ndarray]] = {}
    truth = {"people": people["people"].to_numpy()}
    for service, at in bands.items():
        own = states[states["service"] == service].set_index("unit_code").loc[codes]
        shut = own.index.isin(masks.states["g", service])
        told.states[service], told.need_rate[service] = (
            own[counts].mask(np.repeat(shut[:, None], len(counts), axis=1)),
            1.0,
        )
        reach[service] = [(own[beyond] == 0).to_numpy() for _, _, beyond in SIDES]
        rows = shown_bands[(shown_bands["service"] == service) & ~shown_bands["masked"]]
        told.bands[service] = [
            (np.flatnonzero(at == LABELS.index(row.band)), float(row.people)) for row in rows.itertuples()
        ]
        for served, _, _ in SIDES:
            truth[f"{service}/{served}"] = own[served].to_numpy()
        if not shown_totals.loc[shown_totals["service"] == service, "masked"].any():
            told.totals[service] = {served: own[served].sum() for served, _, _ in SIDES}
            for side, near in enumerate(reach[service]):
                told.totals[service][f"need/{side}"] = own["need"].to_numpy()[near].sum()
    return told, reach, truth


@pytest.mark.parametrize("first", range(0, 200, 10))
def test_no_random_table_leaks(first):
    """On 200 seeded random tables the attacker learns no more of a small count than that it is small."""
    for seed in range(first, first + 10):
        people, states, bands = random_table(seed)
        placed = {("g", service): pd.Series(at, index=people["unit_code"]) for service, at in bands.items()}
        masks = mask_communes(people, states, placed, LABELS, limit=LARGEST_MASKED)
        assert all(left >= -1e-6 for left in spans(*publish(people, states, bands, masks))), seed


def test_masking_small_rows_alone_leaks():
    """Without complementary masking the attacker does learn more: the tests of this module can fail."""
    found = []
    for seed in range(20):
        people, states, bands = random_table(seed)
        few = set(people.loc[people["people"].between(1, LARGEST_MASKED), "unit_code"])
        masks = Masks(people={"g": few}, states={("g", service): few for service in bands})
        found += spans(*publish(people, states, bands, masks))
    assert min(found) < -8


@dataclasses.dataclass
class Read:
    """What the attacker reads of one group in one or several reports, and what is true."""

    told: Published
    reach: dict[str, list[np.ndarray]]
    truth: dict[str, np.ndarray]


def read(shown: Disclosed, result: Result, group: str, *, beside: Read | None = None, tag: str = "") -> Read:
    """Read a report about a group; beside others, its services are further ones with the same people."""
    codes = sorted(shown.units["unit_code"])
    rates = {(rule.group, rule.service): rule.rate for rule in shown.plan.needs}
    by_unit = shown.people[shown.people["group"] == group].set_index("unit_code").reindex(codes)
    total = shown.people_totals[shown.people_totals["group"] == group].iloc[0]
    if beside is None:
        told = Published(
            people=by_unit["people"].astype("Float64").astype(float),
            people_total=None if total["masked"] else float(total["people"]),
            states={}, need_rate={}, bands={}, totals={},
        )  # fmt: skip
        given = result.people[result.people["group"] == group].set_index("unit_code")["people"].reindex(codes)
        beside = Read(told, {}, {"people": given.to_numpy(dtype=float)})
    told, reach, truth = beside.told, beside.reach, beside.truth
    for service in sorted(set(shown.states.loc[shown.states["group"] == group, "service"])):
        name = tag + service
        rows = shown.states[(shown.states["group"] == group) & (shown.states["service"] == service)]
        own = rows.set_index("unit_code").reindex(codes)
        whole = result.states[(result.states["group"] == group) & (result.states["service"] == service)]
        after = result.states_after[
            (result.states_after["group"] == group) & (result.states_after["service"] == service)
        ]
        told.need_rate[name] = rates[group, service]
        # Rounding of need to whole people would contradict the exact rate: the attacker uses need where rate is 1.
        keep = [*STATE_COLUMNS, *AFTER_COLUMNS]
        frame = own[keep].astype("Float64").astype(float)
        told.states[name] = frame if rates[group, service] == 1 else frame.assign(need=np.nan)
        told.bands[name] = []
        sides = (whole.set_index("point_id").reindex(codes), after.set_index("point_id").reindex(codes))
        reach[name] = [(side["out_of_reach"] == 0).to_numpy() for side in sides]
        for (served, _, _), side in zip(SIDES, sides, strict=True):
            truth[f"{name}/{served}"] = side["served"].round().to_numpy(dtype=float)
        row = shown.state_totals[
            (shown.state_totals["group"] == group) & (shown.state_totals["service"] == service)
        ].iloc[0]
        if rates[group, service] != 1:
            continue
        minutes = shown.minutes[shown.minutes["service"] == service].set_index("unit_code").reindex(codes)
        at = np.searchsorted([30, 60, 90, 120], minutes["minutes"].fillna(np.inf).to_numpy(dtype=float))
        for band in shown.bands[(shown.bands["group"] == group) & (shown.bands["service"] == service)].itertuples():
            people = float(band.people) if not band.masked else float("nan")
            if band.masked and not np.isnan(band.share) and not row["masked"]:
                # A percentage gives the count that it is of.
                people = float(band.share) * float(row["need"])
            if not np.isnan(people):
                told.bands[name].append((np.flatnonzero(at == LABELS.index(band.band)), people))
        if not row["masked"]:
            told.totals[name] = {served: float(row[served]) for served, _, _ in SIDES}
            for side, (_, _, beyond) in enumerate(SIDES):
                told.totals[name][f"need/{side}"] = float(row["need"] - row[beyond] - row["unlocated"])
    return beside


def groups_of(shown: Disclosed) -> list[str]:
    return sorted(set(shown.states["group"]) - {NEVER_MASKED})


@pytest.mark.parametrize("name", ["nghe-an", "kon-tum", "dong-thap", "binh-phuoc", "yen-bai"])
@pytest.mark.parametrize("vintage", ["2025-06-30", "2025-07-01"])
def test_no_report_leaks(name, vintage):
    """What the report of each shipped plan publishes leaks nothing either."""
    result = answer(name, vintage)
    shown = disclose(result)
    for group in groups_of(shown):
        one = read(shown, result, group)
        assert all(left >= -1e-6 for left in spans(one.told, one.reach, one.truth)), group


def test_a_second_report_leaks_nothing():
    """Beside the report of a scenario with other thresholds, the attacker bounds no small count more tightly."""
    result = answer("dong-thap", "2025-07-01")
    plan = result.plan
    sooner = tuple(dataclasses.replace(rule, max_minutes=0.7 * rule.max_minutes) for rule in plan.services)
    other = run(dataclasses.replace(plan, name="khac", services=sooner, actions=(), targets=()))
    shown, beside = disclose_together([result, other])
    checked = 0
    for group in groups_of(shown):
        both = read(beside, other, group, beside=read(shown, result, group), tag="2/")
        found = spans(both.told, both.reach, both.truth)
        assert all(left >= -1e-6 for left in found), group
        checked += len(found)
    assert checked


#: What the tables behind the main figures may give of a service of which some commune is masked: sums that the
#: attacker has already, and what follows from them by printed rates.
KNOWN = {"need", "need_lower", "need_upper", "covered", "served", "capacity", "places", "free_now", "exits_per_year",
         "admissions_per_year", "minutes"}  # fmt: skip
OF_SITES_AND_TOTALS = {"by_norm", "forecast", "traces", "distinct"}


@pytest.mark.parametrize("name", ["nghe-an", "kon-tum", "dong-thap", "binh-phuoc", "yen-bai"])
def test_no_further_table_adds_a_sum(name):
    """Of such a service no other table gives the attacker a count, a mean or a percentage to set beside them."""
    result = answer(name, "2025-06-30")
    shown = disclose(result)
    exposed = set(shown.states.loc[shown.states["masked"], "service"])
    seen = 0
    for field in dataclasses.fields(shown.detail):
        frame = getattr(shown.detail, field.name)
        if not isinstance(frame, pd.DataFrame) or field.name in OF_SITES_AND_TOTALS or "service" not in frame:
            continue
        rows = frame[frame["service"].isin(exposed)]
        if "group" in rows:
            rows = rows[rows["group"] != NEVER_MASKED]
        for column in rows.select_dtypes("number").columns:
            seen += len(rows)
            assert column in KNOWN or rows[column].isna().all(), (field.name, column)
    people = shown.people[shown.people["masked"]]
    shut = set(zip(people["unit_code"], people["group"], strict=True))
    adds = shown.reasoning.adds
    told = adds[adds["people"].notna() & (adds["group"] != NEVER_MASKED)] if len(adds) else adds
    assert not shut & set(zip(told["unit_code"], told["group"], strict=True))
    assert seen or not exposed
