"""The atlas in a real browser without a network: it draws, it answers, and no text acts."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from made_up_province import NAMES, PAYLOADS

from mangluoi.maps import atlas
from mangluoi.scenario.disclosure import Disclosed

pytestmark = pytest.mark.browser

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def _browser() -> str:
    found = next((place for place in map(shutil.which, BROWSERS) if place), None)
    if found is None:
        pytest.skip("no Chromium on this machine")
    return found


def _cut_off() -> list[str]:
    """Return the command that takes the network away, where that is allowed."""
    if shutil.which("unshare") and subprocess.run(["unshare", "-rn", "true"], capture_output=True).returncode == 0:
        return ["unshare", "-rn"]
    return []


def _open(page: str, folder: Path, *, then: str = "") -> tuple[str, str]:
    """Open a page, run a script in it half a second later, and return what it shows then and what it complained of."""
    place = folder / "ban-do.html"
    later = f"<script>setTimeout(() => {{ {then} }}, 500)</script></html>" if then else "</html>"
    place.write_text(page.replace("</html>", later), encoding="utf-8", newline="\n")
    done = subprocess.run(
        [
            *_cut_off(), _browser(), "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            f"--user-data-dir={folder / 'profile'}", "--enable-logging=stderr", "--window-size=1400,900",
            "--virtual-time-budget=5000", "--dump-dom", place.as_uri(),
        ],
        capture_output=True, text=True, encoding="utf-8", timeout=120, check=True,
    )  # fmt: skip
    return done.stdout, "\n".join(
        line for line in done.stderr.splitlines() if "CONSOLE" in line and "source: chrome" not in line
    )


def _text(dom: str) -> str:
    body = re.sub(r"<script\b.*?</script>|<style\b.*?</style>", "", dom, flags=re.S)
    return unescape(re.sub(r"<[^>]+>", " ", body))


def test_the_page_draws_without_a_network(province: Callable[..., Disclosed], tmp_path: Path) -> None:
    """Every cell is a shape, every located site and action a symbol; legend, notes, scale and credit are there."""
    dom, complaints = _open(atlas(province()).html(), tmp_path)
    assert complaints == ""
    assert dom.count("leaflet-interactive") >= 20 + 4 + 2
    assert dom.count('class="atlas-mark') + dom.count("atlas-mark ") >= 6
    shown = _text(dom)
    for wanted in (
        "Thời gian đến cơ sở gần nhất: Chăm sóc, nuôi dưỡng tại cơ sở (ước tính)", "không có số liệu", "km", "Leaflet",
        "ranh giới xã gần đúng", "Xây mới: Xã Diễn Châu", "Nguồn: Kế hoạch thử nghiệm", "Có 2 cơ sở bảo mật",
    ):  # fmt: skip
        assert wanted in shown


def test_searching_without_diacritics_opens_the_commune(province: Callable[..., Disclosed], tmp_path: Path) -> None:
    """Typing 'quynh luu' and Enter opens the popup of Xã Quỳnh Lưu with its figures."""
    dom, complaints = _open(
        atlas(province()).html(),
        tmp_path,
        then="const s = document.getElementById('atlas-search'); s.value = 'quynh luu';"
        "s.dispatchEvent(new Event('input')); s.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }));",
    )
    assert complaints == ""
    popup = _text(dom.split('class="leaflet-popup-content"')[1])
    assert "Xã Quỳnh Lưu" in popup
    assert "16 phút" in popup
    assert NAMES[2] == "Xã Quỳnh Lưu"


def test_choosing_another_measure_and_moment(province: Callable[..., Disclosed], tmp_path: Path) -> None:
    """The legend follows the choice."""
    dom, complaints = _open(
        atlas(province()).html(),
        tmp_path,
        then="const s = document.getElementById('atlas-choice'); s.value = 'gap/elderly/residential';"
        "s.dispatchEvent(new Event('change')); document.querySelector('[value=after]').click();",
    )
    assert complaints == ""
    assert "Số người chưa được đáp ứng: Người cao tuổi" in _text(dom)
    assert "hatch-masked" in dom


def test_no_name_acts(province: Callable[..., Disclosed], tmp_path: Path) -> None:
    """With every name an attack, each popup opened in turn: the title stays, and the names stand as text."""
    page = atlas(province(names=PAYLOADS)).html()
    dom, complaints = _open(
        page,
        tmp_path,
        then="document.querySelectorAll('.atlas-mark, .atlas-sites button').forEach((b) => b.click());"
        "const s = document.getElementById('atlas-search'); s.value = 'img';"
        "s.dispatchEvent(new Event('input')); s.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }));",
    )
    assert complaints == ""
    title = re.search("<title>(.*?)</title>", dom)
    assert title is not None
    assert "PWNED" not in title[1]
    assert "<img src=x onerror=document.title='PWNED'>" in _text(dom)
    assert not re.search(r"<img[^>]+onerror", dom)
    assert "49" not in re.sub(r"[^\d ]", " ", _text(dom)).split()


def test_a_phone_shows_the_whole_panel(province: Callable[..., Disclosed], tmp_path: Path) -> None:
    """On a narrow screen the panel stands below the map, and nothing is wider than the screen."""
    narrow = (
        "const f = document.createElement('iframe'); f.style.cssText = 'width:360px;height:720px';"
        "f.srcdoc = document.documentElement.outerHTML.replace(/setTimeout/g, 'void'); "
        "document.body.replaceChildren(f);"
        "setTimeout(() => { const d = f.contentDocument; document.title ="
        "[d.documentElement.scrollWidth, d.querySelector('.atlas-panel').getBoundingClientRect().top >="
        "d.querySelector('.leaflet-container').getBoundingClientRect().bottom].join(' ') }, 1500)"
    )
    dom, _ = _open(atlas(province()).html(), tmp_path, then=narrow)
    title = re.search("<title>(.*?)</title>", dom)
    assert title is not None
    width, below = title[1].split(" ")
    assert int(width) <= 360
    assert below == "true"
