"""The rules that refine a plan: each reaches the result, and does there what it says."""

from __future__ import annotations

import dataclasses
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image, TiffImagePlugin

from mangluoi import supply
from mangluoi.errors import InputError, PlanError
from mangluoi.scenario import Plan, Result, disclose, facts, read_plan, run
from mangluoi.scenario.refinements import (
    AccessRules,
    ForecastRules,
    GrowthRule,
    ModeRule,
    NormRule,
    OverlapRule,
    PoolRule,
    RefusalRule,
    StayRule,
)
from mangluoi.scenario.rules import NeedRule, TargetRule

WHY = "giả định của phép thử"


def plan() -> Plan:
    """Kon Tum without actions or growth: small, and fast to run."""
    return read_plan("kon-tum").replace(actions=(), growth=(), forecast=ForecastRules())


@cache
def plain() -> Result:
    return run(plan())


def totals(result: Result, column: str = "served") -> pd.Series:
    return result.states.groupby(["group", "service"])[column].sum()


def test_a_group_that_walks_gets_no_car():
    """Who walks to residential care is out of reach where a car would have come; others are as before."""
    need = plan().needs[0]
    mode = ModeRule(need.group, need.service, ("walk",), WHY)
    result = run(plan().replace(modes=(mode,)))
    assert result.states["point_id"].isin(result.units["unit_code"]).all()
    key = (need.group, need.service)
    assert totals(result, "out_of_reach")[key] > totals(plain(), "out_of_reach")[key]
    others = [other for other in totals(plain()).index if other != key]
    assert (totals(result, "out_of_reach")[others] == totals(plain(), "out_of_reach")[others]).all()
    same = dataclasses.replace(mode, profiles=(plan().service(need.service).profile,))
    as_before = run(plan().replace(modes=(same,)))
    pd.testing.assert_frame_equal(as_before.states, plain().states)


def test_the_fastest_of_several_modes_counts():
    """Who may walk or drive is as well off as who drives."""
    need = plan().needs[0]
    profile = plan().service(need.service).profile
    both = run(plan().replace(modes=(ModeRule(need.group, need.service, (profile, "walk"), WHY),)))
    assert totals(both, "out_of_reach").equals(totals(plain(), "out_of_reach"))
    assert both.need.equals(plain().need)


def test_a_group_may_have_a_threshold_of_its_own():
    """A threshold of five minutes for one group leaves nearly all of it out of reach; a longer one brings it back."""
    need = plan().needs[0]
    profile = plan().service(need.service).profile
    short = run(plan().replace(modes=(ModeRule(need.group, need.service, (profile,), WHY, max_minutes=5.0),)))
    key = (need.group, need.service)
    near, far = (result.coverage.set_index(["group", "service"])["covered"][key] for result in (short, plain()))
    assert near < far


def test_growth_gives_a_forecast_and_a_year_to_analyse():
    """Two per cent a year over ten years is 1.219 times; the analysed year's need is what is allocated."""
    groups = sorted({need.group for need in plan().needs})
    growth = tuple(GrowthRule(group, 0.02, WHY, lower=0.01, upper=0.03) for group in groups)
    start = int(plain().totals["as_of"].min()[:4])
    ahead = plan().replace(growth=growth, forecast=ForecastRules(years=(start + 10, start + 20)))
    result = run(ahead)
    table = result.detail.forecast
    assert sorted(set(table["year"])) == [start + 10, start + 20]
    assert (table["lower"] <= table["need"]).all()
    assert (table["need"] <= table["upper"]).all()
    need = plain().need.groupby(["service", "group"])["need"].sum()
    since = plain().totals.groupby("group")["as_of"].min().str[:4].astype(int)
    for row in table.itertuples():
        expected = need[row.service, row.group] * 1.02 ** (row.year - since[row.group])
        assert row.need == pytest.approx(expected, rel=0.01, abs=1.5)
    pd.testing.assert_frame_equal(result.states, plain().states)
    later = run(ahead.replace(forecast=ForecastRules(analysed=start + 10)))
    assert later.need["need"].sum() > plain().need["need"].sum()
    with pytest.raises(PlanError, match=r"growth\."):
        plan().replace(forecast=ForecastRules(years=(2030,)))


