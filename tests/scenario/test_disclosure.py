"""The door: what a public output may hold."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from mangluoi import shipped
from mangluoi.scenario import Disclosed, Notice, Result, disclose, disclose_together
from mangluoi.scenario.plan import LocationRule, TargetRule
from real_answers import answer

COUNTS = ["need", "served", "full", "out_of_reach", "unlocated", "served_after", "full_after", "out_of_reach_after"]


def test_no_small_count_is_shown(result):
    """In public no count from 1 to 10 stands in any table of counts."""
    shown = disclose(result)
    for frame, columns in ((shown.states, COUNTS), (shown.state_totals, COUNTS), (shown.people, ["people"])):
        personal = frame[frame["group"] != "population"]
        values = personal[columns].astype("Float64").to_numpy(dtype=float, na_value=0.0)
        assert not ((values > 0) & (values <= 10)).any()


def determined(equations: list[np.ndarray], size: int) -> np.ndarray:
    """Return which unknowns follow from the sums: those that no vector of the null space moves."""
    if not equations:
        return np.zeros(size, dtype=bool)
    _, strengths, rows = np.linalg.svd(np.array(equations, dtype=float))
    free = rows[int((strengths > 1e-9).sum()) :]
    return np.abs(free).max(axis=0, initial=0.0) < 1e-9


def published_sums(shown: Disclosed, codes: list[str], group: str, service: str) -> list[np.ndarray]:
    """Return every set of communes whose need is published as a sum, by the minutes that everybody may read."""
    minutes = shown.minutes[shown.minutes["service"] == service].set_index("unit_code").loc[codes]
    limit = next(rule.max_minutes for rule in shown.plan.services if rule.service == service)
    before, after = (minutes[name].fillna(np.inf).to_numpy() for name in ("minutes", "minutes_after"))
    sums = []
    total = shown.state_totals[(shown.state_totals["group"] == group) & (shown.state_totals["service"] == service)]
    if not total["masked"].any():
        sums += [np.ones(len(codes)), before <= limit, before > limit, after <= limit, after > limit]
    bands = shown.bands[(shown.bands["group"] == group) & (shown.bands["service"] == service)]
    for row in bands[~bands["masked"]].itertuples():
        low, _, high = row.band.removeprefix(">").partition("-")
        upper = float(high) if high else np.inf
        sums.append(((before > float(low)) | ((low == "0") & (before == 0))) & (before <= upper))
    return sums


def attacked(shown: Disclosed) -> list[tuple[str, str, str]]:
    """Difference every published sum; return the masked communes that come out: unit, group, service."""
    codes = sorted(shown.units["unit_code"])
    rates = {(rule.group, rule.service): rule.rate for rule in shown.plan.needs}
    found = []
    by_group: dict[str, list[np.ndarray]] = {}
    for (group, service), part in shown.states.groupby(["group", "service"]):
        if group == "population":
            continue
        rows = part.set_index("unit_code").reindex(codes)
        sums = published_sums(shown, codes, group, service)
        known = [np.eye(len(codes))[i] for i in np.flatnonzero(rows["need"].notna())]
        out = determined([*sums, *known], len(codes)) & rows["masked"].to_numpy(dtype=bool)
        found += [(codes[i], group, service) for i in np.flatnonzero(out)]
        if rates[group, service] == 1:
            by_group.setdefault(group, []).extend([*sums, *known])
    for group, part in shown.people[shown.people["group"] != "population"].groupby("group"):
        rows = part.set_index("unit_code").reindex(codes)
        known = [np.eye(len(codes))[i] for i in np.flatnonzero(rows["people"].notna())]
        total = shown.people_totals[shown.people_totals["group"] == group]
        known += [] if total["masked"].any() else [np.ones(len(codes))]
        out = determined([*by_group.get(group, []), *known], len(codes)) & rows["masked"].to_numpy(dtype=bool)
        found += [(codes[i], group, "people") for i in np.flatnonzero(out)]
    return found


def leaked(shown: Disclosed, truth: Result) -> list[tuple[str, str, str]]:
    """Return what the attack gives back of communes that hold anybody."""
    people = truth.people.set_index(["unit_code", "group"])["people"]
    return [found for found in attacked(shown) if people[found[0], found[1]] > 0]


def invented(seed: int, *, scenario: int = 0) -> Result:
    """Give a real result random people, minutes and answers, with two services for one group at rate 1.

    Scenarios of one seed have the same people and other minutes.
    """
    rng = np.random.default_rng(seed)
    result = answer("kon-tum", "2025-06-30")
    codes, group = sorted(result.units["unit_code"]), "beneficiary"
    high = int(rng.choice([15, 60, 200]))
    counts = np.where(rng.random(len(codes)) < rng.choice([0.02, 0.2]), rng.integers(0, 10, len(codes)), 0)
    counts = np.where(counts == 0, rng.integers(11, high, len(codes)), counts)
    counts[rng.integers(len(codes))] = 7
    rng = np.random.default_rng([seed, scenario]) if scenario else rng
    plan = result.plan
    rule = dataclasses.replace(next(rule for rule in plan.needs if rule.group == group), rate=1.0)
    services = [rule.service, "residential"] if seed % 2 else [rule.service]
    needs = tuple(dataclasses.replace(rule, service=service) for service in services)
    nearest, states, after, coverage, bands = [], [], [], [], []
    for service in services:
        limit = plan.service(service).max_minutes
        minutes = rng.gamma(2.0, 30.0, len(codes))
        less = np.where(rng.random(len(codes)) < 0.1, minutes / 2, minutes)
        nearest.append(
            pd.DataFrame({"unit_code": codes, "service": service, "minutes": minutes, "minutes_after": less})
        )
        keys = {"point_id": codes, "group": group, "service": service, "need": counts.astype(float)}
        share = rng.choice([0.0, 0.1, 0.5, 1.0], len(codes))
        for table, near in ((states, minutes <= limit), (after, less <= limit)):
            served = np.where(near, np.floor(share * counts), 0.0)
            full, beyond = np.where(near, counts - served, 0.0), np.where(near, 0.0, counts)
            table.append(
                pd.DataFrame({**keys, "served": served, "full": full, "out_of_reach": beyond, "unlocated": 0.0})
            )
        sums = {"covered": [counts[minutes <= limit].sum()], "covered_after": [counts[less <= limit].sum()]}
        coverage.append(pd.DataFrame({"group": group, "service": service, "need": counts.sum(), **sums}))
        at = np.searchsorted([30, 60, 90, 120], minutes)
        people = [float(counts[at == number].sum()) for number in range(5)]
        names = ["0-30", "30-60", "60-90", "90-120", ">120"]
        bands.append(
            pd.DataFrame(
                {"service": service, "group": group, "band": names, "people": people, "share": people / counts.sum()}
            )
        )
    people = pd.DataFrame(
        {"unit_code": codes, "vintage": plan.vintage, "group": group, "people": counts, "lower": pd.NA, "upper": pd.NA,
         "basis": "counted", "estimated": False}
    ).astype({"people": "Int64", "lower": "Int64", "upper": "Int64"})  # fmt: skip
    return dataclasses.replace(
        result,
        plan=dataclasses.replace(plan, needs=needs),
        people=people,
        nearest=pd.concat(nearest, ignore_index=True),
        states=pd.concat(states, ignore_index=True),
        states_after=pd.concat(after, ignore_index=True),
        coverage=pd.concat(coverage, ignore_index=True),
        bands=pd.concat(bands, ignore_index=True),
    )


def test_no_masked_commune_comes_out_of_the_published_sums(result):
    """Differencing totals, bands, covered and out-of-reach counts gives back no masked commune."""
    assert not leaked(disclose(result), result)


@pytest.mark.parametrize("seed", range(24))
def test_differencing_random_results_gives_nothing_back(seed):
    """The attack fails on random people, minutes and services too, while something is still published."""
    result = invented(seed)
    shown = disclose(result)
    assert shown.people["masked"].any()
    assert not leaked(shown, result)
    assert not shown.people["masked"].all()


def leaked_together(every: list[Disclosed], truth: Result, group: str = "beneficiary") -> list[str]:
    """Difference the published sums of several results about the same people at rate 1."""
    codes = sorted(truth.units["unit_code"])
    equations, masked = [], np.zeros(len(codes), dtype=bool)
    for shown in every:
        for service, part in shown.states[shown.states["group"] == group].groupby("service"):
            rows = part.set_index("unit_code").reindex(codes)
            equations += published_sums(shown, codes, group, str(service))
            equations += [np.eye(len(codes))[i] for i in np.flatnonzero(rows["need"].notna())]
        rows = shown.people[shown.people["group"] == group].set_index("unit_code").reindex(codes)
        equations += [np.eye(len(codes))[i] for i in np.flatnonzero(rows["people"].notna())]
        masked |= rows["people"].isna().to_numpy()
    people = truth.people.set_index("unit_code")["people"].reindex(codes).to_numpy(dtype=float)
    out = determined(equations, len(codes)) & masked & (people > 0)
    return [codes[i] for i in np.flatnonzero(out)]


@pytest.mark.parametrize("seed", range(8))
def test_scenarios_side_by_side_give_nothing_back(seed):
    """Differencing three results about the same people, with other travel times each, gives no commune back."""
    results = [invented(seed, scenario=number) for number in range(3)]
    shown = disclose_together(results)
    assert not leaked_together(shown, results[0])
    assert not shown[0].people["masked"].all()
    assert all((one.people["masked"] == shown[0].people["masked"]).all() for one in shown)


def test_scenarios_disclosed_one_by_one_can_give_people_back():
    """Results that were masked without knowing of each other do leak: masking them together is needed."""
    found = []
    for seed in range(8):
        results = [invented(seed, scenario=number) for number in range(3)]
        found += leaked_together([disclose(one) for one in results], results[0])
    assert found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_attack_works_where_only_small_rows_are_masked(seed):
    """Without complementary masking the same attack gives communes back: the tests above can fail."""
    result = invented(seed)
    shown = disclose(result)
    few = result.people["people"] <= 10
    small = set(result.people.loc[few, "unit_code"])
    need = result.states["need"].where(~result.states["point_id"].isin(small)).to_numpy()
    naive = dataclasses.replace(
        shown,
        people=shown.people.assign(people=result.people["people"].where(~few), masked=few),
        states=shown.states.assign(need=need, masked=np.isnan(need)),
        bands=result.bands.assign(masked=False),
    )
    assert leaked(naive, result)


def test_a_masked_row_is_masked_whole(result):
    """No count is left in a masked row from which another could be worked out."""
    shown = disclose(result)
    assert shown.states.loc[shown.states["masked"], COUNTS].isna().all().all()
    assert shown.states.loc[~shown.states["masked"], COUNTS].notna().all().all()


def test_sensitive_groups_stand_for_the_province_only(result):
    """Groups marked sensitive appear in no table by commune."""
    groups = shipped.frame("norms/groups.csv")
    sensitive = set(groups.loc[groups["sensitive"] == "yes", "group"])
    shown = disclose(result)
    assert not sensitive & (set(shown.states["group"]) | set(shown.people["group"]))


def test_internal_masks_nothing(result):
    """The internal profile shows every count."""
    shown = disclose(result, profile="internal")
    assert not shown.states["masked"].any()
    assert shown.states["need"].sum() == pytest.approx(
        result.states.loc[result.states["group"].isin(shown.states["group"]), "need"].sum()
    )


@pytest.mark.parametrize("profile", ["public", "internal"])
def test_a_confidential_site_leaves_no_trace(profile):
    """A shelter is counted and nowhere else: no name, id, place, time, state, band or action of its service."""
    result = answer("nghe-an", "2025-06-30")
    sites = result.sites.copy()
    sites.loc[sites["site_id"] == "NA01-2", "confidential"] = True
    secret = dataclasses.replace(result, sites=sites)
    shown = disclose(secret, profile=profile)
    assert sum(shown.confidential_count.values()) == 1
    assert set(shown.withheld_services) == {"residential", "emergency", "counselling"}
    for field in dataclasses.fields(shown):
        value = getattr(shown, field.name)
        if isinstance(value, pd.DataFrame) and field.name not in ("facilities", "units", "cells"):
            text = value.to_csv()
            assert "NA01-2" not in text, field.name
            assert "cơ sở phía Bắc" not in text, field.name
    assert shown.minutes.empty
    assert shown.states.empty


def test_a_disclosed_result_passes_the_door_unchanged(result):
    """Disclosing twice is disclosing once."""
    shown = disclose(result)
    assert disclose(shown) is shown


def test_a_terminal_shows_no_table_of_a_result():
    """What Python prints of a result names the plan; nothing in it is masked, so none of it stands there."""
    shown = repr(answer("yen-bai", "2025-06-30"))
    assert shown.startswith("<Result: yen-bai, Tỉnh Yên Bái, 2025-06-30")
    assert len(shown) < 100


def test_small_gains_and_shares_are_masked():
    """An action that serves 1 to 10 more, and a share that stands on masked counts, are not given in public."""
    result = answer("yen-bai", "2025-06-30")
    actions = result.actions.assign(served_more=3.0)
    states = result.states.copy()
    states["served"] = 0.0
    states.loc[states.index[0], "served"] = 4.0
    card = result.scorecard.assign(today=0.5)
    shown = disclose(dataclasses.replace(result, actions=actions, states=states, scorecard=card))
    # What is added to the population is told: it stands by commune, and is of published figures.
    assert (shown.actions["served_more"] == 3).all()
    named = {"population": "elderly"}
    of_people = {
        name: getattr(result, name).assign(group=getattr(result, name)["group"].replace(named))
        for name in ("states", "states_after", "coverage", "people", "bands")
    }
    closed = disclose(dataclasses.replace(result, actions=actions, **of_people))
    assert closed.actions["served_more"].isna().all()
    share = shown.scorecard[shown.scorecard["kind"] == "share_served"].iloc[0]
    assert pd.isna(share["today"])
    assert share["reason"] == "masked"
    open_view = disclose(dataclasses.replace(result, actions=actions), profile="internal")
    assert (open_view.actions["served_more"] == 3).all()


def with_a_shelter() -> Result:
    """Make one site of a real result a shelter that its owner forgot to flag, with everything that may name it."""
    result = answer("nghe-an", "2025-06-30")
    site = result.sites.set_index("site_id").loc["NA01-2"]
    sites = result.sites.copy()
    sites.loc[sites["site_id"] == "NA01-2", ["type", "confidential"]] = ["shelter", False]
    service = result.capacity.loc[result.capacity["site_id"] == "NA01-2", "service"].iloc[0]
    rules = result.plan
    plan = dataclasses.replace(
        rules,
        actions=(*rules.actions, dataclasses.replace(rules.actions[0], kind="expand", sites=("NA01-2",))),
        locations=(*rules.locations, LocationRule("NA01-2", "xã Nghĩa Dũng", "biết")),
        targets=(
            *rules.targets,
            TargetRule("facility_capacity", f"Mở rộng {site['name']}", 50, 2030, "QĐ", service=service,
                       facility_id=site["facility_id"]),
        ),
    )  # fmt: skip
    row = {"label": f"Mở rộng {site['name']}", "kind": "facility_capacity", "today": 6.0}
    card = pd.concat([result.scorecard, pd.DataFrame([row])], ignore_index=True)
    told = (
        Notice("point_off_network", {"name": "NA01-2", "distance_km": 31.0}),
        Notice("site_assumed", {"name": site["name"], "basis": "biết"}),
        Notice("unknown_capacity_in_reach", {"people": 40, "service": service}),
        Notice("capacity_unknown", {"count": len(result.capacity) + 1, "rule": "exclude"}),
    )
    return dataclasses.replace(result, sites=sites, plan=plan, scorecard=card, notices=told)


@pytest.mark.parametrize("profile", ["public", "internal"])
def test_a_shelter_is_hidden_whatever_its_flag_says(profile):
    """A site of a confidential type stands in no table, rule, target or notice, even where it is not flagged."""
    result = with_a_shelter()
    name = result.sites.set_index("site_id").loc["NA01-2", "name"]
    shown = disclose(result, profile=profile)
    assert shown.confidential_count == {"shelter": 1}
    assert "NA01-2" not in set(shown.sites["site_id"]) | set(shown.capacity["site_id"])
    assert "NA01-2" not in shown.plan.to_toml()
    for text in (shown.plan.to_toml(), shown.scorecard.to_csv(), repr(shown.notices), shown.sites.to_csv()):
        assert name not in text
    assert len(shown.scorecard) == len(shown.plan.targets)
    assert shown.minutes[shown.minutes["service"].isin(shown.withheld_services)].empty
    keys = {notice.key for notice in shown.notices}
    assert not keys & {"point_off_network", "site_assumed", "unknown_capacity_in_reach"}
    counted = [notice.fields["count"] for notice in shown.notices if notice.key == "capacity_unknown"]
    unknown = int((shown.capacity["basis"] == "unknown").sum())
    assert counted == ([unknown] if unknown else [])


def test_a_shelter_that_would_be_built_is_not_given_away():
    """The place chosen for a new shelter is not shown, nor the minutes to it."""
    result = answer("kon-tum", "2025-06-30")
    rule = dataclasses.replace(result.plan.actions[0], kind="build", facility_type="shelter", sites=(), max_size=None)
    secret = dataclasses.replace(result, plan=dataclasses.replace(result.plan, actions=(rule,)))
    shown = disclose(secret)
    assert shown.withheld_services == (rule.service,)
    assert rule.service not in set(shown.actions["service"]) | set(shown.minutes["service"])
    assert "cost_vnd" not in shown.solution


def test_the_solver_gives_no_masked_total_back():
    """Objective, bound and cost are left out where a total is masked; how good the answer is always stands."""
    shown = disclose(answer("dong-thap", "2025-07-01"))
    assert shown.state_totals["masked"].any()
    assert {"status", "gap"} <= set(shown.solution)
    assert not {"objective", "bound", "cost_vnd"} & set(shown.solution)
    assert "objective" in disclose(answer("dong-thap", "2025-07-01"), profile="internal").solution


def test_bands_of_a_masked_total_are_masked():
    """Neither people nor shares by band give a masked total back."""
    shown = disclose(answer("dong-thap", "2025-07-01"))
    masked = shown.state_totals[shown.state_totals["masked"]][["group", "service"]]
    bands = shown.bands.merge(masked, on=["group", "service"])
    assert len(bands)
    assert bands[["people", "share"]].isna().all().all()
    assert shown.bands.loc[shown.bands["masked"], "share"].isna().all()


def test_people_in_notices_are_masked_as_in_tables():
    """A notice does not count the people of a service of which a count is masked."""
    result = answer("dong-thap", "2025-07-01")
    told = Notice("unknown_capacity_in_reach", {"people": 16, "service": "residential"})
    (notice,) = disclose(dataclasses.replace(result, notices=(told,))).notices
    assert notice.fields["people"] == "*"
    (notice,) = disclose(dataclasses.replace(result, notices=(told,)), profile="internal").notices
    assert notice.fields["people"] == 16


def test_population_is_never_masked(result):
    """Published census figures, and what follows from them by printed rates, hide nobody."""
    shown = disclose(result)
    for frame in (shown.people, shown.states, shown.state_totals, shown.bands):
        assert not frame.loc[frame["group"] == "population", "masked"].any()
