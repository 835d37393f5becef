"""What became of a file that was read: the table, and a line on every row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from mangluoi.errors import Complaint

__all__ = ["CODES", "STATUSES", "Mark", "Reading"]

#: What a row of a file can end in.
STATUSES = ("accepted", "repaired", "subtotal", "refused")

#: Everything that is said of rows without a complaint; the sentences stand in ``reports/words`` under ``row_why``.
CODES = frozenset(
    {
        "above_table", "blank", "by_gazetteer", "by_name", "column_numbers", "composed", "dash_is_empty", "date_form",
        "degrees_form", "differs_from_parts", "equals_parts", "heading", "hidden_row", "leading_zeros", "merged_cell",
        "missing_geometry", "no_figures", "number_form", "other_table", "swapped", "words_only",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Mark:
    """Something that was noticed in a row.

    Parameters
    ----------
    code
        Such as "leading_zeros"; the sentence for readers is made from it where it is shown.
    column
        The column it is about; empty for the whole row.
    """

    code: str
    column: str = ""

    def __post_init__(self) -> None:
        if self.code not in CODES:
            raise KeyError(f"unknown mark: {self.code}")

    def __str__(self) -> str:
        return f"{self.column}: {self.code}" if self.column else self.code


@dataclass(frozen=True)
class Reading:
    """A table that was read from a file.

    Parameters
    ----------
    frame
        The accepted and repaired rows, as the table declares.
    rows
        One line per row of the sheet: ``row`` (as the spreadsheet counts), ``status`` (accepted, repaired, subtotal,
        refused) and ``why``: what was repaired, whether a subtotal equals its parts, or why a row is no data.
    columns
        What each heading was taken for: the name of a column, or "group=" and a group where a column counts one.
    complaints
        What is wrong with the refused rows, and which subtotals differ from their parts.
    unread
        Headings that were taken for nothing, and so not read.
    marks
        What was noticed, by the row of the sheet: the ``why`` of the rows in parts.
    frame_rows
        The row of the sheet that each row of the frame came from; a row with a column for each group gives several.
    sheet
        Name of the sheet; None in a file without sheets.
    encoding
        What the text was in, where it was not Unicode.
    lost
        How many characters could not be read.
    """

    frame: pd.DataFrame
    rows: pd.DataFrame
    columns: Mapping[str, str] = field(default_factory=dict)
    complaints: tuple[Complaint, ...] = ()
    unread: tuple[str, ...] = ()
    marks: Mapping[int, tuple[Mark, ...]] = field(default_factory=dict)
    frame_rows: tuple[int, ...] = ()
    sheet: str | None = None
    encoding: str = ""
    lost: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """How many rows of the sheet ended in each status; they add up to the sheet."""
        found = self.rows["status"].value_counts()
        return {status: int(found.get(status, 0)) for status in STATUSES}
