"""Which sites are confidential, and what would give them away."""

from __future__ import annotations

import copy
import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd

from mangluoi import shipped
from mangluoi.scenario.plan import ActionRule, LocationRule, NormRule, Plan, PoolRule, RefusalRule, TargetRule
from mangluoi.scenario.siterules import LandRule
from mangluoi.viettext import compose, fold

if TYPE_CHECKING:
    from mangluoi.scenario.result import Result

__all__ = ["FEWEST_COMMUNES", "Secret", "is_public_target", "kept_rules", "public_plan", "secrets_of", "unchecked"]

# What stands for a name that is not given.
_UNNAMED = "…"

_R = TypeVar("_R", LocationRule, LandRule, PoolRule, RefusalRule)
_S = TypeVar("_S", ActionRule, NormRule)
_D = TypeVar("_D")


#: A place is hidden only where it could be in so many communes; where a province has fewer, nothing is told of it.
FEWEST_COMMUNES = 11


@dataclass(frozen=True)
class Secret:
    """Confidential sites: their ids, their facilities, how many, the services that they give away, and their names."""

    sites: frozenset[str]
    facilities: frozenset[str]
    count: Mapping[str, int]
    services: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def any(self) -> bool:
        """Whether there is anything to hide."""
        return bool(self.sites or self.facilities or self.services)

    @cached_property
    def _written(self) -> re.Pattern[str]:
        return _any_of(self.names, re.IGNORECASE)

    @cached_property
    def _folded(self) -> re.Pattern[str]:
        return _any_of(tuple(fold(name) for name in self.names if " " in name), 0)

    def without_names(self, text: str) -> str:
        """Return a text in which no confidential site, facility or address is named, with diacritics or without."""
        if not self.names:
            return text
        shown = self._written.sub(_UNNAMED, compose(text)) if self._written.search(compose(text)) else text
        return _UNNAMED if self._folded.search(fold(shown)) else shown

    def named_in(self, values: Any) -> bool:
        """Say whether any of the texts names a confidential site or facility."""
        return any(isinstance(value, str) and self.without_names(value) != value for value in values)


def _any_of(names: tuple[str, ...], flags: int) -> re.Pattern[str]:
    """Match any of some names as whole words; without names, nothing."""
    longest = sorted(names, key=lambda name: (-len(name), name))
    return re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in longest) or r"(?!)", flags)


def secrets_of(results: Sequence[Result]) -> list[Secret]:
    """Find the confidential sites of results about one province: those flagged, and all of a confidential type.

    What one result keeps confidential, all do: beside a scenario that hides a site, another must not show it.
    """
    listed = shipped.frame("norms/facility_types.csv")
    types = frozenset(str(kind) for kind in listed.loc[listed["confidential"] == "yes", "type"])
    sites = frozenset(site for result in results for site in _hidden_sites(result, types))
    facilities = frozenset(owner for result in results for owner in _hidden_facilities(result, types, sites))
    plain = {fold(part) for label in ("name_vi", "name_en") for name in listed[label] for part in name.split(", ")}
    for result in results:
        plain |= {fold(str(name)) for key in ("name", "above") for name in result.units[key].dropna()}
        plain.add(fold(result.province_name))
    names = tuple(
        sorted({name for result in results for name in _names(result, sites, facilities) if fold(name) not in plain})
    )
    return [_secret(result, sites, facilities, names, types) for result in results]


def _hidden_sites(result: Result, types: frozenset[str]) -> set[str]:
    sites, facilities = result.sites, result.facilities
    of_type = facilities.loc[facilities["type"].isin(types), "facility_id"]
    flagged = sites["confidential"].fillna(True).astype(bool)
    hidden = flagged | sites["type"].isin(types) | sites["facility_id"].isin(of_type)
    return set(sites.loc[hidden, "site_id"].astype(str))


def _hidden_facilities(result: Result, types: frozenset[str], sites: frozenset[str]) -> set[str]:
    """Return the facilities that are nothing but confidential sites, or of a confidential type."""
    open_sites = result.sites[~result.sites["site_id"].isin(sites)]
    owners = set(result.sites["facility_id"].astype(str)) - set(open_sites["facility_id"].astype(str))
    return owners | set(result.facilities.loc[result.facilities["type"].isin(types), "facility_id"].astype(str))


