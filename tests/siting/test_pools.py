"""Places that several services share, in the choice of actions: against trying every combination of actions."""

from __future__ import annotations

import itertools
import random

import pandas as pd
import pytest

from mangluoi import access, siting
from mangluoi.errors import InputError
from small_cases import Case, allocation_case


def _drawn(seed: int) -> tuple[Case, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return a case, its capacity with pools, the pools, and actions of one or two places at 1 to 3 a place."""
    draw = random.Random(seed)
    while True:
        case = allocation_case(draw, points=3, sites=2, groups=2, services=2, most=3)
        if len(case.need) and len(case.capacity) >= 2 and len(case.times):
            break
    sites = sorted(set(case.capacity["site_id"]))
    capacity = case.capacity.assign(pool=[site if draw.random() < 0.8 else None for site in case.capacity["site_id"]])
    pools = pd.DataFrame({"pool": sites, "capacity": [draw.randint(0, 4) for _ in sites]})
    slots = list(capacity[["site_id", "service"]].itertuples(index=False, name=None))
    size = dict(zip(slots, capacity["capacity"], strict=True))
    rows = []
    for number in range(3):
        kind = draw.choice(["expand", "reprofile", "merge", "close"])
        site, service = draw.choice(slots)
        source = draw.choice(slots)
        places = draw.randint(1, 2)
        if kind in ("reprofile", "merge") and (source == (site, service) or size[source] < places):
            kind = "expand"
        taken = source if kind in ("reprofile", "merge") else (None, None)
        rows.append((f"a{number}", kind, site, service, 0 if kind == "close" else places,
                     0 if kind == "close" else places, 0.0, float(draw.randint(1, 3)), *taken))  # fmt: skip
    columns = ["action_id", "kind", "site_id", "service", "min_added", "max_added", "fixed_vnd", "per_place_vnd",
               "from_site_id", "from_service"]  # fmt: skip
    return case, capacity, pools, pd.DataFrame(rows, columns=columns)


def _asked(seed: int) -> tuple[Case, pd.DataFrame, pd.DataFrame, pd.DataFrame, siting.Question]:
    """Return the first case from a seed on in which an action could serve somebody, and its question."""
    for further in itertools.count(1000 * seed):
        case, capacity, pools, actions = _drawn(further)
        question = siting.Question(
            case.need, case.times, capacity, actions, case.max_minutes, admissible=case.admissible, budget_vnd=4.0,
            pools=pools,
        )  # fmt: skip
        try:
            question.build()
        except InputError:
            continue
        return case, capacity, pools, actions, question
    raise AssertionError


def _best(case: Case, capacity: pd.DataFrame, pools: pd.DataFrame, actions: pd.DataFrame, budget: float) -> float:
    """Try every set of actions in plain loops; the pools give and gain what their services do."""
    best = -1.0
    now: dict[tuple[str, str], tuple[int, object]] = {
        (s, v): (n, p) for s, v, n, p in capacity.itertuples(index=False, name=None)
    }
    for count in range(len(actions) + 1):
        for chosen in itertools.combinations(actions.to_dict("records"), count):
            places = {slot: n for slot, (n, _) in now.items()}
            shared = dict(pools.itertuples(index=False, name=None))
            closed, touched, cost, possible = [], [], 0.0, True
            for one in chosen:
                target, source = (one["site_id"], one["service"]), (one["from_site_id"], one["from_service"])
                cost += one["per_place_vnd"] * (now[target][0] if one["kind"] == "close" else one["max_added"])
                if one["kind"] == "close":
                    closed.append(target)
                    continue
                touched.append(target)
                places[target] += one["max_added"]
                if isinstance(now[target][1], str):
                    shared[now[target][1]] += one["max_added"]
                if one["kind"] in ("reprofile", "merge"):
                    if isinstance(now[source][1], str):
                        shared[now[source][1]] -= one["max_added"]
                    if one["kind"] == "merge":
                        closed.append(source)
                    else:
                        places[source] -= one["max_added"]
                        touched.append(("gives", *source, one["max_added"]))
            gone = set(closed)
            given: dict[tuple[str, str], int] = {}
            for mark in touched:
                if mark[0] == "gives":
                    given[mark[1:3]] = given.get(mark[1:3], 0) + mark[3]
            possible &= len(gone) == len(closed) and cost <= budget and all(n >= 0 for n in shared.values())
            possible &= not gone & ({mark for mark in touched if mark[0] != "gives"} | set(given))
            possible &= all(moved <= now[slot][0] for slot, moved in given.items())
            if not possible:
                continue
            rows = [(*slot, n, now[slot][1]) for slot, n in places.items()
                    if slot not in gone and (n > 0 or now[slot][0] == 0)]  # fmt: skip
            left = pd.DataFrame(rows, columns=["site_id", "service", "capacity", "pool"])
            both = pd.DataFrame({"pool": list(shared), "capacity": list(shared.values())})
            answer = access.allocate(case.need, left, case.times, max_minutes=case.max_minutes,
                                     admissible=case.admissible, pools=both)  # fmt: skip
            best = max(best, float(answer.states["served"].sum()))
    return best


@pytest.mark.parametrize("seed", [*range(8), 112, 153, 207])
def test_shared_places_are_known_to_the_choice(seed: int):
    """The most served with shared places is what trying every set of actions finds; the audit says the same."""
    case, capacity, pools, actions, question = _asked(seed)
    answer = siting.solve(question, siting.Aim("served"))
    assert answer.status == "optimal"
    assert answer.objective == _best(case, capacity, pools, actions, 4.0)


def test_a_pool_binds_where_its_services_alone_would_not():
    """Two services of ten places each that share ten serve ten; two more of one of them make it twelve."""
    need = pd.DataFrame({"point_id": ["p", "p"], "group": "g", "service": ["v", "w"], "need": [10.0, 10.0]})
    times = pd.DataFrame({"from_id": ["p"], "to_id": ["s"], "minutes": [5.0]})
    capacity = pd.DataFrame({"site_id": "s", "service": ["v", "w"], "capacity": [8, 10], "pool": "s"})
    actions = pd.DataFrame(
        {"action_id": ["a"], "kind": "expand", "site_id": "s", "service": "v", "min_added": 0, "max_added": 2,
         "fixed_vnd": 0.0, "per_place_vnd": 1.0}
    )  # fmt: skip
    pools = pd.DataFrame({"pool": ["s"], "capacity": [10]})
    question = siting.Question(need, times, capacity, actions, 60.0, budget_vnd=5.0, pools=pools)
    answer = siting.solve(question, siting.Aim("served"))
    assert (answer.audit.served_before, answer.objective) == (10.0, 12.0)
    assert siting.solve(question.replace(pools=None), siting.Aim("served")).objective == 20.0
    (reason,) = siting.reasons(question, answer)
    assert (reason.adds, reason.lost) == (2.0, 2.0)
