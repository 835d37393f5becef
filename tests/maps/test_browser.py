"""The atlas in a real browser without a network: it draws, it answers, and no text acts."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
from made_up_province import NAMES, PAYLOADS

from chromium import Browser
from mangluoi.maps import atlas
from mangluoi.scenario.disclosure import Disclosed

pytestmark = pytest.mark.browser

Province = Callable[..., Disclosed]
# Generous: a laptop needs a fifth of it, a busy machine that tests with all its processors several times as long.
FIRST_PAINT_MS = 5000.0
FIND = (
    "(text) => { const s = document.getElementById('atlas-search'); s.value = text;"
    "s.dispatchEvent(new Event('input')); s.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' })); }"
)
ISOCHRONES = (
    "[...document.querySelectorAll('fieldset label')].find((e) => e.textContent.includes('đẳng thời')).click();"
)


@pytest.fixture(scope="module")
def made(province: Province) -> str:
    """Return the page of the made-up province."""
    return atlas(province()).html()


def test_the_page_draws_without_a_network(browser: Browser, made: str, tmp_path: Path) -> None:
    """Every cell is a shape, every located site and action a symbol; legend, notes, scale and credit are there."""
    with browser.page() as page:
        page.open(made, tmp_path)
        assert (page.said, page.asked) == ([], [])
        assert page.run("document.querySelectorAll('.leaflet-interactive').length") >= 20 + 4 + 2
        assert page.run("document.querySelectorAll('.atlas-mark').length") == 6
        shown = page.text()
        for wanted in (
            "Thời gian đến cơ sở gần nhất: Chăm sóc, nuôi dưỡng tại cơ sở (ước tính)", "không có số liệu", "km",
            "Leaflet", "ranh giới xã gần đúng", "Xây mới: Xã Diễn Châu", "Nguồn: Kế hoạch thử nghiệm",
            "Có 2 cơ sở bảo mật", "trên 100 %: quá tải (vòng đôi)",
        ):  # fmt: skip
            assert wanted in shown
        assert page.first_paint_ms() < FIRST_PAINT_MS


def test_a_choice_of_nothing_is_not_offered(browser: Browser, province: Province, tmp_path: Path) -> None:
    """Where need alone is known, the heading of further layers does not stand over an empty list."""
    d = province()
    supply = dataclasses.replace(d.plan.supply, listed="part")
    plan = dataclasses.replace(d.plan, supply=supply, actions=(), targets=())
    none = {name: getattr(d, name).iloc[:0] for name in ("sites", "actions", "minutes")}
    bare = dataclasses.replace(d, plan=plan, **none)
    with browser.page() as page:
        shown = page.open(atlas(bare).html(), tmp_path).text()
        assert "Hiển thị thêm" not in shown
        assert "Nội dung bản đồ" in shown


def test_searching_without_diacritics_opens_the_commune(browser: Browser, made: str, tmp_path: Path) -> None:
    """Typing 'quynh luu' and Enter opens the popup of Xã Quỳnh Lưu with its figures."""
    with browser.page() as page:
        page.open(made, tmp_path).run(f"({FIND})('quynh luu')")
        popup = page.run("document.querySelector('.leaflet-popup-content').innerText")
        assert "Xã Quỳnh Lưu" in popup
        assert "16 phút" in popup
        assert NAMES[2] == "Xã Quỳnh Lưu"
        assert page.said == []


def test_choosing_another_measure_and_moment(browser: Browser, made: str, tmp_path: Path) -> None:
    """The legend follows the choice."""
    with browser.page() as page:
        page.open(made, tmp_path).run(
            "const s = document.getElementById('atlas-choice'); s.value = 'gap/elderly/residential';"
            "s.dispatchEvent(new Event('change')); document.querySelector('[value=after]').click();"
        )
        assert "Số người chưa được đáp ứng: Người cao tuổi" in page.text()
        assert page.run("document.querySelector('#hatch-masked') !== null")
        assert page.said == []


def test_isochrones_are_drawn_on_request(browser: Browser, made: str, tmp_path: Path) -> None:
    """The switch shows the lines of the chosen service and the threshold; off, all are gone."""
    with browser.page() as page:
        page.open(made, tmp_path)
        assert page.run("document.querySelectorAll('.atlas-minutes').length") == 0
        page.run(ISOCHRONES)
        assert page.run("[...document.querySelectorAll('.atlas-minutes')].map((e) => e.innerText)") == [
            "30′", "60′", "90′", "120′", "180′",
        ]  # fmt: skip
        assert "180 phút (ngưỡng của kế hoạch)" in page.text()
        assert "ước tính" in page.run("document.querySelectorAll('fieldset')[1].innerText")
        page.run("document.querySelector('[value=after]').click()")
        assert page.run("document.querySelectorAll('.atlas-minutes').length") == 3
        page.run(ISOCHRONES)
        assert page.run("document.querySelectorAll('.atlas-minutes').length") == 0
        assert page.said == []


def test_the_popup_of_an_action_says_why(browser: Browser, made: str, tmp_path: Path) -> None:
    """Its reason, what is lost without it and what holds it back."""
    with browser.page() as page:
        page.open(made, tmp_path).run("document.querySelector('.atlas-sites button').click()")
        popup = page.run("document.querySelector('.leaflet-popup-content').innerText")
        for wanted in ("Thêm 120 chỗ", "phục vụ ít hơn 98 người", "không có việc nào thay thế được", "giới hạn"):
            assert wanted in popup


def test_no_name_acts(browser: Browser, province: Province, tmp_path: Path) -> None:
    """With every name an attack, each popup opened in turn: the title stays, and the names stand as text."""
    with browser.page() as page:
        page.open(atlas(province(names=PAYLOADS)).html(), tmp_path)
        before = page.run("document.title")
        page.run(
            "document.querySelectorAll('.atlas-mark, .atlas-sites button').forEach((b) => b.click());"
            + f"({FIND})('img')"
        )
        assert (page.said, page.asked) == ([], [])
        assert page.run("document.title") == before
        assert "<img src=x onerror=document.title='PWNED'>" in page.text()
        assert page.run("document.querySelectorAll('img[onerror]').length") == 0
        assert "49" not in page.run("document.body.innerText.replace(/[^0-9 ]/g, ' ')").split()


def test_a_phone_shows_the_whole_panel(browser: Browser, made: str, tmp_path: Path) -> None:
    """On a narrow screen the panel stands below the map, and nothing is wider than the screen."""
    with browser.page(390, 844) as page:
        page.open(made, tmp_path)
        assert page.run("document.documentElement.scrollWidth") <= 390
        assert page.run(
            "document.querySelector('.atlas-panel').getBoundingClientRect().top >= "
            "document.querySelector('.leaflet-container').getBoundingClientRect().bottom"
        )
