"""What may be told of the answer beside its tables: actions, proof, targets, notices, and where it comes from."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mangluoi.scenario import decisions
from mangluoi.scenario.caveat import Notice
from mangluoi.scenario.confidential import Secret, is_public_target
from mangluoi.scenario.detail import Reasoning
from mangluoi.scenario.masking import LARGEST_MASKED
from mangluoi.scenario.plan import Plan

if TYPE_CHECKING:
    from mangluoi.scenario.result import Result

__all__ = ["actions", "answer", "hides_choice", "notices", "provenance", "scorecard", "unchosen"]

#: Notices that count what is listed of each basis of size.
_COUNTED_BASIS = {"capacity_unknown": "unknown", "capacity_from_residents": "residents"}
#: What a notice gives for a number of people that is masked; the tables of the report explain the sign.
_MASKED = "*"
_OF_CHOICE = ("siting_clash", "time_limit_reached")


def hides_choice(plan: Plan, secret: Secret) -> bool:
    """Say whether what is chosen follows from where confidential sites are.

    It does where one budget pays for actions of their services and of others, and where what is sought or must hold
    counts the people of every service together: a share of all need, a floor for every part of the province.
    """
    moved = {name for rule in plan.actions for name in (rule.service, rule.from_service)}
    together = plan.siting.aim not in ("served", "covered") or bool(plan.floors)
    together |= plan.siting.max_loss_minutes is not None
    return bool(secret.services) and bool(plan.actions) and (together or bool(moved & set(secret.services)))


def unchosen(result: Result, secret: Secret) -> Result:
    """Return the result as if nothing had been chosen, where the choice tells of confidential sites.

    Else only what counts the people of every service together is left out of it: the price of equity, and how many
    plans come near to the best.
    """
    if not secret.services:
        return result
    reasons = result.reasoning
    if not hides_choice(result.plan, secret):
        fewer = dataclasses.replace(reasons, equity=reasons.equity.iloc[:0], firmness=reasons.firmness.iloc[:0])
        return dataclasses.replace(result, reasoning=fewer)
    return dataclasses.replace(
        result,
        states_after=result.states,
        nearest=result.nearest.assign(minutes_after=result.nearest["minutes"]),
        coverage=result.coverage.assign(covered_after=result.coverage["covered"]),
        actions=result.actions.iloc[:0],
        solution=None,
        scorecard=result.scorecard.assign(after=np.nan, distance=np.nan, reason="masked"),
        notices=tuple(each for each in result.notices if each.key not in _OF_CHOICE),
        frontier=result.frontier.iloc[:0],
        reasoning=Reasoning(),
    )


def actions(result: Result, secret: Secret, *, masks: bool) -> pd.DataFrame:
    """Return the actions of services that are not withheld; a gain or loss of 1 to 10 people is masked."""
    shown = result.actions[~result.actions["service"].isin(secret.services)].reset_index(drop=True)
    people = {name: shown[name].astype(float) for name in ("served_more", "lost")}
    return shown.assign(
        **{
            name: count.mask((count.abs() > 0) & (count.abs() <= LARGEST_MASKED) & masks)
            for name, count in people.items()
        }
    )


def answer(result: Result, secret: Secret, totals: pd.DataFrame) -> dict[str, Any]:
    """Give the solver's sums over people and money only where nothing that they sum is masked or withheld.

    How far the answer is from the best is a share of such a sum.
    """
    if result.solution is None:
        return {}
    told = ["status", "gap", "seconds"]
    hidden = bool(totals["masked"].any())
    if secret.services and hidden and result.solution.gap:
        told.remove("gap")
    if not hidden and not result.actions["service"].isin(secret.services).any():
        told += ["objective", "bound", "cost_vnd"]
    return {name: getattr(result.solution, name) for name in told}


def scorecard(result: Result, secret: Secret, totals: pd.DataFrame) -> pd.DataFrame:
    """Withhold a measure where a provincial count that it stands on is masked or a confidential site is within it."""
    shown = result.scorecard.copy()
    for position, rule in enumerate(result.plan.targets):
        given_away = rule.kind in ("total_capacity", "share_offering") and rule.service in secret.services
        if rule.kind == "share_served":
            rows = totals[totals["service"] == rule.service]
            if rule.group:
                rows = rows[rows["group"] == rule.group]
            given_away = bool(rows["masked"].any())
        if given_away:
            shown.loc[shown.index[position], ["today", "after", "distance"]] = np.nan
            shown.loc[shown.index[position], "reason"] = "masked"
    public = [is_public_target(rule, secret) for rule in result.plan.targets]
    return shown[public].reset_index(drop=True)


def notices(
    result: Result, secret: Secret, capacity: pd.DataFrame, by_unit: pd.DataFrame, totals: pd.DataFrame
) -> tuple[Notice, ...]:
    """Drop notices about what is withheld, and mask in the others what the tables mask."""
    masked = set(by_unit.loc[by_unit["masked"], "service"]) | set(totals.loc[totals["masked"], "service"])
    told = []
    for notice in result.notices:
        fields = dict(notice.fields)
        if secret.named_in(fields.values()) or fields.get("service") in secret.services:
            continue
        if notice.key == "time_limit_reached" and secret.services and totals["masked"].any():
            continue
        if notice.key in _COUNTED_BASIS:
            fields["count"] = int((capacity["basis"] == _COUNTED_BASIS[notice.key]).sum())
            if not fields["count"]:
                continue
        if fields.get("service") in masked and "people" in fields:
            fields["people"] = _MASKED
        told.append(Notice(notice.key, fields))
    return tuple(told)


def provenance(result: Result, shown: Plan, secret: Secret, *, public: bool) -> Mapping[str, Any]:
    """Return where the result comes from, without the checksums of what names a confidential place.

    Whoever knows all the rest of a file can try every commune until its checksum fits. So the plan's is that of the
    plan as it is shown, and files that say where sites are have none, nor their size.
    """
    if not secret.any:
        return result.provenance
    plan = result.plan
    told = {Path(plan.inputs.workbook or "").name, decisions.file_beside(plan.folder, plan.name).name}
    inputs = [
        {**row, "sha256": None, "bytes": None} if public and Path(row["file"]).name in told else row
        for row in result.provenance["inputs"]
    ]
    digest = hashlib.sha256(shown.to_toml().encode()).hexdigest()
    return {**result.provenance, "plan_sha256": digest, "inputs": inputs}
