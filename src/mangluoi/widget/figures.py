"""The key figures of a scenario beside those of its plan, as a small piece of HTML."""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import Any

import pandas as pd

from mangluoi.reports import decisions, exhibits, passages, sentences, sizes
from mangluoi.reports.exhibits import Cell
from mangluoi.reports.words import Lang, name, say
from mangluoi.scenario import comparison
from mangluoi.scenario.disclosure import Disclosed
from mangluoi.viettext import format_number

__all__ = ["key_figures", "reasons"]

_STATES = ("served", "full", "out_of_reach", "unlocated")
_BY_SIZE = ("served", "full")
_MINUTES = ("mean_minutes", "worst_minutes")


def key_figures(base: Disclosed, shown: Disclosed, lang: Lang = "vi") -> str:
    """Return three tables: cost and proof, people by service and group, and minutes; then the chosen actions.

    Parameters
    ----------
    base, shown
        The plan and the scenario, disclosed together.
    lang
        {"vi", "en"}
    """
    tables = "".join(
        _table(key, rows(base, shown, lang), lang)
        for key, rows in (("option", _option), ("people", _people), ("minutes", _minutes))
    )
    return _stamp(shown, lang) + tables + _notes(tables, lang) + _actions(shown, lang)


def reasons(shown: Disclosed, lang: Lang = "vi") -> str:
    """Return why each action was chosen, a line each."""
    told = [*passages.outcome(shown, lang), *passages.chosen(shown, lang), *passages.proof(shown, lang)]
    return "<ul>" + "".join(f"<li>{_safe(line)}</li>" for line in told) + "</ul>"


Row = tuple[str, tuple[str, ...]]


def _people(base: Disclosed, shown: Disclosed, lang: Lang) -> Iterator[Row]:
    before = {(row.group, row.service): row for row in exhibits.records(base.state_totals)}
    turn = {rule.service: place for place, rule in enumerate(shown.plan.services)}
    rows = shown.state_totals.sort_values(["service", "group"], key=lambda c: c.map(turn) if c.name == "service" else c)
    for row in exhibits.records(rows):
        known = sizes.sized(shown, row.service, row.group)
        old = before.get((row.group, row.service))
        title = say(
            "explore.of_group", lang, service=name("service", row.service, lang), group=name("group", row.group, lang),
            need=exhibits.written(exhibits.count(row.need, lang, masked=bool(row.masked)), lang),
        )  # fmt: skip
        yield title, ()
        for state in _STATES:
            if state in _BY_SIZE and not known:
                yield say(f"explore.{state}", lang), (say("explore.unknown", lang),) * 2 + ("",)
                continue
            later = state if state == "unlocated" else f"{state}_after"
            now, then = (exhibits.count(getattr(row, key), lang, masked=bool(row.masked)) for key in (state, later))
            was: Cell = "–" if old is None else exhibits.count(getattr(old, later), lang, masked=bool(old.masked))
            yield say(f"explore.{state}", lang), (_text(now, lang), _text(then, lang), _change(was, then, lang))


def _minutes(base: Disclosed, shown: Disclosed, lang: Lang) -> Iterator[Row]:
    told, was = (
        table[table["measure"].isin(_MINUTES)].set_index(["measure", "service"])
        for table in (comparison.key_figures([shown]), comparison.key_figures([base]))
    )
    measured = set(shown.minutes["service"])
    for service in (rule.service for rule in shown.plan.services if rule.service in measured):
        yield name("service", str(service), lang), ()
        for measure in _MINUTES:
            now, then = (_whole(told.at[(measure, service), when]) for when in ("today", "after"))
            old = _whole(was.at[(measure, service), "after"]) if (measure, service) in was.index else "–"
            yield say(f"explore.{measure}", lang), (_text(now, lang), _text(then, lang), _change(old, then, lang))


