"""Packaging: an editable install and a wheel both find the shipped data."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from mangluoi import shipped

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the checkout and unpacked as an installer would."""
    made = tmp_path_factory.mktemp("wheel")
    code = f"from hatchling.build import build_wheel; print(build_wheel({str(made)!r}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    with zipfile.ZipFile(made / done.stdout.strip().splitlines()[-1]) as archive:
        archive.extractall(made / "site")
    return made / "site"


def test_the_checkout_uses_its_own_data():
    """From a checkout the data are those of the repository."""
    assert shipped.folder() == ROOT / "data"
    assert shipped.plans_folder() == ROOT / "plans"


def test_the_wheel_holds_every_data_file(wheel: Path):
    """Whatever lies in data/ and plans/ is in the wheel, with the typing marker, the words and the map's assets."""
    inside = wheel / "mangluoi"
    for folder, place in ((ROOT / "data", inside / "data"), (ROOT / "plans", inside / "data" / "plans")):
        for file in (p for p in folder.rglob("*") if p.is_file()):
            assert (place / file.relative_to(folder)).read_bytes() == file.read_bytes()
    assert (inside / "py.typed").exists()
    assert list((inside / "reports" / "words").glob("*.toml"))
    assert (inside / "maps" / "assets" / "manifest.toml").exists()


def test_an_installed_wheel_reads_its_own_data(wheel: Path, tmp_path: Path):
    """Installed, the package reads the data inside itself and knows the shipped plans."""
    code = (
        "import mangluoi as ml\nfrom mangluoi import shipped\n"
        "print(shipped.folder())\nprint(ml.read_plan('nghe-an').province_code)"
    )
    there = {**os.environ, "PYTHONPATH": str(wheel)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=there, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [str(wheel / "mangluoi" / "data"), "40"]


def test_another_folder_may_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """MANGLUOI_DATA takes precedence where it names a folder of data, and is passed over where it does not."""
    (tmp_path / "boundaries").mkdir()
    monkeypatch.setenv("MANGLUOI_DATA", str(tmp_path))
    assert shipped.folder() == tmp_path
    monkeypatch.setenv("MANGLUOI_DATA", str(tmp_path / "nothing"))
    assert shipped.folder() == ROOT / "data"
