"""Baseline pictures: each print map and the interactive map of the made-up province look as they were last looked at.

Pictures are shrunk to a width of 200 dots before they are compared, and small differences are allowed for, so that
another release of matplotlib, FreeType or Chromium, or another font on the machine, does not matter; a class in
another colour, a missing legend, a label in another corner does.

To renew them after a wanted change: ``PYTHONPATH=tests python tests/maps/test_pictures.py``, look at every
picture in ``tests/maps/pictures/`` that has changed, and commit them.
"""

from __future__ import annotations

import dataclasses
import io
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
from made_up_province import make_province
from PIL import Image

from chromium import Browser, installed
from mangluoi.maps import PrintMap, atlas, drawing, group_maps, print_maps, scenario_maps
from mangluoi.scenario.disclosure import Disclosed

PICTURES = Path(__file__).parent / "pictures"
WIDTH = 200
# On a scale of 255: how much may change in the mean, and in how many of all dots by more than a quarter.
MEAN_OFF, STRONGLY_OFF, MOST_STRONG = 3.0, 64, 0.02
WINDOWS = {"tuong-tac": (1200, 800), "tuong-tac-dien-thoai": (390, 780)}
LINES = "[...document.querySelectorAll('fieldset label')].at(-2).click()"
SHEETS = (
    "1-co-so", "2-thoi-gian", "2-thoi-gian-day", "3-thieu-hut", "3-thieu-hut-disabled-day", "4-phuong-an",
    "5-theo-nhom-thieu-hut", "so-sanh-thoi-gian",
)  # fmt: skip


def sheets(d: Disclosed) -> Mapping[str, PrintMap]:
    """Return every kind of sheet by name."""
    before = dataclasses.replace(d, actions=d.actions.iloc[:0], plan=d.plan.replace(name="hien-trang"))
    made = [*print_maps(d), *group_maps(d), *scenario_maps([before, d], kind="minutes")]
    return {sheet.name: sheet for sheet in made}


def on_paper(sheet: PrintMap) -> Image.Image:
    """Return a sheet as a small picture."""
    stream = io.BytesIO()
    with drawing.style():
        sheet.figure.savefig(stream, format="png", dpi=75)
    return small(Image.open(stream))


def on_screen(browser: Browser, page: str, folder: Path, name: str) -> Image.Image:
    """Return the interactive map, with isochrones, as a small picture."""
    with browser.page(*WINDOWS[name]) as window:
        window.open(page, folder).run(LINES)
        return small(Image.open(io.BytesIO(window.picture())))


def small(picture: Image.Image) -> Image.Image:
    """Shrink a picture, whose dots then are means of many."""
    size = (WIDTH, round(picture.height * WIDTH / picture.width))
    return picture.convert("RGB").resize(size, Image.Resampling.BOX)


def differences(found: Image.Image, wanted: Path) -> tuple[float, float]:
    """Return the mean difference, and the share of dots that differ strongly."""
    kept = np.asarray(Image.open(wanted).convert("RGB"), dtype=float)
    now = np.asarray(found, dtype=float)
    assert now.shape == kept.shape
    off = np.abs(now - kept).max(axis=2)
    return float(off.mean()), float((off > STRONGLY_OFF).mean())


@pytest.fixture(scope="module")
def drawn(province: Callable[..., Disclosed]) -> Mapping[str, PrintMap]:
    """Return the sheets of the made-up province."""
    return sheets(province())


@pytest.mark.parametrize("name", SHEETS)
def test_print_maps_look_as_they_did(drawn: Mapping[str, PrintMap], name: str) -> None:
    """Each sheet is its picture, a little aside."""
    mean, strong = differences(on_paper(drawn[name]), PICTURES / f"{name}.png")
    assert mean < MEAN_OFF
    assert strong < MOST_STRONG


def test_every_sheet_has_its_picture(drawn: Mapping[str, PrintMap]) -> None:
    """No sheet is without one, no picture is left over, and all of them are small."""
    kept = {place.stem for place in PICTURES.glob("*.png")}
    assert set(drawn) == set(SHEETS)
    assert kept == set(SHEETS) | set(WINDOWS)
    assert sum(place.stat().st_size for place in PICTURES.iterdir()) < 300_000


def test_another_map_is_noticed(drawn: Mapping[str, PrintMap]) -> None:
    """The sheets of two groups, and of today and tomorrow, are too far from each other's pictures."""
    for name, other in (("3-thieu-hut", "3-thieu-hut-disabled-day"), ("2-thoi-gian", "4-phuong-an")):
        mean, strong = differences(on_paper(drawn[name]), PICTURES / f"{other}.png")
        assert mean > MEAN_OFF or strong > MOST_STRONG


@pytest.mark.browser
@pytest.mark.parametrize("name", WINDOWS)
def test_the_interactive_map_looks_as_it_did(
    browser: Browser, province: Callable[..., Disclosed], tmp_path: Path, name: str
) -> None:
    """On a screen and on a phone; fonts differ from machine to machine, so it may be a little farther off."""
    mean, strong = differences(
        on_screen(browser, atlas(province()).html(), tmp_path, name), PICTURES / f"{name}.png"
    )  # fmt: skip
    assert mean < 2 * MEAN_OFF
    assert strong < 2 * MOST_STRONG


def _all(folder: Path) -> Iterator[tuple[str, Image.Image]]:
    for name, sheet in sheets(make_province()).items():
        yield name, on_paper(sheet)
    running = Browser(str(installed()), folder / "chromium")
    for name in WINDOWS:
        yield name, on_screen(running, atlas(make_province()).html(), folder, name)
    running.close()


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, picture in _all(Path(folder)):
            picture.save(PICTURES / f"{name}.png", optimize=True)
            sys.stdout.write(f"{name}\n")
