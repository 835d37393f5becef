"""The command line: exit codes, complaints, outputs whole or not at all."""

from __future__ import annotations

import json
import re
from pathlib import Path

import openpyxl
import pytest

from mangluoi import cli
from mangluoi.reports import writer
from mangluoi.scenario import read_plan
from mangluoi.scenario.refinements import ForecastRules

OUTPUTS = {
    "bao-cao.docx", "bieu.xlsx", "ban-do.html", "ket-qua.gpkg", "bao-cao.html", "plan.toml", "provenance.json",
    "truy-nguyen.json",
}  # fmt: skip


@pytest.fixture(scope="module")
def kon_tum(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One real run through the command line."""
    place = tmp_path_factory.mktemp("out") / "kon-tum"
    assert cli.main(["run", "kon-tum", "-o", str(place), "--quiet"]) == 0
    return place


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """The empty workbook, filled with one good facility and its people."""
    place = tmp_path / "so-lieu.xlsx"
    assert cli.main(["template", "-o", str(place)]) == 0
    book = openpyxl.load_workbook(place)
    fill(book, "Cơ sở", ["CS01", "Trung tâm A", "general", "public", "province", "2025", "Báo cáo của Sở"])
    fill(
        book,
        "Địa điểm",
        ["CS01-1", "CS01", "Trung tâm A", "phường Duy Tân, thành phố Kon Tum", None, None, "không", "Báo cáo"],
    )
    fill(book, "Năng lực", ["CS01-1", "residential", 100, 80, 20, 5000, 900, "=", "2025", "Báo cáo của Sở"])
    fill(book, "Đối tượng", ["62", "2025-06-30", "in_care", 300, None, None, "stock", "2025", "Báo cáo của Sở"])
    book.save(place)
    return place


def fill(book: openpyxl.Workbook, sheet: str, values: list[object]) -> None:
    page = book[sheet]
    for column, value in enumerate(values, start=1):
        page.cell(row=2, column=column, value=value)


def test_a_run_leaves_every_output(kon_tum: Path):
    """All the outputs of a run are there, maps as picture and print among them, and none is empty."""
    names = {file.name for file in kon_tum.iterdir()}
    assert names >= OUTPUTS
    assert any(name.endswith(".png") for name in names)
    assert any(name.endswith(".pdf") for name in names)
    assert all(file.stat().st_size > 200 for file in kon_tum.iterdir())


def test_the_written_plan_asks_the_same_question(kon_tum: Path):
    """plan.toml reads back as the plan that was run."""
    assert read_plan(kon_tum / "plan.toml") == read_plan("kon-tum")


def test_the_same_plan_writes_the_same_tables(kon_tum: Path, tmp_path: Path):
    """A second run gives byte-identical tables, plan and data layers."""
    assert cli.main(["run", "kon-tum", "-o", str(tmp_path / "again"), "--quiet"]) == 0
    for name in ("bieu.xlsx", "plan.toml", "ban-do.html", "ket-qua.gpkg"):
        assert (tmp_path / "again" / name).read_bytes() == (kon_tum / name).read_bytes(), name


def test_json_tells_a_script_what_was_done(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """With --json standard output is one JSON object, masked like every public output."""
    assert cli.main(["run", "kon-tum", "-o", str(tmp_path / "kt"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["plan"], told["province"]) == ("kon-tum", "Tỉnh Kon Tum")
    assert all(row["served"] is None or row["served"] == 0 or row["served"] > 10 for row in told["totals"])


def test_a_workbook_without_fault_passes(workbook: Path, capsys: pytest.CaptureFixture[str]):
    """`check` says that there is no problem and exits with 0."""
    assert cli.main(["check", str(workbook)]) == 0
    assert "Không có vấn đề" in capsys.readouterr().out


def test_a_filled_workbook_runs(workbook: Path, tmp_path: Path):
    """A planner's own workbook takes the place of the shipped tables."""
    text = (
        read_plan("kon-tum")
        .replace(growth=(), forecast=ForecastRules())
        .to_toml()
        .replace('workbook = ""', f'workbook = "{workbook.name}"')
    )
    text = text.replace('group = "population"', 'group = "in_care"').replace(
        'sites = ["KT01-1", "KT02-1"]', "sites = []"
    )
    text = text.replace('group = "beneficiary"', 'group = "in_care"').replace("rate = 0.00067561", "rate = 1.0")
    text = re.sub(r'facility_id = "KT0\d"', 'facility_id = "CS01"', text)
    plan = tmp_path / "cua-toi.toml"
    plan.write_text(text, encoding="utf-8")
    assert cli.main(["run", str(plan), "-o", str(tmp_path / "kq"), "--quiet"]) == 0
    assert (
        json.loads((tmp_path / "kq" / "provenance.json").read_text(encoding="utf-8"))["inputs"][0]["file"]
        == "so-lieu.xlsx"
    )


def test_every_fault_of_a_workbook_is_listed_at_once(
    workbook: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """All complaints come together with sheet, row, column and the value found; exit 1; no output is touched."""
    book = openpyxl.load_workbook(workbook)
    sites, capacity, people, homes = book["Địa điểm"], book["Năng lực"], book["Đối tượng"], book["Cơ sở"]
    sites["E2"], sites["F2"] = 14.35, 108.0  # latitude and longitude swapped
    capacity["C2"], capacity["D2"] = "một trăm", -5
    people["D2"], people["C2"] = 300.5, "in_car"
    for column, value in enumerate(
        ["CS01", "Trung tâm B", "general", "public", "province", "2025", "Báo cáo"], start=1
    ):
        homes.cell(row=3, column=column, value=value)
    book.save(workbook)
    assert cli.main(["check", str(workbook), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)["complaints"]
    assert {(c["problem"], c["sheet"], c["row"]) for c in told} >= {
        ("swapped_coordinates", "Địa điểm", 2),
        ("not_a_number", "Năng lực", 2),
        ("negative", "Năng lực", 2),
        ("not_whole", "Đối tượng", 2),
        ("not_in_list", "Đối tượng", 2),
        ("duplicate_key", "Cơ sở", 3),
    }
    assert next(c["value"] for c in told if c["problem"] == "not_a_number") == "một trăm"
    text = (
        read_plan("kon-tum")
        .replace(growth=(), forecast=ForecastRules())
        .to_toml()
        .replace('workbook = ""', f'workbook = "{workbook.name}"')
    )
    (tmp_path / "p.toml").write_text(text, encoding="utf-8")
    assert cli.main(["run", str(tmp_path / "p.toml"), "-o", str(tmp_path / "kq")]) == 1
    assert not (tmp_path / "kq").exists()


def test_a_missing_column_is_named(workbook: Path, capsys: pytest.CaptureFixture[str]):
    """A sheet without a required column is refused, naming the column."""
    book = openpyxl.load_workbook(workbook)
    book["Đối tượng"].delete_cols(4)
    book.save(workbook)
    assert cli.main(["check", str(workbook)]) == 1
    assert "Số người" in " ".join(capsys.readouterr().err.split())


def test_an_unknown_key_names_the_nearest(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """A misspelt key in a plan is refused with the key that was meant."""
    text = (
        read_plan("kon-tum")
        .replace(growth=(), forecast=ForecastRules())
        .to_toml()
        .replace("budget_vnd =", "budjet_vnd =", 1)
    )
    (tmp_path / "p.toml").write_text(text, encoding="utf-8")
    assert cli.main(["run", str(tmp_path / "p.toml"), "-o", str(tmp_path / "kq"), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)["complaints"]
    assert any(c["problem"] == "unknown_key" and "budget_vnd" in c["message"] for c in told)
    assert not (tmp_path / "kq").exists()


@pytest.mark.parametrize("words", [["run", "khong-co"], ["check", "khong-co.xlsx"], ["check", "khong-co.toml"]])
def test_a_missing_file_is_one_clear_error(words: list[str], capsys: pytest.CaptureFixture[str]):
    """A file that is not there exits with 1 and says so in Vietnamese."""
    assert cli.main(words) == 1
    assert "không có tệp này" in " ".join(capsys.readouterr().err.split())


def test_complaints_speak_english_on_request(capsys: pytest.CaptureFixture[str]):
    """--lang en gives the same complaints in English."""
    assert cli.main(["run", "khong-co.toml", "--lang", "en"]) == 1
    assert "does not exist" in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(
    "words", [[], ["no-such-verb"], ["run"], ["run", "kon-tum", "--profile", "secret"], ["template"]]
)
def test_wrong_usage_exits_with_2(words: list[str]):
    """Wrong usage is told apart from a problem in the input."""
    with pytest.raises(SystemExit) as end:
        cli.main(words)
    assert end.value.code == 2


def test_report_without_plans_is_wrong_usage():
    """`report` wants plans or --all."""
    assert cli.main(["report"]) == 2


def test_one_failing_plan_does_not_stop_the_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """`report` finishes what it can, lists what failed and exits with 1."""
    words = ["report", "khong-co", "kon-tum", "-o", str(tmp_path), "--quiet"]
    assert cli.main(words) == 1
    assert (tmp_path / "kon-tum" / "bieu.xlsx").exists()
    assert "khong-co" in capsys.readouterr().err


def test_an_interrupt_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    """Ctrl-C while writing exits with 130 and leaves neither an output nor a temporary folder."""

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(writer, "_write_into", stop)
    assert cli.main(["run", "kon-tum", "-o", str(tmp_path / "kq")]) == 130
    assert list(tmp_path.iterdir()) == []
    assert "dừng" in capsys.readouterr().err


def test_data_list_names_source_licence_and_date(capsys: pytest.CaptureFixture[str]):
    """Every data set is listed with where it is from; shipped ones with their checksum."""
    assert cli.main(["data", "list", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {"dataset", "kind", "licence", "date", "sha256"} <= set(rows[0])
    assert all(row["licence"] for row in rows)
    assert all(row["sha256"] for row in rows if row["kind"] == "shipped")
