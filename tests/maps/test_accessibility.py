"""The atlas and the report for everybody: axe-core finds nothing, text has contrast, and the keyboard is enough.

axe-core 4.10.3 (MPL-2.0, unchanged, licence beside it) is a tool of this test and no part of the package.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from chromium import Browser
from mangluoi.maps import atlas, review_map
from mangluoi.reports.pages import page
from mangluoi.scenario import disclose
from mangluoi.scenario.disclosure import Disclosed
from mangluoi.scenario.locating import locate
from real_answers import answer

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "axe-core-4.10.3" / "axe.min.js"
ISOCHRONES = "[...document.querySelectorAll('fieldset label')].at(-2).click()"
RUN = (
    "axe.run(document, { resultTypes: ['violations'] }).then((r) => "
    "r.violations.map((v) => [v.id, v.impact, v.nodes.slice(0, 3).map((n) => n.html.slice(0, 120))]))"
)


# What fades in has no contrast yet: wait until nothing has moved for a while.
AT_REST = (
    "new Promise((done) => { let still = 0; const look = () => {"
    " still = document.getAnimations().length ? 0 : still + 1;"
    " still > 4 ? done(0) : setTimeout(look, 50); }; look(); })"
)


def _violations(browser: Browser, html: str, folder: Path, *, before: str = "0") -> list[list[object]]:
    """Open a page, do something in it, and return what axe-core complains of."""
    with browser.page() as page:
        page.open(html, folder).run(before)
        page.run(AT_REST)
        page.run(AXE.read_text(encoding="utf-8") + ";0")
        found: list[list[object]] = page.run(RUN)
        return found


@pytest.mark.parametrize("before", ["0", "document.querySelector('.atlas-sites button').click()", ISOCHRONES])
def test_axe_finds_nothing_in_the_atlas(
    browser: Browser, province: Callable[..., Disclosed], tmp_path: Path, before: str
):
    """As it opens, with a popup open, with isochrones: names, roles, order and contrast (4.5:1) are as WCAG asks."""
    assert _violations(browser, atlas(province()).html(), tmp_path, before=before) == []


def test_axe_finds_nothing_in_the_review_map(browser: Browser, tmp_path: Path):
    """With a popup open: a place among several, one without any candidate, one that is located."""
    place = tmp_path / "ds.csv"
    place.write_text(
        'Tên cơ sở,Địa chỉ\nMái ấm,"xã Đồng Văn, tỉnh Nghệ An"\nNhà Hy Vọng,xã Không Có Tên\n'
        'Trung tâm,"xã Giang Sơn Đông, huyện Đô Lương"\n',
        encoding="utf-8",
    )
    html = review_map(locate(place, province="40")).html()
    before = "document.querySelector('.atlas-sites button').click()"
    assert "Nhà Hy Vọng" in html
    assert _violations(browser, html, tmp_path, before=before) == []


def test_axe_finds_nothing_in_the_report(browser: Browser, tmp_path: Path):
    """The page of a real province."""
    shown = disclose(answer("kon-tum", "2025-06-30"))
    assert _violations(browser, page(shown), tmp_path) == []


def test_the_keyboard_reaches_everything(browser: Browser, province: Callable[..., Disclosed], tmp_path: Path):
    """What can be clicked can be focused, and says what it is; the map itself takes the arrow keys."""
    with browser.page() as shown:
        shown.open(atlas(province()).html(), tmp_path)
        left = shown.run(
            "[...document.querySelectorAll('button, select, input, .atlas-mark, .leaflet-container, "
            ".leaflet-control-zoom a')].filter((e) => { e.focus(); return document.activeElement !== e || "
            "!(e.getAttribute('aria-label') || e.textContent.trim() || e.labels?.length); })"
            ".map((e) => e.outerHTML.slice(0, 90))"
        )
        assert left == []
        assert shown.said == []
