"""Tiny siting questions with every kind of action, and their answers by trying everything in plain loops."""

from __future__ import annotations

import itertools
import math
import random

import pandas as pd

from mangluoi.errors import InputError
from mangluoi.siting import Aim, Floor, Question, Rule

ACTION_COLUMNS = [
    "action_id", "kind", "site_id", "service", "min_added", "max_added", "fixed_vnd", "per_place_vnd", "step",
    "from_site_id", "from_service", "group", "saved_vnd", "land_per_place_m2", "authority", "exclusive", "requires",
    "bundle", "facility_type", "ownership",
]  # fmt: skip


def draw_question(seed: int) -> Question:
    """Draw two or three points, up to four sites, two groups, two services and up to four actions of any kind."""
    draw = random.Random(seed)
    points = [f"p{i}" for i in range(draw.randint(1, 3))]
    sites = [f"s{i}" for i in range(draw.randint(2, 4))]
    services = ["v0", "v1"][: draw.randint(1, 2)]
    groups = ["g0", "g1"]
    standing = {(s, v): draw.randint(0, 3) for s in sites[:3] for v in services if draw.random() < 0.6}
    standing.setdefault(("s0", "v0"), 2)
    rows = [(p, g, v) for p in points for g in groups for v in services]
    need = [(*row, float(draw.randint(0, 2))) for row in draw.sample(rows, min(len(rows), 5))]
    times = [(p, s, 10.0 * draw.randint(0, 9)) for p in points for s in sites if draw.random() < 0.85]
    admissible = [(s, g, v) for s in sites for g in groups for v in services if draw.random() < 0.7]
    actions = [_draw_action(draw, f"a{n}", sites, services, standing) for n in range(draw.randint(1, 4))]
    names = [row["action_id"] for row in actions]
    if len(actions) > 1:
        if draw.random() < 0.2:
            actions[0]["exclusive"] = actions[1]["exclusive"] = "one"
        if draw.random() < 0.2:
            actions[-1]["requires"] = names[0]
        if draw.random() < 0.2:
            actions[0]["bundle"] = actions[-1]["bundle"] = "both"
    frame = pd.DataFrame(actions, columns=ACTION_COLUMNS)
    budget = draw.choice([float(draw.randint(1, 12)), {"x": float(draw.randint(1, 6)), "y": float(draw.randint(1, 6))}])
    extra: dict[str, object] = {}
    if draw.random() < 0.25:
        extra["weights"] = pd.DataFrame({"group": groups, "weight": [1, draw.randint(0, 3)]})
    if draw.random() < 0.25:
        by = draw.choice(["point_id", "group", "service", "area", "all"])
        areas = {p: f"d{i % 2}" for i, p in enumerate(points)}
        extra["floors"] = (Floor(draw.choice([0.25, 0.5]), by, areas if by == "area" else None),)
    if draw.random() < 0.2:
        extra["required"] = (draw.choice(names),)
    if draw.random() < 0.15 and "required" not in extra:
        extra["forbidden"] = (draw.choice(names),)
    if draw.random() < 0.2:
        extra["max_loss_minutes"] = float(draw.choice([0, 10, 20]))
    if draw.random() < 0.2:
        extra["max_new_sites"] = draw.randint(0, 1)
    if draw.random() < 0.2:
        extra["land_m2"] = {draw.choice(sites): float(draw.randint(0, 40))}
    if draw.random() < 0.25:
        extra["network"] = pd.DataFrame(
            [
                (s, s, draw.choice(["t0", "t1"]), draw.choice(["public", "nonpublic"]))
                for s in sorted({site for site, _ in standing})
            ],
            columns=["site_id", "place_id", "type", "ownership"],
        )  # fmt: skip
        extra["rules"] = (
            draw.choice(
                [
                    Rule("count", draw.randint(1, 4), facility_type=draw.choice(["", "t0"])),
                    Rule("share_nonpublic", draw.choice([0.25, 0.5])),
                    Rule("places", draw.randint(1, 8), service=draw.choice(["", "v0"])),
                ]
            ),
        )
    return Question(
        need=pd.DataFrame(need, columns=["point_id", "group", "service", "need"]),
        times=pd.DataFrame(times, columns=["from_id", "to_id", "minutes"]).astype({"minutes": float}),
        capacity=pd.DataFrame([(*k, n) for k, n in standing.items()], columns=["site_id", "service", "capacity"]),
        actions=frame,
        max_minutes=float(draw.choice([30, 50, 80])),
        admissible=pd.DataFrame(admissible, columns=["site_id", "group", "service"]),
        budget_vnd=budget,
        **extra,  # type: ignore[arg-type]
    )


