"""Two people edit one scenario file, each on a branch of their own, and git puts both together."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mangluoi.reports import comparing
from mangluoi.scenario import Plan, read_plan
from mangluoi.scenario.comparison import changes

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

SCENARIO = """base = "kon-tum"
name = "hai-nguoi"
budget_vnd = 45_000_000_000

[[services]]
service = "residential"
max_minutes = 120

[[services]]
service = "counselling"
max_minutes = 90

[[stress]]
factor = "speed"
lower = 0.8
upper = 1.2
basis = "giả định"
"""


def git(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run git in a folder, whatever the settings of who runs the tests."""
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    who = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    return subprocess.run(
        ["git", *who, *words], cwd=folder, env={**os.environ, **settings}, capture_output=True, text=True, check=False
    )


def told(before: Plan, after: Plan) -> list[str]:
    """Say what `mangluoi diff` says of the assumptions."""
    one, other = (SimpleNamespace(plan=plan) for plan in (before, after.replace(name="sau")))
    shown: Any = (one, other)
    return comparing.change_sentences(*shown)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one scenario file."""
    assert git(tmp_path, "init", "-q", "-b", "chinh").returncode == 0
    (tmp_path / "plan.toml").write_text(SCENARIO, encoding="utf-8")
    git(tmp_path, "add", "plan.toml")
    assert git(tmp_path, "commit", "-q", "-m", "gốc").returncode == 0
    return tmp_path


def edited(repository: Path, branch: str, old: str, new: str) -> Plan:
    """Change one line on a branch of its own."""
    place = repository / "plan.toml"
    git(repository, "checkout", "-q", "-b", branch, "chinh")
    assert place.read_text(encoding="utf-8").count(old) == 1
    place.write_text(place.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    assert git(repository, "commit", "-q", "-a", "-m", branch).returncode == 0
    return read_plan(place)


def test_two_people_edit_one_scenario_and_git_merges_it(repository: Path) -> None:
    """Different entries merge without a conflict; the merged plan has both changes, and each is told in words."""
    base = read_plan(repository / "plan.toml")
    first = edited(repository, "mot", "max_minutes = 120", "max_minutes = 100")
    second = edited(repository, "hai", "upper = 1.2", "upper = 1.4")
    merged = git(repository, "merge", "-q", "--no-edit", "mot")
    assert merged.returncode == 0, merged.stdout + merged.stderr
    both = read_plan(repository / "plan.toml")
    assert told(base, first) == [
        "Ngưỡng thời gian (phút) – Chăm sóc, nuôi dưỡng tại cơ sở: từ 120 thành 100."
    ]  # fmt: skip
    assert told(base, second) == ["Khoảng dao động: hệ số cao – Tốc độ đi lại: từ 1,2 thành 1,4."]
    assert sorted(told(base, both)) == sorted([*told(base, first), *told(base, second)])


def test_two_people_who_edit_the_same_line_are_told(repository: Path) -> None:
    """The same line changed twice is a conflict that git marks; the file with its marks is refused, not half read."""
    edited(repository, "mot", "max_minutes = 120", "max_minutes = 100")
    edited(repository, "hai", "max_minutes = 120", "max_minutes = 60")
    assert git(repository, "merge", "-q", "--no-edit", "mot").returncode != 0
    with pytest.raises(ValueError, match="not valid TOML"):
        read_plan(repository / "plan.toml")


def test_what_two_plans_write_out_differs_by_line(repository: Path) -> None:
    """The plan as it is written out keeps one key a line, so that a change is one line in `git diff`."""
    base = read_plan(repository / "plan.toml")
    other = base.replace(budget_vnd=9e9)
    lines = [set(plan.to_toml().splitlines()) for plan in (base, other)]
    assert len(lines[0] ^ lines[1]) == 2
    assert list(changes([base, other.replace(name="khác")])["key"]) == ["budget_vnd"]
