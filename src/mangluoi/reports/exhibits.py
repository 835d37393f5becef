"""One exhibit: a table as a reader sees it, the same for document, page and workbook."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import pandas as pd

from mangluoi.reports.words import Lang, say
from mangluoi.viettext import format_number

__all__ = [
    "MASKED", "Cell", "Exhibit", "Heading", "Kind", "columns", "count", "decimals", "form", "million", "minutes",
    "noted", "numbered", "records", "share", "text", "with_notes", "written",
]  # fmt: skip

Cell = str | int | float
Kind = Literal["text", "code", "number"]

# So much width fits an upright page.
_UPRIGHT_WIDTH = 114
#: What stands for a number that the disclosure rule withholds; a footnote explains it wherever it is used.
MASKED = "*"


@dataclass(frozen=True)
class Heading:
    """A column: its heading, what it holds, how wide it is beside the others, and its name for a trace."""

    text: str
    kind: Kind = "text"
    width: float = 12.0
    key: str = ""


@dataclass(frozen=True)
class Exhibit:
    """A table as a reader sees it.

    Parameters
    ----------
    label
        "Biểu số 1. …" or "Phụ lục 1. …", with the title.
    sheet
        Short name, for the workbook.
    unit
        Unit of measure of the numbers; empty where the table holds none.
    headings
        The columns.
    rows
        Text, whole numbers (written without decimals) and floats (with one decimal).
    source
        Where the figures come from.
    notes
        Footnotes.
    totals
        How many rows at the end are sums or totals.
    lang
        {"vi", "en"}: how its numbers are written where it shows itself.
    key
        Its name for a trace.
    """

    label: str
    sheet: str
    unit: str
    headings: tuple[Heading, ...]
    rows: tuple[tuple[Cell, ...], ...]
    source: str
    notes: tuple[str, ...] = field(default=())
    totals: int = 0
    lang: Lang = "vi"
    key: str = ""

    def _repr_html_(self) -> str:
        """Show the table in Jupyter, with its heading and notes."""
        head = "".join(f"<th>{html.escape(heading.text)}</th>" for heading in self.headings)
        body = "".join(
            "<tr>"
            + "".join(
                f"<td style='text-align:{'left' if isinstance(cell, str) and heading.kind != 'number' else 'right'}'>"
                f"{html.escape(written(cell, self.lang))}</td>"
                for cell, heading in zip(row, self.headings, strict=True)
            )
            + "</tr>"
            for row in self.rows
        )
        unit = [say("report.unit", self.lang, unit=self.unit)] if self.unit else []
        notes = "".join(f"<p><small>{html.escape(text)}</small></p>" for text in (*unit, self.source, *self.notes))
        label = f"<p><b>{html.escape(self.label)}</b></p>"
        return f"{label}<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{notes}"

    @property
    def frame(self) -> pd.DataFrame:
        """The table as a plain frame."""
        return pd.DataFrame(list(self.rows), columns=[heading.text for heading in self.headings], dtype=object)

    @property
    def wide(self) -> bool:
        """Whether the table needs a landscape page."""
        return sum(heading.width for heading in self.headings) > _UPRIGHT_WIDTH


def form(number: int, key: str, lang: Lang, **parts: Any) -> Exhibit:
    """Make a Biểu of a proposal, by its number and the key of its title."""
    return Exhibit(
        label=say("report.table", lang, number=number, title=say(f"table.title.{key}", lang)),
        sheet=say("table.short", lang, number=number),
        lang=lang,
        key=key,
        **parts,
    )


def noted(exhibit: Exhibit, lang: Lang, *keys: str) -> Exhibit:
    """Return the exhibit with its notes; one without rows says so."""
    return replace(exhibit, notes=with_notes(exhibit, lang, *keys, *(() if exhibit.rows else ("empty",))))


def with_notes(exhibit: Exhibit, lang: Lang, *keys: str) -> tuple[str, ...]:
    """Return the notes of the keys, and the one on masked numbers where the rows hold any."""
    masked = any(cell == MASKED for row in exhibit.rows for cell in row)
    return (*(say(f"note.{key}", lang) for key in keys), *((say("note.masked", lang),) if masked else ()))


def _is_missing(value: Any) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))


def count(value: Any, lang: Lang, *, masked: bool = False) -> Cell:
    """Return a count as a cell; a masked or unknown one never looks like a zero."""
    if masked:
        return MASKED
    if _is_missing(value):
        return say("report.unknown", lang)
    return round(float(value))


def share(value: Any, of: Any, *, masked: bool = False) -> Cell:
    """Return `value` in per cent of `of`."""
    if masked:
        return MASKED
    if _is_missing(value) or _is_missing(of) or float(of) == 0:
        return "–"
    return round(100 * float(value) / float(of), 1)


def million(value_vnd: Any, lang: Lang) -> Cell:
    """Return an amount in million VND."""
    if _is_missing(value_vnd):
        return say("report.unknown", lang)
    value = float(value_vnd) / 1e6
    return round(value) if value == round(value) else round(value, 1)


def minutes(value: Any, lang: Lang) -> Cell:
    """Return a travel time in whole minutes."""
    return say("cell.beyond", lang) if _is_missing(value) else round(float(value))


def text(value: Any, lang: Lang) -> str:
    """Return text; what is absent is said to be unknown."""
    return say("report.unknown", lang) if _is_missing(value) or str(value) == "" else str(value)


def written(cell: Cell, lang: Lang) -> str:
    """Write a cell as text."""
    if isinstance(cell, str):
        return cell
    return format_number(cell, 0 if isinstance(cell, int) else 1, lang=lang)


def decimals(value: float, places: int, lang: Lang) -> str:
    """Write a number with more decimals than a table's one."""
    return format_number(value, places, lang=lang)


def columns(lang: Lang, *declared: tuple[str, Kind, float]) -> tuple[Heading, ...]:
    """Return headings from keys of ``[column]``, kinds and widths."""
    return tuple(Heading(say(f"column.{key}", lang), kind, width, key) for key, kind, width in declared)


def records(frame: pd.DataFrame) -> Iterator[Any]:
    """Walk over the rows of a frame by their names; what a column holds is declared where the frame is."""
    return iter(frame.itertuples(index=False))


def numbered(rows: Sequence[Sequence[Cell]]) -> tuple[tuple[Cell, ...], ...]:
    """Put a running number before each row."""
    return tuple((place, *row) for place, row in enumerate(rows, start=1))
