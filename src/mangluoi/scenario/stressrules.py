"""Rules of how far what a plan assumes may be off, and what contradicts itself in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from mangluoi.errors import Complaint
from mangluoi.scenario.refinements import StayRule
from mangluoi.scenario.rules import NeedRule

__all__ = ["Factor", "StressRule", "in_stress"]

Factor = Literal["need", "speed", "cost", "stay", "location"]


@dataclass(frozen=True)
class StressRule:
    """How far something that the plan assumes may be off; what no rule names is held as assumed.

    Parameters
    ----------
    factor
        {"need", "speed", "cost", "stay", "location"}: the people in need, all speeds, all costs, the mean stay of a
        service, or where places lie within the error that their own tables state.
    basis
        Where the range comes from.
    lower, upper
        The ends of the range, as factors on what is assumed: 0.8 and 1.2 for a fifth either way. With "need" they
        stand in for the ends that the figures do not state themselves. With "location" there are none.
    group
        With "need": whom the range is about; absent: everybody for whom no other rule stands.
    service
        With "need" and "stay": the service; with "need" it may be absent.
    """

    factor: Factor
    basis: str
    lower: float | None = None
    upper: float | None = None
    group: str = ""
    service: str = ""


def in_stress(rules: Sequence[StressRule], needs: Sequence[NeedRule], stays: Sequence[StayRule]) -> Iterator[Complaint]:
    """Complain of ranges without ends or with ends in the wrong order, and of what the plan does not have."""
    keys = [(rule.factor, rule.group, rule.service) for rule in rules]
    for number, rule in enumerate(rules, start=1):
        where = f"stress[{number}]"
        first = keys.index(keys[number - 1]) + 1
        if first != number:
            shown = " / ".join(part for part in keys[number - 1] if part)
            yield Complaint("duplicate_key", column=where, value=shown, details={"first": first})
        if not rule.basis.strip():
            yield Complaint("missing_key", column=f"{where}.basis")
        yield from _ends(rule, where)
        for key, kinds in (("group", ("need",)), ("service", ("need", "stay"))):
            if getattr(rule, key) and rule.factor not in kinds:
                condition = {"condition": " / ".join(f'factor = "{kind}"' for kind in kinds)}
                yield Complaint("unused_key", column=f"{where}.{key}", details=condition)
        yield from _known(rule, needs, stays, where)


def _ends(rule: StressRule, where: str) -> Iterator[Complaint]:
    for key in ("lower", "upper"):
        value = getattr(rule, key)
        if rule.factor == "location":
            if value is not None:
                condition = {"condition": 'factor is not "location"'}
                yield Complaint("unused_key", column=f"{where}.{key}", details=condition)
        elif value is None:
            yield Complaint("missing_key", column=f"{where}.{key}")
        elif not 0 < value < float("inf"):
            yield Complaint("below_range", column=f"{where}.{key}", value=value, details={"low": 0})
    if rule.lower is not None and rule.upper is not None and rule.lower > rule.upper:
        details = {"lower": rule.lower, "upper": rule.upper}
        yield Complaint("bounds_order", column=where, value=1, details=details)


def _known(rule: StressRule, needs: Sequence[NeedRule], stays: Sequence[StayRule], where: str) -> Iterator[Complaint]:
    if rule.factor == "need" and (rule.group or rule.service):
        about = [need for need in needs if rule.group in ("", need.group) and rule.service in ("", need.service)]
        if not about:
            value = " / ".join(part for part in (rule.group, rule.service) if part)
            yield Complaint("unknown_reference", column=where, value=value, details={"target": "needs"})
    if rule.factor == "stay":
        if not rule.service:
            yield Complaint("missing_key", column=f"{where}.service")
        elif rule.service not in {stay.service for stay in stays}:
            target = {"target": "stays"}
            yield Complaint("unknown_reference", column=f"{where}.service", value=rule.service, details=target)