def test_pools_hold_no_more_than_their_beds():
    """Services that share ten beds serve ten people together; a pool of something that is not offered is refused."""
    offered = plain().capacity
    shared = offered.groupby("site_id")["service"].agg(set)
    site = next(s for s, services in shared.items() if len(services & {r.service for r in plan().services}) >= 2)
    services = tuple(sorted(shared[site] & {rule.service for rule in plan().services}))[:2]
    pool = PoolRule(str(site), services, 10, WHY)
    result = run(plan().replace(pools=(pool,)))
    served = result.flows[(result.flows["site_id"] == site) & result.flows["service"].isin(services)]["served"].sum()
    assert served <= 10
    assert result.detail.usage.loc[result.detail.usage["service"].isin(services), "served_gain"].isna().all()
    with pytest.raises(PlanError, match=r"pools\[1\]"):
        run(plan().replace(pools=(dataclasses.replace(pool, site="KHONG-CO"),)))


def test_a_house_that_refuses_a_group_serves_none_of_it():
    """A site that does not take a group has no flow of it; limits of age refuse the groups wholly beyond them."""
    flows = plain().flows
    site, group, service = flows.sort_values("served").iloc[-1][["site_id", "group", "service"]]
    rule = RefusalRule(str(site), WHY, groups=(str(group),))
    result = run(plan().replace(refusals=(rule,)))
    gone = result.flows[(result.flows["site_id"] == site) & (result.flows["group"] == group)]
    assert gone.empty
    assert service in {r.service for r in plan().services}
    assert "child_nosupport" in supply.beyond_ages(min_age=18, max_age=None)
    assert "elderly" not in supply.beyond_ages(min_age=18, max_age=None)
    assert {"elderly", "elderly_80"} <= set(supply.beyond_ages(min_age=None, max_age=59))
    assert "disabled" in supply.partly_beyond_ages(min_age=18, max_age=None)
    with pytest.raises(PlanError, match=r"refusals\[1\]\.site"):
        run(plan().replace(refusals=(dataclasses.replace(rule, site="KHONG-CO"),)))


def test_norms_say_what_binds(monkeypatch):
    """Land of 3,000 m² at 30 m² each allows 100, three social workers at 100 each 300: land binds."""
    tables, file = facts.read_tables(plan())
    capacity = tables["capacity"].copy()
    row = capacity.index[capacity["service"] == "residential"][0]
    capacity.loc[row, ["land_m2", "staff"]] = [3000.0, 3]
    monkeypatch.setattr(facts, "read_tables", lambda _: ({**tables, "capacity": capacity}, file))
    norms = (
        NormRule("residential", "land", "land_rural", WHY),
        NormRule("residential", "staff", "sw_case_33", WHY),
    )
    table = run(plan().replace(norms=norms)).detail.by_norm.set_index("site_id")
    found = table.loc[capacity.at[row, "site_id"]]
    assert (found["by_land"], found["by_staff"], found["by_norm"]) == (100, 300, 100)
    assert (found["binding"], found["norm"]) == ("land", "land_rural")
    assert table.drop(index=capacity.at[row, "site_id"])["by_norm"].isna().all()
    with pytest.raises(InputError, match="from memory"):
        run(plan().replace(norms=(NormRule("residential", "bedroom", "room", WHY),)))


def test_stays_give_turnover():
    """Residents who stay four years on average leave at a quarter a year."""
    result = run(plan().replace(stays=(StayRule("residential", 4.0, WHY),)))
    table = result.detail.usage.merge(result.capacity, on=["site_id", "service"])
    known = table[(table["service"] == "residential") & table["residents"].notna()]
    assert len(known)
    assert np.allclose(known["exits_per_year"], known["residents"].astype(float) / 4)


