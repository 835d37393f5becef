"""How each figure of the tables is worked out, and what it draws on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Recipe", "recipe"]


@dataclass(frozen=True)
class Recipe:
    """How a figure is worked out.

    Parameters
    ----------
    name
        Its formula in words is ``recipe.<name>``.
    draws
        What it draws on, of {"people", "pair", "site", "forecast", "target", "money"}: people of a group; the rules,
        roads and sites of a service for a group; a site; growth; a target; the rules of actions and the budget.
    adds
        Columns of the same row that it is the sum of; one with a minus before it is taken off.
    """

    name: str
    draws: tuple[str, ...] = ()
    adds: tuple[str, ...] = ()


_STATES = ("served", "full", "out_of_reach", "unlocated")
_PAIR = ("people", "pair")
_AFTER = ("people", "pair", "money")
#: By the key of the column, for all tables.
_COMMON: Mapping[str, Recipe] = {
    "number": Recipe("number"),
    "need": Recipe("need", _PAIR, _STATES),
    **{name: Recipe(name, _PAIR) for name in ("served", "full", "out_of_reach", "unlocated", "covered", "coverage")},
    **{name: Recipe("after", _AFTER) for name in ("served_after", "full_after", "out_of_reach_after")},
    "usable": Recipe("usable", ("pair",)),
    "minutes": Recipe("minutes", ("pair",)),
    "minutes_after": Recipe("minutes_after", ("pair", "money")),
    "band": Recipe("band", _PAIR),
    "mean_minutes": Recipe("mean_minutes", _PAIR),
    "median_minutes": Recipe("quantile_minutes", _PAIR),
    "p90_minutes": Recipe("quantile_minutes", _PAIR),
    "need_range": Recipe("need_range", _PAIR),
    "covered_range": Recipe("covered_range", _PAIR),
    "served_range": Recipe("served_range", _PAIR),
    "served_nearest": Recipe("served_nearest", _PAIR),
}
#: By the key of the table and of the column, where they differ from the common ones.
_OWN: Mapping[str, Mapping[str, Recipe]] = {
    "people": {"group": Recipe("people", ("people",))},
    "facilities": {
        "places": Recipe("given", ("site",)), "residents": Recipe("given", ("site",)),
        "occupancy": Recipe("occupancy", ("site",)),
    },
    "forecast": {
        name: Recipe(f"forecast_{name}", ("people", "forecast")) for name in ("people", "low", "medium", "high")
    },
    "targets": {
        "target": Recipe("target", ("target",)), "today": Recipe("target_today", ("target",)),
        "after": Recipe("target_after", ("target", "money")), "distance": Recipe("target_distance", ("target",)),
    },
    "actions": {
        "size_before": Recipe("size_before", ("site",)), "added": Recipe("added", ("money",)),
        "size_after": Recipe("size_after", ("site", "money"), ("size_before", "added")),
        "cost": Recipe("cost", ("money",)), "served_more": Recipe("served_more", ("money",)),
    },
    "options": {
        "today": Recipe("option_today", _PAIR), "after": Recipe("option_after", _AFTER),
        "change": Recipe("option_change", _AFTER, ("after", "-today")),
    },
    "budget": {"count": Recipe("budget_count", ("money",)), "total": Recipe("budget_total", ("money",))},
    "uses": {
        "usable": Recipe("usable", ("site",)), "within_reach": Recipe("within_reach", ("site",)),
        "served": Recipe("served_here", ("site",)), "occupancy": Recipe("use_rate", ("site",)),
        "mean_minutes": Recipe("minutes_here", ("site",)), "longest_minutes": Recipe("minutes_here", ("site",)),
        "one_more": Recipe("one_more", ("site",)), "free_now": Recipe("free_now", ("site",)),
        "admissions": Recipe("admissions", ("site",)),
    },
    "new_sites": {name: Recipe("new_site", ("money",)) for name in ("places", "served_more", "covered_more")},
    "norms": {
        "places": Recipe("given", ("site",)), "residents": Recipe("given", ("site",)),
        **{name: Recipe("norm", ("site",)) for name in ("by_land", "by_bedroom", "by_staff", "by_norm")},
    },
    "ratios": {"service": Recipe("ratio", ("service",))},
    "provenance": {"value": Recipe("masked_count")},
    "traces": {"form": Recipe("reference")},
}  # fmt: skip
_WHOLE: Mapping[str, Recipe] = {
    "fairness": Recipe("fairness", ("service",)),
    "frontier": Recipe("frontier", ("money",)),
}
_ELSE = Recipe("computed", ("people", "pair"))
#: What Biểu 8 compares, where it is neither a figure of Biểu 3 nor a sum of Biểu 7.
_COMPARED = ("mean_minutes", "beyond_minutes", "worst_minutes")


def recipe(table: str, column: str, measure: str = "") -> Recipe:
    """Return how the figures of a column are worked out.

    Parameters
    ----------
    table, column
        Keys of the exhibit and of the heading; a heading such as ``group:elderly`` is one of ``group``.
    measure
        Which of the measures of Biểu 8 its row is about.
    """
    plain = column.partition(":")[0]
    if measure in _COMPARED and plain in ("today", "after"):
        draws = _OWN["options"][plain].draws
        return Recipe(
            f"option_{measure}", draws if measure != "worst_minutes" else tuple(d for d in draws if d != "people")
        )
    own = _OWN.get(table, {}).get(plain)
    if own is not None:
        return own
    if plain == "number":
        return _COMMON["number"]
    return _WHOLE.get(table) or _COMMON.get(plain, _ELSE)