def _option(base: Disclosed, shown: Disclosed, lang: Lang) -> Iterator[Row]:
    cost, was = (round(decisions.total_cost(one) / 1e9, 2) for one in (shown, base))
    yield say("explore.cost", lang), ("", _billion(cost, lang), _signed(cost - was, lang, 2))
    added, before = (int(one.actions["added"].sum()) for one in (shown, base))
    yield say("explore.added", lang), ("", format_number(added, lang=lang), _signed(added - before, lang))
    yield say("explore.proof", lang), ("", _proof(shown, lang), "")


def _proof(shown: Disclosed, lang: Lang) -> str:
    status, gap = shown.solution.get("status"), shown.solution.get("gap")
    if status is None:
        return say("explore.proof_none", lang)
    if status == "optimal":
        return say("explore.proof_yes", lang)
    if status == "infeasible":
        return say("explore.proof_infeasible", lang)
    if gap is None or gap != gap or gap == float("inf"):
        return say("explore.proof_no", lang)
    return say("explore.proof_gap", lang, gap=sentences.percent(float(gap), lang))


def _actions(shown: Disclosed, lang: Lang) -> str:
    if shown.actions.empty:
        return f"<p>{_safe(say('explore.no_action', lang))}</p>"
    lines = []
    for row in exhibits.records(shown.actions.sort_values("action_id")):
        where = str(row.unit_name) if row.kind == "build" else sentences.action_name(row, lang)
        money = _billion(round(float(row.cost_vnd) / 1e9, 2), lang)
        lines.append(
            say(f"explore.action_{row.kind}", lang, where=where, added=int(row.added), billion=money,
                service=name("service", row.service, lang))
        )  # fmt: skip
    items = "".join(f"<li>{_safe(line)}</li>" for line in lines)
    return f"<p class='mlx-head'>{_safe(say('explore.chosen', lang))}</p><ul>{items}</ul>"


def _table(key: str, rows: Iterator[Row], lang: Lang) -> str:
    head = "".join(
        f"<th scope='col'>{_safe(say(f'explore.column.{name}', lang))}</th>"
        for name in (key, "today", "after", "change")
    )
    body = "".join(
        f"<tr data-key='{key}'><td>{_safe(title)}</td>"
        + "".join(f"<td class='n'>{_safe(cell)}</td>" for cell in cells)
        + "</tr>"
        if cells
        else f"<tr><th colspan='4' scope='rowgroup'>{_safe(title)}</th></tr>"
        for title, cells in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _notes(said: str, lang: Lang) -> str:
    notes = [say("explore.note_change", lang)]
    if f">{exhibits.MASKED}<" in said:
        notes.append(say("note.masked", lang))
    if f">{say('explore.unknown', lang)}<" in said:
        notes.append(say("explore.note_unknown", lang))
    return "".join(f"<p class='mlx-note'>{_safe(note)}</p>" for note in notes)


def _stamp(shown: Disclosed, lang: Lang) -> str:
    return f"<p class='mlx-stamp'>{_safe(say('report.stamp', lang))}</p>" if shown.profile == "internal" else ""


def _whole(value: Any) -> Cell:
    return "–" if pd.isna(value) else round(float(value))


def _text(cell: Cell, lang: Lang) -> str:
    return exhibits.written(cell, lang)


def _change(was: Cell, now: Cell, lang: Lang) -> str:
    """Write how much more there is than in the plan; nothing where either is not given."""
    return "" if isinstance(was, str) or isinstance(now, str) else _signed(now - was, lang)


def _signed(value: float, lang: Lang, decimals: int = 0) -> str:
    if abs(value) < 0.5 * 10**-decimals:
        return "0"
    return ("+" if value > 0 else "−") + format_number(abs(value), decimals, lang=lang)


def _billion(value: float, lang: Lang) -> str:
    return format_number(value, 0 if float(value).is_integer() else 2, lang=lang)


def _safe(text: str) -> str:
    return html.escape(sentences.printable(text), quote=True)