def askable(seed: int) -> Question:
    """Return the first question from a seed on in which some action could serve somebody."""
    for number in itertools.count(1000 * seed):
        question = draw_question(number)
        try:
            question.build()
        except InputError:
            continue
        return question
    raise AssertionError("unreachable")


def _draw_action(draw, name, sites, services, standing):
    row = dict.fromkeys(ACTION_COLUMNS)
    kind = draw.choice(["build", "expand", "reprofile", "upgrade", "merge", "close"])
    site, service = draw.choice(sorted(standing))
    if kind == "build":
        site, service = draw.choice(sites), draw.choice(services)
    low = draw.randint(0, 2)
    step = draw.choice([None, None, 2])
    high = max(low, 1) + draw.randint(0, 2) * (step or 1)
    if kind in ("reprofile", "merge"):
        source = draw.choice(sorted(standing))
        places = standing[source]
        target = draw.choice([s for s in itertools.product(sites, services) if s != source])
        if places == 0:
            kind = "expand"
        else:
            (site, service), step, low = target, None, min(low, places)
            high = draw.randint(max(low, 1), places)
            row["from_site_id"], row["from_service"] = source
    if kind in ("upgrade", "close"):
        low = high = 0
        step = None
    if kind == "upgrade":
        row["group"] = draw.choice(["g0", "g1", None])
    row |= {
        "action_id": name,
        "kind": kind,
        "site_id": site,
        "service": service,
        "min_added": low,
        "max_added": high,
        "fixed_vnd": float(draw.choice([0, 1, 3])),
        "per_place_vnd": float(draw.choice([0, 1, 2])),
        "step": step,
        "saved_vnd": float(draw.choice([0, 0, 2])),
        "land_per_place_m2": draw.choice([None, 10.0]),
        "authority": draw.choice([None, "x", "y"]),
        "facility_type": draw.choice(["t0", "t1"]),
        "ownership": draw.choice(["public", "nonpublic"]),
    }
    return row


