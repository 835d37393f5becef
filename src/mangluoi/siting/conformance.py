"""What the network must conform to after the actions: facilities by type, the non-public share, places.

Decision 966/QĐ-TTg of 17 August 2023 (master plan of the network, 2021–2030) sets such figures by region and type.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mangluoi.errors import Complaint, InputError
from mangluoi.siting.draft import Draft
from mangluoi.siting.network import Doing, place_of
from mangluoi.siting.opening import Opening
from mangluoi.siting.problem import Problem

__all__ = ["Rule", "conform"]

_MEASURES = ("count", "share_nonpublic", "places")


@dataclass(frozen=True)
class Rule:
    """A figure that the network must reach.

    Parameters
    ----------
    measure
        {"count", "share_nonpublic", "places"}: facilities, the share of them that is not public, or places.
    at_least
        The figure; a share is given as 0.55.
    facility_type, ownership
        Only facilities of this type, this ownership; empty counts all.
    service
        With "places": only this service.
    """

    measure: str
    at_least: float
    facility_type: str = ""
    ownership: str = ""
    service: str = ""

    @property
    def label(self) -> str:
        """What the rule is about, as one word."""
        parts = (self.measure, self.facility_type, self.ownership, self.service)
        return "/".join(part for part in parts if part)

    def fits(self, kind: str, ownership: str) -> bool:
        """Say whether a facility of a type and ownership counts."""
        return self.facility_type in ("", kind) and self.ownership in ("", ownership)


@dataclass(frozen=True, eq=False)
class _Facility:
    """A facility that stands or may be built: what it is, and the columns that say whether it is there."""

    kind: str
    ownership: str
    column: int  # -1: it stays whatever is done


def conform(
    draft: Draft,
    problem: Problem,
    doing: Doing,
    opening: Opening,
    network: pd.DataFrame,
    rules: tuple[Rule, ...],
) -> None:
    """Write the rules.

    A facility counts if any of its slots is open, or, where it is new, if any of its actions is done.

    Raises
    ------
    InputError
        If a rule measures something else, or a new facility does not say what it is.
    """
    _check(problem, rules)
    facilities = _facilities(draft, problem, doing, opening, network)
    for rule in rules:
        wanted = ("count", rule.label)
        if rule.measure == "places":
            _places(draft, problem, doing, network, rule)
            continue
        mine = [one for one in facilities if rule.fits(one.kind, one.ownership)]
        worth = {False: 1.0, True: 1.0}
        if rule.measure == "share_nonpublic":
            worth = {False: -rule.at_least, True: 1.0 - rule.at_least}
        value = [worth[one.ownership == "nonpublic"] for one in mine]
        given = sum(v for v, one in zip(value, mine, strict=True) if one.column < 0)
        entries = [(0, one.column, v) for v, one in zip(value, mine, strict=True) if one.column >= 0]
        low = (rule.at_least if rule.measure == "count" else 0.0) - given - 1e-9
        draft.constrain(1, entries, low=low, wanted=wanted)


def _check(problem: Problem, rules: tuple[Rule, ...]) -> None:
    found = []
    for number, rule in enumerate(rules, start=1):
        if rule.measure not in _MEASURES:
            found.append(
                Complaint("not_in_list", column=f"rules[{number}]", value=rule.measure, details={"nearest": None})
            )
        if not rule.at_least >= 0:
            found.append(Complaint("negative", column=f"rules[{number}]", value=rule.at_least))
    builds = problem.actions[problem.actions["kind"] == "build"]
    for column in ("facility_type", "ownership"):
        if any(rule.measure == "share_nonpublic" or getattr(rule, column) for rule in rules):
            for name in builds.loc[builds[column].isna(), "action_id"]:
                found.append(Complaint("missing_value", column=column, value=name))
    if found:
        raise InputError(found)


def _facilities(
    draft: Draft, problem: Problem, doing: Doing, opening: Opening, network: pd.DataFrame
) -> list[_Facility]:
    slots_of: dict[str, list[int]] = {}
    for number, (site, _) in enumerate(problem.slots):
        slots_of.setdefault(site, []).append(number)
    found = []
    for (_, kind, ownership), rows in network.groupby(["place_id", "type", "ownership"], sort=True):
        own = [slot for site in sorted(set(rows["site_id"])) for slot in slots_of.get(site, []) if problem.stands[slot]]
        columns = opening.column[own]
        always = not own or bool((columns < 0).any())
        found.append(_Facility(str(kind), str(ownership), -1 if always else _any(draft, columns)))
    builds = problem.actions[problem.actions["kind"] == "build"]
    standing = set(network["place_id"])
    keys = pd.DataFrame(
        {
            "place": place_of(builds),
            "kind": builds["facility_type"].fillna(""),
            "ownership": builds["ownership"].fillna(""),
        }
    )
    for (place, kind, ownership), rows in keys.groupby(["place", "kind", "ownership"], sort=True):
        if place not in standing:
            found.append(_Facility(str(kind), str(ownership), _any(draft, doing.done[rows.index])))
    return found


def _any(draft: Draft, columns: np.ndarray[tuple[int], np.dtype[np.int64]]) -> int:
    """Return a column that is one where any of the columns is."""
    either = int(draft.columns(1, upper=1.0, whole=True)[0])
    each = np.arange(columns.size)
    draft.constrain(columns.size, [(each, np.full(columns.size, either), 1.0), (each, columns, -1.0)], low=0.0)
    draft.constrain(1, [(0, either, 1.0), (0, columns, -1.0)], high=0.0)
    return either


def _places(draft: Draft, problem: Problem, doing: Doing, network: pd.DataFrame, rule: Rule) -> None:
    what = {
        str(site): (str(kind), str(owner))
        for site, kind, owner in network[["site_id", "type", "ownership"]].itertuples(index=False, name=None)
    }
    builds = problem.actions
    for site, kind, owner in builds[["site_id", "facility_type", "ownership"]].itertuples(index=False, name=None):
        what.setdefault(str(site), ("" if pd.isna(kind) else str(kind), "" if pd.isna(owner) else str(owner)))
    counts = np.array(
        [rule.service in ("", service) and rule.fits(*what.get(site, ("", ""))) for site, service in problem.slots],
        dtype=bool,
    )
    offer = problem.offer
    gains = np.flatnonzero((offer.target >= 0) & counts[offer.target])
    moves = np.flatnonzero((offer.source >= 0) & ~offer.closes & counts[offer.source])
    closes = np.flatnonzero((offer.source >= 0) & offer.closes & counts[offer.source])
    draft.constrain(
        1,
        [
            (0, doing.added[gains], 1.0),
            (0, doing.added[moves], -1.0),
            (0, doing.done[closes], -problem.places[offer.source[closes]]),
        ],
        low=rule.at_least - float(problem.places[counts].sum()),
        wanted=("count", rule.label),
    )
