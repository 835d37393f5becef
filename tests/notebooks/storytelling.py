"""Running a notebook from top to bottom, as a reader does, and reading what it shows."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[2] / "notebooks"


def told(name: str, folder: Path) -> list[str]:
    """Run a notebook in a folder and return what its cells show, as HTML where there is any, else as text."""
    book = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
    NotebookClient(book, timeout=240, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
    outputs = [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]
    data = [output["data"] if "data" in output else {"text/plain": output.get("text", "")} for output in outputs]
    return [one.get("text/html") or one.get("text/plain", "") for one in data]