def test_overlaps_narrow_how_many_people_groups_are():
    """Without a word the groups of a service are between the largest and the sum; a stated rate gives one number."""
    people = plain().people
    groups = sorted(set(people["group"]) - {"population"})
    if len(groups) < 2:
        groups = [groups[0], "elderly"]
    needs = tuple(NeedRule(group, "counselling", 0.5, WHY) for group in groups[:2])
    tables, file = facts.read_tables(plan())
    extra = tables["people"][tables["people"]["group"] == groups[0]].assign(group=groups[1])
    given = tables["people"] if groups[1] in set(people["group"]) else pd.concat([tables["people"], extra])
    asked = plan().replace(needs=needs)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(facts, "read_tables", lambda _: ({**tables, "people": given.reset_index(drop=True)}, file))
        bound = run(asked).detail.distinct.iloc[0]
        stated = run(asked.replace(overlaps=(OverlapRule(groups[0], groups[1], 0.25, WHY),))).detail.distinct.iloc[0]
    assert bound["lower"] <= stated["lower"] == stated["upper"] <= bound["upper"] == bound["summed"]


def test_authorities_and_the_border(monkeypatch):
    """Facilities of other authorities are out; a neighbour's site is refused, or taken and kept out of targets."""
    tables, file = facts.read_tables(plan())
    kinds = set(tables["facilities"]["authority"].dropna())
    if tables["facilities"]["authority"].isna().any():
        with pytest.raises(InputError, match="authority"):
            run(plan().replace(supply=dataclasses.replace(plan().supply, authorities=("ministry",))))
    else:
        none = run(
            plan().replace(
                targets=(), locations=(), supply=dataclasses.replace(plan().supply, authorities=("ministry",))
            )
        )
        assert len(none.facilities) == 0 or "ministry" in kinds
    sites = tables["sites"].copy()
    sites["address"] = sites["address"].astype(object)
    sites.loc[sites.index[0], ["lon", "lat", "address"]] = [108.0, 13.98, None]
    monkeypatch.setattr(facts, "read_tables", lambda _: ({**tables, "sites": sites}, file))
    with pytest.raises(InputError, match="outside the province"):
        run(plan())
    card = TargetRule("count_facilities", "Số cơ sở", 5, 2030, WHY)
    open_border = dataclasses.replace(plan().supply, admit_across_border=True)
    result = run(plan().replace(supply=open_border, targets=(card,)))
    assert result.sites["across_border"].sum() == 1
    assert "site_across_border" in {notice.key for notice in result.notices}
    assert result.scorecard["today"].iloc[0] == len(result.facilities) - 1


def write_grid(place: Path) -> None:
    """Write a population grid over Kon Tum: 0.02 degrees, seeded."""
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[33550], tags.tagtype[33550] = (0.02, 0.02, 0.0), 12
    tags[33922], tags.tagtype[33922] = (0.0, 0.0, 0.0, 107.0, 15.7, 0.0), 12
    values = np.random.default_rng(3).gamma(0.4, 50.0, (100, 90)).astype(np.float32)
    Image.fromarray(values).save(place, tiffinfo=tags)


def test_a_population_grid_moves_people_within_their_commune(tmp_path):
    """Every commune keeps its people to the person; only how many of them are covered, and where, changes."""
    write_grid(tmp_path / "nguoi.tif")
    gridded = dataclasses.replace(
        plan(), inputs=dataclasses.replace(plan().inputs, population=str(tmp_path / "nguoi.tif"))
    )
    result = run(gridded)
    pd.testing.assert_frame_equal(result.need, plain().need)
    keys = ["point_id", "group", "service"]
    pd.testing.assert_frame_equal(result.states[[*keys, "need"]], plain().states[[*keys, "need"]])
    assert not result.states["out_of_reach"].equals(plain().states["out_of_reach"])
    bands = result.bands[result.bands["group"] == "population"].groupby("service")["people"].sum()
    people = result.people.loc[result.people["group"] == "population", "people"].sum()
    assert (bands == people).all()
    assert "people_on_grid" in {notice.key for notice in result.notices}
    disclose(result)


