"""Comparing from the command line."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import jsonschema
import openpyxl
import pytest

from mangluoi.cli import main

# Two sites to expand and no frontier: choosing takes no time.
GROUND = """base = "kon-tum"
name = "goc"
replace = ["actions"]
[[actions]]
kind = "expand"
service = "residential"
sites = ["KT01-1", "KT02-1"]
min_added = 10
max_added = 300
max_size = 300
per_place_vnd = 68_500_000
fixed_vnd = 0
basis = "giả định"
[answers]
frontier = 0
"""
SCENARIO = """base = "goc.toml"
name = "gan-hon"
[[services]]
service = "residential"
max_minutes = 60
"""


@pytest.fixture
def scenario(tmp_path: Path) -> str:
    """A scenario that tightens one threshold."""
    (tmp_path / "goc.toml").write_text(GROUND, encoding="utf-8")
    place = tmp_path / "gan-hon.toml"
    place.write_text(SCENARIO, encoding="utf-8")
    return str(place)


def test_diff_tells_the_change_and_writes_both_files(scenario, tmp_path, capsys):
    """The changed threshold is one sentence; page and workbook are there and the page names both plans."""
    out = tmp_path / "khac"
    assert main(["diff", str(tmp_path / "goc.toml"), scenario, "-o", str(out), "--quiet"]) == 0
    told = capsys.readouterr().out
    assert "Ngưỡng thời gian (phút) – Chăm sóc, nuôi dưỡng tại cơ sở: từ 120 thành 60." in told
    page = (out / "khac-biet.html").read_text(encoding="utf-8")
    assert "Từ «goc» sang «gan-hon»" in page
    assert openpyxl.load_workbook(out / "khac-biet.xlsx").sheetnames[1:] == ["Kết quả", "Theo xã"]
    assert tomllib.loads((out / "gan-hon.toml").read_text(encoding="utf-8"))["services"][0]["max_minutes"] == 60


def test_compare_is_the_same_bytes_twice_and_replaces_what_it_wrote(scenario, tmp_path, capsys):
    """Nothing of the clock is in the outputs, and a second run takes the place of the first."""
    out = tmp_path / "so"
    maps = [f"ban-do-so-sanh-{kind}.{ending}" for kind in ("thieu-hut", "thoi-gian") for ending in ("png", "pdf")]
    names = ("so-sanh.html", "so-sanh.xlsx", *maps)
    assert main(["compare", str(tmp_path / "goc.toml"), scenario, "-o", str(out), "--quiet"]) == 0
    first = [(out / name).read_bytes() for name in names]
    assert main(["compare", str(tmp_path / "goc.toml"), scenario, "-o", str(out), "--quiet", "--json"]) == 0
    assert [(out / name).read_bytes() for name in names] == first
    told = json.loads(capsys.readouterr().out.split("\n{", 1)[1].join(["{", ""]))
    assert {row["key"] for row in told["changes"]} == {"services.max_minutes"}
    assert {row["plan"] for row in told["figures"]} == {"goc", "gan-hon"}


def test_plans_of_one_name_are_refused_before_anything_runs(tmp_path, capsys):
    """The complaint comes at once and nothing is written."""
    out = tmp_path / "so"
    assert main(["compare", "kon-tum", "kon-tum", "-o", str(out)]) == 1
    assert "cùng tên" in capsys.readouterr().err
    assert not out.exists()


def test_the_schema_is_written(tmp_path, capsys):
    """The verb writes the same schema that it prints, and it is one."""
    place = tmp_path / "plan.schema.json"
    assert main(["schema"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert main(["schema", "-o", str(place)]) == 0
    assert json.loads(place.read_text(encoding="utf-8")) == printed
    jsonschema.Draft202012Validator.check_schema(printed)
