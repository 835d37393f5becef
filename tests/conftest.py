"""Which tests run: those on real data only where the data lie beside the checkout."""

from __future__ import annotations

from pathlib import Path

import pytest

REAL = Path(__file__).parents[2] / "shared" / "data"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave tests on real data out where there are none: they are no part of the project, so nothing is skipped."""
    if REAL.is_dir():
        return
    left_out = [item for item in items if item.get_closest_marker("shared")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("shared")]


def pytest_report_header() -> str | None:
    """Say so."""
    return None if REAL.is_dir() else "tests on real data (marked shared) are left out: it does not lie beside"
