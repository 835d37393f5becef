"""A plan under stress: figures found again without the solver, and nothing shown that the report hides."""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Callable
from typing import Any

import docx
import numpy as np
import openpyxl
import pandas as pd
import pytest

from mangluoi import access, siting
from mangluoi.errors import InputError, PlanError
from mangluoi.reports import sentences, stress_files
from mangluoi.scenario import disclose_stress, draws, facts, plan, redraw, regret, travel
from mangluoi.scenario.plan import GrowthRule, Plan, StayRule, StressRule, read_plan
from mangluoi.scenario.run import Asked, answered
from mangluoi.scenario.stressing import Stress, stress

stressing = importlib.import_module("mangluoi.scenario.stressing")
BASIS = "giả định"
RANGES = (
    StressRule("need", BASIS, 0.7, 1.3),
    StressRule("speed", BASIS, 0.8, 1.2),
    StressRule("cost", BASIS, 0.8, 1.4),
    StressRule("stay", BASIS, 0.8, 1.25, service="residential"),
    StressRule("location", BASIS),
)
Answered = tuple[Any, Asked]


@pytest.fixture(scope="module")
def asked_plan() -> Plan:
    """Kon Tum, with every factor in doubt."""
    given = read_plan("kon-tum")
    stays = (StayRule("residential", 4.0, BASIS),)
    build = tuple(rule for rule in given.actions if rule.kind == "build")
    return given.replace(stays=stays, stress=RANGES, actions=build)


@pytest.fixture(scope="module")
def once(asked_plan: Plan) -> Answered:
    """The answer where all is as assumed, worked out once."""
    with pytest.MonkeyPatch.context() as patch:
        # Why each action was chosen takes many questions more, and nothing here asks.
        patch.setattr(siting, "reasons", lambda *_, **__: [])
        result, asked = answered(asked_plan.replace(answers=plan.AnswerRules(frontier=0)))
    assert asked is not None
    return result, asked


