"""Why a question has no answer, in a sentence: what cannot hold together, and what would have to give."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from mangluoi.reports.words import Lang, all_keys, say
from mangluoi.viettext import format_number

__all__ = ["sentence"]

_BILLION, _MILLION = 1e9, 1e6
_WITH_NUMBER = ("budget", "target", "land", "new_sites")


def sentence(
    demands: Sequence[Mapping[str, Any]], max_minutes: float | Mapping[str, float], need: float, lang: Lang = "vi"
) -> str:
    """Write a clash, such as «Không thể đạt 90 % nhu cầu, đồng thời chi không quá 40 tỷ đồng trong phạm vi 60 phút».

    Parameters
    ----------
    demands
        Of each requirement its kind, about, limit and needed, see `siting.clashes.Demand`.
    max_minutes
        The threshold, or several.
    need
        All need, of which a target is a share.
    lang
        {"vi", "en"}
    """
    limits = sorted({float(m) for m in (max_minutes.values() if isinstance(max_minutes, Mapping) else [max_minutes])})
    shown = "–".join(format_number(limit, lang=lang) for limit in sorted({limits[0], limits[-1]}))
    minutes = say("clash.minutes", lang, minutes=shown)
    parts = [_demand(one, need, lang) + (minutes if one["kind"] in ("target", "floor") else "") for one in demands]
    told = say("clash.head", lang, demands=say("clash.and", lang).join(parts))
    ways = [way for one in demands if (way := _way(one, need, lang))]
    if not ways:
        return told
    return f"{told} {say('clash.way', lang, ways=say('clash.or', lang).join(ways))}"


def _demand(one: Mapping[str, Any], need: float, lang: Lang) -> str:
    kind, about, limit = str(one["kind"]), str(one["about"]), one["limit"]
    if kind == "budget" and about:
        return say("clash.budget_of", lang, limit=_amount(kind, limit, need, lang), about=about)
    if kind in _WITH_NUMBER:
        return say(f"clash.{kind}", lang, limit=_amount(kind, limit, need, lang), about=about)
    if kind == "floor":
        about = ", ".join(say(f"part.{part}", lang) for part in about.split("/") if f"part.{part}" in all_keys())
    return say(f"clash.{kind}", lang, about=about)


def _way(one: Mapping[str, Any], need: float, lang: Lang) -> str:
    kind, needed = str(one["kind"]), one["needed"]
    if kind not in _WITH_NUMBER or needed is None:
        return ""
    return say(f"clash.needs_{kind}", lang, needed=_amount(kind, needed, need, lang, up=kind != "target"))


def _amount(kind: str, value: float, need: float, lang: Lang, *, up: bool | None = None) -> str:
    """Write a number; what is needed at least is rounded up, what can be reached at most is rounded down."""
    if kind == "target":
        return format_number(_rounded(100 * value / need, up), 1, lang=lang)
    if kind != "budget":
        return format_number(_rounded(value * 10, up) / 10 if kind == "land" else value, lang=lang)
    unit, name = (_BILLION, "billion") if value >= _BILLION else (_MILLION, "million")
    return say(f"clash.{name}", lang, amount=format_number(_rounded(value / unit, up), 1, lang=lang))


def _rounded(value: float, up: bool | None) -> float:
    """Round to a tenth, to the safe side where there is one."""
    if up is None:
        return round(value, 1)
    return (math.ceil(value * 10 - 1e-6) if up else math.floor(value * 10 + 1e-6)) / 10
