"""Every figure of an output is traced to its formula, the rows of the inputs and the rules that it stands on."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from contextlib import closing
from fractions import Fraction
from functools import cache
from pathlib import Path

import openpyxl
import pytest

from mangluoi import maps, shipped
from mangluoi.cli import main
from mangluoi.errors import InputError
from mangluoi.reports import folders, tracing, workbook
from mangluoi.reports.trail import TRAIL, trail
from mangluoi.scenario import Disclosed, disclose
from real_answers import answer

OLD = "2025-06-30"
NAMES = ["kon-tum", "yen-bai"]


def written(shown: Disclosed, place: Path) -> Path:
    """Write what a trace needs of an output, but no documents and pictures."""
    tables = workbook.all_exhibits(shown)
    (place / "bieu.xlsx").write_bytes(workbook.workbook(shown))
    (place / TRAIL).write_text(trail(shown, tables, "vi"), encoding="utf-8")
    (place / "plan.toml").write_text(shown.plan.to_toml(), encoding="utf-8")
    maps.write_geopackage(shown, place / "ket-qua.gpkg")
    folders.mark(place, dict(shown.provenance))
    return place


@pytest.fixture(scope="module", params=NAMES)
def output(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the output of a province, as it is published."""
    return written(disclose(answer(request.param, OLD)), tmp_path_factory.mktemp(request.param))


