"""What contradicts itself in the rules of choosing sites: keys of another kind of action, aims, limits, answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from mangluoi.errors import Complaint
from mangluoi.scenario.contradictions import at_least, listed
from mangluoi.scenario.rules import ActionRule, Inputs, ServiceRule, TargetRule
from mangluoi.scenario.siterules import AnswerRules, SitingRules

if TYPE_CHECKING:
    from mangluoi.scenario.plan import Plan

__all__ = ["in_answers", "in_kinds", "in_limits", "in_siting"]

_ADDING = ("expand", "build", "reprofile", "merge")
_OF_KIND: Mapping[str, tuple[str, ...]] = {
    "sites": ("expand", "build", "reprofile", "upgrade", "merge", "close"),
    "from_sites": ("reprofile", "merge"),
    "from_service": ("reprofile", "merge"),
    "group": ("upgrade",),
    "facility_type": ("build",),
    "ownership": ("build",),
    "max_size": ("expand",),
    "to_size": ("expand",),
    "step": _ADDING,
    "sizes": ("build",),
    "land_per_place_m2": ("build", "expand"),
}
_BINDING = ("share_nonpublic", "count_facilities", "total_capacity")
#: What a rule of an action says where a key is left out.
_PLAIN = {"step": 1}


def in_kinds(actions: Sequence[ActionRule], services: Sequence[ServiceRule]) -> Iterator[Complaint]:
    """Complain of keys that belong to another kind of action, and of actions that depend on none."""
    names = [action.name for action in actions if action.name]
    for number, action in enumerate(actions, start=1):
        where = f"actions[{number}]"
        for key, kinds in _OF_KIND.items():
            if getattr(action, key) not in (_PLAIN.get(key), (), "", None) and action.kind not in kinds:
                wanted = " / ".join(f'"{kind}"' for kind in kinds)
                yield Complaint("unused_key", column=f"{where}.{key}", details={"condition": f"kind = {wanted}"})
        yield from _sizes(action, where)
        if action.from_service and action.from_service not in {rule.service for rule in services}:
            details = {"target": "services"}
            yield Complaint("unknown_reference", column=f"{where}.from_service", value=action.from_service,
                            details=details)  # fmt: skip
        if action.kind == "reprofile" and not action.from_sites and action.from_service in ("", action.service):
            yield Complaint("missing_key", column=f"{where}.from_service")
        if action.group:
            yield from listed(action.group, "group", f"{where}.group")
        if action.phase is not None:
            yield from at_least(action.phase, f"{where}.phase", 1)
        if action.land_per_place_m2 is not None:
            yield from at_least(action.land_per_place_m2, f"{where}.land_per_place_m2")
        yield from at_least(action.saved_vnd, f"{where}.saved_vnd")
        if action.required and not action.sites and action.kind != "expand":
            # A rule may be about any site; required, it would be done at every one.
            yield Complaint("missing_key", column=f"{where}.sites")
        if action.name and names.count(action.name) > 1:
            first = next(n for n, other in enumerate(actions, start=1) if other.name == action.name)
            if first != number:
                yield Complaint("duplicate_key", column=f"{where}.name", value=action.name, details={"first": first})
        for name in action.requires:
            if name not in names:
                details = {"target": "actions.name"}
                yield Complaint("unknown_reference", column=f"{where}.requires", value=name, details=details)


def _sizes(action: ActionRule, where: str) -> Iterator[Complaint]:
    """Complain of places that are added by what adds none, and of sizes and steps that cannot be."""
    if action.kind in _ADDING and not action.sizes:
        yield from at_least(action.max_added, f"{where}.max_added", max(action.min_added, 1))
        yield from at_least(action.step, f"{where}.step", 1)
        first = max(action.min_added, 1)
        if action.step > 1 and action.max_added >= first and (action.max_added - first) % action.step:
            steps = {"low": first, "high": action.max_added, "step": action.step}
            yield Complaint("uneven_steps", column=f"{where}.step", value=action.kind, details=steps)
    else:
        for key in ("min_added", "max_added"):
            if getattr(action, key):
                kind = {"kind": action.kind}
                yield Complaint("adds_no_places", column=f"{where}.{key}", value=action.service, details=kind)
    for size in action.sizes:
        yield from at_least(size, f"{where}.sizes", 1)
    if action.sizes and action.exclusive:
        # The sizes of a place exclude each other by a word of their own.
        yield Complaint("unused_key", column=f"{where}.exclusive", details={"condition": "sizes = []"})


def in_siting(rules: SitingRules, inputs: Inputs, *, has_actions: bool) -> Iterator[Complaint]:
    """Complain of an aim without what it needs, and of candidates from nowhere."""
    if rules != SitingRules() and not has_actions:
        yield Complaint("unused_key", column="siting", details={"condition": "[[actions]]"})
    most = rules.aim in ("served", "covered")
    if rules.share is None and not most:
        yield Complaint("missing_key", column="siting.share")
    if rules.share is not None:
        if most:
            condition = {"condition": 'aim is not "served" or "covered"'}
            yield Complaint("unused_key", column="siting.share", details=condition)
        yield from _share(rules.share, "siting.share")
    if rules.measure == "covered" and rules.aim not in ("cheapest", "fewest"):
        condition = {"condition": 'aim = "cheapest" / "fewest"'}
        yield Complaint("unused_key", column="siting.measure", details=condition)
    yield from at_least(rules.times_covered, "siting.times_covered", 1)
    if rules.times_covered > 1 and rules.aim != "covered" and rules.measure != "covered":
        condition = {"condition": 'aim = "covered" / measure = "covered"'}
        yield Complaint("unused_key", column="siting.times_covered", details=condition)
    yield from at_least(rules.vnd_per_minute, "siting.vnd_per_minute")
    if rules.vnd_per_minute and rules.aim != "total":
        yield Complaint("unused_key", column="siting.vnd_per_minute", details={"condition": 'aim = "total"'})
    for key in ("max_new_sites", "max_loss_minutes"):
        if getattr(rules, key) is not None:
            yield from at_least(getattr(rules, key), f"siting.{key}")
    for key, given, wanted in (
        ("siting.grid_km", rules.grid_km is not None, "grid"),
        ("inputs.candidates", bool(inputs.candidates), "list"),
    ):
        if given and rules.candidates != wanted:
            condition = {"condition": f'siting.candidates = "{wanted}"'}
            yield Complaint("unused_key", column=key, details=condition)
        if not given and rules.candidates == wanted:
            yield Complaint("missing_key", column=key)
    if rules.grid_km is not None and not rules.grid_km > 0:
        yield Complaint("below_range", column="siting.grid_km", value=rules.grid_km, details={"low": 0})


def in_limits(plan: Plan) -> Iterator[Complaint]:
    """Complain of floors, weights, payers, phases, land and binding targets that cannot be kept to."""
    for key in ("floors", "weights", "payers", "phases", "land"):
        if getattr(plan, key) and not plan.actions:
            yield Complaint("unused_key", column=key, details={"condition": "[[actions]]"})
    for number, floor in enumerate(plan.floors, start=1):
        yield from _share(floor.at_least, f"floors[{number}].at_least")
        if floor.by == "district" and plan.vintage >= "2025-07-01":
            condition = {"condition": 'vintage = "2025-06-30"'}
            yield Complaint("unused_key", column=f"floors[{number}].by", details=condition)
    seen: dict[tuple[str, str], int] = {}
    for number, weight in enumerate(plan.weights, start=1):
        yield from at_least(weight.weight, f"weights[{number}].weight")
        mine = [n for n in plan.needs if weight.group in ("", n.group) and weight.service in ("", n.service)]
        if not mine:
            value = f"{weight.group} / {weight.service}"
            yield Complaint("unknown_reference", column=f"weights[{number}]", value=value, details={"target": "needs"})
        for need in mine:
            first = seen.setdefault((need.group, need.service), number)
            if first != number:
                value = f"{need.group} / {need.service}"
                yield Complaint("duplicate_key", column=f"weights[{number}]", value=value, details={"first": first})
                break
    named = {action.authority for action in plan.actions}
    for number, budget in enumerate(plan.payers, start=1):
        if not budget.budget_vnd > 0:
            value = f"{budget.budget_vnd:.0f}"
            yield Complaint("no_budget", column=f"payers[{number}].budget_vnd", value=value)
        if budget.authority not in named:
            details = {"target": "actions.authority"}
            yield Complaint("unknown_reference", column=f"payers[{number}].authority", value=budget.authority,
                            details=details)  # fmt: skip
    yield from _phases(plan)
    for number, land in enumerate(plan.land, start=1):
        yield from at_least(land.land_m2, f"land[{number}].land_m2")
    if plan.land and not any(action.land_per_place_m2 for action in plan.actions):
        yield Complaint("missing_key", column="actions.land_per_place_m2")
    for number, target in enumerate(plan.targets, start=1):
        yield from _binding(target, f"targets[{number}]", plan.actions)


def _phases(plan: Plan) -> Iterator[Complaint]:
    for number, phase in enumerate(plan.phases, start=1):
        yield from at_least(phase.budget_vnd, f"phases[{number}].budget_vnd")
        if not phase.years > 0:
            yield Complaint("below_range", column=f"phases[{number}].years", value=phase.years, details={"low": 0})
    if plan.phases and plan.siting.aim not in ("served", "covered"):
        yield Complaint("unused_key", column="phases", details={"condition": 'siting.aim = "served" / "covered"'})
    if plan.phases and plan.payers:
        yield Complaint("unused_key", column="payers", details={"condition": "phases = []"})
    total = sum(phase.budget_vnd for phase in plan.phases)
    if plan.phases and abs(total - plan.budget_vnd) > 0.5:
        details = {"reason": "phases_sum", "phases": f"{total:.0f}", "plan": f"{plan.budget_vnd:.0f}"}
        yield Complaint("contradiction", column="phases", details=details)
    late = [action.phase for action in plan.actions if action.phase is not None]
    if late and max(late) > max(len(plan.phases), 1):
        yield Complaint("unknown_reference", column="actions.phase", value=max(late), details={"target": "phases"})


def _binding(target: TargetRule, where: str, actions: Sequence[ActionRule]) -> Iterator[Complaint]:
    if target.ownership and target.kind not in ("count_facilities", "total_capacity"):
        condition = {"condition": 'kind = "count_facilities" / "total_capacity"'}
        yield Complaint("unused_key", column=f"{where}.ownership", details=condition)
    if not target.binding:
        return
    if target.kind not in _BINDING:
        wanted = " / ".join(f'"{kind}"' for kind in _BINDING)
        yield Complaint("unused_key", column=f"{where}.binding", details={"condition": f"kind = {wanted}"})
    elif not actions:
        yield Complaint("unused_key", column=f"{where}.binding", details={"condition": "[[actions]]"})
    elif target.kind == "share_nonpublic" or target.ownership:
        for number, action in enumerate(actions, start=1):
            if action.kind == "build" and not action.ownership:
                yield Complaint("missing_key", column=f"actions[{number}].ownership")


def _share(value: float, where: str) -> Iterator[Complaint]:
    yield from at_least(value, where)
    if value > 1:
        yield Complaint("above_range", column=where, value=value, details={"high": 1})


def in_answers(answers: AnswerRules) -> Iterator[Complaint]:
    """Complain of numbers of answers below none, and of a frontier that leads nowhere."""
    yield from at_least(answers.frontier, "answers.frontier")
    if not answers.frontier_up_to > 0:
        where = "answers.frontier_up_to"
        yield Complaint("below_range", column=where, value=answers.frontier_up_to, details={"low": 0})
    yield from at_least(answers.near_optimal, "answers.near_optimal")
    yield from _share(answers.near_within, "answers.near_within")
    for number, share in enumerate(answers.equity, start=1):
        yield from _share(share, f"answers.equity[{number}]")
