"""What a planner has typed and ticked, read into the arguments of `plan_with`, and the code that says the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mangluoi.errors import Complaint, InputError
from mangluoi.scenario.plan import Plan
from mangluoi.sources.amounts import read_amount
from mangluoi.viettext import format_number

__all__ = ["AS_PLANNED", "Typed", "as_typed", "code", "read"]

#: The floor of a plan that has several.
AS_PLANNED = "plan"

_BILLION = 1e9
# Aims that ask for no share.
_MOST = ("served", "covered")


@dataclass(frozen=True)
class Typed:
    """What stands in the controls.

    Parameters
    ----------
    minutes, profiles
        By service: the threshold as text, and the way of travel.
    budget
        Billions of VND, as text.
    aim, share
        What is sought, and the share in per cent that some aims ask for, as text.
    floor, at_least
        What each part must reach a share of its need in (empty: no floor; "plan": the plan's several floors), and the
        share in per cent, as text.
    places
        By kind of action and service: what is ticked.
    """

    minutes: Mapping[str, str]
    profiles: Mapping[str, str]
    budget: str
    aim: str
    share: str
    floor: str
    at_least: str
    places: Mapping[tuple[str, str], Sequence[str]] = field(default_factory=dict)


def as_typed(plan: Plan, places: Mapping[tuple[str, str], Sequence[str]]) -> Typed:
    """Return what the controls show for a plan, everything ticked."""
    return Typed(
        minutes={rule.service: _number(rule.max_minutes) for rule in plan.services},
        profiles={rule.service: rule.profile for rule in plan.services},
        budget=_number(plan.budget_vnd / _BILLION),
        aim=plan.siting.aim,
        share="" if plan.siting.share is None else _number(100 * plan.siting.share),
        floor="" if not plan.floors else plan.floors[0].by if len(plan.floors) == 1 else AS_PLANNED,
        at_least=_number(100 * plan.floors[0].at_least) if len(plan.floors) == 1 else "",
        places=places,
    )


def read(
    typed: Typed, plan: Plan, places: Mapping[tuple[str, str], Sequence[str]], *, basis: str = ""
) -> dict[str, Any]:
    """Return the arguments of `plan_with` for what differs from the plan.

    Parameters
    ----------
    typed
        What stands in the controls.
    plan
        The plan that they began with.
    places
        What may be ticked, by kind of action and service.
    basis
        What is said of a floor that the plan does not have.

    Raises
    ------
    InputError
        With a complaint for every number that cannot be read or is below zero; its column is ``budget``,
        ``minutes.<service>``, ``share`` or ``at_least``.
    """
    began = as_typed(plan, places)
    found: list[Complaint] = []
    changes: dict[str, Any] = {}
    minutes = {
        service: value
        for service, text in typed.minutes.items()
        if text != began.minutes[service] and (value := _read(text, f"minutes.{service}", found)) is not None
    }
    profiles = {service: ride for service, ride in typed.profiles.items() if ride != began.profiles[service]}
    changes |= {"max_minutes": minutes} if minutes else {}
    changes |= {"profiles": profiles} if profiles else {}
    if typed.budget != began.budget and (money := _read(typed.budget, "budget", found)) is not None:
        changes["budget_vnd"] = float(round(money * _BILLION))
    changes |= _aim(typed, began, found) | _floor(typed, began, found, basis)
    for kind in ("expand", "build"):
        only = {
            service: sorted(typed.places[kind, service])
            for of, service in places
            if of == kind and set(typed.places[kind, service]) != set(places[kind, service])
        }
        changes |= {kind: only} if only else {}
    if found:
        raise InputError(found)
    return changes


def _aim(typed: Typed, began: Typed, found: list[Complaint]) -> dict[str, Any]:
    asks = typed.aim not in _MOST
    if typed.aim == began.aim and (typed.share == began.share or not asks):
        return {}
    changes: dict[str, Any] = {} if typed.aim == began.aim else {"aim": typed.aim}
    share = _percent(typed.share, "share", found) if asks else None
    return changes if share is None else {**changes, "share": share}


def _floor(typed: Typed, began: Typed, found: list[Complaint], basis: str) -> dict[str, Any]:
    if (typed.floor, typed.at_least) == (began.floor, began.at_least) or typed.floor == AS_PLANNED:
        return {}
    if not typed.floor:
        return {"floors": {}} if began.floor else {}
    share = _percent(typed.at_least, "at_least", found)
    return {} if share is None else {"floors": {typed.floor: share}, "basis": basis}


def _percent(text: str, column: str, found: list[Complaint]) -> float | None:
    """Read a share in per cent, with or without the sign."""
    share = _read(text.replace("%", ""), column, found)
    if share is not None and share > 100:
        found.append(Complaint("above_range", column=column, value=text, details={"high": 100}))
        return None
    return None if share is None else round(share / 100, 6)


def code(changes: Mapping[str, Any], base: str | None) -> str:
    """Return Python that gives the same figures.

    Parameters
    ----------
    changes
        Arguments of `plan_with`.
    base
        What `read_plan` is asked for; None where the plan stands in no file, so that the code begins with it.
    """
    begin = "" if base is None else f"plan = ml.read_plan({base!r})\n"
    asked = "".join(f",\n    {name}={_written(value)}" for name, value in changes.items())
    scenario = f"ml.plan_with(\n    plan{asked},\n)" if changes else "plan"
    return f"import mangluoi as ml\n\n{begin}scenario = {scenario}\nresult = ml.run(scenario, figures_only=True)"


def _written(value: Any) -> str:
    if isinstance(value, float):
        return f"{int(value):_}" if value.is_integer() else repr(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key!r}: {_written(one)}" for key, one in value.items()) + "}"
    return repr(value)


def _read(text: str, column: str, found: list[Complaint]) -> float | None:
    plain = text.strip()
    amount = read_amount(plain.lstrip("-–−"), whole=False)
    if amount is None or amount.hedge != "=" or amount.unit:
        found.append(Complaint("not_a_number", column=column, value=text))
        return None
    if plain[:1] in ("-", "–", "−"):
        found.append(Complaint("negative", column=column, value=text))
        return None
    return amount.value


def _number(value: float) -> str:
    """Write a number as it may be typed: no mark between thousands, which would read as a decimal one."""
    digits = next((n for n in range(6) if abs(round(value, n) - value) < 1e-9), 6)
    return format_number(value, digits).replace(".", "")
