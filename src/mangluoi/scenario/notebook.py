"""What a notebook shows of an answer: a small table, in Vietnamese unless English is asked for."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from mangluoi import shipped
from mangluoi.reports.words import Lang, name, say
from mangluoi.viettext import format_number

if TYPE_CHECKING:
    from mangluoi.scenario.comparison import Comparison
    from mangluoi.scenario.disclosure import Disclosed

__all__ = ["comparison_html", "totals_html"]

_COUNTS = ("need", "served", "full", "out_of_reach", "unlocated", "served_after")
_KINDS: tuple[Literal["group", "service", "type"], ...] = ("group", "service", "type")
#: What stands for a count that is masked or withheld.
_MASKED = "*"


def totals_html(d: Disclosed, lang: Lang = "vi") -> str:
    """Return the provincial totals; a masked or withheld count is a sign, one not known is empty.

    Parameters
    ----------
    d
        What may be shown.
    lang
        {"vi", "en"}
    """
    rows = [
        [name("group", row["group"], lang), name("service", row["service"], lang),
         *(_count(row[column], row["masked"], lang) for column in _COUNTS)]
        for row in d.state_totals.to_dict("records")
    ]  # fmt: skip
    heads = [say(f"notebook.{key}", lang) for key in ("group", "service", *_COUNTS)]
    about = f"{d.plan.title} ({d.plan.vintage}, {say(f'notebook.{d.profile}', lang)})"
    return f"<p><b>{html.escape(about)}</b></p>{_table(heads, rows, texts=2)}"


def comparison_html(made: Comparison, lang: Lang = "vi") -> str:
    """Return the assumptions that differ and what each plan comes to after its actions.

    Parameters
    ----------
    made
        The comparison.
    lang
        {"vi", "en"}
    """
    plans = [one.plan.name for one in made.shown]
    heads = [say(f"compare.column.{key}", lang) for key in ("assumption", "entry")]
    changed = [
        [say(f"assumption.{row['key']}", lang), _entry(str(row["entry"]), lang),
         *(_setting(row[plan], lang) for plan in plans)]
        for row in made.changes.to_dict("records")
    ]  # fmt: skip
    keys = ["service", "group", "measure"]
    figures = made.figures.drop_duplicates(keys)[keys].itertuples(index=False, name=None)
    at = {tuple(row[key] for key in (*keys, "plan")): row for row in made.figures.to_dict("records")}
    rows = []
    for service, group, measure in figures:
        told = [name("service", service, lang) if service else "", name("group", group, lang) if group else ""]
        cells = []
        for plan in plans:
            row = at.get((service, group, measure, plan), {"after": None, "masked": False})
            after = row["after"] / 1e6 if measure == "cost_vnd" and row["after"] is not None else row["after"]
            cells.append(_count(after, row["masked"], lang) or "–")
        rows.append([*told, say(f"compare.measure.{measure}", lang), *cells])
    measured = [*(say(f"notebook.{key}", lang) for key in ("service", "group")), say("compare.column.measure", lang)]
    return _table([*heads, *plans], changed, texts=2 + len(plans)) + _table([*measured, *plans], rows, texts=3)


def _entry(entry: str, lang: Lang) -> str:
    """Write an entry of a list in the plan, such as ``elderly/residential #2``, by the names of what it is about."""
    parts = []
    for part in entry.split("/") if entry else ():
        key, mark, number = part.partition(" #")
        kind = next((kind for kind in _KINDS if key in shipped.vocabulary()[kind]), None)
        parts.append(part if kind is None else name(kind, key, lang) + mark + number)
    return ", ".join(parts)


def _setting(value: Any, lang: Lang) -> str:
    if value is None:
        return "–"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return format_number(float(value), 0 if float(value).is_integer() else 4, lang=lang)
    return str(value)


def _count(value: Any, masked: Any, lang: Lang) -> str:
    if pd.isna(value):
        return _MASKED if masked else ""
    number = float(value)
    return format_number(number, 0 if number.is_integer() else 1, lang=lang)


def _table(heads: Iterable[str], rows: Iterable[Sequence[str]], *, texts: int) -> str:
    """Return a table whose first columns are texts and whose others are numbers."""
    head = "".join(f"<th>{html.escape(text)}</th>" for text in heads)
    body = "".join(
        "<tr>"
        + "".join(
            f"<td style='text-align:{'left' if place < texts else 'right'}'>{html.escape(cell)}</td>"
            for place, cell in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
