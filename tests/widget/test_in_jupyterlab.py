"""The explorer as a planner meets it: in JupyterLab, in a real browser, with nothing leaving the machine."""

from __future__ import annotations

import json
import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.browser

#: The figures' cell of «Được phục vụ» after the actions, of the first group.
SERVED = "[...document.querySelectorAll('.mlx-figures tr[data-key=people]')][0].cells[2].innerText"
HOSTS = "JSON.stringify([...new Set(performance.getEntriesByType('resource').map(e => e.name))])"


def test_a_click_changes_the_figures(tmp_path: Path):
    """A planner runs the cell, types another budget, clicks, and sees other figures; a bad one is named in place."""
    import lab_page

    if lab_page.browser() is None and not os.environ.get("CI"):
        pytest.skip("no Chromium on this machine")
    source = "import mangluoi as ml\nml.explore('kon-tum')"
    with lab_page.lab(tmp_path, source) as address, lab_page.page(tmp_path) as page:
        page.ask("Page.navigate", url=address)
        page.wait("window.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'")
        page.click(".jp-Notebook .cm-content")
        page.wait("jupyterapp.commands.isEnabled('notebook:run-all-cells')")
        page.value("jupyterapp.commands.execute('notebook:run-all-cells') && null")
        wrong = "document.querySelector('.jp-OutputArea-output[data-mime-type$=error]')?.innerText"
        assert page.wait(f"document.querySelector('.mlx-recalculate') || {wrong}") is True
        assert page.wait("document.querySelector('.mlx-map iframe')")
        before = page.wait(SERVED)
        page.fill(".mlx-budget input", "1")
        page.wait("document.querySelector('.mlx-stale')")
        page.click(".mlx-recalculate")
        page.wait(f"{SERVED} !== {before!r}")
        after = page.value(SERVED)
        assert int(after) < int(before)
        assert "budget_vnd=1_000_000_000" in page.value("document.querySelector('.mlx-code').innerText")
        page.fill(".mlx-budget input", "một tỷ")
        page.click(".mlx-recalculate")
        told = page.wait("document.querySelector('.mlx-wrong')?.innerText")
        assert "Kinh phí (tỷ đồng) «một tỷ»" in told
        assert page.value(SERVED) == after
        asked = {urlsplit(name).hostname for name in json.loads(page.value(HOSTS))}
    assert asked == {"127.0.0.1"}