def _names(result: Result, sites: frozenset[str], facilities: frozenset[str]) -> set[str]:
    """Return every text that names a confidential place."""
    mine = result.sites["site_id"].isin(sites)
    of = result.facilities["facility_id"].isin(facilities)
    told = [*result.sites.loc[mine, ["site_id", "name", "address"]].to_numpy().ravel()]
    told += [*result.facilities.loc[of, ["facility_id", "name"]].to_numpy().ravel()]
    return {compose(value) for value in told if isinstance(value, str) and value.strip()}


def _secret(
    result: Result, sites: frozenset[str], facilities: frozenset[str], names: tuple[str, ...], types: frozenset[str]
) -> Secret:
    mine = result.sites[result.sites["site_id"].isin(sites)]
    owners = result.facilities[result.facilities["facility_id"].isin(facilities)]
    without_site = owners[~owners["facility_id"].isin(result.sites["facility_id"])]
    count = pd.concat([mine["type"], without_site["type"]]).value_counts().sort_index()
    offered = result.capacity.loc[result.capacity["site_id"].isin(sites), "service"]
    planned = {rule.service for rule in result.plan.actions if rule.facility_type in types}
    return Secret(
        sites=sites,
        facilities=facilities,
        count={str(kind): int(n) for kind, n in count.items()} if len(result.units) >= FEWEST_COMMUNES else {},
        services=tuple(sorted({*offered, *planned})),
        names=names,
    )


def is_public_target(rule: TargetRule, secret: Secret) -> bool:
    """Say whether a target names no confidential facility; how many there are of a type may be told."""
    return not secret.named_in(dataclasses.astuple(rule))


def public_plan(plan: Plan, secret: Secret) -> Plan:
    """Drop from the plan every rule that names a confidential site.

    What is left is not checked anew: that nothing is left for a key to work on is no fault of the plan.
    """
    return unchecked(
        plan,
        actions=tuple(_open_actions(plan, secret).values()),
        targets=tuple(rule for rule in plan.targets if is_public_target(rule, secret)),
        locations=_of_one_site(plan.locations, secret),
        pools=_of_one_site(plan.pools, secret),
        refusals=_of_one_site(plan.refusals, secret),
        norms=_without_sites(plan.norms, secret),
        land=_of_one_site(plan.land, secret),
        siting=dataclasses.replace(plan.siting, forbidden_at=_open_sites(plan.siting.forbidden_at, secret)),
        stress=tuple(rule for rule in plan.stress if not secret.named_in([rule.basis])),
    )


def kept_rules(plan: Plan, secret: Secret) -> dict[str, tuple[int, ...]]:
    """Return the numbers, from 1, that the actions and targets of the public plan have in the plan itself."""
    targets = (number for number, rule in enumerate(plan.targets, start=1) if is_public_target(rule, secret))
    return {"actions": tuple(_open_actions(plan, secret)), "targets": tuple(targets)}


def _open_actions(plan: Plan, secret: Secret) -> dict[int, ActionRule]:
    """Return the rules for actions without confidential sites, by number; those of nothing else are dropped."""
    found = {}
    for number, rule in enumerate(plan.actions, start=1):
        moved_from = _open_sites(rule.from_sites, secret)
        if moved_from or not rule.from_sites:
            for open_rule in _without_sites((dataclasses.replace(rule, from_sites=moved_from),), secret):
                found[number] = open_rule
    return found


def unchecked(of: _D, **changes: Any) -> _D:
    """Return a frozen dataclass with other values, as it is."""
    made = copy.copy(of)
    for name, value in changes.items():
        object.__setattr__(made, name, value)
    return made


def _of_one_site(rules: tuple[_R, ...], secret: Secret) -> tuple[_R, ...]:
    """Drop the rules whose site is confidential, and those that name one in their words."""
    return tuple(
        rule for rule in rules if rule.site not in secret.sites and not secret.named_in(dataclasses.astuple(rule))
    )


def _open_sites(sites: tuple[str, ...], secret: Secret) -> tuple[str, ...]:
    return tuple(site for site in sites if site not in secret.sites)


def _without_sites(rules: tuple[_S, ...], secret: Secret) -> tuple[_S, ...]:
    """Take confidential sites out of the sites of rules, and drop rules of nothing else, or that name one."""
    kept = []
    for rule in rules:
        sites = _open_sites(rule.sites, secret)
        emptied = bool(rule.sites) and not sites
        if not emptied and not secret.named_in([rule.basis]):
            kept.append(dataclasses.replace(rule, sites=sites))
    return tuple(kept)
