"""What contradicts itself in the rules of a plan: unknown ids, values out of range, keys that need each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mangluoi import shipped
from mangluoi.errors import Complaint
from mangluoi.scenario.rules import ActionRule, Inputs, NeedRule, RoadRules, ServiceRule, SupplyRules, TargetRule
from mangluoi.tables import nearest

__all__ = ["at_least", "in_actions", "in_needs", "in_roads", "in_services", "in_supply", "in_targets", "listed"]

#: Which keys a target must have to be measured.
_NEEDED_BY_TARGET = {
    "share_served": ("service",),
    "share_offering": ("service",),
    "total_capacity": ("service",),
    "facility_capacity": ("facility_id", "service"),
}


def listed(value: str, vocabulary: str, where: str) -> Iterator[Complaint]:
    """Complain of a value that the shipped vocabulary does not know."""
    words = shipped.vocabulary()[vocabulary]
    if value not in words:
        yield Complaint("not_in_list", column=where, value=value, details={"nearest": nearest(value, words)})


def at_least(value: float, where: str, low: float = 0.0) -> Iterator[Complaint]:
    """Complain of a number below its lowest value."""
    if not value >= low:
        yield Complaint("below_range", column=where, value=value, details={"low": low})


def _at_most_one(value: float, where: str) -> Iterator[Complaint]:
    if value > 1:
        yield Complaint("above_range", column=where, value=value, details={"high": 1})


def _offered(service: str, services: Sequence[ServiceRule], where: str) -> Iterator[Complaint]:
    if service not in {rule.service for rule in services}:
        yield Complaint("unknown_reference", column=where, value=service, details={"target": "services"})


def in_roads(roads: RoadRules, inputs: Inputs) -> Iterator[Complaint]:
    """Complain of assumptions on roads that do not go together."""
    yield from at_least(roads.margin_km, "roads.margin_km")
    if roads.terrain == "by_area" and roads.mountain_from_km2 is None:
        yield Complaint("missing_key", column="roads.mountain_from_km2")
    if roads.terrain != "by_area" and roads.mountain_from_km2 is not None:
        condition = {"condition": 'terrain = "by_area"'}
        yield Complaint("unused_key", column="roads.mountain_from_km2", details=condition)
    if roads.terrain == "by_area" and inputs.roads:
        yield Complaint("terrain_undecided", column="roads.terrain", value="by_area")


def in_supply(supply: SupplyRules, actions: Sequence[ActionRule], targets: Sequence[TargetRule]) -> Iterator[Complaint]:
    """Complain of actions and targets where the list of facilities is not complete: neither can be measured."""
    for key, given in (("actions", actions), ("targets", targets)):
        if given and supply.listed == "part":
            yield Complaint("unused_key", column=key, details={"condition": 'supply.listed = "all"'})


def in_services(services: Sequence[ServiceRule]) -> Iterator[Complaint]:
    """Complain of unknown or repeated services and impossible thresholds."""
    offered = [rule.service for rule in services]
    for number, rule in enumerate(services, start=1):
        where = f"services[{number}]"
        yield from listed(rule.service, "service", f"{where}.service")
        yield from at_least(rule.max_minutes, f"{where}.max_minutes")
        first = offered.index(rule.service)
        if first != number - 1:
            details = {"first": first + 1}
            yield Complaint("duplicate_key", column=f"{where}.service", value=rule.service, details=details)


def in_needs(needs: Sequence[NeedRule], services: Sequence[ServiceRule]) -> Iterator[Complaint]:
    """Complain of unknown groups, impossible rates, and services that the plan has no rule for."""
    for number, need in enumerate(needs, start=1):
        where = f"needs[{number}]"
        yield from listed(need.group, "group", f"{where}.group")
        yield from listed(need.service, "service", f"{where}.service")
        yield from at_least(need.rate, f"{where}.rate")
        yield from _at_most_one(need.rate, f"{where}.rate")
        yield from _offered(need.service, services, f"{where}.service")


def in_actions(actions: Sequence[ActionRule], services: Sequence[ServiceRule]) -> Iterator[Complaint]:
    """Complain of impossible costs and sizes, and of keys that belong to another kind of action."""
    for number, action in enumerate(actions, start=1):
        where = f"actions[{number}]"
        yield from listed(action.service, "service", f"{where}.service")
        for key in ("per_place_vnd", "fixed_vnd", "min_added"):
            yield from at_least(getattr(action, key), f"{where}.{key}")
        yield from at_least(action.max_added, f"{where}.max_added", max(action.min_added, 1))
        yield from _offered(action.service, services, f"{where}.service")
        if action.kind == "build":
            yield from listed(action.facility_type, "type", f"{where}.facility_type")
        for key, kind in (("sites", "expand"), ("max_size", "expand"), ("facility_type", "build")):
            if getattr(action, key) and action.kind != kind:
                yield Complaint("unused_key", column=f"{where}.{key}", details={"condition": f'kind = "{kind}"'})


def in_targets(targets: Sequence[TargetRule]) -> Iterator[Complaint]:
    """Complain of targets that could not be measured."""
    for number, target in enumerate(targets, start=1):
        where = f"targets[{number}]"
        if target.service:
            yield from listed(target.service, "service", f"{where}.service")
        if target.facility_type:
            yield from listed(target.facility_type, "type", f"{where}.facility_type")
        yield from at_least(target.value, f"{where}.value")
        if target.kind.startswith("share_"):
            yield from _at_most_one(target.value, f"{where}.value")
        for key in _NEEDED_BY_TARGET.get(target.kind, ()):
            if not getattr(target, key):
                yield Complaint("missing_key", column=f"{where}.{key}")