@pytest.fixture
def known(once: Answered, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every stress begin from that answer."""
    monkeypatch.setattr(stressing, "answered", lambda _: once)


@pytest.fixture(scope="module")
def remembered() -> dict[str, Any]:
    """What the stress of this module found."""
    return {}


@pytest.fixture(scope="module")
def found(asked_plan: Plan, once: Answered, remembered: dict[str, Any]) -> Stress:
    """Four draws."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stressing, "answered", lambda _: once)
        return stress(asked_plan, draws=4, seed=3, most_plans=3, remembered=remembered)


def test_the_matrix_is_found_again_by_allocating_people(asked_plan: Plan, once: Answered, found: Stress) -> None:
    """The sizes of each choice in each draw serve, by an allocation that knows no solver, whom the matrix says."""
    made = redraw.setup(asked_plan, once[1], seed=3)
    spent = []
    for row in found.robust.draws.to_dict("records"):
        one = made.question_in(row)
        posed = regret.Posed(one)
        for told in found.robust.plans.itertuples():
            sized = posed.sized(told.actions.split(", "), time_limit_s=20)
            adds = sized.chosen.merge(one.actions[["action_id", "site_id", "service"]], on="action_id")
            more = adds.rename(columns={"added": "capacity"})[["site_id", "service", "capacity"]]
            places = pd.concat([one.capacity, more]).groupby(["site_id", "service"], as_index=False)["capacity"].sum()
            people = one.need[["point_id", "group", "service", "need"]]
            flow = access.allocate(people, places, one.times, max_minutes=one.max_minutes, admissible=one.admissible)
            assert flow.states["served"].sum() == found.robust.served.loc[told.plan, row["draw"]]
            spent.append(sized.chosen["cost_vnd"].sum())
    assert max(spent) <= asked_plan.budget_vnd
    assert len(spent) == 4 * len(found.robust.plans) > 4


def test_the_advised_choice_never_regrets_more_than_the_plan_itself(found: Stress) -> None:
    """Worst regret and mean are the best of those compared; nothing reaches more than the best of its draw."""
    plans = found.robust.plans.set_index("plan")
    assert plans.loc[found.robust.least_regret, "worst_regret"] == plans["worst_regret"].min()
    assert plans["worst_regret"].min() <= plans.loc["P0", "worst_regret"]
    assert (found.robust.regret.to_numpy() >= 0).all()
    assert found.robust.proven
    assert set(found.robust.chosen["draws"]) <= set(range(5))


def test_roads_are_timed_anew_as_a_plan_with_that_speed_times_them(asked_plan: Plan, once: Answered) -> None:
    """Minutes in a draw are those of the plan whose roads have that speed factor, walks to the road included."""
    _, asked = once
    made = redraw.setup(asked_plan, asked, seed=3)
    slower = asked_plan.replace(roads=dataclasses.replace(asked_plan.roads, speed_factor=0.85))
    laid = travel.ways(slower, facts.area(slower), asked.sites, profiles=["car"], homes=asked.points.places)
    times = travel.door_times(slower, laid.minutes(120.0), made.doors, asked.points.table)
    drawn = made.question_in({**draws.ASSUMED, "speed": 0.85}).times
    pd.testing.assert_frame_equal(drawn, times)
    assert 0 < len(drawn) < len(made.question.times)


def test_places_move_within_their_error_and_no_farther(asked_plan: Plan, once: Answered) -> None:
    """Moved minutes differ by no more than both errors could make, come back with the seed, and others differ."""
    made = redraw.setup(asked_plan, once[1], seed=3)
    homes = made.points.drop_duplicates("place_id").drop(columns="point_id").rename(columns={"place_id": "point_id"})
    times = made.ways.minutes(120.0)
    times = times[times["to_id"].isin(made.sites["site_id"])]

    def moved(seed: list[int]) -> np.ndarray[Any, Any]:
        told = access.moved_minutes(times, homes, made.sites, minutes_per_km=2.0, seed=seed)
        return told.to_numpy(dtype=float)

    error = homes.set_index("point_id")["located_within_m"].loc[times["from_id"]].to_numpy(float)
    error = error + made.sites.set_index("site_id")["located_within_m"].loc[times["to_id"]].to_numpy(float)
    apart = np.abs(moved([3, 1]) - times["minutes"].to_numpy(float))
    assert (apart <= 2.0 * error / 1000 * 1.01 + 1e-9).all()
    assert apart.max() > 1.0
    assert (moved([3, 1]) == moved([3, 1])).all()
    assert (moved([3, 1]) != moved([3, 2])).any()


@pytest.mark.usefixtures("known")
def test_seeds_reproduce_and_what_was_remembered_is_not_asked_again(
    asked_plan: Plan, once: Answered, found: Stress, remembered: dict[str, Any], monkeypatch: pytest.MonkeyPatch,
    tmp_path: Any,
) -> None:  # fmt: skip
    """A draw made again gives the same; a second call gives the same bytes from what the first one wrote down alone."""
    made, row = redraw.setup(asked_plan, once[1], seed=3), found.robust.draws.to_dict("records")[1]
    nominal = frozenset(found.robust.plans["actions"].iloc[0].split(", "))
    assert regret.first(made.question_in(row), nominal, time_limit_s=20).best == found.robust.best.iloc[1]
    more = draws.draw_table(["population"], made.ranges, count=9, seed=3)
    pd.testing.assert_frame_equal(more.head(4), found.robust.draws)

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("this was known")

    monkeypatch.setattr(stressing, "_first_of", refuse)
    monkeypatch.setattr(stressing, "_others_of", refuse)
    again = stress(asked_plan, draws=4, seed=3, most_plans=3, remembered=dict(remembered))
    pd.testing.assert_frame_equal(again.robust.served, found.robust.served)
    folders = [stress_files.write_stress(one, tmp_path / name) for one, name in ((found, "a"), (again, "b"))]
    names = sorted(file.name for file in folders[0].iterdir())
    assert {"thu-thach.html", "thu-thach.docx", "thu-thach.xlsx", "anh-huong.png", "anh-huong.svg"} <= set(names)
    for name in names:
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes(), name
    assert not any("xay-moi" in key or "xay-moi" in str(value) for key, value in remembered.items())


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize("after", [0, 2])
def test_an_interrupt_keeps_the_draws_that_were_finished(
    asked_plan: Plan, found: Stress, remembered: dict[str, Any], monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """Ctrl-C keeps what is done and says so; before the first draw there is nothing to keep."""
    kept = {key: value for key, value in remembered.items() if key.startswith("other")}
    made: list[int] = []
    told = {key: value for key, value in remembered.items() if key.startswith("first")}
    answers = iter(list(told.values())[:after])
    ids = sorted(found.actions["action_id"])

    def first(*_: Any, **__: Any) -> list[regret.First]:
        made.append(1)
        value = next(answers, None)
        if value is None:
            raise KeyboardInterrupt
        nominal, best, choice, proven = value
        return [regret.First(nominal, best, frozenset(ids[at] for at in choice), proven)]

    monkeypatch.setattr(stressing, "_first_of", first)
    if not after:
        with pytest.raises(KeyboardInterrupt):
            stress(asked_plan, draws=4, seed=3, most_plans=1)
        return
    part = stress(asked_plan, draws=4, seed=3, most_plans=1, remembered=kept)
    assert (len(part.robust.draws), part.asked, part.whole) == (2, 4, False)
    assert part.robust.best.tolist() == found.robust.best.tolist()[:2]
    assert part.tornado.empty
    said = stress_files.stressing.answers(disclose_stress(part))
    assert any("2 trong 4" in sentence for sentence in said)


def _with_disclosed(
    monkeypatch: pytest.MonkeyPatch, found: Stress, change: Callable[[Any], Any]
) -> tuple[Any, pd.DataFrame]:
    door = importlib.import_module("mangluoi.scenario.stress_door")
    shown = change(door.disclose(found.result))
    monkeypatch.setattr(door, "disclose", lambda *_, **__: shown)
    told = door.disclose_stress(found)
    return told, told.plans


def test_people_are_not_counted_where_some_commune_is_masked(found: Stress, monkeypatch: pytest.MonkeyPatch) -> None:
    """A masked commune of a group that is no published figure closes every count of its service in every draw."""

    def change(d: Any) -> Any:
        rename = {"population": "elderly_alone"}
        masked = d.states["unit_code"] == d.states["unit_code"].iloc[0]
        return dataclasses.replace(
            d,
            states=d.states.replace({"group": rename}).assign(masked=masked),
            state_totals=d.state_totals.replace({"group": rename}),
        )

    told, plans = _with_disclosed(monkeypatch, found, change)
    names = list(plans["plan"])
    assert not told.open
    assert plans[["served", "mean_served", "worst_regret"]].isna().all(axis=None)
    assert told.regret[names].isna().all(axis=None)
    assert told.tornado[["low", "high", "at_assumed", "swing"]].isna().all(axis=None)
    assert np.isnan(told.price)
    assert len(told.chosen)


def test_small_counts_of_people_are_masked_and_cannot_be_worked_out(
    found: Stress, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a group that is no published figure, counts and differences of 1 to 10 are left out, in every table."""

    def change(d: Any) -> Any:
        return dataclasses.replace(d, state_totals=d.state_totals.replace({"group": {"population": "elderly_alone"}}))

    few = found.robust.served.copy()
    few.loc["P1"] = few.loc["P0"] - 3
    plans = found.robust.plans.assign(served=[200.0, 197.0, 150.0][: len(found.robust.plans)])
    robust = dataclasses.replace(found.robust, served=few, plans=plans, price=3.0)
    told, shown = _with_disclosed(monkeypatch, dataclasses.replace(found, robust=robust), change)
    assert told.open
    assert np.isnan(told.price)
    assert np.isnan(shown.loc[1, "served"])
    assert shown.loc[0, "served"] == 200
    numbers = told.regret[list(shown["plan"])].to_numpy(dtype=float)
    assert not ((numbers > 0) & (numbers <= 10)).any()
    assert np.isnan(numbers).any()


def test_nothing_of_a_withheld_service_is_told(found: Stress, tmp_path: Any) -> None:
    """Where a confidential site offers the service, neither its actions nor any count is in any file."""
    result = found.result
    secret = result.sites["site_id"] == "KT01-1"
    names = result.sites.loc[secret, ["site_id", "name"]].iloc[0]
    hidden = dataclasses.replace(result, sites=result.sites.assign(confidential=secret))
    with pytest.raises(InputError) as caught:
        disclose_stress(dataclasses.replace(found, result=hidden))
    assert caught.value.complaints[0].details["reason"] == "choice_withheld"
    told = disclose_stress(dataclasses.replace(found, result=hidden), profile="internal")
    assert "residential" in told.shown.withheld_services
    assert told.actions.empty
    assert told.chosen.empty
    assert not told.open
    assert told.plans["cost_vnd"].isna().all()
    place = stress_files.write_stress(told, tmp_path / "out")
    page = (place / "thu-thach.html").read_text(encoding="utf-8") + (place / "plan.toml").read_text(encoding="utf-8")
    assert str(names["name"]) not in page
    assert "KT01-1" not in page
    assert not (place / "anh-huong.png").exists()


def test_an_internal_stress_is_stamped_on_every_page(found: Stress, tmp_path: Any) -> None:
    """The page, every header of the document and every sheet bear the stamp; those of a public one bear none."""
    for profile, stamped in (("internal", True), ("public", False)):
        place = stress_files.write_stress(found, tmp_path / profile, profile=profile)
        page = (place / "thu-thach.html").read_text(encoding="utf-8")
        assert ('<div class="stamp">NỘI BỘ' in page) is stamped
        made = docx.Document(str(place / "thu-thach.docx"))
        heads = [head for one in made.sections for head in (one.header, one.first_page_header)]
        told = ["".join(p.text for p in head.paragraphs) for head in heads]
        told += [sheet.oddHeader.center.text or "" for sheet in openpyxl.load_workbook(place / "thu-thach.xlsx")]
        assert ["NỘI BỘ" in text for text in told] == [stamped] * len(told)


def test_need_without_bounds_must_be_given_a_range(asked_plan: Plan, once: Answered) -> None:
    """Neither the figures nor the plan say how far need may be off: nothing is assumed, every missing end is named."""
    without = asked_plan.replace(stress=RANGES[1:])
    with pytest.raises(PlanError) as caught:
        redraw.setup(without, once[1], seed=1)
    named = {complaint.column for complaint in caught.value.complaints}
    assert named == {f"stress.need.population.residential.{end}" for end in ("lower", "upper")}


def test_bounds_that_the_figures_state_come_before_the_plans(asked_plan: Plan, once: Answered) -> None:
    """An end that the figures state stays; the other one is the plan's; a range that nothing needs is refused."""
    _, asked = once
    need = asked.question.need
    mine = need["group"] == "population"
    half = dataclasses.replace(asked, question=asked.question.replace(
        need=need.assign(lower=need["need"].where(mine), upper=np.nan)))  # fmt: skip
    made = redraw.setup(asked_plan, half, seed=1).question.need
    assert (made["lower"] == made["need"]).all()
    assert np.allclose(made["upper"], made["need"] * 1.3)
    whole = dataclasses.replace(asked, question=asked.question.replace(
        need=need.assign(lower=need["need"], upper=need["need"])))  # fmt: skip
    own = (StressRule("need", BASIS, 0.7, 1.3, group="population"),)
    with pytest.raises(PlanError) as caught:
        redraw.setup(asked_plan.replace(stress=own), whole, seed=1)
    assert [(c.problem, c.column) for c in caught.value.complaints] == [("unused_key", "stress[1]")]


@pytest.mark.parametrize(
    ("rules", "problem", "column"),
    [
        ((StressRule("need", BASIS, 1.2, 0.8),), "bounds_order", "stress[1]"),
        ((StressRule("speed", BASIS, 0.0, 1.2),), "below_range", "stress[1].lower"),
        ((StressRule("cost", BASIS, 0.9),), "missing_key", "stress[1].upper"),
        ((StressRule("cost", " ", 0.9, 1.1),), "missing_key", "stress[1].basis"),
        ((StressRule("location", BASIS, 0.9, 1.1),), "unused_key", "stress[1].lower"),
        ((StressRule("speed", BASIS, 0.9, 1.1, service="day"),), "unused_key", "stress[1].service"),
        ((StressRule("stay", BASIS, 0.9, 1.1),), "missing_key", "stress[1].service"),
        ((StressRule("stay", BASIS, 0.9, 1.1, service="counselling"),), "unknown_reference", "stress[1].service"),
        ((StressRule("need", BASIS, 0.9, 1.1, group="hiv"),), "unknown_reference", "stress[1]"),
        ((StressRule("location", BASIS), StressRule("location", BASIS)), "duplicate_key", "stress[2]"),
    ],
)
def test_ranges_that_make_no_sense_are_refused_in_both_languages(
    asked_plan: Plan, rules: tuple[StressRule, ...], problem: str, column: str
) -> None:
    """Each wrong range is named with its place, and the sentence about it can be said in both languages."""
    with pytest.raises(PlanError) as caught:
        asked_plan.replace(stress=rules)
    first = caught.value.complaints[0]
    assert (first.problem, first.column) == (problem, column)
    assert all(sentences.complaint(first, lang) for lang in ("vi", "en"))


@pytest.mark.usefixtures("known")
def test_a_plan_without_a_choice_and_no_draw_at_all_are_refused(
    asked_plan: Plan, once: Answered, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing to choose, a plan that cannot be met, and no draw: each is said."""
    with pytest.raises(InputError, match="draws"):
        stress(asked_plan, draws=0)
    seeking = asked_plan.replace(siting=dataclasses.replace(asked_plan.siting, aim="covered"))
    with pytest.raises(InputError) as caught:
        stress(seeking, draws=2)
    assert caught.value.complaints[0].details["reason"] == "stress_of_people"
    result, asked = once
    assert result.solution is not None
    clashing = dataclasses.replace(result, solution=dataclasses.replace(result.solution, status="infeasible"))
    for answer, reason in (
        ((dataclasses.replace(result, solution=None), asked), "nothing_to_stress"),
        ((clashing, asked), "plan_clashes"),
    ):
        monkeypatch.setattr(stressing, "answered", lambda _, answer=answer: answer)
        with pytest.raises(InputError) as caught:
            stress(asked_plan, draws=2)
        assert caught.value.complaints[0].details["reason"] == reason
        assert sentences.complaint(caught.value.complaints[0], "vi")


def test_growth_gives_need_its_bounds() -> None:
    """A plan analysed in a later year has the low and the high variant of growth as bounds of need."""
    given = read_plan("kon-tum")
    grown = given.replace(
        forecast=dataclasses.replace(given.forecast, analysed=2030),
        growth=tuple(GrowthRule(rule.group, rule.rate, rule.basis, rule.lower, rule.upper) for rule in given.growth),
    )
    table = pd.DataFrame({"unit_code": ["1"], "vintage": ["v"], "group": ["population"], "people": [1000]})
    table = table.assign(lower=None, upper=None, kind="stock", as_of="2018-04-03", source="s")
    forecast = importlib.import_module("mangluoi.scenario.forecast")
    then = forecast.grown(grown, table, 2030)
    assert then["lower"].iloc[0] < then["people"].iloc[0] < then["upper"].iloc[0]
