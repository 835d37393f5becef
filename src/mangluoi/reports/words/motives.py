"""Why an action was chosen, in words: what is lost without it, what would stand in for it, what holds it back."""

from __future__ import annotations

from typing import Any

import pandas as pd

from mangluoi.reports import words
from mangluoi.reports.words import Lang, say
from mangluoi.scenario.disclosure import Disclosed
from mangluoi.viettext import format_number

__all__ = ["motives"]


def motives(d: Disclosed, row: Any, lang: Lang) -> list[str]:
    """Return one sentence each on a chosen action.

    Parameters
    ----------
    d
        What may be shown. In public a missing count of people is one of 1 to 10.
    row
        The action: action_id, lost, instead and held_by.
    lang
        {"vi", "en"}
    """
    plan, public = d.plan, d.profile == "public"
    told = []
    instead, held_by = ("" if pd.isna(text) else str(text) for text in (row.instead, row.held_by))
    rule = d.rule_of(str(row.action_id))
    if rule is not None and rule.required:
        told.append(say("report.option.required", lang))
    elif (pd.notna(row.lost) or public) and plan.answers.reasons and plan.siting.aim in ("served", "covered"):
        lost = "1–10" if pd.isna(row.lost) else format_number(round(float(row.lost)), lang=lang)
        if instead and pd.notna(row.lost) and not row.lost:
            told.append(say("report.option.without_equal", lang, instead=instead))
        elif instead:
            told.append(say("report.option.without", lang, lost=lost, instead=instead))
        else:
            told.append(say("report.option.without_nothing", lang, lost=lost))
    if held_by:
        limits = [_limit(one, lang) for one in held_by.split(";")]
        told.append(say("report.option.held_by", lang, limits=", ".join(limits)))
    return told


def _limit(code: str, lang: Lang) -> str:
    return say(f"limit.{code}", lang) if f"limit.{code}" in words.all_keys() else code
