"""The empty workbook: the declarations, nothing else, and what it holds can be read back."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from mangluoi import shipped, sources
from mangluoi.reports import reference, write_template
from mangluoi.reports.template import choices, example
from mangluoi.tables import INPUTS, check


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The empty workbook."""
    return write_template(tmp_path_factory.mktemp("mau") / "mau.xlsx")


def test_headings_are_the_declarations(template: Path):
    """Each table is a sheet with its headings and no row."""
    made = openpyxl.load_workbook(template)
    assert made.sheetnames == ["Hướng dẫn", *(table.sheet for table in INPUTS), "Danh mục"]
    for table in INPUTS:
        rows = list(made[table.sheet].iter_rows(values_only=True))
        assert rows == [tuple(column.heading for column in table.columns)]


def test_lists_are_the_vocabulary(template: Path):
    """Every column with known values has a drop-down list of exactly these, on a hidden sheet."""
    made = openpyxl.load_workbook(template)
    assert made["Danh mục"].sheet_state == "hidden"
    for table in INPUTS:
        sheet = made[table.sheet]
        rules = {str(rule.sqref).split("2:")[0]: rule for rule in sheet.data_validations.dataValidation}
        for number, column in enumerate(table.columns, start=1):
            letter = openpyxl.utils.get_column_letter(number)
            expected = [value for value, _ in choices(column)]
            if not expected:
                assert letter not in rules or rules[letter].type in ("whole", "decimal")
                continue
            assert rules[letter].type == "list"
            place, cells = rules[letter].formula1.split("!")
            listed = [row[0].value for row in made[place.strip("'")][cells.replace("$", "")]]
            assert listed == expected


def test_codes_keep_their_zeros(template: Path):
    """Columns of codes, dates and text are formatted as text."""
    made = openpyxl.load_workbook(template)
    for table in INPUTS:
        for number, column in enumerate(table.columns, start=1):
            letter = openpyxl.utils.get_column_letter(number)
            if column.kind in ("code", "date", "text"):
                assert made[table.sheet].column_dimensions[letter].number_format == "@"


def test_the_guide_explains_every_column(template: Path):
    """One row for each column, with its meaning and an example; the data sheets hold no example."""
    rows = list(openpyxl.load_workbook(template)["Hướng dẫn"].iter_rows(min_row=8, values_only=True))
    declared = [(table.sheet, column.heading, column.meaning_vi) for table in INPUTS for column in table.columns]
    assert [row[:3] for row in rows] == declared
    assert all(row[6] for row in rows)


@pytest.mark.parametrize("table", INPUTS, ids=lambda table: table.name)
def test_the_example_is_valid(table):
    """The example row passes the check that a planner's rows must pass."""
    row = {name: value.replace(",", ".") if name in ("lon", "lat") else value for name, value in example(table).items()}
    for name in ("lon", "lat", "land_m2", "bedroom_m2"):
        if name in row:
            row[name] = float(row[name])
    check(table, pd.DataFrame([row]), vocabulary=shipped.vocabulary())


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_what_is_filled_in_is_read_back(tmp_path: Path, lang: str):
    """The example, typed into the data sheets, reads as the tables; the guide and the lists are passed over."""
    place = write_template(tmp_path / "mau.xlsx", lang=lang)
    made = openpyxl.load_workbook(place)
    for table in INPUTS:
        row = example(table, lang)
        for number, column in enumerate(table.columns, start=1):
            value = row[column.name]
            made[table.sheet].cell(2, number).value = (
                int(value) if column.kind in ("whole", "number") and value.isdigit() else value
            )
    made.save(place)
    frames = sources.read_workbook(place)
    assert frames["facilities"]["facility_id"].tolist() == ["CS01"]
    assert frames["capacity"]["capacity"].tolist() == [100]
    assert frames["people"]["unit_code"].tolist() == ["16663"]
    assert frames["sites"]["lon"].tolist() == [105.3]
    assert frames["sites"]["confidential"].tolist() == [False]


def test_equal_bytes_and_nothing_half_written(tmp_path: Path):
    """The same file every time, and no other file beside it."""
    one, two = write_template(tmp_path / "a" / "mau.xlsx"), write_template(tmp_path / "b" / "mau.xlsx")
    assert one.read_bytes() == two.read_bytes()
    assert [p.name for p in one.parent.iterdir()] == ["mau.xlsx"]


def test_the_page_about_the_tables_is_current():
    """docs/tables.md is what the declarations say today."""
    page = Path(__file__).parents[2] / "docs" / "tables.md"
    if not page.exists():
        pytest.skip("the documentation does not ship with the tests")
    assert page.read_text(encoding="utf-8") == reference.tables_reference(), (
        "write it anew: python -c 'from mangluoi.reports.reference import tables_reference as t; print(t(), end=\"\")'"
    )
