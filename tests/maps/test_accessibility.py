"""The atlas and the report for everybody: axe-core finds nothing, text has contrast, and the keyboard is enough.

axe-core 4.10.3 (MPL-2.0, unchanged, licence beside it) is a tool of this test and no part of the package.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from test_browser import _open

from mangluoi.maps import atlas
from mangluoi.reports.pages import page
from mangluoi.scenario import disclose
from mangluoi.scenario.disclosure import Disclosed
from real_answers import answer

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "axe-core-4.10.3" / "axe.min.js"
RUN = (
    "axe.run(document, { resultTypes: ['violations'] }).then((r) => { document.title = JSON.stringify("
    "r.violations.map((v) => [v.id, v.impact, v.nodes.slice(0, 3).map((n) => n.html.slice(0, 120))])); });"
)


def _violations(html: str, folder: Path, *, before: str = "") -> list[list[object]]:
    """Open a page, do something in it, and return what axe-core complains of."""
    carried = html.replace("</body>", f"<script>{AXE.read_text(encoding='utf-8')}</script></body>", 1)
    # A page without scripts of its own forbids them all; the checker is let in.
    carried = carried.replace("style-src 'unsafe-inline'", "style-src 'unsafe-inline'; script-src 'unsafe-inline'", 1)
    dom, _ = _open(carried, folder, then=before + RUN)
    title = re.search("<title>(.*?)</title>", dom, re.S)
    assert title is not None
    found: list[list[object]] = json.loads(unescape(title[1]))
    return found


@pytest.mark.parametrize("before", ["", "document.querySelector('.atlas-sites button').click();"])
def test_axe_finds_nothing_in_the_atlas(province: Callable[..., Disclosed], tmp_path: Path, before: str):
    """As it opens, and with a popup open: names, roles, order and contrast (4.5:1 for text) are as WCAG asks."""
    assert _violations(atlas(province()).html(), tmp_path, before=before) == []


def test_axe_finds_nothing_in_the_report(tmp_path: Path):
    """The page of a real province."""
    shown = disclose(answer("kon-tum", "2025-06-30"))
    assert _violations(page(shown), tmp_path) == []


def test_the_keyboard_reaches_everything(province: Callable[..., Disclosed], tmp_path: Path):
    """What can be clicked can be focused, and says what it is; the map itself takes the arrow keys."""
    dom, complaints = _open(
        atlas(province()).html(),
        tmp_path,
        then="const all = [...document.querySelectorAll('button, select, input, .atlas-mark, .leaflet-container, "
        ".leaflet-control-zoom a')]; document.title = JSON.stringify(all.filter((e) => { e.focus(); "
        "return document.activeElement !== e || !(e.getAttribute('aria-label') || e.textContent.trim() || "
        "e.labels?.length); }).map((e) => e.outerHTML.slice(0, 90)));",
    )
    assert complaints == ""
    title = re.search("<title>(.*?)</title>", dom, re.S)
    assert title is not None
    assert json.loads(unescape(title[1])) == []