class Network:
    """What stands after some actions, and what they cost; None of it uses the package."""

    def __init__(self, question: Question, added: dict[str, int]):
        self.question = question
        self.actions = {row["action_id"]: row for row in question.actions.to_dict("records")}
        self.added = added
        today = {(s, v): n for s, v, n in question.capacity.itertuples(index=False, name=None)}
        self.today = today
        places = dict(today)
        self.closed, self.gives, self.gains = [], {}, set()
        self.admitted = set(question.admissible.itertuples(index=False, name=None))
        self.cost, self.saved = dict.fromkeys(added, 0.0), 0.0
        for name, amount in added.items():
            row = self.actions[name]
            slot = (row["site_id"], row["service"])
            source = tuple(
                row[other] if isinstance(row[other], str) else row[own]
                for other, own in (("from_site_id", "site_id"), ("from_service", "service"))
            )
            kind, concerned = row["kind"], amount
            if kind in ("close", "merge"):
                self.closed.append(source)
            if kind == "reprofile":
                places[source] -= amount
                self.gives[source] = self.gives.get(source, 0) + amount
            if kind == "upgrade":
                groups = [row["group"]] if isinstance(row["group"], str) else ["g0", "g1"]
                self.admitted |= {(slot[0], g, slot[1]) for g in groups}
                concerned = today[slot]
            elif kind == "close":
                concerned = today[slot]
            else:
                places[slot] = places.get(slot, 0) + amount
                self.gains.add(slot)
            self.cost[name] = row["fixed_vnd"] + row["per_place_vnd"] * concerned
            self.saved += row["saved_vnd"]
        self.places = {
            slot: n for slot, n in places.items() if slot not in self.closed and (n > 0 or today.get(slot) == 0)
        }

    def allowed(self) -> bool:
        """Say whether the actions fit together and fulfil every requirement but the floors."""
        q, rows = self.question, self.actions
        done = set(self.added)
        if len(self.closed) != len(set(self.closed)) or set(self.closed) & (self.gains | set(self.gives)):
            return False
        if any(amount > self.today[slot] for slot, amount in self.gives.items()):
            return False
        words = [rows[name]["exclusive"] for name in done if isinstance(rows[name]["exclusive"], str)]
        if len(words) != len(set(words)):
            return False
        for name in done:
            needs = rows[name]["requires"]
            if isinstance(needs, str) and needs not in done:
                return False
        for word in {row["bundle"] for row in rows.values() if isinstance(row["bundle"], str)}:
            members = {name for name, row in rows.items() if row["bundle"] == word}
            parts = {rows[n]["exclusive"] if isinstance(rows[n]["exclusive"], str) else n for n in members}
            there = {rows[n]["exclusive"] if isinstance(rows[n]["exclusive"], str) else n for n in members & done}
            if there and there != parts:
                return False
        if not set(q.required) <= done or set(q.forbidden) & done:
            return False
        limits = q.budget_vnd if isinstance(q.budget_vnd, dict) else {None: q.budget_vnd}
        for authority, limit in limits.items():
            own = [n for n in done if authority is None or rows[n]["authority"] == authority]
            if sum(self.cost[n] for n in own) > limit:
                return False
        for place, free in (q.land_m2 or {}).items():
            used = sum(
                rows[n]["land_per_place_m2"] * amount
                for n, amount in self.added.items()
                if rows[n]["site_id"] == place and not pd.isna(rows[n]["land_per_place_m2"])
            )
            if used > free:
                return False
        built = {rows[n]["site_id"] for n in done if rows[n]["kind"] == "build"}
        if q.max_new_sites is not None and len(built) > q.max_new_sites:
            return False
        return self.near_enough() and self.conforms()

    def near_enough(self) -> bool:
        """Say whether nobody's way becomes longer than the cap."""
        q = self.question
        if q.max_loss_minutes is None:
            return True
        base = set(q.admissible.itertuples(index=False, name=None))
        minutes = {(p, s): m for p, s, m in q.times.itertuples(index=False, name=None)}
        for p, g, v, n in q.need.itertuples(index=False, name=None):

            def nearest(slots, p=p, g=g, v=v):
                own = [minutes[p, s] for s, w in slots if w == v and (s, g, v) in base and (p, s) in minutes]
                return min(own, default=math.inf)

            now = nearest(self.today)
            if n > 0 and now < math.inf and nearest(self.places) > now + q.max_loss_minutes:
                return False
        return True

    def conforms(self) -> bool:
        """Say whether the rules about the network hold."""
        q = self.question
        for rule in q.rules:
            facilities = []
            known = {}
            for site, _, kind, owner in q.network.itertuples(index=False, name=None):
                known[site] = (kind, owner)
                own = [slot for slot in self.today if slot[0] == site]
                if not own or any(slot in self.places for slot in own):
                    facilities.append((kind, owner))
            new = set()
            for name in self.added:
                row = self.actions[name]
                if row["kind"] == "build" and row["site_id"] not in set(q.network["place_id"]):
                    new.add((row["site_id"], row["facility_type"], row["ownership"]))
            for row in self.actions.values():
                known.setdefault(row["site_id"], (row["facility_type"], row["ownership"]))
            facilities += [(kind, owner) for _, kind, owner in sorted(new)]
            mine = [f for f in facilities if rule.facility_type in ("", f[0])]
            if rule.measure == "count" and len(mine) < rule.at_least:
                return False
            private = sum(owner == "nonpublic" for _, owner in facilities)
            if rule.measure == "share_nonpublic" and private < rule.at_least * len(facilities) - 1e-12:
                return False
            if rule.measure == "places":
                places = sum(n for (_, v), n in self.places.items() if rule.service in ("", v))
                if places < rule.at_least:
                    return False
        return True

    def reach(self, limit: bool = True):
        """Return by row of need the (slot, minutes) that its people may use."""
        q = self.question
        minutes = {(p, s): m for p, s, m in q.times.itertuples(index=False, name=None)}
        return [
            [
                (slot, minutes[p, slot[0]])
                for slot in sorted(self.places)
                if slot[1] == v
                and (slot[0], g, v) in self.admitted
                and (p, slot[0]) in minutes
                and (not limit or minutes[p, slot[0]] <= q.max_minutes)
            ]
            for p, g, v, _ in q.need.itertuples(index=False, name=None)
        ]

    def served(self) -> dict[tuple[int, ...], float]:
        """Return every way to serve so many of each row, and the fewest minutes for it."""
        slots = sorted(self.places)
        states = {(tuple(int(self.places[s]) for s in slots), ()): 0.0}
        for options, count in zip(self.reach(), self.question.need["need"], strict=True):
            grown: dict = {}
            for (left, counts), total in states.items():
                ways = {(left, 0): total}
                for _ in range(int(count)):
                    for (now, number), spent in list(ways.items()):
                        for slot, minutes in options:
                            at = slots.index(slot)
                            if now[at] > 0:
                                key = ((*now[:at], now[at] - 1, *now[at + 1 :]), number + 1)
                                if number + 1 <= count and spent + minutes < ways.get(key, math.inf):
                                    ways[key] = spent + minutes
                for (now, number), spent in ways.items():
                    key = (now, (*counts, number))
                    if spent < grown.get(key, math.inf):
                        grown[key] = spent
            states = grown
        best: dict[tuple[int, ...], float] = {}
        for (_, counts), total in states.items():
            if total < best.get(counts, math.inf):
                best[counts] = total
        return best