@pytest.fixture(scope="module")
def inside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the internal output of a province."""
    return written(disclose(answer("kon-tum", OLD), profile="internal"), tmp_path_factory.mktemp("noi-bo"))


@cache
def traces(place: Path) -> tuple[tracing.Trace, ...]:
    """Trace every figure of a workbook."""
    tracer = tracing.Tracer(place)
    return tuple(tracer.trace(cell) for cell in tracer.folder.addresses())


def test_every_number_of_every_sheet_has_an_answer(output):
    """No number of the workbook is without a formula, and each is told as it is printed."""
    found = {one.cell: one for one in traces(output)}
    book = openpyxl.load_workbook(output / "bieu.xlsx")
    seen = 0
    for sheet in book.worksheets[1:]:
        for row in sheet.iter_rows(min_row=5):
            for cell in row:
                if isinstance(cell.value, int | float):
                    told = found[f"{sheet.title}!{cell.coordinate}"]
                    assert told.number == cell.value
                    assert told.formula
                    seen += 1
    assert seen > 500


def test_parts_come_to_the_figure(output):
    """Where a figure is a sum of cells, they come to it, to the decimal that is printed."""
    sums = [one for one in traces(output) if one.parts]
    assert {one.cell.partition("!")[0] for one in sums} >= {"Biểu 1", "Biểu 3", "Biểu 7", "Biểu 8"}
    for one in sums:
        assert one.number == pytest.approx(one.total, abs=0.11), one.cell


def test_people_and_need_follow_from_the_rows(inside):
    """Of the internal output, given rows sum to the people of the province, and by the stated rate give its need."""
    place = tracing.Tracer(inside)
    people = place.folder.exhibits["Biểu 1"]
    last = people["rows"] - 1
    for column, (key, _, kind) in enumerate(people["columns"]):
        if kind == "number":
            told = place.trace(place.folder.figure("Biểu 1", last, column).address)
            assert told.number == sum(row.count for row in told.inputs), key
    needs = [one for one in traces(inside) if one.cell.startswith("Biểu 3!E")]
    assert needs
    for told in needs:
        rate = next(rule.values["rate"] for rule in told.assumptions if rule.key.startswith("needs["))
        counted = sum(row.count for row in told.inputs if row.table == "people")
        assert told.number == int(Fraction(str(rate)) * counted + Fraction(1, 2))


def test_rows_stand_where_they_are_said_to(output):
    """The row of the file that a trace names holds the key; the checksum is that of the provenance."""
    told = json.loads((output / folders.PROVENANCE).read_text(encoding="utf-8"))
    digests = {row["file"]: row["sha256"] for row in told["inputs"]}
    lines = {}
    for one in traces(output)[::7]:
        for row in one.inputs:
            if row.row is not None:
                text = lines.setdefault(row.file, shipped.path(row.file).read_text(encoding="utf-8").splitlines())
                assert text[row.row - 1].startswith(row.key.split(" / ")[0]), row
        for file in one.files:
            assert file.sha256 == digests[file.name]
    assert set(lines) >= {"people/people.csv", "facilities/capacity.csv"}


def test_a_masked_figure_says_only_that_it_is(tmp_path):
    """Of a masked or withheld figure neither rows nor rules are told, and no count of people is in what is kept."""
    result = answer("yen-bai", OLD)
    few = result.people["people"].where(result.people["group"] == "population", 7)
    result = dataclasses.replace(result, people=result.people.assign(people=few))
    place = written(disclose(result), tmp_path)
    masked = [one for one in traces(place) if one.value == "*"]
    assert masked
    for one in masked:
        assert one.masked
        assert (one.number, one.inputs, one.parts, one.assumptions) == (None, (), (), ())
    kept = json.loads((place / TRAIL).read_text(encoding="utf-8"))
    for form, row, group, table, key, _, _, _, count, _, _ in kept["rows"]:
        if form == 1 and table == "people" and group != "population" and key.split(" / ")[0] == row:
            assert count is None or count > 10


def test_the_same_output_is_kept_the_same():
    """Two writings of one answer keep the same bytes for traces, and nothing of this machine."""
    shown = disclose(answer("kon-tum", OLD))
    texts = {trail(shown, workbook.all_exhibits(shown), "vi") for _ in range(2)}
    assert len(texts) == 1
    assert str(Path.home()) not in texts.pop()


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("Biểu 3!E5", "Biểu 3!E5"), ("bieu.xlsx!'Biểu 3'!$E$5", "Biểu 3!E5"), ("Biểu 3/1/need", "Biểu 3!E5"),
        ("bao-cao.docx!Biểu 3/1/Nhu cầu", "Biểu 3!E5"), ("phu luc 2/1/minutes:residential", "Thời gian theo xã!"),
    ],
)  # fmt: skip
def test_addresses_as_readers_write_them(output, asked, expected):
    """A cell, or a table with a running number and a heading, as it stands in the document, finds the figure."""
    assert tracing.trace(output, cell=asked).cell.startswith(expected)


@pytest.mark.parametrize(
    ("asked", "near"),
    [("Biểu 3!A1", "Biểu 3!D5"), ("Biểu 3!B5", "Biểu 3!D5"), ("Biểu 44!C7", "Biểu 4!"), ("?", "Biểu 1!")],
)
def test_where_no_figure_stands(output, asked, near, capsys):
    """Text, an empty cell or no such table gives one sentence with the nearest figures, and exit code 1."""
    with pytest.raises(InputError) as caught:
        tracing.trace(output, cell=asked)
    (complaint,) = caught.value.complaints
    assert near in complaint.details["nearest"]
    assert main(["trace", str(output), "--cell", asked]) == 1
    assert asked in capsys.readouterr().err


def test_layers_and_popups(output):
    """A column of the map file, which a popup of the map shows too, is traced like a cell."""

    with closing(sqlite3.connect(output / "ket-qua.gpkg")) as file:
        code, minutes = file.execute(
            'SELECT ma_xa, phut_residential FROM "xa_phuong" ORDER BY ma_xa LIMIT 1'
        ).fetchone()
    for start in ("ket-qua.gpkg", "ban-do.html"):
        told = tracing.trace(output, cell=f"{start}!xa_phuong/{code}/phut_residential")
        assert told.number == pytest.approx(minutes)
        assert any(rule.key.startswith("services[") for rule in told.assumptions)
        assert told.flags


def test_the_command_line_tells_both_ways(output, capsys):
    """The verb prints the formula, the rows and the checksums; --json gives the same to a program."""
    assert main(["trace", str(output), "--cell", "Biểu 3!E5"]) == 0
    text = capsys.readouterr().out
    assert "people/people.csv" in text
    assert "SHA-256" in text
    assert main(["trace", str(output), "--cell", "Biểu 3!E5", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["cell"] == "Biểu 3!E5"
    assert {"people", "capacity", "roads"} <= {row["table"] for row in told["inputs"]}
