"""Killed at the worst moment: nothing is lost, nothing is left broken, and the batch goes on where it stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import deadly_jobs
import pytest

from mangluoi.batch import jobs, run_batch
from mangluoi.reports import folders
from mangluoi.scenario import Plan

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs kill -9")

#: Small provinces: Cao Bằng, Lai Châu, Điện Biên, Huế.
PROVINCES = ("04", "12", "11", "46")
MAIN = "import sys; from mangluoi.cli import main; sys.exit(main())"


def report(out: Path, *, jobs_at_once: int = 2) -> list[str]:
    return [sys.executable, "-c", MAIN, "report", *PROVINCES, "-o", str(out), "-j", str(jobs_at_once)]


def children(process: int) -> set[int]:
    """Return the processes below a process."""
    found = set()
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = status.read_text()
        except OSError:
            continue
        if int(text.rpartition(")")[2].split()[1]) == process:
            found |= {int(status.parent.name)} | children(int(status.parent.name))
    return found


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks processes up in /proc")
def test_a_batch_killed_midway_goes_on_where_it_stopped(tmp_path: Path):
    """After kill -9 its workers end too; what was done is kept as it was, the rest is done, nothing else is left."""
    begun = subprocess.Popen(report(tmp_path), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 240
    while not list((tmp_path / ".mangluoi").glob("*.json")) if (tmp_path / ".mangluoi").is_dir() else True:
        assert begun.poll() is None
        assert time.monotonic() < end
        time.sleep(0.05)
    workers = children(begun.pid)
    begun.kill()
    begun.wait()
    while any(map(alive, workers)):
        assert time.monotonic() < end, "the workers outlive their parent"
        time.sleep(0.1)
    done = {file.stem: file.stat().st_mtime_ns for file in (tmp_path / ".mangluoi").glob("*.json")}
    assert 1 <= len(done) < len(PROVINCES)
    again = subprocess.run(report(tmp_path), capture_output=True, text=True, timeout=300, check=True)
    assert again.stderr.count("đã có") == len(done)
    for name, at in done.items():
        assert (tmp_path / ".mangluoi" / f"{name}.json").stat().st_mtime_ns == at
    names = {"tinh-04-cao-bang", "tinh-12-lai-chau", "tinh-11-dien-bien", "tinh-46-hue"}
    assert {place.name for place in tmp_path.iterdir()} == names | {"tong-hop", ".mangluoi"}
    assert all(folders.intact(tmp_path / name) for name in names)


def _killed(code: str) -> None:
    done = subprocess.run([sys.executable, "-c", code], check=False)
    assert done.returncode == -signal.SIGKILL


WRITE = """
import os, signal
from pathlib import Path
from mangluoi.reports import folders
place = Path({place!r})
with folders.replacing(place) as fresh:
    (fresh / "bao-cao.html").write_text("mới")
    {before}
    folders.mark(fresh, {{}})
    steps = iter(range(9))
    rename = os.rename
    def die(*names):
        if next(steps) == {at}:
            os.kill(os.getpid(), signal.SIGKILL)
        rename(*names)
    os.rename = die
"""


@pytest.mark.parametrize(("at", "kept"), [(-1, "cũ"), (0, "cũ"), (1, "mới"), (2, "mới")])
def test_a_write_killed_at_any_step_leaves_a_whole_folder(tmp_path: Path, at: int, kept: str):
    """Killed while writing, or before the first, second or third rename: afterwards old or new is there, whole."""
    place = tmp_path / "tinh"
    with folders.replacing(place) as fresh:
        (fresh / "bao-cao.html").write_text("cũ")
        folders.mark(fresh, {})
    (place / "cua-toi.txt").write_text("giữ")
    stop = "os.kill(os.getpid(), signal.SIGKILL)" if at < 0 else ""
    _killed(WRITE.format(place=str(place), before=stop, at=at))
    folders.recover(place)
    assert folders.intact(place)
    assert (place / "bao-cao.html").read_text() == kept
    assert (place / "cua-toi.txt").read_text() == "giữ"
    assert [each.name for each in tmp_path.iterdir()] == ["tinh"]


def test_what_another_process_writes_is_left_alone(tmp_path: Path):
    """Putting a folder right does not take what is still being written for something left behind."""
    place = tmp_path / "tinh"
    code = WRITE.format(place=str(place), before="print(flush=True); input()", at=9)
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writing:
        assert writing.stdout is not None
        writing.stdout.readline()
        folders.recover(place)
        writing.communicate(b"\n")
    assert writing.returncode == 0
    assert (place / "bao-cao.html").read_text() == "mới"


def test_a_job_that_kills_its_process_is_found(plan: Callable[[str], Plan], tmp_path: Path, monkeypatch):
    """The others are answered; the culprit alone is listed as failed."""
    monkeypatch.setattr(jobs, "do", deadly_jobs.do)
    outcomes = run_batch(map(plan, ["a", "b", "chet", "c", "d"]), tmp_path, workers=2)
    assert [outcome.name for outcome in outcomes if outcome.status == "failed"] == ["chet"]
    assert "killed" in next(outcome.error for outcome in outcomes if outcome.name == "chet")


def test_two_processes_share_the_work(plan: Callable[[str], Plan], tmp_path: Path, monkeypatch):
    """Jobs run in processes of their own, more than one."""
    monkeypatch.setattr(jobs, "do", deadly_jobs.do)
    outcomes = run_batch(map(plan, "abcdefgh"), tmp_path, workers=2)
    processes = {outcome.told["process"] for outcome in outcomes}
    assert len(processes) == 2
    assert os.getpid() not in processes
