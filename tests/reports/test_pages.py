"""The report as one page: no network, every text escaped, equal bytes."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from mangluoi.reports.pages import page
from mangluoi.reports.story import Picture
from mangluoi.scenario.disclosure import Disclosed

PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + (300).to_bytes(4, "big") + (200).to_bytes(4, "big") + b"\x08\x02\0\0\0"


class Reader(HTMLParser):
    """Collects tags, their addresses and the text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.handlers: list[str] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_page_needs_no_network(disclosed: Disclosed, lang: str):
    """No script, no address but data, and a policy that forbids the rest; every tag is closed."""
    read = Reader(page(disclosed, [Picture("Bản đồ 1", PNG, "situation")], lang=lang))
    assert read.open == []
    assert "script" not in read.tags
    assert "link" not in read.tags
    assert len(read.addresses) == 1
    assert read.addresses[0].startswith("data:image/png;base64,")
    assert "default-src 'none'" in page(disclosed)
    assert f'<html lang="{lang}">' in page(disclosed, lang=lang)


def test_hostile_text_is_text(make: Callable[..., Disclosed], hostile: str):
    """Markup stands as it was written and makes no tag."""
    plain, attacked = Reader(page(make())), Reader(page(make(hostile)))
    assert set(attacked.tags) == set(plain.tags)
    assert attacked.handlers == []
    shown = "".join(c for c in hostile if c >= " ")
    assert shown in attacked.text


def test_each_map_stands_in_its_part(disclosed: Disclosed):
    """A map of the situation comes before the part on access, one of the option after it."""
    pictures = [Picture(f"hình {part}", PNG, part) for part in ("option", "situation", "access")]
    text = page(disclosed, pictures)
    order = [
        text.index(mark)
        for mark in ("II. THỰC", "hình situation<", "III. MỨC", "hình access<", "V. PHƯƠNG ÁN", "hình option<")
    ]
    assert order == sorted(order)


def test_an_internal_copy_is_stamped(internal: Disclosed, disclosed: Disclosed):
    """The stamp stays on top of the page, and on each printed one."""
    assert 'class="stamp"' in page(internal)
    assert "NỘI BỘ" not in page(disclosed)
    assert re.search(r"\.stamp \{ position: fixed", page(internal))


def test_equal_content_gives_equal_bytes(disclosed: Disclosed):
    """The same page every time."""
    assert page(disclosed) == page(disclosed)
