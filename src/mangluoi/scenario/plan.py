"""The question: a frozen `Plan`, read from TOML, in which every number that is a choice is named."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mangluoi.errors import Complaint, PlanError
from mangluoi.scenario import contradictions, inheritance, sitechecks, strict
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
    LocationRule,
    NeedRule,
    ReportRules,
    RoadRules,
    ServiceRule,
    SupplyRules,
    TargetRule,
)
from mangluoi.scenario.siterules import (
    AnswerRules,
    FloorRule,
    LandRule,
    PayerRule,
    PhaseRule,
    SitingRules,
    WeightRule,
)
from mangluoi.scenario.stressrules import StressRule, in_stress
from mangluoi.tables import nearest

__all__ = [
    "AccessRules", "ActionRule", "AnswerRules", "FloorRule", "ForecastRules", "GrowthRule", "Inputs", "LandRule",
    "LocationRule", "ModeRule", "NeedRule", "NormRule", "OverlapRule", "PayerRule", "PhaseRule", "Plan", "PoolRule",
    "RefusalRule", "ReportRules", "RoadRules", "ServiceRule", "SitingRules", "StayRule", "StressRule", "SupplyRules",
    "TargetRule", "WeightRule", "read_plan",
]  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """A question about one province.

    Parameters
    ----------
    name
        Short name, used for the output folder.
    title, question, source
        Heading of the report, what is asked, and the document that asks it.
    province_code, province_vintage
        The province, and the set of units that its code belongs to.
    vintage
        The units in which the answer is given.
    as_of
        The date the answer is about.
    budget_vnd, budget_basis
        The money, and where the sum comes from.
    services, needs, actions, targets, locations
        See `ServiceRule`, `NeedRule`, `ActionRule`, `TargetRule` and `LocationRule`.
    modes
        Groups that travel otherwise than the service's rule says, see `ModeRule`.
    growth, overlaps
        How groups grow and how they overlap, see `GrowthRule` and `OverlapRule`.
    pools, refusals, norms, stays
        Beds that services share, whom a site does not take, norms of capacity and mean stays; see `PoolRule`,
        `RefusalRule`, `NormRule` and `StayRule`.
    stress
        How far what is assumed may be off, see `StressRule`.
    roads, supply, inputs, report
        See `RoadRules`, `SupplyRules`, `Inputs` and `ReportRules`.
    floors, weights, payers, phases, land
        What the chosen actions must keep to; see `FloorRule`, `WeightRule`, `PayerRule`, `PhaseRule` and `LandRule`.
    access, forecast, siting, answers
        See `AccessRules`, `ForecastRules`, `SitingRules` and `AnswerRules`.
    time_limit_s
        How many seconds the search for the best actions may take; what it has not proven by then is said.
    folder
        The folder that relative paths count from.
    """

    name: str
    title: str
    question: str
    source: str
    province_code: str
    province_vintage: str
    vintage: str
    as_of: str
    budget_vnd: float
    budget_basis: str
    roads: RoadRules
    supply: SupplyRules
    services: tuple[ServiceRule, ...]
    needs: tuple[NeedRule, ...]
    actions: tuple[ActionRule, ...] = ()
    targets: tuple[TargetRule, ...] = ()
    locations: tuple[LocationRule, ...] = ()
    modes: tuple[ModeRule, ...] = ()
    growth: tuple[GrowthRule, ...] = ()
    overlaps: tuple[OverlapRule, ...] = ()
    pools: tuple[PoolRule, ...] = ()
    refusals: tuple[RefusalRule, ...] = ()
    norms: tuple[NormRule, ...] = ()
    stays: tuple[StayRule, ...] = ()
    floors: tuple[FloorRule, ...] = ()
    weights: tuple[WeightRule, ...] = ()
    payers: tuple[PayerRule, ...] = ()
    phases: tuple[PhaseRule, ...] = ()
    land: tuple[LandRule, ...] = ()
    stress: tuple[StressRule, ...] = ()
    access: AccessRules = field(default_factory=AccessRules)
    forecast: ForecastRules = field(default_factory=ForecastRules)
    siting: SitingRules = field(default_factory=SitingRules)
    answers: AnswerRules = field(default_factory=AnswerRules)
    inputs: Inputs = field(default_factory=Inputs)
    report: ReportRules = field(default_factory=ReportRules)
    time_limit_s: float = 60.0
    folder: Path = field(default=Path(), metadata={"setting": False}, compare=False)

    def __post_init__(self) -> None:
        found = list(_contradictions(self))
        if found:
            raise PlanError(found)

    def replace(self, **changes: Any) -> Plan:
        """Return the plan with something replaced, checked anew.

        Raises
        ------
        PlanError
            If a key is not known or the changed plan contradicts itself.
        """
        known = {f.name for f in dataclasses.fields(self)}
        unknown = [
            Complaint("unknown_key", column=key, details={"nearest": nearest(key, known)})
            for key in changes
            if key not in known
        ]
        if unknown:
            raise PlanError(unknown)
        return dataclasses.replace(self, **changes)

    def service(self, service: str) -> ServiceRule:
        """Return the rule of a service."""
        return next(rule for rule in self.services if rule.service == service)

    def to_toml(self) -> str:
        """Write the exact question, every default filled in."""
        return strict.write_toml(self)


def read_plan(path: str | Path) -> Plan:
    """Read a plan from a TOML file; one with ``base`` inherits from another, see `inheritance.read_values`.

    Parameters
    ----------
    path
        The file; if it is not there, the name of a plan that ships (``"plans/nghe-an.toml"`` or ``"nghe-an"``).

    Raises
    ------
    PlanError
        With every unknown key (and the nearest known one), missing key, wrong type and contradiction.
    """
    place = inheritance.plan_file(path)
    values = inheritance.read_values(place)
    settings, found = strict.read_settings(Plan, values, file=str(path))
    if found:
        raise PlanError(found)
    try:
        return Plan(**settings, folder=place.parent)
    except PlanError as error:
        raise PlanError([dataclasses.replace(c, file=str(path)) for c in error.complaints]) from None


def _contradictions(plan: Plan) -> Iterator[Complaint]:
    """Collect what the types alone do not say."""
    yield from contradictions.listed(plan.vintage, "vintage", "vintage")
    yield from contradictions.listed(plan.province_vintage, "vintage", "province_vintage")
    yield from contradictions.at_least(plan.budget_vnd, "budget_vnd")
    yield from contradictions.at_least(plan.time_limit_s, "time_limit_s", 1.0)
    yield from contradictions.in_roads(plan.roads, plan.inputs)
    yield from contradictions.in_services(plan.services)
    yield from contradictions.in_needs(plan.needs, plan.services)
    yield from contradictions.in_actions(plan.actions, plan.services)
    yield from contradictions.in_targets(plan.targets)
    yield from contradictions.in_listing(plan.supply, plan.actions, plan.targets)
    yield from contradictions.in_modes(plan.modes, plan.needs)
    yield from contradictions.in_growth(plan.growth, plan.overlaps, plan.forecast, plan.needs)
    yield from contradictions.in_supply(plan.pools, plan.refusals, plan.norms, plan.stays, plan.services)
    yield from contradictions.in_access(plan.access)
    yield from in_stress(plan.stress, plan.needs, plan.stays)
    yield from sitechecks.in_kinds(plan.actions, plan.services)
    yield from sitechecks.in_siting(plan.siting, plan.inputs, has_actions=bool(plan.actions))
    yield from sitechecks.in_limits(plan)
    yield from sitechecks.in_answers(plan.answers)
