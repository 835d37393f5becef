"""A template of one's own from the command line: written, checked before the run, its folder not told."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from mangluoi import cli
from mangluoi.cli import answers
from mangluoi.reports import blank, writer
from mangluoi.scenario import read_plan
from mangluoi.scenario.rules import ReportRules


def test_the_template_that_is_written_is_one_that_is_taken(tmp_path: Path):
    """`mangluoi template --report` gives what `--template` accepts, in both languages."""
    for lang in ("vi", "en"):
        place = tmp_path / f"mau-{lang}.docx"
        assert cli.main(["template", "--report", "-o", str(place), "--lang", lang, "--quiet"]) == 0
        assert blank.read_blank(place)


def test_a_template_that_cannot_be_filled_in_stops_before_the_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    """Nobody waits for an answer that cannot be written."""
    bad = tmp_path / "mau.docx"
    bad.write_text("không phải Word")
    monkeypatch.setattr(answers, "answer", lambda *_: pytest.fail("the plan was answered"))
    assert cli.main(["run", "kon-tum", "--template", str(bad), "-o", str(tmp_path / "ra"), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert [complaint["problem"] for complaint in told["complaints"]] == ["blank_unreadable"]
    assert not (tmp_path / "ra").exists()


def test_no_folder_of_the_office_is_told(tmp_path: Path):
    """The plan that is written names the file of a template given on the command line, and no more of its path."""
    plan = read_plan("kon-tum").replace(report=ReportRules(str(tmp_path / "mau.docx")))
    shown = writer._without_folders(plan)
    assert tomllib.loads(shown.to_toml())["report"]["template"] == "mau.docx"
    beside = plan.replace(report=ReportRules("mau/mau.docx"))
    assert writer._without_folders(beside) == beside
