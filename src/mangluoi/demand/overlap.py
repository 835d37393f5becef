"""Groups overlap: a person can be old, disabled and poor. How many people several groups are together."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from fractions import Fraction

import pandas as pd

from mangluoi.errors import Complaint, InputError

__all__ = ["together"]


def together(people: pd.DataFrame, groups: Sequence[str], *, overlaps: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return how many different people belong to at least one of several groups, as a bound; never a silent sum.

    Without any word on overlap, they are at least the largest group and at most the sum. A stated overlap of two
    groups narrows both: from below by the sum less all overlaps (Bonferroni 1936), from above by the sum less the
    overlaps along a tree that joins the groups, the heaviest one (Hunter 1976). For two groups the bounds meet.

    Parameters
    ----------
    people
        PEOPLE rows on one vintage, at most one per unit and group.
    groups
        At least two groups.
    overlaps
        ``group_a``, ``group_b`` and ``rate``: the share (0 to 1) of group a who also belong to group b. None states
        nothing.

    Returns
    -------
    DataFrame
        ``unit_code``, ``vintage``, ``lower``, ``upper`` and ``people`` (missing where the bounds differ), sorted by
        unit; whole people.

    Raises
    ------
    InputError
        If a unit has no count of one of the groups, a rate is out of range or names another group, or an overlap is
        larger than the smaller group.
    """
    _check(people, groups, overlaps)
    rate = {}
    if overlaps is not None:
        for a, b, share in overlaps[["group_a", "group_b", "rate"]].itertuples(index=False, name=None):
            rate[str(a), str(b)] = Fraction(str(share))
    rows, complaints = [], []
    wanted = people[people["group"].isin(list(groups))]
    counts: dict[tuple[str, str], dict[str, int]] = {}
    for unit, vintage, group, number in wanted[["unit_code", "vintage", "group", "people"]].itertuples(
        index=False, name=None
    ):
        counts.setdefault((str(unit), str(vintage)), {})[str(group)] = int(number)
    for (unit, vintage), count in sorted(counts.items()):
        lacking = sorted(set(groups) - set(count))
        if lacking:
            complaints.append(Complaint("missing_value", column=" + ".join(lacking), value=unit))
            continue
        joint = {pair: _joint(count, pair, rate) for pair in itertools.combinations(sorted(groups), 2)}
        for (a, b), both in joint.items():
            if both is not None and both > min(count[a], count[b]):
                details = {"reason": "overlap_too_large", "both": both, "unit": unit, "a": a, "b": b}
                complaints.append(Complaint("contradiction", value=unit, details=details))
        lower, upper = _bounds(count, joint)
        rows.append({"unit_code": unit, "vintage": vintage, "lower": lower, "upper": upper})
    if complaints:
        raise InputError(complaints)
    frame = pd.DataFrame(rows, columns=["unit_code", "vintage", "lower", "upper"]).astype(
        {"lower": "Int64", "upper": "Int64"}
    )
    return frame.assign(people=frame["upper"].where(frame["upper"] == frame["lower"]))


def _joint(count: dict[str, int], pair: tuple[str, str], rate: dict[tuple[str, str], Fraction]) -> int | None:
    """Return how many people belong to both groups, rounded half up, or None where that is not stated."""
    for first, second in (pair, pair[::-1]):
        if (first, second) in rate:
            return math.floor(rate[first, second] * count[first] + Fraction(1, 2))
    return None


def _bounds(count: dict[str, int], joint: dict[tuple[str, str], int | None]) -> tuple[int, int]:
    total = sum(count.values())
    stated = {pair: both for pair, both in joint.items() if both is not None}
    # What is not stated may be as much as the smaller group.
    most = sum(stated.get((a, b), min(count[a], count[b])) for a, b in joint)
    pairs = [count[a] + count[b] - both for (a, b), both in stated.items()]
    lower = max(*count.values(), *pairs, total - most)
    tree = {group: group for group in count}

    def root(group: str) -> str:
        while tree[group] != group:
            group = tree[group]
        return group

    upper = total
    for (a, b), both in sorted(stated.items(), key=lambda item: (-item[1], item[0])):
        if root(a) != root(b):
            tree[root(a)] = root(b)
            upper -= both
    # Stated rates that contradict each other by the rounding of a person are taken together.
    return min(lower, upper), max(lower, upper)


def _check(people: pd.DataFrame, groups: Sequence[str], overlaps: pd.DataFrame | None) -> None:
    found = []
    if len(set(groups)) < 2:
        found.append(Complaint("contradiction", details={"reason": "overlap_of_one"}))
    known = set(people["group"])
    found += [Complaint("no_need", column="group", value=group) for group in groups if group not in known]
    if overlaps is not None:
        seen: set[frozenset[str]] = set()
        for row, (a, b, share) in enumerate(
            overlaps[["group_a", "group_b", "rate"]].itertuples(index=False, name=None), start=2
        ):
            if a == b or not {a, b} <= set(groups):
                details = {"reason": "overlap_of_others", "a": a, "b": b, "groups": ", ".join(groups)}
                found.append(Complaint("contradiction", row=row, details=details))
            if not 0 <= float(share) <= 1:
                found.append(Complaint("above_range", row=row, column="rate", value=share, details={"high": 1}))
            if frozenset((a, b)) in seen:
                found.append(Complaint("contradiction", row=row, details={"reason": "overlap_twice", "a": a, "b": b}))
            seen.add(frozenset((a, b)))
    if found:
        raise InputError(found)
