"""Finding a figure in an output folder by its address, as a reader gives it."""

from __future__ import annotations

import difflib
import json
import re
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils import column_index_from_string, get_column_letter

from mangluoi.errors import Complaint, InputError
from mangluoi.reports.trail import TRAIL
from mangluoi.viettext import fold

__all__ = ["Figure", "Folder"]

_HEADING_ROW = 4
_CELL = re.compile(r"(?P<sheet>.+)!\$?(?P<column>[A-Za-z]{1,3})\$?(?P<row>\d{1,7})")
_LAYER = re.compile(r"(?:ket-qua\.gpkg|ban-do\.html)!(?P<layer>[^/]+)/(?P<row>[^/]+)/(?P<column>[^/]+)")
_NUMBERED = re.compile(r"(?:[\w-]+\.(?:docx|html|xlsx)!)?(?P<sheet>[^/!]+)/(?P<row>[^/]+)/(?P<column>.+)")
#: The layers of the map file, by what a reader may call them, with the column that names a row.
_KEYS: Mapping[str, str] = {"xa_phuong": "ma_xa", "co_so": "ma_dia_diem", "phuong_an": "ma_viec"}
_NEAR = 3


@dataclass(frozen=True)
class Figure:
    """A figure, where it stands, and what stands beside it."""

    address: str
    value: str | int | float
    exhibit: Mapping[str, Any]
    column: Sequence[str]
    place: int
    row: Mapping[str, Any]
    beside: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Folder:
    """An output folder, as far as figures are looked up in it."""

    place: Path

    @cached_property
    def trail(self) -> dict[str, Any]:
        """What the folder keeps for traces."""
        return dict(json.loads(self._file(TRAIL).read_text(encoding="utf-8")))

    @cached_property
    def exhibits(self) -> dict[str, dict[str, Any]]:
        """Its tables, by the name of their sheet."""
        return {one["sheet"]: one for one in self.trail["exhibits"]}

    @cached_property
    def _sheets(self) -> dict[str, list[tuple[Any, ...]]]:
        return {}

    def rows(self, sheet: str) -> list[tuple[Any, ...]]:
        """Return the rows of a table as they stand in the workbook."""
        if sheet not in self._sheets:
            book = openpyxl.load_workbook(self._file("bieu.xlsx"), read_only=True)
            first, count = _HEADING_ROW + 1, self.exhibits[sheet]["rows"]
            width = len(self.exhibits[sheet]["columns"])
            found = book[sheet].iter_rows(min_row=first, max_row=first + count - 1, max_col=width, values_only=True)
            self._sheets[sheet] = list(found) if count else []
            book.close()
        return self._sheets[sheet]

    def find(self, address: str) -> Figure:
        """Find a figure.

        Raises
        ------
        InputError
            If no figure stands there; the nearest that do are named.
        """
        asked = address.strip()
        if layer := _LAYER.fullmatch(asked):
            return self._of_layer(asked, layer["layer"], layer["row"], layer["column"])
        if cell := _CELL.fullmatch(asked.removeprefix("bieu.xlsx!")):
            sheet = self._sheet(asked, cell["sheet"].strip("'"))
            row, column = int(cell["row"]), column_index_from_string(cell["column"].upper())
        elif numbered := _NUMBERED.fullmatch(asked):
            sheet = self._sheet(asked, numbered["sheet"])
            row, column = self._numbered(asked, sheet, numbered["row"], numbered["column"])
        else:
            raise self._nothing(asked, [f"{sheet}!D5" for sheet in list(self.exhibits)[:_NEAR]])
        return self._at(asked, sheet, row, column)

    def addresses(self) -> list[str]:
        """Return the address of every figure of the workbook."""
        return [
            _address(sheet, row, column)
            for sheet in self.exhibits
            for row, column in self._figures(sheet)
        ]  # fmt: skip

    def figure(self, sheet: str, position: int, place: int) -> Figure:
        """Return the figure in a row and column of a table, both counted from nought."""
        exhibit = self.exhibits[sheet]
        row = self.rows(sheet)[position]
        texts = {key or text: value for (key, text, _), value in zip(exhibit["columns"], row, strict=True)}
        address = _address(sheet, _HEADING_ROW + 1 + position, place + 1)
        return Figure(address, row[place], exhibit, exhibit["columns"][place], position, texts)

    def _at(self, asked: str, sheet: str, row: int, column: int) -> Figure:
        position = row - _HEADING_ROW - 1
        if (row, column) in self._figures(sheet):
            return self.figure(sheet, position, column - 1)
        figures = [at for at in self._figures(sheet) if self.exhibits[sheet]["columns"][at[1] - 1][0] != "number"]
        apart = sorted(figures, key=lambda at: (abs(at[0] - row) + abs(at[1] - column), at))
        raise self._nothing(asked, [_address(sheet, *at) for at in apart[:_NEAR]])

    @cached_property
    def _known(self) -> dict[str, dict[tuple[int, int], None]]:
        return {}

    def _figures(self, sheet: str) -> dict[tuple[int, int], None]:
        """Return where figures stand: numbers, and in columns of numbers what is said in the place of one."""
        if sheet not in self._known:
            self._known[sheet] = dict.fromkeys(self._found(sheet))
        return self._known[sheet]

    def _found(self, sheet: str) -> list[tuple[int, int]]:
        kinds = [kind for _, _, kind in self.exhibits[sheet]["columns"]]
        return [
            (_HEADING_ROW + 1 + position, place + 1)
            for position, row in enumerate(self.rows(sheet))
            for place, (value, kind) in enumerate(zip(row, kinds, strict=True))
            if isinstance(value, int | float) or (kind == "number" and value not in (None, "", "–"))
        ]

    def _sheet(self, asked: str, name: str) -> str:
        """Return the sheet of a name, or of the number of its table, such as «Phụ lục 7»."""
        by_name = {fold(sheet): sheet for sheet in self.exhibits}
        by_name |= {fold(str(one["label"]).partition(".")[0]): sheet for sheet, one in self.exhibits.items()}
        if fold(name) in by_name:
            return by_name[fold(name)]
        near = difflib.get_close_matches(fold(name), list(by_name), n=_NEAR, cutoff=0.0)
        found = (at[0] for sheet in dict.fromkeys(by_name[one] for one in near) if (at := self._first(sheet)))
        raise self._nothing(asked, list(found))

    def _first(self, sheet: str) -> list[str]:
        return [_address(sheet, *at) for at in self._figures(sheet) if at[1] > 1][:1]

    def _numbered(self, asked: str, sheet: str, number: str, heading: str) -> tuple[int, int]:
        """Return the cell of a running number (or of a row's first text) and a heading (or its name in code)."""
        columns = self.exhibits[sheet]["columns"]
        names = {fold(str(text)): place for place, (_, text, _) in enumerate(columns, start=1)}
        names = {fold(str(key)): place for place, (key, _, _) in enumerate(columns, start=1) if key} | names
        rows: dict[str, int] = {}
        for place, row in reversed(list(enumerate(self.rows(sheet), start=_HEADING_ROW + 1))):
            rows |= {fold(str(value)): place for value in reversed(row[:3]) if value not in (None, "")}
        row_at, column_at = rows.get(fold(number)), names.get(fold(heading))
        if row_at is None or column_at is None:
            raise self._nothing(asked, [_address(sheet, *at) for at in list(self._figures(sheet))[:_NEAR]])
        return row_at, column_at

    def _of_layer(self, asked: str, layer: str, row: str, column: str) -> Figure:
        """Find a figure of a layer; its popup on the map shows the same."""
        with closing(sqlite3.connect(f"file:{self._file('ket-qua.gpkg').as_posix()}?mode=ro", uri=True)) as file:
            file.row_factory = sqlite3.Row
            key = _KEYS.get(layer)
            found = (
                None if key is None else file.execute(f'SELECT * FROM "{layer}" WHERE "{key}" = ?', [row]).fetchone()
            )
            if found is None:
                some = "xa_phuong" if key is None else layer
                example = file.execute(f'SELECT * FROM "{some}" LIMIT 1').fetchone()
                told = [] if example is None else self._of_row(some, dict(example))
                raise self._nothing(asked, told)
            texts = dict(found)
        value, said = texts.get(column), texts.get(f"{column}_ghi_chu")
        if column not in texts or (not isinstance(value, int | float) and not said):
            raise self._nothing(asked, self._of_row(layer, texts))
        shown = value if isinstance(value, int | float) else str(said)
        exhibit = {"sheet": layer, "label": f"ket-qua.gpkg, {layer}", "key": layer, "unit": "", "source": "", "rows": 0}
        beside = {"said": str(said)} if said else {}
        return Figure(asked, shown, exhibit, (column, column, "number"), 0, texts, beside)

    def _of_row(self, layer: str, texts: Mapping[str, Any]) -> list[str]:
        named = [name for name, value in texts.items() if isinstance(value, int | float) and name not in ("fid", "id")]
        return [f"ket-qua.gpkg!{layer}/{texts[_KEYS[layer]]}/{name}" for name in named[:_NEAR]]

    def _nothing(self, asked: str, near: Sequence[str]) -> InputError:
        nearest = "; ".join(near) or "–"
        return InputError([Complaint("no_figure", file=self.place.name, value=asked, details={"nearest": nearest})])

    def _file(self, name: str) -> Path:
        file = self.place / name
        if not file.is_file():
            raise InputError([Complaint("missing_file", file=str(file))])
        return file


def _address(sheet: str, row: int, column: int) -> str:
    return f"{sheet}!{get_column_letter(column)}{row}"
