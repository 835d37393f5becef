"""Tiny random cases, small enough to be solved by trying everything."""

from __future__ import annotations

import random
from dataclasses import dataclass

import pandas as pd


@dataclass
class Case:
    need: pd.DataFrame
    capacity: pd.DataFrame
    times: pd.DataFrame
    admissible: pd.DataFrame
    max_minutes: float
    actions: pd.DataFrame | None = None
    budget_vnd: float = 0.0


def allocation_case(
    draw: random.Random, *, points: int = 4, sites: int = 3, groups: int = 2, services: int = 2, most: int = 3
) -> Case:
    """Draw needs of 0 to `most` people, homes of 0 to `most` places, and minutes in tens."""
    point_ids = [f"p{i}" for i in range(draw.randint(1, points))]
    site_ids = [f"s{i}" for i in range(draw.randint(1, sites))]
    group_ids = [f"g{i}" for i in range(draw.randint(1, groups))]
    service_ids = [f"v{i}" for i in range(draw.randint(1, services))]
    need = [
        (p, g, v, float(draw.randint(0, most)))
        for p in point_ids
        for g in group_ids
        for v in service_ids
        if draw.random() < 0.8
    ]
    capacity = [(s, v, draw.randint(0, most)) for s in site_ids for v in service_ids if draw.random() < 0.8]
    times = [(p, s, 10.0 * draw.randint(0, 9)) for p in point_ids for s in site_ids if draw.random() < 0.8]
    admissible = [(s, g, v) for s in site_ids for g in group_ids for v in service_ids if draw.random() < 0.7]
    return Case(
        need=pd.DataFrame(need, columns=["point_id", "group", "service", "need"]).astype({"need": float}),
        capacity=pd.DataFrame(capacity, columns=["site_id", "service", "capacity"]),
        times=pd.DataFrame(times, columns=["from_id", "to_id", "minutes"]).astype({"minutes": float}),
        admissible=pd.DataFrame(admissible, columns=["site_id", "group", "service"]),
        max_minutes=float(draw.choice([30, 50, 80])),
    )


def links(case: Case) -> list[tuple[tuple[str, str, str], tuple[str, str], float]]:
    """Return who can use which open service, and in how many minutes, by plain loops."""
    open_now = set(case.capacity[["site_id", "service"]].itertuples(index=False, name=None))
    taken = set(case.admissible.itertuples(index=False, name=None))
    minutes = {(p, s): m for p, s, m in case.times.itertuples(index=False, name=None)}
    return [
        ((p, g, v), (s, v), minutes[p, s])
        for p, g, v in case.need[["point_id", "group", "service"]].itertuples(index=False, name=None)
        for s, offered in sorted(open_now)
        if offered == v and (s, g, v) in taken and minutes.get((p, s), 1e9) <= case.max_minutes
    ]


def best_allocation(case: Case) -> tuple[int, float]:
    """Return the most people served and the fewest minutes for it, by trying everything person by person."""
    served, minus = max(_every_end(case)[1].values())
    return served, -minus


def most_even(case: Case) -> float:
    """Return the least sum of served² ÷ places over homes, of all answers that serve the most in the fewest minutes."""
    places, ends = _every_end(case)
    best = max(ends.values())
    return min(
        sum((room - rest) ** 2 / room for room, rest in zip(places, left, strict=True) if room)
        for left, value in ends.items()
        if value == best
    )


def _every_end(case: Case) -> tuple[tuple[int, ...], dict[tuple[int, ...], tuple[int, float]]]:
    """Return the places, and for every vector of places that can be left over the best that leaves it."""
    reach: dict[tuple[str, str, str], list[tuple[tuple[str, str], float]]] = {}
    for row, slot, minutes in links(case):
        reach.setdefault(row, []).append((slot, minutes))
    slots = sorted({slot for options in reach.values() for slot, _ in options})
    start = tuple(int(case.capacity.set_index(["site_id", "service"]).loc[slot, "capacity"]) for slot in slots)
    people = [
        sorted(reach[row])
        for *row_, count in case.need[["point_id", "group", "service", "need"]].itertuples(index=False, name=None)
        for row in [tuple(row_)]
        if row in reach
        for _ in range(int(count))
    ]
    # For every vector of places left: the most served, then the fewest minutes, person after person.
    best = {start: (0, 0.0)}
    for options in people:
        after: dict[tuple[int, ...], tuple[int, float]] = dict(best)
        for left, (served, total) in best.items():
            for slot, minutes in options:
                at = slots.index(slot)
                if left[at] > 0:
                    then = (*left[:at], left[at] - 1, *left[at + 1 :])
                    now = (served + 1, total - minutes)
                    after[then] = max(after.get(then, (-1, 0.0)), now)
        best = after
    return start, best


def siting_case(draw: random.Random) -> Case:
    """Draw an allocation case with up to three actions, one of them at a new site."""
    case = allocation_case(draw, points=3, sites=3, groups=2, services=1)
    sites = sorted(set(case.times["to_id"]) | {"s0"})
    actions = []
    for number in range(draw.randint(1, 3)):
        site = draw.choice(sites)
        open_now = site in set(case.capacity["site_id"])
        fewest = draw.randint(0, 2)
        actions.append(
            (
                f"a{number}",
                "expand" if open_now else "build",
                site,
                "v0",
                fewest,
                fewest + draw.randint(0, 2),
                draw.choice([0.0, 1.0, 3.0]),
                draw.choice([0.0, 1.0, 2.0]),
            )
        )
    columns = ["action_id", "kind", "site_id", "service", "min_added", "max_added", "fixed_vnd", "per_place_vnd"]
    case.actions = pd.DataFrame(actions, columns=columns)
    case.budget_vnd = float(draw.randint(1, 8))
    return case
