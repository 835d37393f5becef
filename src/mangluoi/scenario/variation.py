"""A scenario: a plan with a few of its choices made otherwise, each named by the service that it is about."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

from mangluoi.errors import Complaint, PlanError
from mangluoi.scenario.plan import Plan
from mangluoi.scenario.rules import ActionRule, Profile
from mangluoi.scenario.siterules import FloorRule, SitingRules
from mangluoi.tables import nearest

__all__ = ["plan_with"]


def plan_with(
    plan: Plan,
    *,
    max_minutes: Mapping[str, float] | None = None,
    profiles: Mapping[str, Profile] | None = None,
    budget_vnd: float | None = None,
    aim: str | None = None,
    share: float | None = None,
    floors: Mapping[str, float] | None = None,
    basis: str = "",
    expand: Mapping[str, Sequence[str]] | None = None,
    build: Mapping[str, Sequence[str]] | None = None,
) -> Plan:
    """Return a plan with some of its choices made otherwise; what is not named stays.

    Parameters
    ----------
    plan
        The plan.
    max_minutes
        The threshold in minutes, by service.
    profiles
        {"motorbike", "car", "walk"}: how people get there, by service.
    budget_vnd
        The money, in VND.
    aim, share
        What is sought, and the share of need that the aims "cheapest", "fewest", "minutes" and "total" ask for; see
        `SitingRules`. A new aim drops the plan's share.
    floors
        The only equity floors: the share that each ``"commune"``, ``"district"``, ``"group"``, ``"service"`` or the
        ``"province"`` must reach. An empty mapping takes the plan's away.
    basis
        Where a floor that the plan does not have comes from.
    expand
        The ids of the only sites that may be expanded, by service; none rules expanding out.
    build
        The only communes (codes of the units since 1 July 2025) or candidate sites at which may be built, by service;
        none rules building out.

    Returns
    -------
    Plan

    Raises
    ------
    PlanError
        With every complaint: a service that the plan has no rule for, or a choice that contradicts the plan.

    Examples
    --------
    >>> import mangluoi as ml
    >>> plan = ml.read_plan("kon-tum")
    >>> ml.plan_with(plan, max_minutes={"residential": 90}, budget_vnd=30e9).budget_vnd
    30000000000.0
    """
    only = {"expand": dict(expand or {}), "build": dict(build or {})}
    found = [*_strangers(plan, {"max_minutes": max_minutes or {}, "profiles": profiles or {}})]
    for kind, places in only.items():
        offered = {rule.service for rule in plan.actions if rule.kind == kind}
        found += [_unknown(kind, service, offered) for service in places if service not in offered]
    found += _not_listed("profiles", (profiles or {}).values(), typing.get_args(Profile))
    found += _not_listed("aim", [] if aim is None else [aim], _listed(SitingRules, "aim"))
    found += _not_listed("floors", floors or {}, _listed(FloorRule, "by"))
    if found:
        raise PlanError(found)
    services = tuple(
        dataclasses.replace(
            rule,
            max_minutes=float((max_minutes or {}).get(rule.service, rule.max_minutes)),
            profile=(profiles or {}).get(rule.service, rule.profile),
        )
        for rule in plan.services
    )
    actions = tuple(rule for given in plan.actions if (rule := _narrowed(given, only.get(given.kind, {}))) is not None)
    changes: dict[str, Any] = {"services": services, "actions": actions}
    if budget_vnd is not None:
        changes["budget_vnd"] = float(budget_vnd)
    if aim is not None or share is not None:
        changes["siting"] = dataclasses.replace(
            plan.siting, aim=plan.siting.aim if aim is None else cast("Any", aim), share=share
        )
    if floors is not None:
        known = {rule.by: rule for rule in plan.floors}
        changes["floors"] = tuple(
            known[by]
            if by in known and known[by].at_least == least
            else FloorRule(cast("Any", by), float(least), basis)
            for by, least in floors.items()
        )
    return plan.replace(**changes)


def _strangers(plan: Plan, choices: Mapping[str, Mapping[str, object]]) -> Iterator[Complaint]:
    known = {rule.service for rule in plan.services}
    for name, by_service in choices.items():
        for service in by_service:
            if service not in known:
                yield _unknown(name, service, known)


def _unknown(name: str, service: str, known: set[str]) -> Complaint:
    return Complaint("not_in_list", column=name, value=service, details={"nearest": nearest(service, known)})


def _listed(rules: type, name: str) -> tuple[str, ...]:
    return typing.get_args(typing.get_type_hints(rules)[name])


def _not_listed(name: str, values: Iterable[str], known: Sequence[str]) -> list[Complaint]:
    return [_unknown(name, value, set(known)) for value in values if value not in known]


def _narrowed(rule: ActionRule, only: Mapping[str, Sequence[str]]) -> ActionRule | None:
    """Return a rule for the places that are left to it, or none where nothing is."""
    if rule.service not in only:
        return rule
    places = tuple(place for place in only[rule.service] if not rule.sites or place in rule.sites)
    return dataclasses.replace(rule, sites=places) if places else None
