"""Draws: what the world could be like where need, speeds, costs, stays and places are not as assumed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from mangluoi import siting, supply
from mangluoi.errors import Complaint, InputError

__all__ = ["ASSUMED", "LOCATION_ENDS", "Ranges", "bounded_groups", "changed", "draw_table", "one_at_a_time"]

#: How many drawn sets of places the two ends of "location" are taken from, in the tornado.
LOCATION_ENDS = 10

#: The row of a draw in which all is as assumed.
ASSUMED: Mapping[str, float] = {"speed": 1.0, "cost": 1.0, "location": 0}


@dataclass(frozen=True)
class Ranges:
    """How far what is assumed may be off.

    Parameters
    ----------
    speed
        Lowest and highest factor on all speeds; every minute is divided by it.
    cost
        Lowest and highest factor on all costs.
    need
        Whether need lies anywhere between the lower and the upper bound of its row; a row without bounds stays.
    stay
        By service, lowest and highest factor on how long people stay.
    location
        Whether places lie anywhere within the error that is stated of them.
    """

    speed: tuple[float, float] = (0.8, 1.2)
    cost: tuple[float, float] = (1.0, 1.0)
    need: bool = True
    stay: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    location: bool = False

    def __post_init__(self) -> None:
        found = []
        named = {"speed": self.speed, "cost": self.cost, **{f"stay.{name}": ends for name, ends in self.stay.items()}}
        for name, (low, high) in named.items():
            if not 0 < low <= high < float("inf"):
                found.append(Complaint("bounds_order", column=name, details={"lower": low, "upper": high}, value=1))
        if found:
            raise InputError(found)


def bounded_groups(need: pd.DataFrame) -> list[str]:
    """Return the groups that have rows with both bounds."""
    if not {"lower", "upper"} <= set(need.columns):
        return []
    return sorted(need.loc[need["lower"].notna() & need["upper"].notna(), "group"].unique())


def draw_table(groups: Collection[str], ranges: Ranges, *, count: int, seed: int) -> pd.DataFrame:
    """Draw, evenly and independently, what is varied.

    Parameters
    ----------
    groups
        Groups whose need lies between bounds.
    ranges
        How far what is assumed may be off.
    count, seed
        How many draws, and what they are drawn from. Each draw has a generator of its own, so more draws begin with
        the same ones.

    Returns
    -------
    DataFrame
        draw (from 1), speed and cost (factors), location (which drawn places; 0: as given), ``need_<group>`` (from 0,
        all at the lower bounds, to 1) and ``stay_<service>`` (factors).
    """
    ends = {"speed": ranges.speed, "cost": ranges.cost}
    ends |= {f"need_{group}": (0.0, 1.0) for group in sorted(groups)}
    ends |= {f"stay_{service}": ranges.stay[service] for service in sorted(ranges.stay)}
    rows = []
    for draw in range(1, count + 1):
        rng = np.random.default_rng([seed, draw])
        values = {name: float(rng.uniform(low, high)) for name, (low, high) in ends.items()}
        rows.append({"draw": draw, **values, "location": draw if ranges.location else 0})
    table = pd.DataFrame(rows, columns=["draw", *ends, "location"])
    first = ["draw", "speed", "cost", "location"]
    return table[[*first, *(name for name in table.columns if name not in first)]]


def one_at_a_time(groups: Collection[str], ranges: Ranges) -> pd.DataFrame:
    """Return the draws of a tornado: one factor at one of its ends, all else as assumed.

    Returns
    -------
    DataFrame
        factor and end ("low", "high"; of "location" each of some drawn sets of places), and the columns of
        `draw_table`; need that is as assumed is missing.
    """
    ends: dict[str, tuple[float, float]] = {"speed": ranges.speed, "cost": ranges.cost}
    ends |= {f"stay_{service}": ranges.stay[service] for service in sorted(ranges.stay)}
    ends |= {f"need_{group}": (0.0, 1.0) for group in sorted(groups)}
    rows: list[dict[str, Any]] = [
        {"factor": name, "end": end, **ASSUMED, name: value}
        for name, pair in ends.items()
        if pair[0] < pair[1] or pair[0] != 1.0
        for end, value in zip(("low", "high"), pair, strict=True)
    ]
    if ranges.location:
        rows += [
            {"factor": "location", "end": str(draw), **ASSUMED, "location": draw}
            for draw in range(1, LOCATION_ENDS + 1)
        ]
    table = pd.DataFrame(rows, columns=["factor", "end", *ASSUMED, *(name for name in ends if name not in ASSUMED)])
    return table.fillna({f"stay_{service}": 1.0 for service in ranges.stay})


def changed(question: siting.Question, row: Mapping[Any, Any]) -> siting.Question:
    """Return a question in which need, costs and stays are as drawn; minutes are as they were.

    Parameters
    ----------
    question
        What is asked, with ``lower`` and ``upper`` in its need.
    row
        A row of `draw_table`.
    """
    told = {str(name): value for name, value in row.items()}
    levels = {name.removeprefix("need_"): at for name, at in told.items() if name.startswith("need_") and at == at}
    stays = {name.removeprefix("stay_"): at for name, at in told.items() if name.startswith("stay_")}
    one = _needed(question, levels) if levels else question
    actions = one.actions.copy()
    for name in ("fixed_vnd", "per_place_vnd"):
        actions[name] = actions[name].astype(float) * float(told["cost"])
    one = one.replace(actions=actions)
    for service, factor in sorted(stays.items()):
        one = _turned_over(one, service, float(factor))
    return one


def _needed(question: siting.Question, levels: Mapping[str, float]) -> siting.Question:
    rows = question.need
    at = rows["group"].map(dict(levels)).astype(float)
    low, high = rows["lower"].astype(float), rows["upper"].astype(float)
    moved = (low + at * (high - low)).where(low.notna() & high.notna() & at.notna(), rows["need"].astype(float))
    return question.with_need(np.asarray(moved.to_numpy(dtype=float), dtype=np.float64))


def _turned_over(question: siting.Question, service: str, factor: float) -> siting.Question:
    """Let each place of a service take in as many more, or fewer, people as stays are shorter or longer.

    Need counts the people who need a place at once while stays are as assumed; so a place that comes free sooner
    counts for more than one of them.
    """
    if factor == 1.0:
        return question
    # How many people one full place takes in over a year, beside how many where stays are as assumed.
    taken_in = supply.exits_per_year(pd.Series([1.0, 1.0]), pd.Series([factor, 1.0]))
    ratio = float(taken_in[0] / taken_in[1])
    mine = (question.capacity["service"] == service).to_numpy()
    places = question.capacity["capacity"].to_numpy(dtype=float)
    capacity = question.capacity.assign(capacity=np.where(mine, np.floor(places * ratio + 1e-9), places))
    own = (question.actions["service"] == service).to_numpy()
    actions = question.actions.copy()
    fewest, most = (actions[name].to_numpy(dtype=float) for name in ("min_added", "max_added"))
    most = np.where(own, np.maximum(np.floor(most * ratio + 1e-9), np.minimum(most, 1.0)), most)
    actions["min_added"] = np.where(own, np.minimum(np.ceil(fewest * ratio - 1e-9), most), fewest).astype("int64")
    actions["max_added"] = most.astype("int64")
    for name in ("per_place_vnd", "land_per_place_m2"):
        if name in actions.columns:
            each = actions[name].astype(float)
            actions[name] = each.where(~own, each / ratio)
    return question.replace(capacity=capacity, actions=actions)
