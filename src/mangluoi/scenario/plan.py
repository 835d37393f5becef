"""The question: a frozen `Plan`, read from TOML, in which every number that is a choice is named."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from mangluoi import shipped
from mangluoi.errors import Complaint, PlanError
from mangluoi.scenario import inheritance, strict
from mangluoi.tables import nearest

__all__ = [
    "ActionRule",
    "Inputs",
    "LocationRule",
    "NeedRule",
    "Plan",
    "RoadRules",
    "ServiceRule",
    "SupplyRules",
    "TargetRule",
    "read_plan",
]

Profile = Literal["motorbike", "car", "walk"]
#: Which keys a target must have to be measured.
_NEEDED_BY_TARGET = {
    "share_served": ("service",),
    "share_offering": ("service",),
    "total_capacity": ("service",),
    "facility_capacity": ("facility_id", "service"),
}
TargetKind = Literal[
    "share_nonpublic", "share_served", "share_offering", "facility_capacity", "count_facilities", "total_capacity"
]


@dataclass(frozen=True)
class Inputs:
    """Where the facts come from; a path counts from the plan's folder, an empty one means the shipped data.

    Parameters
    ----------
    workbook
        A spreadsheet made from `mangluoi template`.
    roads
        An OpenStreetMap file (.osm.pbf, .osm, Overpass JSON); empty: a network estimated between commune centres.
    """

    workbook: str = ""
    roads: str = ""


@dataclass(frozen=True)
class RoadRules:
    """How speeds are assumed.

    Parameters
    ----------
    terrain
        {"plain", "mountain", "by_area"}; the last takes a commune of at least `mountain_from_km2` as mountain.
    mountain_from_km2
        See `terrain`.
    margin_km
        How far beyond the province roads and communes still count as a way through.
    snap_limit_m
        How far a point may lie from the network before it counts as not connected.
    """

    terrain: Literal["plain", "mountain", "by_area"]
    mountain_from_km2: float | None = None
    margin_km: float = 30.0
    snap_limit_m: float = 30_000.0


@dataclass(frozen=True)
class SupplyRules:
    """How places are counted.

    Parameters
    ----------
    where_capacity_unknown
        {"exclude", "residents"}: a site without a declared capacity holds no known place, or at least its residents.
    include_drug_rehab
        Whether drug rehabilitation belongs to the plan; it went to the police on 1 March 2025.
    listed
        {"all", "part"}: whether the list of facilities is meant to hold all of the province's. Where it is not,
        the answer gives need alone: nobody can say who is out of reach of facilities that nobody listed.
    """

    where_capacity_unknown: Literal["exclude", "residents"]
    include_drug_rehab: bool = False
    listed: Literal["all", "part"] = "all"


@dataclass(frozen=True)
class ServiceRule:
    """How far people may travel for a service, and how; no official norm exists, so `basis` says why."""

    service: str
    profile: Profile
    max_minutes: float
    basis: str


@dataclass(frozen=True)
class NeedRule:
    """Which share of a group needs a service, and on what basis."""

    group: str
    service: str
    rate: float
    basis: str


@dataclass(frozen=True)
class LocationRule:
    """Where a site is assumed to be while its source gives no address; every output says that it is assumed."""

    site: str
    address: str
    basis: str


@dataclass(frozen=True)
class ActionRule:
    """Something that may be done, and its cost.

    Parameters
    ----------
    kind
        {"expand", "build"}
    service
        The service that gains places.
    min_added, max_added
        Fewest and most places, if it is done at all.
    per_place_vnd, fixed_vnd
        Cost per place added, and once.
    basis
        Where the cost comes from.
    sites
        With "expand": which sites; none means every located site that offers the service.
    facility_type
        With "build": what is built.
    max_size
        With "expand": most places that the site may have in the end.
    """

    kind: Literal["expand", "build"]
    service: str
    min_added: int
    max_added: int
    per_place_vnd: float
    fixed_vnd: float
    basis: str
    sites: tuple[str, ...] = ()
    facility_type: str = ""
    max_size: int | None = None


@dataclass(frozen=True)
class TargetRule:
    """A target of the source document, measured today and after the actions.

    Parameters
    ----------
    kind
        What is measured: {"share_nonpublic", "share_served", "share_offering", "facility_capacity",
        "count_facilities", "total_capacity"}.
    label
        The target in the document's words.
    value
        The target; a share is given as 0.55, not 55.
    year
        By when.
    source
        The document.
    service, group, facility_type, facility_id
        What the measure is about, where the kind needs it.
    """

    kind: TargetKind
    label: str
    value: float
    year: int
    source: str
    service: str = ""
    group: str = ""
    facility_type: str = ""
    facility_id: str = ""


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
    roads, supply, inputs
        See `RoadRules`, `SupplyRules` and `Inputs`.
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
    inputs: Inputs = field(default_factory=Inputs)
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


def _contradictions(plan: Plan) -> list[Complaint]:
    """Collect what the types alone do not say: unknown ids, ranges, keys that need each other."""
    found: list[Complaint] = []
    words = shipped.vocabulary()

    def known(value: str, vocabulary: str, where: str) -> None:
        if value not in words[vocabulary]:
            found.append(
                Complaint(
                    "not_in_list", column=where, value=value, details={"nearest": nearest(value, words[vocabulary])}
                )
            )

    def positive(value: float, where: str, low: float = 0.0) -> None:
        if not value >= low:
            found.append(Complaint("below_range", column=where, value=value, details={"low": low}))

    known(plan.vintage, "vintage", "vintage")
    known(plan.province_vintage, "vintage", "province_vintage")
    positive(plan.budget_vnd, "budget_vnd")
    positive(plan.time_limit_s, "time_limit_s", 1.0)
    positive(plan.roads.margin_km, "roads.margin_km")
    if plan.roads.terrain == "by_area" and plan.roads.mountain_from_km2 is None:
        found.append(Complaint("missing_key", column="roads.mountain_from_km2"))
    if plan.roads.terrain != "by_area" and plan.roads.mountain_from_km2 is not None:
        condition = {"condition": 'terrain = "by_area"'}
        found.append(Complaint("unused_key", column="roads.mountain_from_km2", details=condition))
    if plan.roads.terrain == "by_area" and plan.inputs.roads:
        found.append(Complaint("terrain_undecided", column="roads.terrain", value="by_area"))
    offered = [rule.service for rule in plan.services]
    for number, rule in enumerate(plan.services, start=1):
        known(rule.service, "service", f"services[{number}].service")
        positive(rule.max_minutes, f"services[{number}].max_minutes")
        if offered.index(rule.service) != number - 1:
            found.append(
                Complaint(
                    "duplicate_key", column=f"services[{number}].service", value=rule.service,
                    details={"first": offered.index(rule.service) + 1},
                )
            )  # fmt: skip
    for number, need in enumerate(plan.needs, start=1):
        where = f"needs[{number}]"
        known(need.group, "group", f"{where}.group")
        known(need.service, "service", f"{where}.service")
        positive(need.rate, f"{where}.rate")
        if need.rate > 1:
            found.append(Complaint("above_range", column=f"{where}.rate", value=need.rate, details={"high": 1}))
        if need.service not in offered:
            found.append(
                Complaint(
                    "unknown_reference", column=f"{where}.service", value=need.service, details={"target": "services"}
                )
            )
    for number, action in enumerate(plan.actions, start=1):
        where = f"actions[{number}]"
        known(action.service, "service", f"{where}.service")
        positive(action.per_place_vnd, f"{where}.per_place_vnd")
        positive(action.fixed_vnd, f"{where}.fixed_vnd")
        positive(action.min_added, f"{where}.min_added")
        positive(action.max_added, f"{where}.max_added", max(action.min_added, 1))
        if action.service not in offered:
            found.append(
                Complaint(
                    "unknown_reference", column=f"{where}.service", value=action.service, details={"target": "services"}
                )
            )
        if action.kind == "build":
            known(action.facility_type, "type", f"{where}.facility_type")
        for key, kind in (("sites", "expand"), ("max_size", "expand"), ("facility_type", "build")):
            if getattr(action, key) and action.kind != kind:
                found.append(
                    Complaint("unused_key", column=f"{where}.{key}", details={"condition": f'kind = "{kind}"'})
                )
    for key, given in (("actions", plan.actions), ("targets", plan.targets)):
        if given and plan.supply.listed == "part":
            found.append(Complaint("unused_key", column=key, details={"condition": 'supply.listed = "all"'}))
    for number, target in enumerate(plan.targets, start=1):
        if target.service:
            known(target.service, "service", f"targets[{number}].service")
        if target.facility_type:
            known(target.facility_type, "type", f"targets[{number}].facility_type")
        positive(target.value, f"targets[{number}].value")
        if target.kind.startswith("share_") and target.value > 1:
            found.append(
                Complaint("above_range", column=f"targets[{number}].value", value=target.value, details={"high": 1})
            )
        for key in _NEEDED_BY_TARGET.get(target.kind, ()):
            if not getattr(target, key):
                found.append(Complaint("missing_key", column=f"targets[{number}].{key}"))
    return found
