"""The same batch on a real cluster: a scheduler with two worker processes, one of which is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import deadly_jobs
import pytest

from mangluoi import cli
from mangluoi.batch import cluster, jobs, pools, run_batch
from mangluoi.errors import MissingExtraError
from mangluoi.scenario import Plan


def test_without_the_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys):
    """--scheduler without Dask says what to install, and exits with 1."""

    def absent(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(pools.importlib, "import_module", absent)
    with pytest.raises(MissingExtraError, match="cluster"), cluster("tcp://127.0.0.1:1"):
        pass
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert cli.main(["report", "46", "--scheduler", "tcp://127.0.0.1:1", "-o", str(tmp_path)]) == 1
    assert "mangluoi[cluster]" in capsys.readouterr().err


@pytest.fixture
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Start a scheduler and two workers as processes of their own, and give its address."""
    pytest.importorskip("distributed", reason="needs the extra cluster")
    place = tmp_path_factory.mktemp("dask")
    told = place / "scheduler.json"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}

    def start(*words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "distributed.cli.dask_" + words[0], *words[1:]]
        return subprocess.Popen(
            command, cwd=place, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    options = ("--scheduler-file", str(told), "--no-dashboard")
    begun = [start("scheduler", *options, "--host", "127.0.0.1", "--port", "0")]
    begun += [start("worker", *options, "--no-nanny", "--nthreads", "1") for _ in range(2)]
    end = time.monotonic() + 60
    while not told.exists():
        assert time.monotonic() < end
        time.sleep(0.1)
    yield json.loads(told.read_text())["address"], begun[1:]
    for process in begun:
        process.kill()
        process.wait()


def test_a_killed_worker_loses_nothing(
    scheduler, plan: Callable[[str], Plan], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """One of two workers is killed midway: the other finishes every job."""
    address, workers = scheduler
    monkeypatch.setattr(jobs, "do", deadly_jobs.do)
    with cluster(address) as executor:
        executor._client.wait_for_workers(2, timeout=60)

        def killing(_outcome, done: int, _count: int) -> None:
            if done == 5:
                os.kill(workers[0].pid, signal.SIGKILL)

        outcomes = run_batch(
            [plan(f"k{n}") for n in range(24)], tmp_path, executor=executor, progress=killing
        )  # fmt: skip
    assert [outcome.status for outcome in outcomes] == ["done"] * 24
    assert workers[0].wait(timeout=10) == -signal.SIGKILL
    # After its death everything was done by the other.
    assert {outcome.told["process"] for outcome in outcomes} >= {workers[1].pid}


def test_real_provinces_on_a_local_cluster(tmp_path: Path):
    """Two provinces on a LocalCluster give the same tables as in this process."""
    distributed = pytest.importorskip("distributed", reason="needs the extra cluster")
    from mangluoi.batch import province_plan

    plans = [province_plan(code) for code in ("46", "12")]
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as local,
        cluster(local.scheduler_address) as executor,
    ):
        there = run_batch(plans, tmp_path / "cum", executor=executor)
    here = run_batch(plans, tmp_path / "day")
    assert [o.status for o in there] == ["done", "done"], [o.error for o in there]
    for one, two in zip(there, here, strict=True):
        for name in ("bieu.xlsx", "ket-qua.gpkg", "bao-cao.docx", "ban-do.html"):
            assert (Path(one.place) / name).read_bytes() == (Path(two.place) / name).read_bytes()
