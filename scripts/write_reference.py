"""Write the pages of documentation that follow from the code: ``docs/tables.md``."""

from __future__ import annotations

from pathlib import Path

from mangluoi.reports import reference

if __name__ == "__main__":
    place = Path(__file__).parents[1] / "docs" / "tables.md"
    place.parent.mkdir(exist_ok=True)
    place.write_text(reference.tables_reference(), encoding="utf-8")
