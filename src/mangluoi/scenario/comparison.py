"""Questions and answers side by side: which assumptions differ, what each answer comes to, and whom a change moves."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from mangluoi.errors import Complaint, InputError
from mangluoi.reports.words import Lang
from mangluoi.scenario import notebook
from mangluoi.scenario.disclosure import Disclosed, disclose_together
from mangluoi.scenario.inheritance import ENTRY_KEYS
from mangluoi.scenario.plan import Plan
from mangluoi.scenario.result import Result

__all__ = ["Comparison", "assumptions", "changes", "compare", "key_figures", "moved"]

#: The states of need that people move between.
STATES = ("served", "full", "out_of_reach", "unlocated")
_NOBODY = "population"


@dataclass(frozen=True, eq=False)
class Comparison:
    """Several answers side by side.

    Parameters
    ----------
    shown
        What may be shown of each, decided over all of them together; `reports.write_comparison` writes it.
    changes
        Every assumption that is not the same in all plans, see `changes`.
    figures
        What each answer comes to, see `key_figures`.
    """

    shown: tuple[Disclosed, ...]
    changes: pd.DataFrame
    figures: pd.DataFrame

    def to_html(self, *, lang: Lang = "vi") -> str:
        """Return both tables.

        Parameters
        ----------
        lang
            {"vi", "en"}
        """
        return notebook.comparison_html(self, lang)

    def _repr_html_(self) -> str:
        """Show both tables in Jupyter, in Vietnamese."""
        return self.to_html()


def compare(*results: Result, profile: Literal["public", "internal"] = "public") -> Comparison:
    """Put answers side by side: which assumptions differ, and what each answer comes to.

    Parameters
    ----------
    *results
        At least two answers to plans with different names, as `run` gives them: what may be shown of each is decided
        over all of them, since one could give away what another hides.
    profile
        {"public", "internal"}

    Raises
    ------
    InputError
        If two plans have the same name, or are about different provinces.
    """
    told = changes([one.plan for one in results])
    shown = disclose_together(results, profile=profile)
    return Comparison(tuple(shown), told, key_figures(shown))


def assumptions(plan: Plan) -> dict[tuple[str, str], Any]:
    """Return every assumption of a plan by its key and, in a list, by the entry that it belongs to.

    Parameters
    ----------
    plan
        The plan.

    Returns
    -------
    dict
        ``("roads.terrain", "")`` or ``("services.max_minutes", "residential")`` to the value. An entry that is there
        twice (two actions of one kind, service and type) has a running number.
    """
    return dict(_leaves(plan, ""))


def _leaves(settings: Any, inside: str) -> Iterator[tuple[tuple[str, str], Any]]:
    for declared in dataclasses.fields(settings):
        if not declared.metadata.get("setting", True):
            continue
        value = getattr(settings, declared.name)
        key = inside + declared.name
        if dataclasses.is_dataclass(value):
            yield from _leaves(value, key + ".")
        elif isinstance(value, tuple) and declared.name in ENTRY_KEYS:
            yield from _entries(declared.name, value)
        else:
            yield (key, ""), value


def _entries(name: str, entries: tuple[Any, ...]) -> Iterator[tuple[tuple[str, str], Any]]:
    seen: dict[str, int] = {}
    for entry in entries:
        identity = "/".join(str(value) for key in ENTRY_KEYS[name] if (value := getattr(entry, key)))
        seen[identity] = seen.get(identity, 0) + 1
        label = identity if seen[identity] == 1 else f"{identity} #{seen[identity]}"
        for field in dataclasses.fields(entry):
            if field.name not in ENTRY_KEYS[name]:
                yield (f"{name}.{field.name}", label), getattr(entry, field.name)


def changes(plans: Sequence[Plan]) -> pd.DataFrame:
    """Return every assumption that is not the same in all plans.

    Parameters
    ----------
    plans
        At least two plans with different names.

    Returns
    -------
    DataFrame
        ``key``, ``entry`` and a column for each plan, named after it: the value, or None where the plan has no such
        entry or does not set it. Names of plans are not assumptions.

    Raises
    ------
    InputError
        If two plans have the same name, or are about different provinces.
    """
    _refuse_same_names([plan.name for plan in plans])
    _refuse_other_provinces(plans)
    told = {plan.name: assumptions(plan) for plan in plans}
    keys = dict.fromkeys(key for one in told.values() for key in one if key != ("name", ""))
    rows = []
    for key in keys:
        values = [one.get(key) for one in told.values()]
        if any(value != values[0] for value in values[1:]):
            rows.append((*key, *values))
    return pd.DataFrame(rows, columns=["key", "entry", *told], dtype=object)


def key_figures(shown: Sequence[Disclosed]) -> pd.DataFrame:
    """Return what each answer comes to.

    Parameters
    ----------
    shown
        Results that were disclosed together, see `disclose_together`.

    Returns
    -------
    DataFrame
        ``plan``, ``measure``, ``group``, ``service``, ``today``, ``after`` and ``masked``. Measures of a group and
        service: need, covered, served, full, out_of_reach, unlocated and gap, in people; of a service: mean_minutes
        (of the population, to the nearest site) and worst_minutes, over the communes that a way leads from, and
        beyond (how many communes none leads from); of the plan: cost_vnd, actions, added (places). Groups are never
        summed: one person may belong to several.
    """
    _refuse_same_names([one.plan.name for one in shown])
    rows: list[tuple[Any, ...]] = []
    for one in shown:
        rows += [(one.plan.name, *row) for row in (*_people(one), *_minutes(one), *_actions(one))]
    columns = ["plan", "measure", "group", "service", "today", "after", "masked"]
    return pd.DataFrame(rows, columns=columns).astype({"today": float, "after": float, "masked": bool})


def _people(d: Disclosed) -> Iterator[tuple[Any, ...]]:
    for row in d.state_totals.sort_values(["service", "group"]).to_dict("records"):
        key, masked = (row["group"], row["service"]), bool(row["masked"])

        def number(name: str, row: Mapping[Any, Any] = row) -> float:
            return np.nan if pd.isna(row[name]) else float(row[name])

        for name in ("need", "unlocated"):
            yield name, *key, number(name), number(name), masked
        for name in ("covered", "served", "full", "out_of_reach"):
            yield name, *key, number(name), number(f"{name}_after"), masked
        gap = number("full") + number("out_of_reach")
        yield "gap", *key, gap, number("full_after") + number("out_of_reach_after"), masked


def _minutes(d: Disclosed) -> Iterator[tuple[Any, ...]]:
    people = d.people[d.people["group"] == _NOBODY].set_index("unit_code")["people"].astype(float)
    for service, rows in d.minutes.groupby("service", sort=True):
        weight = people.reindex(rows["unit_code"]).to_numpy()
        figures: dict[str, list[float]] = {"mean_minutes": [], "worst_minutes": [], "beyond": []}
        for name in ("minutes", "minutes_after"):
            minutes = rows[name].to_numpy(dtype=float)
            near = np.isfinite(minutes)
            weighed = near & np.isfinite(weight) & (weight > 0)
            mean = float(np.average(minutes[weighed], weights=weight[weighed])) if weighed.any() else np.nan
            figures["mean_minutes"].append(mean)
            figures["worst_minutes"].append(float(minutes[near].max()) if near.any() else np.nan)
            figures["beyond"].append(float((~near).sum()))
        for measure, (today, after) in figures.items():
            yield measure, "", str(service), today, after, False


def _actions(d: Disclosed) -> Iterator[tuple[Any, ...]]:
    yield "cost_vnd", "", "", 0.0, float(d.actions["cost_vnd"].sum()), False
    yield "actions", "", "", 0.0, float(len(d.actions)), False
    for service, rows in d.actions.groupby("service", sort=True):
        yield "added", "", str(service), 0.0, float(rows["added"].sum()), False


def moved(before: Disclosed, after: Disclosed) -> pd.DataFrame:
    """Return whom the change from one plan to another moves between the states of need, by commune and group.

    Parameters
    ----------
    before, after
        Two results that were disclosed together; each counts after its own actions.

    Returns
    -------
    DataFrame
        ``unit_code``, ``group``, ``service``, ``need`` and, for each of served, full, out_of_reach and unlocated, how
        many more there are (``served_change`` …). Rows in which nothing changes are left out. ``need_change`` is not
        zero only where the plans differ in rates or in people; the changes of the four states sum to it.
        Communes whose counts are masked are left out; how many is in ``attrs["masked"]``.

    Raises
    ------
    InputError
        If the two are not about the same communes.
    """
    if before.plan.vintage != after.plan.vintage or set(before.units["unit_code"]) != set(after.units["unit_code"]):
        what = {"expected": before.plan.vintage}
        raise InputError([Complaint("other_communes", column="vintage", value=after.plan.vintage, details=what)])
    keys = ["unit_code", "group", "service"]
    tables = [_after(one).set_index(keys) for one in (before, after)]
    every = tables[0].index.union(tables[1].index)
    old, new = (table.reindex(every) for table in tables)
    hidden = old["masked"].fillna(False).astype(bool) | new["masked"].fillna(False).astype(bool)
    # A group that one of the plans asks nothing for has no need there, which is known.
    counts = ["need", *STATES]
    change = new[counts].fillna(0.0) - old[counts].fillna(0.0)
    table = new[["need"]].join(change.add_suffix("_change"))[~hidden]
    table = table[(table.drop(columns="need") != 0).any(axis=1)].reset_index()
    table.attrs["masked"] = int(hidden.sum())
    return table


def _after(d: Disclosed) -> pd.DataFrame:
    """Return the states after the actions; unlocated people stay so."""
    named = {f"{name}_after": name for name in ("served", "full", "out_of_reach")}
    kept = d.states[["unit_code", "group", "service", "need", "unlocated", "masked", *named]].rename(columns=named)
    counts = ["need", *STATES]
    kept[counts] = kept[counts].astype("Float64").astype(float)
    return kept


def _refuse_other_provinces(plans: Sequence[Plan]) -> None:
    about = dict.fromkeys(f"{plan.province_code}, {plan.province_vintage}" for plan in plans)
    if len(about) > 1:
        first, *others = about
        what = {"expected": first}
        raise InputError([Complaint("other_province", column="province_code", value=o, details=what) for o in others])


def _refuse_same_names(names: Sequence[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError([Complaint("same_name", column="name", value=name) for name in twice])
