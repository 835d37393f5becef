"""Notebooks: they run, and they are stored without outputs."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("place", NOTEBOOKS, ids=lambda p: p.stem)
def test_outputs_are_stripped(place: Path):
    """A committed notebook holds no output and no execution count."""
    cells = json.loads(place.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert code
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in code)


@pytest.mark.parametrize("place", NOTEBOOKS, ids=lambda p: p.stem)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::RuntimeWarning")
def test_the_story_runs(place: Path, tmp_path: Path):
    """Every cell runs from top to bottom, and the map shows itself as a sandboxed frame."""
    book = nbformat.read(place, as_version=4)
    NotebookClient(book, timeout=240, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    shown = [
        o["data"].get("text/html", "") for c in book.cells if c.cell_type == "code" for o in c.outputs if "data" in o
    ]
    assert any("<iframe" in html and "sandbox" in html for html in shown)
