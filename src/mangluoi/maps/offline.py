"""Pages that open without a network: every script and style sheet is put into the page itself."""

from __future__ import annotations

import base64
import html
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

__all__ = ["inline"]

_ASSETS = Path(__file__).parent / "assets"
_PAGE = Path(__file__).parent / "page"
#: How a page names the files of `page/`, which are our own.
OWN = "mangluoi:"

_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; "
    "font-src data:; base-uri 'none'; form-action 'none'"
)
_SCRIPT = re.compile(r"<script\b[^>]*?\bsrc=(['\"])(?P<address>.*?)\1[^>]*>\s*</script>", re.S)
_LINK = re.compile(r"<link\b[^>]*?\bhref=(['\"])(?P<address>.*?)\1[^>]*?>", re.S)
_CREDIT = re.compile(r"""prefix:'<a href="https://leafletjs\.com".*?"Leaflet</a>\"""", re.S)
_CSS_URL = re.compile(r"url\(\s*(['\"]?)(?P<address>[^'\")]+)\1\s*\)")
_LOADING = frozenset({"src", "srcset", "href", "xlink:href", "data", "poster", "action", "formaction", "background"})
_MEDIA = {".png": "image/png", ".svg": "image/svg+xml"}


@cache
def _vendored() -> Mapping[str, Path]:
    """Return the file of every address that a page may name."""
    packages = tomllib.loads((_ASSETS / "manifest.toml").read_text(encoding="utf-8"))["package"]
    files = {
        file["address"]: _ASSETS / file["path"]
        for package in packages
        for file in package["file"]
        if "address" in file
    }  # fmt: skip
    return {**files, **{OWN + place.name: place for place in sorted(_PAGE.iterdir())}}


def _file(address: str) -> Path:
    place = _vendored().get(html.unescape(address))
    if place is None:
        raise ValueError(f"the page needs {address!r}, which is not vendored: it would not open without a network")
    return place


def _script(found: re.Match[str]) -> str:
    code = _file(found["address"]).read_text(encoding="utf-8")
    code = re.sub(r"^//# sourceMappingURL=.*$", "", code, flags=re.M).replace("</script", "<\\/script")
    # Leaflet's credit stays, without its link and without the flag that it has carried since 2022.
    code = _CREDIT.sub('prefix:"Leaflet"', code)
    return f"<script>{code}</script>"


def _style(found: re.Match[str]) -> str:
    place = _file(found["address"])

    def carried(url: re.Match[str]) -> str:
        if url["address"].startswith(("data:", "#")):
            return url[0]
        image = place.parent / url["address"]
        if not image.is_file():
            raise ValueError(f"{place.name} needs {url['address']!r}, which is not vendored")
        return f"url(data:{_MEDIA[image.suffix]};base64,{base64.b64encode(image.read_bytes()).decode('ascii')})"

    return f"<style>{_CSS_URL.sub(carried, place.read_text(encoding='utf-8'))}</style>"


class _Addresses(HTMLParser):
    """Collects what a page would load from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_style = tag == "style"
        for name, value in attrs:
            if name in _LOADING and not (value or "").startswith(("data:", "#")):
                self.found.append(f"<{tag} {name}={value!r}>")
            elif name == "style" and value:
                self._css(value)

    def handle_endtag(self, tag: str) -> None:
        if tag == "style":
            self._in_style = False

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self._css(data)

    def _css(self, text: str) -> None:
        outside = [url["address"] for url in _CSS_URL.finditer(text) if not url["address"].startswith(("data:", "#"))]
        self.found.extend(outside)
        if "@import" in text:
            self.found.append("@import")


def inline(page: str) -> str:
    """Return a page that carries all that it needs and forbids itself the network.

    Scripts and style sheets are looked up by their exact address among the vendored files, images of style sheets
    become data URIs, and a content-security policy refuses every connection.

    Parameters
    ----------
    page
        A page as Folium renders it.

    Raises
    ------
    ValueError
        If the page names an address that is not vendored, or still names any address in the end.
    """
    carried = _LINK.sub(_style, _SCRIPT.sub(_script, page))
    policy = f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}" />'
    carried, heads = re.subn(r"<head>", lambda _: f"<head>\n    {policy}", carried, count=1)
    if not heads:
        raise ValueError("the page has no <head> to put the content-security policy into")
    left = _Addresses()
    left.feed(carried)
    left.close()
    if left.found:
        raise ValueError(f"the page would still load from elsewhere: {'; '.join(left.found)}")
    return carried
