"""The notebooks about choosing: where to build, and options side by side."""

from __future__ import annotations

from pathlib import Path

import pytest
from storytelling import told

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::RuntimeWarning"
)


def test_where_to_build(tmp_path: Path):
    """03: the chosen actions with their reasons, a floor beside the plan, and the explorer at the end."""
    shown = told("03_xay-o-dau", tmp_path)
    assert any("Biểu số 7" in html for html in shown)
    assert any("có sàn" in html for html in shown)
    assert "VBox" in shown[-1]


def test_comparing_options(tmp_path: Path):
    """04: three options with their assumptions and figures, a scenario that inherits, and the comparison's files."""
    shown = told("04_so-sanh-phuong-an", tmp_path)
    assert any("chỉ mở rộng" in html and "đi xe máy" in html for html in shown)
    assert any('base = "goc.toml"' in text for text in shown)
    assert "so-sanh.html" in shown[-1]
