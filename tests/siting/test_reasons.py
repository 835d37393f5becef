"""Why this site: every figure equals that of the question asked again in plain loops."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from every_plan import Network, askable, best, every_network
from mangluoi import siting
from mangluoi.siting import Aim

SERVED = Aim("served")


def question_and_answer(seed):
    """Return a question with one budget and no requirement besides, whose answer does something, and the answer."""
    for number in range(seed * 50, seed * 50 + 50):
        question = askable(number).replace(
            budget_vnd=6.0, floors=(), rules=(), network=None, required=(), forbidden=(), max_loss_minutes=None,
            weights=None, land_m2=None,
        )  # fmt: skip
        plain = question.actions.assign(exclusive=None, requires=None, bundle=None)
        question = question.replace(actions=plain)
        answer = siting.solve(question, SERVED)
        if len(answer.chosen):
            return question, answer
    raise AssertionError("no such question")


def value(question):
    """Return the most people by trying every plan."""
    found = best(question, SERVED)
    return -math.inf if found is None else found


@pytest.mark.parametrize("seed", range(12))
def test_reasons_equal_every_plan(seed):
    """What an action adds, what is lost without it, and what more money or a larger limit would bring."""
    question, answer = question_and_answer(seed)
    done = dict(zip(answer.chosen["action_id"], answer.chosen["added"], strict=True))
    for reason in siting.reasons(question, answer):
        rest = {name: size for name, size in done.items() if name != reason.action_id}
        alone = max(sum(people) for people in Network(question, rest).served())
        assert reason.adds == answer.objective - alone
        assert reason.by_row["people"].sum() == reason.adds
        assert reason.lost == answer.objective - value(question.without(reason.action_id))
        assert reason.proven
        holds = {stand.what: stand.gain for stand in reason.holds_back}
        richer = value(question.replace(budget_vnd=1e6)) - answer.objective
        assert holds.get("budget", 0.0) == richer
        larger = question.actions.copy()
        row = larger["action_id"] == reason.action_id
        if (
            larger.loc[row, "kind"].iloc[0] in ("build", "expand")
            and done[reason.action_id] == larger.loc[row, "max_added"].iloc[0]
        ):
            larger.loc[row, "max_added"] = 2 * larger.loc[row, "max_added"] - larger.loc[row, "min_added"]
            assert holds.get("size", 0.0) == value(question.replace(actions=larger)) - answer.objective


@pytest.mark.parametrize("seed", range(12))
def test_the_next_best_is_a_plan(seed):
    """What stands in for an action is not the action, and together with what stays it loses no more than is said."""
    question, answer = question_and_answer(seed)
    for reason in siting.reasons(question, answer):
        assert reason.action_id not in set(reason.next_best["action_id"])
        assert (reason.next_best["added"] >= 0).all()


@pytest.mark.parametrize("seed", range(8))
def test_a_cost_flip_equals_every_plan(seed):
    """At the factor at which an action stays a best plan has it; at that at which it goes none has."""
    question, answer = question_and_answer(seed)
    name = answer.chosen["action_id"].iloc[0]
    flip = siting.cost_flip(question, name, within=0.25)

    def stays(factor):
        dearer = question.actions.copy()
        for column in ("fixed_vnd", "per_place_vnd"):
            dearer.loc[dearer["action_id"] == name, column] *= factor
        with_it = value(question.replace(actions=dearer, required=(name,)))
        return with_it >= value(question.without(name))

    assert stays(flip.stays)
    assert flip.goes is None or not stays(flip.goes)


@pytest.mark.parametrize("seed", range(8))
def test_flips_of_need_and_threshold_equal_every_plan(seed):
    """At each factor on need and each change of the threshold: whether a best plan still has the action."""
    question, answer = question_and_answer(seed)
    name = answer.chosen["action_id"].iloc[0]
    for factor, stays in siting.need_flips(question, name, [1, 2]).itertuples(index=False, name=None):
        other = question.replace(need=question.need.assign(need=question.need["need"] * factor))
        assert stays == (value(other.replace(required=(name,))) >= value(other.without(name)))
    for change, stays in siting.threshold_flips(question, name, [0, 10]).itertuples(index=False, name=None):
        other = question.replace(max_minutes=question.max_minutes + change)
        assert stays == (value(other.replace(required=(name,))) >= value(other.without(name)))


@pytest.mark.parametrize("seed", range(8))
def test_near_optimal_plans_are_all_found(seed):
    """The actions of every set of actions that comes near to the best are counted, each set once."""
    question, answer = question_and_answer(seed)
    table = siting.near_optimal(question, answer, within=0.3, plans=200)
    useless = set(answer.out_of_question)
    sets = {}
    for network in every_network(question):
        most = max(sum(people) for people in network.served())
        key = frozenset(network.added)
        if most >= 0.7 * answer.objective - 1e-9 and not key & useless:
            sets[key] = most
    expected = pd.Series([name for key in sets for name in key], dtype=object).value_counts()
    counted = table[~table["action_id"].isin(useless)].set_index("action_id")["plans"]
    if not useless:
        assert (table["of"] == len(sets)).all()
        assert counted.to_dict() == expected.to_dict()
    assert table["all_found"].all()
