"""A scenario: a plan with a few of its choices made otherwise, each named by the service that it is about."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence

from mangluoi.errors import Complaint, PlanError
from mangluoi.scenario.plan import Plan
from mangluoi.scenario.rules import ActionRule, Profile
from mangluoi.tables import nearest

__all__ = ["plan_with"]


def plan_with(
    plan: Plan,
    *,
    max_minutes: Mapping[str, float] | None = None,
    profiles: Mapping[str, Profile] | None = None,
    budget_vnd: float | None = None,
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
    expand
        The ids of the only sites that may be expanded, by service; none rules expanding out.
    build
        The codes of the only new communes in which may be built, by service; none rules building out.

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
    actions = tuple(rule for given in plan.actions if (rule := _narrowed(given, only[given.kind])) is not None)
    money = plan.budget_vnd if budget_vnd is None else float(budget_vnd)
    return plan.replace(services=services, actions=actions, budget_vnd=money)


def _strangers(plan: Plan, choices: Mapping[str, Mapping[str, object]]) -> Iterator[Complaint]:
    known = {rule.service for rule in plan.services}
    for name, by_service in choices.items():
        for service in by_service:
            if service not in known:
                yield _unknown(name, service, known)


def _unknown(name: str, service: str, known: set[str]) -> Complaint:
    return Complaint("not_in_list", column=name, value=service, details={"nearest": nearest(service, known)})


def _narrowed(rule: ActionRule, only: Mapping[str, Sequence[str]]) -> ActionRule | None:
    """Return a rule for the places that are left to it, or none where nothing is."""
    if rule.service not in only:
        return rule
    named = rule.sites if rule.kind == "expand" else rule.communes
    places = tuple(place for place in only[rule.service] if not named or place in named)
    if not places:
        return None
    if rule.kind == "expand":
        return dataclasses.replace(rule, sites=places)
    return dataclasses.replace(rule, communes=places)
