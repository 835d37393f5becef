"""Notebooks as they are stored: stripped, few cells, Vietnamese prose, and each run by a test."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from storytelling import FOLDER

NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


@pytest.mark.parametrize("place", NOTEBOOKS, ids=lambda p: p.stem)
def test_outputs_are_stripped(place: Path):
    """A committed notebook holds no output and no execution count."""
    cells = json.loads(place.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert code
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in code)


def test_every_notebook_is_run():
    """Each stored notebook is told by one of the tests beside this one."""
    tests = "".join(place.read_text(encoding="utf-8") for place in Path(__file__).parent.glob("test_*.py"))
    assert set(re.findall(r'told\("([^"]+)"', tests)) == {place.stem for place in NOTEBOOKS}