def test_ranges_enclose_and_nearest_never_serves_more():
    """Coverage lies within its interval; need within its bounds; everybody to the nearest site never serves more."""
    table = plain().detail.ranges
    assert (table["covered_lower"] <= table["covered_upper"]).all()
    assert (table["covered_upper"] <= table["need"]).all()
    assert (table["served_nearest"] <= table["served"]).all()
    bounded = table[table["need_lower"].notna()]
    assert (bounded["need_lower"] <= bounded["need"]).all()
    again = run(plan()).detail.ranges
    pd.testing.assert_frame_equal(table, again)
    exact = run(plan().replace(access=AccessRules(location_draws=0))).detail.ranges
    assert exact["covered_lower"].isna().all()


def test_tables_behind_the_figures_sum_to_them():
    """States by band, use by site and the gains of places agree with the states."""
    result = plain()
    keys = ["group", "service"]
    banded = result.detail.by_band.groupby(keys)[["need", "served", "full", "out_of_reach", "unlocated"]].sum()
    states = result.states.groupby(keys)[["need", "served", "full", "out_of_reach", "unlocated"]].sum()
    pd.testing.assert_frame_equal(banded, states)
    used = result.detail.usage.groupby("service")["served"].sum()
    by_service = result.states.groupby("service")["served"].sum()
    assert (used == by_service.reindex(used.index)).all()
    fairness = result.detail.fairness
    assert fairness["gini"].between(0, 1).all()


def test_ratios_and_fairness_as_the_plan_asks():
    """Another method gives other ratios; a poverty line gives figures of access poverty; a poor group must be named."""
    rules = AccessRules(
        ratio_method="e2sfca", ratio_decay="step", ratio_minutes=(30.0, 60.0), ratio_weights=(1.0, 0.5),
        poverty_line=10.0, location_draws=0,
    )  # fmt: skip
    result = run(plan().replace(access=rules))
    assert not result.detail.ratios.empty
    assert result.detail.fairness["poor_share"].between(0, 1).all()
    for wrong in (
        AccessRules(ratio_method="e2sfca"),
        AccessRules(ratio_decay="gaussian", ratio_minutes=(30.0,)),
        AccessRules(ranked_by="poverty"),
        AccessRules(location_draws=3),
    ):
        with pytest.raises(PlanError, match="access"):
            plan().replace(access=wrong)


def test_even_occupancy_serves_as_many_in_as_few_minutes():
    """Filling places evenly changes neither how many are served nor the minutes to the nearest."""
    even = run(plan().replace(access=AccessRules(even_occupancy=True)))
    assert totals(even).equals(totals(plain()))


def test_new_sites_are_worth_what_the_plan_may_build():
    """The best single new site serves no more than its places, and covers no more than are out of reach today."""
    result = run(read_plan("yen-bai"))
    table = result.detail.new_sites
    assert len(table)
    assert (table["served_gain"] <= table["places"]).all()
    beyond = result.states.groupby("service")["out_of_reach"].sum()
    assert (table["covered_gain"] <= table["service"].map(beyond)).all()
    assert table["served_gain"].is_monotonic_decreasing


@pytest.mark.parametrize("profile", ["public", "internal"])
def test_nothing_behind_the_figures_shows_a_confidential_site(profile):
    """A shelter is in no table of the detail, nor is any of its services, nor a rule about it in the plan."""
    asked = plan().replace(stays=(StayRule("residential", 4.0, WHY),))
    result = run(asked)
    site = str(result.detail.usage["site_id"].iloc[0])
    sites = result.sites.assign(confidential=result.sites["site_id"] == site)
    rules = result.plan.replace(
        refusals=(RefusalRule(site, WHY, groups=("elderly",)),),
        norms=(NormRule("residential", "land", "land_rural", WHY, sites=(site,)),),
    )
    shown = disclose(dataclasses.replace(result, sites=sites, plan=rules), profile=profile)
    for field in dataclasses.fields(shown.detail):
        frame = getattr(shown.detail, field.name)
        if isinstance(frame, pd.DataFrame):
            assert site not in frame.to_csv(), field.name
            if field.name not in ("forecast", "distinct", "by_norm", "traces"):
                assert not set(frame["service"]) & set(shown.withheld_services), field.name
    assert site not in shown.plan.to_toml()


