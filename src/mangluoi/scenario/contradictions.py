"""What contradicts itself in the rules of a plan: unknown ids, values out of range, keys that need each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mangluoi import checking, shipped
from mangluoi.errors import Complaint
from mangluoi.scenario.refinements import (
    AccessRules,
    ForecastRules,
    GrowthRule,
    ModeRule,
    NormRule,
    OverlapRule,
    PoolRule,
    RefusalRule,
    StayRule,
)
from mangluoi.scenario.rules import (
    ActionRule,
    Inputs,
    NeedRule,
    RoadRules,
    ServiceRule,
    SupplyRules,
    TargetRule,
)
from mangluoi.tables import nearest

__all__ = [
    "at_least", "in_access", "in_actions", "in_growth", "in_listing", "in_modes", "in_needs", "in_roads", "in_services",
    "in_supply", "in_targets", "listed",
]  # fmt: skip

#: Which keys a target must have to be measured.
_NEEDED_BY_TARGET = {
    "share_served": ("service",),
    "share_offering": ("service",),
    "total_capacity": ("service",),
    "facility_capacity": ("facility_id", "service"),
    "staff_per_commune": ("service",),
}


def listed(value: str, vocabulary: str, where: str) -> Iterator[Complaint]:
    """Complain of a value that the shipped vocabulary does not know."""
    words = shipped.vocabulary()[vocabulary]
    if value not in words:
        yield Complaint("not_in_list", column=where, value=value, details={"nearest": nearest(value, words)})


def at_least(value: float, where: str, low: float = 0.0) -> Iterator[Complaint]:
    """Complain of a number below its lowest value."""
    if not checking.is_number(value):
        yield Complaint("not_a_number", column=where, value=value)
    elif value < low:
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
    if roads.terrain == "by_elevation" and not inputs.elevation:
        yield Complaint("missing_key", column="inputs.elevation")
    if not roads.speed_factor > 0:
        yield Complaint("below_range", column="roads.speed_factor", value=roads.speed_factor, details={"low": 0})
    needs_roads = {
        "inputs.elevation": inputs.elevation,
        "inputs.land_cover": inputs.land_cover,
        "inputs.new_roads": inputs.new_roads,
        "inputs.closed_areas": inputs.closed_areas,
        "roads.wet_season": roads.wet_season,
        "roads.ferries": not roads.ferries,
    }
    for key, given in needs_roads.items():
        if given and not inputs.roads:
            yield Complaint("unused_key", column=key, details={"condition": "inputs.roads"})


def in_listing(
    supply: SupplyRules, actions: Sequence[ActionRule], targets: Sequence[TargetRule]
) -> Iterator[Complaint]:
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
    """Complain of impossible costs and of services without a rule; `sitechecks` knows the kinds."""
    for number, action in enumerate(actions, start=1):
        where = f"actions[{number}]"
        yield from listed(action.service, "service", f"{where}.service")
        for key in ("per_place_vnd", "fixed_vnd", "min_added"):
            yield from at_least(getattr(action, key), f"{where}.{key}")
        yield from _offered(action.service, services, f"{where}.service")
        if action.kind == "build":
            yield from listed(action.facility_type, "type", f"{where}.facility_type")


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


def _twice(keys: Sequence[object], where: str) -> Iterator[Complaint]:
    """Complain of entries of a list with the same key."""
    for number, key in enumerate(keys, start=1):
        first = keys.index(key) + 1
        if first != number:
            shown = " / ".join(key) if isinstance(key, tuple) else key
            yield Complaint("duplicate_key", column=f"{where}[{number}]", value=shown, details={"first": first})


def in_modes(modes: Sequence[ModeRule], needs: Sequence[NeedRule]) -> Iterator[Complaint]:
    """Complain of modes for a need that the plan does not have, and of rules without a mode."""
    stated = {(need.group, need.service) for need in needs}
    yield from _twice([(rule.group, rule.service) for rule in modes], "modes")
    for number, rule in enumerate(modes, start=1):
        where = f"modes[{number}]"
        if (rule.group, rule.service) not in stated:
            value = f"{rule.group} / {rule.service}"
            yield Complaint("unknown_reference", column=where, value=value, details={"target": "needs"})
        if not rule.profiles:
            yield Complaint("missing_key", column=f"{where}.profiles")
        if rule.max_minutes is not None:
            yield from at_least(rule.max_minutes, f"{where}.max_minutes")


def in_growth(
    growth: Sequence[GrowthRule],
    overlaps: Sequence[OverlapRule],
    forecast: ForecastRules,
    needs: Sequence[NeedRule],
) -> Iterator[Complaint]:
    """Complain of growth without a forecast, a forecast without growth, and overlaps that are no shares."""
    yield from _twice([rule.group for rule in growth], "growth")
    wanted = bool(forecast.years) or forecast.analysed is not None
    for number, rule in enumerate(growth, start=1):
        yield from listed(rule.group, "group", f"growth[{number}].group")
        if not wanted:
            condition = {"condition": "[forecast] gives years"}
            yield Complaint("unused_key", column=f"growth[{number}]", details=condition)
    if wanted:
        known = {rule.group for rule in growth}
        # A group that is no group is complained of where it stands.
        named = {need.group for need in needs} & set(shipped.vocabulary()["group"])
        for group in sorted(named - known):
            yield Complaint("missing_key", column=f"growth.{group}")
    yield from _twice([tuple(sorted((rule.group_a, rule.group_b))) for rule in overlaps], "overlaps")
    for number, overlap in enumerate(overlaps, start=1):
        where = f"overlaps[{number}]"
        for key in ("group_a", "group_b"):
            yield from listed(getattr(overlap, key), "group", f"{where}.{key}")
        yield from at_least(overlap.rate, f"{where}.rate")
        yield from _at_most_one(overlap.rate, f"{where}.rate")


def in_supply(
    pools: Sequence[PoolRule],
    refusals: Sequence[RefusalRule],
    norms: Sequence[NormRule],
    stays: Sequence[StayRule],
    services: Sequence[ServiceRule],
) -> Iterator[Complaint]:
    """Complain of pools of one service, refusals of nobody, and norms and stays of services without a rule."""
    yield from _twice([(rule.site, service) for rule in pools for service in rule.services], "pools")
    for number, pool in enumerate(pools, start=1):
        yield from at_least(pool.capacity, f"pools[{number}].capacity")
        if len(set(pool.services)) < 2:
            yield Complaint("missing_key", column=f"pools[{number}].services")
        for service in pool.services:
            yield from _offered(service, services, f"pools[{number}].services")
    for number, rule in enumerate(refusals, start=1):
        where = f"refusals[{number}]"
        for group in rule.groups:
            yield from listed(group, "group", f"{where}.groups")
        if rule.service:
            yield from _offered(rule.service, services, f"{where}.service")
        if not rule.groups and rule.min_age is None and rule.max_age is None:
            yield Complaint("missing_key", column=f"{where}.groups")
    every = [(norm.service, norm.measure, site) for norm in norms for site in norm.sites or ("",)]
    yield from _twice(every, "norms")
    for number, norm in enumerate(norms, start=1):
        yield from _offered(norm.service, services, f"norms[{number}].service")
    yield from _twice([stay.service for stay in stays], "stays")
    for number, stay in enumerate(stays, start=1):
        yield from _offered(stay.service, services, f"stays[{number}].service")
        if not stay.years > 0:
            yield Complaint("below_range", column=f"stays[{number}].years", value=stay.years, details={"low": 0})


def in_access(access: AccessRules) -> Iterator[Complaint]:
    """Complain of a ratio whose decay lacks something, and of a ranking without its group."""
    if access.location_draws:
        yield from at_least(access.location_draws, "access.location_draws", 20)
    decays = access.ratio_method != "2sfca"
    if decays and not access.ratio_decay:
        yield Complaint("missing_key", column="access.ratio_decay")
    if access.ratio_decay:
        if not decays:
            condition = {"condition": 'ratio_method is not "2sfca"'}
            yield Complaint("unused_key", column="access.ratio_decay", details=condition)
        if not access.ratio_minutes or min(access.ratio_minutes) <= 0:
            yield Complaint("missing_key", column="access.ratio_minutes")
        weights = {"step": len(access.ratio_minutes), "power": 1}.get(access.ratio_decay, 0)
        if len(access.ratio_weights) != weights:
            yield Complaint("missing_key" if weights else "unused_key", column="access.ratio_weights",
                            details={} if weights else {"condition": 'ratio_decay = "step"'})  # fmt: skip
    if (access.ranked_by == "poverty") != bool(access.poor_group):
        if access.poor_group:
            condition = {"condition": 'ranked_by = "poverty"'}
            yield Complaint("unused_key", column="access.poor_group", details=condition)
        else:
            yield Complaint("missing_key", column="access.poor_group")
    if access.poor_group:
        yield from listed(access.poor_group, "group", "access.poor_group")
    if access.poverty_line is not None and not access.poverty_line > 0:
        yield Complaint("below_range", column="access.poverty_line", value=access.poverty_line, details={"low": 0})
