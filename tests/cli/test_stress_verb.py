"""Stressing from the command line."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pytest

from mangluoi import batch
from mangluoi.batch.unfinished import Unfinished
from mangluoi.cli import exits, main
from mangluoi.scenario import read_plan
from mangluoi.scenario.regret import First

PLAN = """base = "kon-tum"
name = "thu"
replace = ["stress", "actions"]
[[actions]]
kind = "expand"
service = "residential"
sites = ["KT01-1"]
min_added = 10
max_added = 60
per_place_vnd = 68_500_000
fixed_vnd = 0
basis = "giả định"
[[stress]]
factor = "need"
lower = 0.9
upper = 1.1
basis = "giả định"
[[stress]]
factor = "cost"
lower = 0.9
upper = 1.1
basis = "giả định"
"""


@pytest.fixture
def small(tmp_path: Path) -> str:
    """A plan with one action."""
    place = tmp_path / "thu.toml"
    place.write_text(PLAN, encoding="utf-8")
    return str(place)


def test_stress_writes_its_files_and_goes_on_where_it_stopped(
    small: str, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An interrupted run says so, exits with 130 and leaves its work; the same command then ends what it began."""
    stressing = importlib.import_module("mangluoi.scenario.stressing")
    do, made = stressing._first_of, []

    def stop(*told: Any) -> list[First]:
        if len(made) == 2:
            raise KeyboardInterrupt
        made.append(told[1])
        return list(do(*told))

    out = tmp_path / "kq" / "thu"
    command = ["stress", small, "--draws", "3", "--seed", "7", "-o", str(out), "--jobs", "1", "--quiet"]
    with monkeypatch.context() as patch:
        patch.setattr(stressing, "_first_of", stop)
        assert main(command) == exits.INTERRUPTED
    told = capsys.readouterr()
    assert "2 trong 3" in told.out
    assert "2 trong 3" in told.err
    left = list((tmp_path / "kq" / ".mangluoi").iterdir())
    assert [file.name[:4] for file in left] == ["thu-"]
    assert "KT01" not in left[0].read_text(encoding="utf-8")
    assert left[0].stat().st_mode & 0o077 == 0
    made.clear()
    monkeypatch.setattr(stressing, "_first_of", lambda *told: made.append(told[1]) or do(*told))
    assert main([*command, "--json", "--lang", "en"]) == exits.DONE
    facts = json.loads(capsys.readouterr().out)
    assert (facts["draws"], facts["draws_asked"], facts["least_regret"]) == (3, 3, "P0")
    assert [rows[0].get("draw") for rows in made if "draw" in rows[0]] == [3]
    assert not list((tmp_path / "kq" / ".mangluoi").iterdir())
    assert {file.suffix for file in out.iterdir()} == {".html", ".docx", ".xlsx", ".png", ".svg", ".toml", ".json"}
    page = (out / "thu-thach.html").read_text(encoding="utf-8")
    assert "STRESS TEST OF A PLAN" in page


def test_a_stress_of_something_else_begins_anew(small: str, tmp_path: Path) -> None:
    """What was found is kept apart by plan and seed; a line that was cut off is left out."""
    plan = read_plan(small)
    out = tmp_path / "thu"
    with batch.unfinished(plan, out, seed=1) as kept:
        kept["a"] = [1.0, [2, 3]]
    file = next((tmp_path / ".mangluoi").iterdir())
    with file.open("a", encoding="utf-8") as more:
        more.write('["b", [1.0')
    again = Unfinished(file)
    again["c"] = float("-inf")
    again.close()
    with batch.unfinished(plan, out, seed=1) as kept:
        assert dict(kept) == {"a": [1.0, [2, 3]], "c": float("-inf")}
    for other, seed in ((plan, 2), (plan.replace(budget_vnd=1e9), 1)):
        with batch.unfinished(other, out, seed=seed) as kept:
            assert not len(kept)
    with batch.unfinished(plan, out, seed=1, again=True) as kept:
        assert not len(kept)


def test_a_stress_without_ranges_says_what_is_missing(small: str, tmp_path: Path, capsys: Any) -> None:
    """The plan must say how far need may be off; the complaint names the key, and nothing is written."""
    text = PLAN[: PLAN.index("[[stress]]")].replace('"actions"]', '"actions"]\nstress = []')
    Path(small).write_text(text, encoding="utf-8")
    out = tmp_path / "kq"
    assert main(["stress", small, "--draws", "2", "-o", str(out), "--jobs", "1"]) == exits.PROBLEM
    assert "stress.need.population.residential.lower" in capsys.readouterr().err.replace("\n", "")
    assert not out.exists()
