"""Provinces of middle size with awkward numbers, and their best values by one plain model of every row of need.

Nothing here uses the package but its question and aim; the model is solved by SciPy without presolve.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from mangluoi.siting import Aim, Floor, Question

Row = dict[int, float]
_KEYS = ["action_id", "kind", "site_id", "service", "min_added", "max_added", "fixed_vnd", "per_place_vnd", "step",
         "from_site_id", "from_service", "authority", "exclusive", "requires", "bundle"]  # fmt: skip


def draw_province(seed: int) -> Question:
    """Draw 8–20 communes, 4–8 sites and 2–3 services.

    Costs run from a million VND to ten trillion, to the last đồng or all equal; need from one person to a million, or
    in parts of people; budgets are often just what some actions cost, thresholds always some travel time.
    """
    draw = random.Random(seed)
    points = [f"p{i:02d}" for i in range(draw.randint(8, 20))]
    sites = [f"s{i}" for i in range(draw.randint(4, 8))]
    services = [f"v{i}" for i in range(draw.randint(2, 3))]
    groups = ["g0", "g1"]
    times = [(p, s, round(draw.uniform(1, 120), draw.choice([-1, 9]))) for p in points for s in sites]
    size = draw.choice([lambda: draw.randint(0, 9), lambda: int(10 ** draw.uniform(0, 6)), lambda: draw.uniform(0, 60)])
    need = [(p, g, v, float(round(size(), 3))) for p in points for g in groups for v in services]
    usual = max(1, int(sum(row[3] for row in need) / len(sites) / len(services)))
    standing = {
        (s, v): float(usual * draw.choice([0, 1, 2])) for s in sites[:4] for v in services if draw.random() < 0.5
    }
    standing.setdefault(("s0", "v0"), float(usual))
    cost = draw.choice([
        lambda: draw.randint(1, 200) * 1e6, lambda: float(draw.randint(10**6, 10**10)), lambda: 1e9,
        lambda: float(int(10 ** draw.uniform(6, 13))),
    ])  # fmt: skip
    actions = [
        _draw_action(draw, f"a{n:02d}", sites, services, standing, usual, cost) for n in range(draw.randint(8, 26))
    ]
    for word in ("exclusive", "bundle"):
        if draw.random() < 0.3:
            for row in draw.sample(actions, 2):
                row[word] = "w"
    if draw.random() < 0.3:
        first, second = draw.sample(actions, 2)
        first["requires"] = second["action_id"]
    paid = draw.sample(actions, draw.randint(1, 6))
    budget = sum(row["fixed_vnd"] + row["per_place_vnd"] * max(row["min_added"], 1) for row in paid)
    budgets = draw.choice([budget, 1.7 * budget // 1, {"": budget, "x": budget // 2}])
    areas = {p: f"d{i % 3}" for i, p in enumerate(points)}
    extra: dict[str, Any] = {}
    if draw.random() < 0.3:
        extra["floors"] = (Floor(0.05, draw.choice(["group", "area", "service"]), areas),)
    if draw.random() < 0.3:
        extra["weights"] = pd.DataFrame({"group": groups, "weight": [1.0, draw.choice([2.0, 3.0, 0.5])]})
    return Question(
        need=pd.DataFrame(need, columns=["point_id", "group", "service", "need"]),
        times=pd.DataFrame(times, columns=["from_id", "to_id", "minutes"]).astype({"minutes": float}),
        capacity=pd.DataFrame([(*key, n) for key, n in standing.items()], columns=["site_id", "service", "capacity"]),
        actions=pd.DataFrame(actions, columns=_KEYS),
        max_minutes=float(sorted(row[2] for row in times)[len(times) // draw.randint(2, 5)]),
        budget_vnd=budgets if isinstance(budgets, dict) else float(budgets),
        **extra,
    )


def _draw_action(draw, name, sites, services, standing, usual, cost) -> dict[str, Any]:
    kind = draw.choice(["build", "build", "expand", "expand", "close", "reprofile"])
    site, service = draw.choice(sorted(standing)) if kind != "build" else (draw.choice(sites), draw.choice(services))
    step = draw.choice([None, None, max(usual // 3, 1)])
    low = draw.choice([0, 0, usual])
    high = max(low, 1) + draw.randint(0, 3) * (step or usual)
    row: dict[str, Any] = dict.fromkeys(_KEYS)
    if kind == "reprofile":
        row["from_site_id"], row["from_service"] = source = draw.choice(sorted(standing))
        site, service, step, low = draw.choice(sites), draw.choice(services), None, 0
        high = int(standing[source])
        if high < 1 or (site, service) == source:
            return _draw_action(draw, name, sites, services, standing, usual, cost)
    if kind == "close":
        low, high, step = 0, 0, None
    return row | {
        "action_id": name, "kind": kind, "site_id": site, "service": service, "min_added": low, "max_added": high,
        "fixed_vnd": 3 * cost() if draw.random() < 0.9 else 0.0, "per_place_vnd": cost() // usual, "step": step,
        "authority": draw.choice([None, "x"]),
    }  # fmt: skip


class PlainModel:
    """The question as rows over: doing each action, its steps, people from each row of need at each slot, and slots."""

    def __init__(self, question: Question, aim: Aim):
        self.aim, self.upper, self.whole, self.rows = aim, [], [], []
        q, need = question, question.need.to_dict("records")
        today = {(s, v): n for s, v, n in q.capacity.itertuples(index=False, name=None)}
        self.done: dict[str, int] = {}
        self.added: dict[str, Row] = {}
        self.cost: dict[str, Row] = {}
        places: dict[tuple[str, str], Row] = defaultdict(dict)
        gains, closes, gives = defaultdict(list), defaultdict(list), defaultdict(list)
        actions = q.actions.to_dict("records")
        for row in actions:
            name, slot = row["action_id"], (row["site_id"], row["service"])
            y = self.done[name] = self._column(1, True)
            self.added[name] = {}
            concerned = today.get(slot, 0.0) if row["kind"] == "close" else 0.0
            self.cost[name] = {y: row["fixed_vnd"] + row["per_place_vnd"] * concerned}
            if row["kind"] == "close":
                closes[slot].append(name)
                continue
            low, step = max(row["min_added"], 1), 1 if pd.isna(row["step"]) else row["step"]
            most = (row["max_added"] - low) // step
            k = self._column(most, True)
            self._row({k: 1.0, y: -most}, high=0)
            self.added[name] = {y: low, k: step}
            _add(self.cost[name], self.added[name], row["per_place_vnd"])
            gains[slot].append(name)
            _add(places[slot], self.added[name])
            if row["kind"] == "reprofile":
                source = (row["from_site_id"], row["from_service"])
                gives[source].append(name)
                _add(places[source], self.added[name], -1.0)
        for slot, names in closes.items():
            self._row({self.done[name]: 1.0 for name in names}, high=1)
            for other in {*gains[slot], *gives[slot]}:
                self._row({self.done[name]: 1.0 for name in (*names, other)}, high=1)
        for slot, names in gives.items():
            self._row(_sum(self.added[name] for name in names), high=today[slot])
        self._ties(actions)
        self._money(question, actions)
        weight = {} if q.weights is None else dict(q.weights.itertuples(index=False, name=None))
        minutes = {(p, s): m for p, s, m in q.times.itertuples(index=False, name=None)}
        self.people: Row = {}
        own: list[Row] = []
        used: dict[tuple[str, str], Row] = defaultdict(dict)
        is_open = {}
        if aim.covers:
            is_open = {slot: self._open(slot, today, places, gains, closes, gives) for slot in {*today, *gains}}
        for row in need:
            near = [s for s in {*today, *gains} if s[1] == row["service"]]
            near = [s for s in near if minutes[row["point_id"], s[0]] <= q.max_minutes]
            if aim.covers:
                c = self._column(1, True)
                self._row({c: aim.times_covered, **{is_open[slot]: -1.0 for slot in near}}, high=0)
                own.append({c: row["need"]})
            else:
                links = {slot: self._column(row["need"], False) for slot in near}
                for slot, x in links.items():
                    used[slot][x] = 1.0
                    if slot not in today:
                        self._row({x: 1.0, **{self.done[name]: -row["need"] for name in gains[slot]}}, high=0)
                own.append(dict.fromkeys(links.values(), 1.0))
                self._row(own[-1], high=row["need"])
            _add(self.people, own[-1], weight.get(row["group"], 1.0))
        for slot, row in used.items():
            gone = {self.done[name]: today[slot] for name in closes[slot]}
            self._row(_sum([row, {c: -v for c, v in places[slot].items()}, gone]), high=today.get(slot, 0.0))
        amounts = [row["need"] for row in need]
        whole = all(n == round(n) for n in amounts)
        for floor in q.floors:
            sums: dict[str, list[int]] = defaultdict(list)
            for at, row in enumerate(need):
                sums[(floor.areas or {})[row["point_id"]] if floor.by == "area" else row[floor.by]].append(at)
            for rows in sums.values():
                wanted = floor.at_least * sum(amounts[at] for at in rows)
                self._row(_sum(own[at] for at in rows), low=math.ceil(wanted - 1e-9) if whole else wanted)
        if aim.share is not None:
            everyone = sum(n * weight.get(row["group"], 1.0) for n, row in zip(amounts, need, strict=True))
            self._row(self.people, low=aim.share * everyone)

    def _column(self, upper: float, whole: bool) -> int:
        self.upper.append(upper)
        self.whole.append(whole)
        return len(self.upper) - 1

    def _row(self, row: Row, *, low: float = -math.inf, high: float = math.inf) -> None:
        self.rows.append((dict(row), low, high))

    def _ties(self, actions: list[dict[str, Any]]) -> None:
        for word, low, high in (("exclusive", -math.inf, 1.0), ("bundle", 0.0, 0.0)):
            own = [row for row in actions if isinstance(row[word], str)]
            if word == "bundle" and all(isinstance(row["exclusive"], str) for row in own):
                continue
            names = [row["action_id"] for row in own]
            signs = [1.0, 1.0] if word == "exclusive" else [1.0, -1.0]
            if names:
                self._row({self.done[n]: s for n, s in zip(names, signs, strict=True)}, low=low, high=high)
        for row in actions:
            if isinstance(row["requires"], str):
                self._row({self.done[row["action_id"]]: 1.0, self.done[row["requires"]]: -1.0}, high=0)

    def _money(self, question: Question, actions: list[dict[str, Any]]) -> None:
        given = question.budget_vnd if isinstance(question.budget_vnd, dict) else {"": question.budget_vnd}
        self.unit = max(max(row.values()) for row in self.cost.values()) / 1e4
        for authority, amount in given.items():
            own = [row["action_id"] for row in actions if authority in ("", row["authority"])]
            if amount is not None:
                self._row(_sum(self.cost[name] for name in own), high=amount)

    def _open(self, slot, today, places, gains, closes, gives) -> int:
        o = self._column(1, True)
        gone = {self.done[name]: 1.0 for name in closes[slot]}
        if slot not in today:
            self._row(_sum([{o: 1.0}, {self.done[name]: -1.0 for name in gains[slot]}]), high=0)
            for name in gains[slot]:
                self._row({o: 1.0, self.done[name]: -1.0}, low=0)
        elif not gives[slot]:
            self._row({o: 1.0, **gone}, low=1, high=1)
        else:
            most = today[slot] + sum(sum(self.added[name].values()) * 10 for name in gains[slot])
            self._row({o: 1.0, **gone}, high=1)
            self._row(_sum([{o: 1.0}, {c: -v for c, v in places[slot].items()}]), high=today[slot])
            self._row(
                _sum([{o: most}, {c: -v for c, v in places[slot].items()}, dict.fromkeys(gone, most)]), low=today[slot]
            )
        return o

    def best(self, chosen: pd.DataFrame | None = None) -> float | None:
        """Return the best value of the aim, with some actions done as they were chosen; None where there is none."""
        sign, unit = (-1.0, 1.0) if self.aim.what in ("served", "covered") else (1.0, 1.0)
        cost = {"fewest": dict.fromkeys(self.done.values(), 1.0)}.get(self.aim.what, self.people)
        if self.aim.what == "cheapest":
            cost, unit = _sum(self.cost.values()), self.unit
        size = len(self.upper)
        lower, upper = np.zeros(size), np.array(self.upper, dtype=float)
        if chosen is not None:
            added = dict(zip(chosen["action_id"], chosen["added"], strict=True))
            for name, y in self.done.items():
                lower[y] = upper[y] = float(name in added)
                steps = [c for c in self.added[name] if c != y]
                for k in steps:
                    number = (added[name] - self.added[name][y]) / self.added[name][k] if name in added else 0.0
                    lower[k] = upper[k] = number
        column = [c for row, _, _ in self.rows for c in row]
        number = [at for at, (row, _, _) in enumerate(self.rows) for _ in row]
        scale = [max([1.0, *(abs(v) / 1e4 for v in row.values())]) for row, _, _ in self.rows]
        value = [v / scale[at] for at, (row, _, _) in enumerate(self.rows) for v in row.values()]
        matrix = csr_array((value, (number, column)), shape=(len(self.rows), size))
        sides = [np.array([one[side] / s for one, s in zip(self.rows, scale, strict=True)]) for side in (1, 2)]
        found = milp(
            np.array([sign * cost.get(c, 0.0) / unit for c in range(size)]),
            integrality=np.array(self.whole, dtype=int), bounds=Bounds(lower, upper),
            constraints=LinearConstraint(matrix, *sides), options={"mip_rel_gap": 0.0, "presolve": False},
        )  # fmt: skip
        return None if found.x is None else float(sign * found.fun * unit)


def _add(row: Row, more: Row, factor: float = 1.0) -> None:
    for column, value in more.items():
        row[column] = row.get(column, 0.0) + factor * value


def _sum(rows) -> Row:
    total: Row = {}
    for row in rows:
        _add(total, row)
    return total