def weights_of(q: Question) -> list[float]:
    """Return the weight of each row of need."""
    if q.weights is None:
        return [1.0] * len(q.need)
    weight = dict(q.weights.itertuples(index=False, name=None))
    return [float(weight[g]) for g in q.need["group"]]


def floors_hold(q: Question, people) -> bool:
    """Say whether every part has its share."""
    for floor in q.floors:
        sums: dict[str, list[float]] = {}
        for row, count in zip(q.need.to_dict("records"), people, strict=True):
            part = {"area": (floor.areas or {}).get(row["point_id"]), "all": ""}.get(floor.by, row.get(floor.by))
            both = sums.setdefault(part, [0.0, 0.0])
            both[0] += count
            both[1] += row["need"]
        if any(have < floor.at_least * asked - 1e-9 for have, asked in sums.values()):
            return False
    return True


def every_network(q: Question):
    """Yield what stands after every combination of actions that is allowed."""
    choices = []
    for row in q.actions.to_dict("records"):
        sizes: list[int | None] = [None]
        if row["kind"] in ("upgrade", "close"):
            sizes.append(0)
        else:
            step = 1 if pd.isna(row["step"]) else int(row["step"])
            sizes += list(range(max(row["min_added"], 1), row["max_added"] + 1, step))
        choices.append([(row["action_id"], size) for size in sizes])
    for combination in itertools.product(*choices):
        network = Network(q, {name: size for name, size in combination if size is not None})
        if network.allowed():
            yield network


def best(q: Question, aim: Aim) -> float | None:
    """Return the best value of an aim, or None where nothing is possible."""
    weight = weights_of(q)
    everyone = sum(w * n for w, n in zip(weight, q.need["need"], strict=True))
    values = []
    most = aim.what in ("served", "covered")
    for network in every_network(q):
        cost, count = sum(network.cost.values()), float(len(network.added))
        if aim.covers:
            people = [
                n if len(options) >= aim.times_covered else 0.0
                for options, n in zip(network.reach(), q.need["need"], strict=True)
            ]
            ways = {tuple(people): 0.0}
        else:
            ways = network.served()
        for people, minutes in ways.items():
            reached = sum(w * n for w, n in zip(weight, people, strict=True))
            if not floors_hold(q, people) or (aim.share is not None and reached < aim.share * everyone - 1e-9):
                continue
            total = cost - network.saved + aim.vnd_per_minute * minutes
            values.append(
                {
                    "served": reached,
                    "covered": reached,
                    "cheapest": cost,
                    "fewest": count,
                    "minutes": minutes,
                    "total": total,
                }[aim.what]
            )
    return (max(values) if most else min(values)) if values else None