def test_no_count_of_a_catchment_is_shown_where_a_commune_is_masked():
    """With a masked commune, sums over catchments and ratios by commune are withheld in public, shown internally."""
    result = plain()
    states = result.states.copy()
    group, service = next(key for key in zip(states["group"], states["service"], strict=True) if key[0] != "population")
    row = states.index[(states["group"] == group) & (states["service"] == service)][0]
    states.loc[row, ["need", "served", "full", "out_of_reach", "unlocated"]] = [4.0, 0.0, 0.0, 4.0, 0.0]
    after = result.states_after.copy()
    after.loc[row, ["need", "served", "full", "out_of_reach", "unlocated"]] = [4.0, 0.0, 0.0, 4.0, 0.0]
    changed = dataclasses.replace(result, states=states, states_after=after)
    public, internal = (disclose(changed, profile=profile).detail for profile in ("public", "internal"))
    for name, column in (("usage", "within_reach"), ("ratios", "ratio"), ("new_sites", "served_gain")):
        frame = getattr(public, name)
        mine = frame[frame["service"] == service]
        assert mine[column].isna().all(), name
        assert not getattr(internal, name)["masked"].any()
    band = public.by_band[(public.by_band["service"] == service) & (public.by_band["group"] == group)]
    assert band["need"].isna().all()


def test_staff_per_commune_is_measured_where_staff_is_known(monkeypatch):
    """Six social workers in a province of n communes are 6 ÷ n; without a figure nothing is said."""
    target = TargetRule("staff_per_commune", "Cán bộ mỗi xã", 1.0, 2030, WHY, service="counselling")
    asked = plan().replace(targets=(target,))
    assert run(asked).scorecard["reason"].tolist() == ["no_data"]
    tables, file = facts.read_tables(plan())
    capacity = tables["capacity"].copy()
    rows = capacity.index[capacity["service"] == "counselling"]
    capacity.loc[rows, "staff"] = 6
    monkeypatch.setattr(facts, "read_tables", lambda _: ({**tables, "capacity": capacity}, file))
    result = run(asked)
    assert result.scorecard["today"].iloc[0] == pytest.approx(6 * len(rows) / len(result.units))


def test_no_further_sum_is_given_where_a_commune_is_masked():
    """Mean minutes, ranges of coverage and inequality are sums with known weights: withheld where one is masked."""
    result = plain()
    group, service = next(
        key for key in zip(result.states["group"], result.states["service"], strict=True) if key[0] != "population"
    )
    few = (result.states["group"] == group) & (result.states["service"] == service)
    changed = []
    for table in (result.states, result.states_after):
        table = table.copy()
        table.loc[few.idxmax(), ["need", "served", "full", "out_of_reach", "unlocated"]] = [4.0, 0.0, 0.0, 4.0, 0.0]
        changed.append(table)
    shown = disclose(dataclasses.replace(result, states=changed[0], states_after=changed[1]))
    row = shown.detail.ranges.set_index(["group", "service"]).loc[(group, service)]
    assert row["withheld"]
    assert row[["covered_lower", "covered_upper", "served_nearest", "mean_minutes", "p90_minutes"]].isna().all()
    fairness = shown.detail.fairness.set_index("service")
    assert service not in fairness.index or fairness.loc[service].drop("masked").isna().all()
    assert not shown.detail.ranges.loc[shown.detail.ranges["group"] == "population", "withheld"].any()
