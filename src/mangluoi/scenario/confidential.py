"""Which sites are confidential, and what would give them away."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import pandas as pd

from mangluoi import shipped
from mangluoi.scenario.plan import ActionRule, LocationRule, NormRule, Plan, PoolRule, RefusalRule, TargetRule
from mangluoi.scenario.result import Result

__all__ = ["Secret", "is_public_target", "public_plan", "secrets_of"]

_R = TypeVar("_R", LocationRule, PoolRule, RefusalRule)
_S = TypeVar("_S", ActionRule, NormRule)


@dataclass(frozen=True)
class Secret:
    """Confidential sites: their ids, their facilities, how many, the services that they give away, and their names."""

    sites: frozenset[str]
    facilities: frozenset[str]
    count: Mapping[str, int]
    services: tuple[str, ...]
    names: re.Pattern[str] | None

    def named_in(self, values: Any) -> bool:
        """Say whether any of the texts names a confidential site or facility."""
        return self.names is not None and any(
            isinstance(value, str) and self.names.search(value.casefold()) for value in values
        )


def secrets_of(result: Result) -> Secret:
    """Find the confidential sites: those flagged so, and all of a confidential type, whatever their flag says."""
    listed = shipped.frame("norms/facility_types.csv")
    types = frozenset(str(kind) for kind in listed.loc[listed["confidential"] == "yes", "type"])
    sites, facilities = result.sites, result.facilities
    of_type = set(facilities.loc[facilities["type"].isin(types), "facility_id"])
    hidden = (
        sites["confidential"].fillna(True).astype(bool) | sites["type"].isin(types) | sites["facility_id"].isin(of_type)
    )
    ids = frozenset(str(site) for site in sites.loc[hidden, "site_id"])
    owners = frozenset(str(name) for name in {*sites.loc[hidden, "facility_id"], *of_type})
    without_site = facilities[facilities["facility_id"].isin(of_type - set(sites["facility_id"]))]
    count = pd.concat([sites.loc[hidden, "type"], without_site["type"]]).value_counts().sort_index()
    offered = result.capacity.loc[result.capacity["site_id"].isin(ids), "service"]
    planned = {rule.service for rule in result.plan.actions if rule.facility_type in types}
    named = [*sites.loc[hidden, ["site_id", "facility_id", "name", "address"]].to_numpy().ravel()]
    named += [*facilities.loc[facilities["facility_id"].isin(owners), ["facility_id", "name"]].to_numpy().ravel()]
    words = sorted({value.casefold() for value in named if isinstance(value, str) and value.strip()})
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in words)) if words else None
    return Secret(
        sites=ids,
        facilities=owners,
        count={str(kind): int(n) for kind, n in count.items()},
        services=tuple(sorted({*offered, *planned})),
        names=pattern,
    )


def is_public_target(rule: TargetRule, secret: Secret) -> bool:
    """Say whether a target names no confidential facility; how many there are of a type may be told."""
    return not secret.named_in(dataclasses.astuple(rule))


def public_plan(plan: Plan, secret: Secret) -> Plan:
    """Drop from the plan every rule that names a confidential site."""
    return dataclasses.replace(
        plan,
        actions=_without_sites(plan.actions, secret),
        targets=tuple(rule for rule in plan.targets if is_public_target(rule, secret)),
        locations=_of_one_site(plan.locations, secret),
        pools=_of_one_site(plan.pools, secret),
        refusals=_of_one_site(plan.refusals, secret),
        norms=_without_sites(plan.norms, secret),
        stress=tuple(rule for rule in plan.stress if not secret.named_in([rule.basis])),
    )


def _of_one_site(rules: tuple[_R, ...], secret: Secret) -> tuple[_R, ...]:
    """Drop the rules whose site is confidential, and those that name one in their words."""
    return tuple(
        rule for rule in rules if rule.site not in secret.sites and not secret.named_in(dataclasses.astuple(rule))
    )


def _without_sites(rules: tuple[_S, ...], secret: Secret) -> tuple[_S, ...]:
    """Take confidential sites out of the sites of rules, and drop rules of nothing else, or that name one."""
    kept = []
    for rule in rules:
        sites = tuple(site for site in rule.sites if site not in secret.sites)
        emptied = bool(rule.sites) and not sites
        if not emptied and not secret.named_in([rule.basis]):
            kept.append(dataclasses.replace(rule, sites=sites))
    return tuple(kept)
