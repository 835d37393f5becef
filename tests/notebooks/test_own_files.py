"""The notebooks about one's own files, and about all provinces."""

from __future__ import annotations

from pathlib import Path

import pytest
from storytelling import told

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::RuntimeWarning"
)


def test_own_spreadsheet_and_roads(tmp_path: Path):
    """05: a workbook and a road file made on the spot give need, capacity and a map."""
    shown = told("05_bang-tinh-va-duong-cua-ban", tmp_path)
    assert any("Biểu số 3" in html for html in shown)
    assert "<iframe" in shown[-1]


def test_all_provinces(tmp_path: Path):
    """06: two provinces are done, kept the second time, and summed up."""
    shown = told("06_tat-ca-cac-tinh", tmp_path)
    assert any("2/2" in text and "done" in text for text in shown)
    assert any("kept" in text or "skipped" in text for text in shown)
    assert "tong-hop.html" in shown[-1]
