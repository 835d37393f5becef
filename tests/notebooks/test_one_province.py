"""The notebooks about one province: what is, and what is missing."""

from __future__ import annotations

from pathlib import Path

import pytest
from storytelling import told

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::RuntimeWarning"
)


def test_your_province(tmp_path: Path):
    """01: the map shows itself as a sandboxed frame, and the report's files are listed."""
    shown = told("01_tinh-cua-ban", tmp_path)
    assert any("<iframe" in html and "sandbox" in html for html in shown)
    assert any("bao-cao.docx" in text for text in shown)


def test_coverage_and_gap(tmp_path: Path):
    """02: need and capacity, bands of minutes, the map, and three thresholds side by side."""
    shown = told("02_phu-va-thieu-hut", tmp_path)
    assert any("Biểu số 3" in html for html in shown)
    assert any("<iframe" in html for html in shown)
    assert all(f"{minutes} phút" in shown[-1] for minutes in (60, 90, 120))
