"""A full disk and a read-only folder: the command says so, exits with 1, and leaves nothing half-written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs limits and permissions of POSIX")

#: The largest file that the process may write stands for the room that is left on the disk.
FULL = (
    "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
    "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)); "
    "from mangluoi.cli import main; sys.exit(main())"
)
PLAIN = "import sys; from mangluoi.cli import main; sys.exit(main())"


def _report(code: str, out: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, "report", "46", "-o", str(out), "--quiet"]
    return subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path):
    """The maps do not fit: no folder of the province is left, and the failure is told."""
    done = _report(FULL, tmp_path / "out")
    assert done.returncode == 1
    assert "tinh-46-hue" in done.stderr
    assert {place.name for place in (tmp_path / "out").iterdir()} <= {"tong-hop"}


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path):
    """Nothing can be written: exit code 1, one sentence, and nothing is left."""
    locked = tmp_path / "locked"
    locked.mkdir()
    locked.chmod(0o555)
    # Root writes everywhere but where the system itself lets nobody.
    place = Path("/sys/mangluoi-out") if os.geteuid() == 0 else locked / "out"
    done = _report(PLAIN, place)
    locked.chmod(0o755)
    assert done.returncode == 1
    assert not place.exists()
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()
