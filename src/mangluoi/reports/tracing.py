"""Where a figure of an output comes from: its formula, the rows of the inputs, the assumptions, and how sure it is."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from mangluoi.reports import exhibits, sentences
from mangluoi.reports.addresses import Figure, Folder
from mangluoi.reports.recipes import Recipe, recipe
from mangluoi.reports.traced import Assumption, File, Input, Part, Trace
from mangluoi.reports.words import Lang, say

__all__ = ["Trace", "Tracer", "trace"]

_RULE = re.compile(r"(\w+)\[(\d+)\]")
_LAYER = re.compile(r"(phut|thieu_hut|nhu_cau|so_nguoi)_(.+?)(_sau)?")
#: What the columns of the layers hold, as columns of the tables.
_OF_LAYER: Mapping[str, str] = {"phut": "minutes", "thieu_hut": "gap", "nhu_cau": "need", "so_nguoi": "group"}


def trace(out: str | Path, *, cell: str) -> Trace:
    """Tell where a figure of an output folder comes from; nothing is run again and no connection opened.

    Parameters
    ----------
    out
        A folder that `mangluoi run`, `mangluoi report` or `reports.write` wrote.
    cell
        An address: ``Biểu 3!D12`` (sheet and cell of bieu.xlsx); ``Biểu 3/2/Nhu cầu`` (table, running number or code,
        heading), as the tables stand in the document and on the page; ``ket-qua.gpkg!xa_phuong/<code>/<column>``.

    Returns
    -------
    Trace

    Raises
    ------
    InputError
        If no figure stands there, with the nearest that do, or the folder holds no output that can be traced.
    """
    return Tracer(Path(out)).trace(cell)


@dataclass(frozen=True)
class _Subject:
    unit: str = ""
    service: str = ""
    group: str = ""
    site: str = ""
    services: tuple[str, ...] = ()
    action: str = ""
    number: str = ""


class Tracer:
    """An output folder whose figures are traced, one after the other."""

    def __init__(self, out: Path) -> None:
        self.folder = Folder(out)

    @property
    def lang(self) -> Lang:
        """The language of the output."""
        return "en" if self.folder.trail["lang"] == "en" else "vi"

    @cached_property
    def _plan(self) -> dict[str, Any]:
        return tomllib.loads((self.folder.place / "plan.toml").read_text(encoding="utf-8"))

    @cached_property
    def _files(self) -> dict[str, str | None]:
        told = json.loads((self.folder.place / "provenance.json").read_text(encoding="utf-8"))
        return {str(row["file"]): row["sha256"] for row in told.get("inputs", ())}

    @cached_property
    def _rows(self) -> dict[tuple[int, str], list[dict[str, Any]]]:
        """The rows of the inputs by form and row."""
        names = ("form", "row", "group", "table", "key", "file", "sheet", "line", "count", "as_of", "source")
        found: dict[tuple[int, str], list[dict[str, Any]]] = {}
        for values in self.folder.trail["rows"]:
            row = dict(zip(names, values, strict=True))
            found.setdefault((int(row["form"]), str(row["row"])), []).append(row)
        return found

    @cached_property
    def _of_group(self) -> dict[str, list[dict[str, Any]]]:
        """The rows of people of each group, each once."""
        found: dict[str, dict[str, dict[str, Any]]] = {}
        for (form, _), rows in self._rows.items():
            for row in rows if form == 1 else ():
                found.setdefault(row["group"], {}).setdefault(row["key"], row)
        return {group: list(rows.values()) for group, rows in found.items()}

    def trace(self, cell: str) -> Trace:
        """Trace a figure; see `trace`."""
        figure = self.folder.find(cell)
        about = self._subject(figure)
        how = self._recipe(figure)
        number = float(figure.value) if isinstance(figure.value, int | float) else None
        text = exhibits.written(figure.value, self.lang)
        what, formula = self._what(figure), say(f"recipe.{how.name}", self.lang, source=figure.exhibit["source"])
        if hidden := self._hidden(figure):
            return Trace(figure.address, text, None, what, formula, masked=hidden)
        rows = list(self._drawn(how, about))
        inputs = tuple(dict.fromkeys(self._input(row) for row in rows if row["table"] not in ("plan", "form")))
        rules = tuple(self._assumptions(how, about, rows))
        return Trace(
            cell=figure.address, value=text, number=number, what=what, formula=formula,
            parts=tuple(self._parts(how, figure)), inputs=inputs, assumptions=rules,
            law=self._law(how, about), flags=tuple(self._flags(how, about, rows)),
            files=self._used(inputs),
        )  # fmt: skip

    def _recipe(self, figure: Figure) -> Recipe:
        key = figure.column[0]
        if layer := _LAYER.fullmatch(key):
            if layer[1] == "so_nguoi":
                return recipe("people", "group")
            column = {"thieu_hut": "full"}.get(layer[1], _OF_LAYER[layer[1]])
            return recipe("", column + ("_after" if layer[3] and column != "need" else ""))
        if figure.exhibit["key"] == "options" and key != "number":
            kept = figure.exhibit.get("subjects", ())
            measure = kept[figure.place][2] if figure.place < len(kept) and len(kept[figure.place]) > 2 else ""
            return recipe("options", key, measure)
        return recipe(figure.exhibit["key"], key)

    def _what(self, figure: Figure) -> str:
        """Name the table, the row by its texts, and the column."""
        kinds = {key or text: kind for key, text, kind in figure.exhibit.get("columns", ())}
        told = [
            f"{value}" for name, value in figure.row.items()
            if isinstance(value, str) and value not in ("", "–") and kinds.get(name, "number") != "number"
        ]  # fmt: skip
        if not kinds:
            told = [str(value) for name, value in figure.row.items() if name in ("ma_xa", "ten", "ma_viec", "dich_vu")]
        told = [text if len(text) <= 60 else text[:57] + "…" for text in told[:5]]
        return say(
            "trace.what", self.lang, table=figure.exhibit["label"], row=" – ".join(told) or str(figure.place + 1),
            column=figure.column[1],
        )  # fmt: skip

    def _hidden(self, figure: Figure) -> str:
        """Say by which rule a figure is not given."""
        said = figure.beside.get("said", figure.value)
        if figure.value == exhibits.MASKED or said == say("map.band.masked", self.lang):
            return say("trace.masked", self.lang)
        if figure.value == say("cell.withheld", self.lang):
            return say("trace.withheld", self.lang)
        if figure.value == say("cell.province_only", self.lang):
            return say("trace.province_only", self.lang)
        return ""

    def _subject(self, figure: Figure) -> _Subject:
        """Find what a figure is about: by the texts of its row, its heading, or what the folder keeps of the row."""
        row, key = figure.row, str(figure.column[0])
        names = self.folder.trail["names"]
        kind, _, of = key.partition(":")
        unit = str(row.get("code") or row.get("ma_xa") or "")
        service = names["service"].get(str(row.get("service", "")), "")
        group = names["group"].get(str(row.get("group", "")), "")
        if kind == "group":
            group = of
        elif kind in ("service", "minutes", "minutes_after"):
            service = of
        if layer := _LAYER.fullmatch(key):
            parts = layer[2]
            service = next((one for one in names["service"].values() if parts.endswith(one)), "")
            group = parts.removesuffix(service).strip("_")
        kept = figure.exhibit.get("subjects", ())
        about = kept[figure.place] if figure.place < len(kept) else None
        if isinstance(about, str):
            return _Subject(unit, service, group, action=about)
        if isinstance(about, list) and figure.exhibit["key"] == "options":
            return _Subject(unit, str(about[0]), str(about[1]))
        if isinstance(about, list):
            offered = tuple(map(str, about[1]))
            return _Subject(unit, offered[0] if offered else "", group, site=str(about[0]), services=offered)
        return _Subject(unit, service, group, number=str(row.get("number", "")))

    def _drawn(self, how: Recipe, about: _Subject) -> Iterator[dict[str, Any]]:
        """Yield the rows of the inputs that a figure draws on."""
        pair = f"{about.service} / {about.group}"
        if "people" in how.draws:
            here = [row for row in self._rows.get((1, about.unit), ()) if about.group in ("", row["group"])]
            yield from here if about.unit and here else self._of_group.get(about.group, ())
        if "pair" in how.draws:
            yield from self._rows.get((3, pair)) or self._rows.get((4, pair)) or self._by_service.get(about.service, [])
        if "service" in how.draws:
            yield from self._by_service.get(about.service, [])
        if "site" in how.draws and about.site:
            yield from self._rows.get((2, about.site), ())
            for service in about.services:
                yield from self._rows.get((2, f"{about.site} / {service}"), ())
        if "forecast" in how.draws:
            yield from self._rows.get((5, pair), ())
            yield from (row for row in self._rows.get((3, pair), ()) if row["key"].startswith("needs["))
        if "target" in how.draws:
            yield from self._rows.get((6, about.number), ())

    @cached_property
    def _by_service(self) -> dict[str, list[dict[str, Any]]]:
        """The rows of every group of each service, each once."""
        found: dict[str, dict[tuple[str, str], dict[str, Any]]] = {}
        for (form, row), rows in self._rows.items():
            for one in rows if form in (3, 4) else ():
                found.setdefault(row.partition(" / ")[0], {}).setdefault((one["table"], one["key"]), one)
        return {service: list(rows.values()) for service, rows in found.items()}

    def _input(self, row: Mapping[str, Any]) -> Input:
        source = self.folder.trail["sources"][row["source"]]
        count = None if row["count"] is None else int(row["count"])
        line = int(row["line"]) or None
        return Input(row["table"], row["key"], row["file"], row["sheet"], line, count, row["as_of"], source)

    def _assumptions(self, how: Recipe, about: _Subject, rows: Sequence[Mapping[str, Any]]) -> Iterator[Assumption]:
        keys = dict.fromkeys(str(row["key"]) for row in rows if row["table"] == "plan")
        if "money" in how.draws:
            ending = about.action.rsplit("/", 1)[-1]
            chosen = [ending] if ending.isdigit() else [str(number) for number in self._numbers("actions")]
            keys |= dict.fromkeys(f"actions[{number}]" for number in chosen)
            keys |= {"budget_vnd": None}
        for key in keys:
            rule = _RULE.fullmatch(key)
            if rule is None:
                values = {"budget_vnd": self._plan.get("budget_vnd")}
                yield Assumption(key, values, str(self._plan.get("budget_basis", "")))
                continue
            entry = dict(zip(self._numbers(rule[1]), self._plan.get(rule[1], ()), strict=True)).get(int(rule[2]), {})
            basis = str(entry.get("basis") or entry.get("source") or "")
            yield Assumption(key, {k: v for k, v in entry.items() if k not in ("basis", "source")}, basis)

    def _numbers(self, kind: str) -> Sequence[int]:
        """Return the numbers of a plan's rules; those about confidential sites are not in the plan that is shown."""
        kept: Sequence[int] = self.folder.trail.get("rules", {}).get(kind) or range(
            1, len(self._plan.get(kind, ())) + 1
        )
        return kept

    def _law(self, how: Recipe, about: _Subject) -> tuple[str, ...]:
        law = self.folder.trail["law"].get(about.group) if "people" in how.draws else None
        return (law,) if law else ()

    def _flags(self, how: Recipe, about: _Subject, rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
        kept = self.folder.trail
        if "people" in how.draws and about.group in kept["estimated"]:
            named = {key: text for text, key in kept["names"]["group"].items()}
            yield say("flag.estimated", self.lang, group=named.get(about.group, about.group))
        if {"pair", "service"} & set(how.draws):
            yield from kept["roads"]
        for key in dict.fromkeys(str(row["key"]) for row in rows if row["table"] == "capacity"):
            if basis := kept["unsure"].get(key):
                yield say(f"flag.{basis}", self.lang, site=key)
        for site in dict.fromkeys(str(row["key"]).partition(" / ")[0] for row in rows if row["table"] == "capacity"):
            if site in kept["rough"]:
                yield say(
                    "flag.rough", self.lang, site=site, by=sentences.known("located", kept["rough"][site], self.lang)
                )

    def _used(self, inputs: Sequence[Input]) -> tuple[File, ...]:
        """Return the files of the inputs, and the plan, by checksum."""
        names = dict.fromkeys(each.file for each in inputs if each.file)
        return tuple(File(name, self._files.get(name)) for name in names)

    def _parts(self, how: Recipe, figure: Figure) -> Iterator[Part]:
        """Yield the cells of which a figure is the sum, where all of them are numbers."""
        exhibit, number = figure.exhibit, isinstance(figure.value, int | float)
        if not number or not exhibit.get("columns"):
            return
        places = {key: place for place, (key, _, _) in enumerate(exhibit["columns"])}
        if how.adds and {name.removeprefix("-") for name in how.adds} <= set(places):
            yield from self._sum(
                [
                    (figure.place, places[name.removeprefix("-")], -1 if name.startswith("-") else 1)
                    for name in how.adds
                ],
                exhibit,
            )
        elif exhibit["totals"] and figure.place >= exhibit["rows"] - exhibit["totals"]:
            at = list(exhibit["columns"]).index(figure.column)
            yield from self._sum([(row, at, 1) for row in range(exhibit["rows"] - exhibit["totals"])], exhibit)

    def _sum(self, cells: Sequence[tuple[int, int, int]], exhibit: Mapping[str, Any]) -> list[Part]:
        found = []
        for row, place, factor in cells:
            cell = self.folder.figure(exhibit["sheet"], row, place)
            if not isinstance(cell.value, int | float):
                return []
            found.append(Part(cell.address, float(cell.value), factor))
        return found
