"""What may be done: the actions that a plan's rules offer, at which sites, and whom new services would take."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from mangluoi import supply
from mangluoi.errors import Complaint, PlanError
from mangluoi.scenario import admission
from mangluoi.scenario.facts import Supply
from mangluoi.scenario.plan import ActionRule, Plan
from mangluoi.scenario.travel import door
from mangluoi.tables import ACTIONS, CAPACITY, SITES

__all__ = ["by_doors", "forbidden_actions", "new_admissible", "offered_actions", "required_actions"]

_VERBS: Mapping[str, str] = {
    "build": "xay-moi", "expand": "mo-rong", "reprofile": "chuyen-doi", "upgrade": "nang-cap", "merge": "sap-nhap",
    "close": "dong-cua",
}  # fmt: skip


@dataclass(frozen=True)
class _Here:
    """What stands: usable places by site and service, and which sites are on the map."""

    usable: Mapping[tuple[str, str], int]
    located: Collection[str]
    spots: Mapping[str, tuple[str, ...]]

    def offering(self, service: str) -> list[str]:
        """Return the located sites that offer a service, sorted."""
        return sorted(site for site, one in self.usable if one == service and site in self.located)


def offered_actions(plan: Plan, capacity: pd.DataFrame, located: set[str], candidates: pd.DataFrame) -> pd.DataFrame:
    """Turn the plan's rules into ACTIONS; ``site_id`` names the site, not its door.

    Parameters
    ----------
    capacity
        CAPACITY of the plan's services with usable.
    located
        Sites that are on the map.
    candidates
        site_id and unit_code of the places to build at.

    Raises
    ------
    PlanError
        If a rule names a site that does not offer its service, or a place that is no candidate.
    """
    keys = zip(capacity["site_id"].astype(str), capacity["service"].astype(str), strict=True)
    spots: dict[str, tuple[str, ...]] = {}
    for site, unit in candidates[["site_id", "unit_code"]].itertuples(index=False, name=None):
        spots[str(site)] = (str(site),)
        spots[str(unit)] = (*spots.get(str(unit), ()), str(site))
    here = _Here(dict(zip(keys, capacity["usable"].astype(int), strict=True)), located, spots)
    rows: list[dict[str, object]] = []
    found: list[Complaint] = []
    for number, rule in enumerate(plan.actions, start=1):
        where = f"actions[{number}]"
        if rule.kind == "build":
            rows += _builds(rule, number, here, candidates, where, found)
            continue
        for site, source, fewest, most in _elsewhere(rule, here, where, found):
            detail = "" if source is None else f"/tu-{source[0]}-{source[1]}"
            name = f"{_VERBS[rule.kind]}/{site}/{rule.service}{detail}/{number}"
            taken = {} if source is None else {"from_site_id": source[0], "from_service": source[1]}
            rows.append(_row(rule, name, site, fewest, most, **taken))
    if found:
        raise PlanError(found)
    table = pd.DataFrame(rows, columns=ACTIONS.names)
    return _with_requirements(plan, table)


def _row(rule: ActionRule, name: str, site: str, fewest: int, most: int, **more: object) -> dict[str, object]:
    adds = rule.kind not in ("upgrade", "close")
    return {
        "action_id": name, "kind": rule.kind, "site_id": site, "service": rule.service, "min_added": fewest,
        "max_added": most, "fixed_vnd": rule.fixed_vnd, "per_place_vnd": rule.per_place_vnd,
        "step": rule.step if adds and rule.step > 1 else None, "group": rule.group or None,
        "saved_vnd": rule.saved_vnd or None, "land_per_place_m2": rule.land_per_place_m2, "phase": rule.phase,
        "authority": rule.authority or None, "exclusive": rule.exclusive or None,
        "bundle": f"{rule.bundle}/{site}" if rule.bundle else None, "place_id": site,
        "facility_type": rule.facility_type or None, "ownership": rule.ownership or None, **more,
    }  # fmt: skip


def _builds(
    rule: ActionRule, number: int, here: _Here, candidates: pd.DataFrame, where: str, found: list[Complaint]
) -> Iterator[dict[str, object]]:
    sites = [str(site) for site in candidates["site_id"]]
    if rule.sites:
        for name in rule.sites:
            if name not in here.spots:
                details = {"target": "candidates"}
                found.append(Complaint("unknown_reference", column=f"{where}.sites", value=name, details=details))
        sites = sorted({site for name in rule.sites for site in here.spots.get(name, ())})
    for site in sites:
        if not rule.sizes:
            name = f"{_VERBS['build']}/{site}/{rule.service}/{number}"
            yield _row(rule, name, site, rule.min_added, rule.max_added)
        for size in rule.sizes:
            name = f"{_VERBS['build']}/{site}/{rule.service}/{size}/{number}"
            yield _row(rule, name, site, size, size, exclusive=f"{site}/{rule.service}/{number}")


def _elsewhere(
    rule: ActionRule, here: _Here, where: str, found: list[Complaint]
) -> Iterator[tuple[str, tuple[str, str] | None, int, int]]:
    """Yield for a rule about sites that stand: site, source, fewest and most places."""
    source_service = rule.from_service or rule.service
    new_here = rule.kind == "reprofile" and not rule.from_sites
    anchor = source_service if new_here else rule.service
    known = {site for site, _ in here.usable}
    for key, names, service in (("sites", rule.sites, anchor), ("from_sites", rule.from_sites, source_service)):
        for name in names:
            # Places may be moved to a service that the site does not offer yet.
            offers = name in known if key == "sites" and rule.kind == "reprofile" else (name, service) in here.usable
            if not offers:
                details = {"target": CAPACITY.sheet if name in known else SITES.sheet}
                found.append(Complaint("unknown_reference", column=f"{where}.{key}", value=name, details=details))
    for site in rule.sites or here.offering(anchor):
        if site not in here.located:
            continue
        if rule.kind in ("upgrade", "close"):
            yield site, None, 0, 0
        elif rule.kind == "expand" and (site, rule.service) in here.usable:
            fewest, most = _of_size(rule, here.usable[site, rule.service])
            if most >= max(fewest, 1):
                yield site, None, fewest, most
        elif rule.kind in ("reprofile", "merge"):
            for source in (site,) if new_here else rule.from_sites or here.offering(source_service):
                slot = (source, source_service)
                most = _in_steps(rule, min(rule.max_added, here.usable.get(slot, 0)))
                if slot != (site, rule.service) and source in here.located and most >= max(rule.min_added, 1):
                    yield site, slot, rule.min_added, most


def _of_size(rule: ActionRule, standing: int) -> tuple[int, int]:
    """Return fewest and most places of an expansion, by what stands."""
    if rule.to_size is not None:
        return rule.to_size - standing, rule.to_size - standing
    most = rule.max_added if rule.max_size is None else min(rule.max_added, rule.max_size - standing)
    return rule.min_added, _in_steps(rule, most)


def _in_steps(rule: ActionRule, most: int) -> int:
    """Return the most places that whole steps reach."""
    first = max(rule.min_added, 1)
    return most if most < first else first + (most - first) // rule.step * rule.step


def _with_requirements(plan: Plan, table: pd.DataFrame) -> pd.DataFrame:
    """Name the actions that others depend on: that of the rule at the same place, or else its only one."""
    numbers = table["action_id"].str.rsplit("/", n=1).str[-1]
    of_rule = {rule.name: table[numbers == str(n)] for n, rule in enumerate(plan.actions, start=1) if rule.name}
    needed: list[str | None] = []
    found = []
    for action, number in zip(table.to_dict("records"), numbers, strict=True):
        words = []
        for name in plan.actions[int(number) - 1].requires:
            every = of_rule[name]
            beside = every[every["site_id"] == action["site_id"]]
            one = beside if len(beside) else every
            choice = {str(word) for word in one["exclusive"].dropna()}
            if len(one) == 1:
                words.append(str(one["action_id"].iloc[0]))
            elif len(one) and len(choice) == 1 and one["exclusive"].notna().all():
                words.append(choice.pop())
            else:
                details = {"target": "actions.name"}
                column = f"actions[{number}].requires"
                found.append(Complaint("unknown_reference", column=column, value=name, details=details))
        needed.append("; ".join(words) or None)
    if found:
        raise PlanError(found[:1])
    return table.assign(requires=pd.Series(needed, index=table.index, dtype=object))


def required_actions(plan: Plan, actions: pd.DataFrame) -> list[str]:
    """Return the ids of the actions of rules that must be done."""
    numbers = {str(number) for number, rule in enumerate(plan.actions, start=1) if rule.required}
    return [str(name) for name in actions["action_id"] if str(name).rsplit("/", 1)[-1] in numbers]


def forbidden_actions(plan: Plan, actions: pd.DataFrame, candidates: pd.DataFrame, sites: pd.DataFrame) -> list[str]:
    """Return the ids of the actions at places where the plan forbids any.

    Parameters
    ----------
    sites
        Sites that are known, with their unit_code.

    Raises
    ------
    PlanError
        If such a place is neither a site nor a candidate nor a commune with one.
    """
    both = pd.concat([candidates[["site_id", "unit_code"]], sites[["site_id", "unit_code"]]])
    units = both.dropna().drop_duplicates("site_id").set_index("site_id")["unit_code"].astype(str)
    known = {*map(str, both["site_id"]), *units}
    found = [
        Complaint("unknown_reference", column="siting.forbidden_at", value=name, details={"target": SITES.sheet})
        for name in plan.siting.forbidden_at
        if name not in known
    ]
    if found:
        raise PlanError(found)
    names = set(plan.siting.forbidden_at)
    touched = actions["site_id"].isin(names) | actions["from_site_id"].isin(names)
    return [str(name) for name in actions.loc[touched | actions["site_id"].map(units).isin(names), "action_id"]]


def new_admissible(plan: Plan, here: Supply, actions: pd.DataFrame, offered: pd.DataFrame) -> pd.DataFrame:
    """Return whom services that do not stand yet would take: by the type that is built, or of the facility there.

    Parameters
    ----------
    offered
        CAPACITY of the plan's services: what stands.
    """
    parts = []
    builds = actions[actions["kind"] == "build"]
    numbers = builds["action_id"].str.rsplit("/", n=1).str[-1]
    for number, rule in enumerate(plan.actions, start=1):
        own = builds[numbers == str(number)]
        if len(own):
            sites = pd.DataFrame({"site_id": own["site_id"], "facility_id": own["site_id"]}).drop_duplicates()
            facilities = pd.DataFrame({"facility_id": sites["facility_id"], "type": rule.facility_type})
            parts.append(supply.admissible(sites, facilities, own[["site_id", "service"]].drop_duplicates()))
    standing = set(zip(offered["site_id"], offered["service"], strict=True))
    moved = actions.loc[actions["kind"] == "reprofile", ["site_id", "service"]].drop_duplicates()
    new = moved[[key not in standing for key in moved.itertuples(index=False, name=None)]]
    if len(new):
        parts.append(admission.admissible(plan, here, new))
    if not parts:
        return pd.DataFrame(columns=["site_id", "group", "service"])
    return pd.concat(parts, ignore_index=True).drop_duplicates()


def by_doors(actions: pd.DataFrame) -> pd.DataFrame:
    """Return ACTIONS between doors, see `travel.door`; ``place_id`` keeps the site."""
    source = [
        door(site if isinstance(site, str) else own, service if isinstance(service, str) else to)
        if kind in ("reprofile", "merge", "close")
        else None
        for kind, own, to, site, service in zip(
            *(actions[name] for name in ("kind", "site_id", "service", "from_site_id", "from_service")), strict=True
        )
    ]
    target = [door(site, service) for site, service in zip(actions["site_id"], actions["service"], strict=True)]
    return actions.assign(site_id=target, from_site_id=pd.Series(source, index=actions.index, dtype=object))
