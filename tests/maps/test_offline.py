"""A page carries all that it needs, or is not made."""

from __future__ import annotations

import hashlib
import tomllib

import folium
import pytest

from mangluoi.maps import offline

PAGE = "<html><head>{}</head><body></body></html>"


def test_a_vendored_script_and_style_are_put_into_the_page() -> None:
    """The addresses give way to the files, the images of the style sheet to data."""
    page = offline.inline(
        PAGE.format(
            '<script src="https://cdn.jsdelivr.net/npm/leaflet@1.9.4/dist/leaflet.js"></script>'
            '<link rel="stylesheet" href="https://cdn.jsdelivr.net/npm/leaflet@1.9.4/dist/leaflet.css"/>'
        )
    )
    assert "cdn.jsdelivr.net" not in page
    assert "url(data:image/png;base64," in page
    assert "sourceMappingURL" not in page


def test_the_page_forbids_itself_the_network() -> None:
    """The policy refuses every source but the page itself, and stands before anything else."""
    page = offline.inline(PAGE.format("<title>a</title>"))
    assert "default-src 'none'" in page
    assert page.index("Content-Security-Policy") < page.index("<title>")


@pytest.mark.parametrize(
    "leftover",
    [
        '<script src="https://example.com/x.js"></script>',
        "<script src='//example.com/x.js'></script>",
        '<link rel="stylesheet" href="https://example.com/x.css">',
        '<img src="https://example.com/x.png">',
        '<iframe src="page.html"></iframe>',
        '<a href="https://example.com">a</a>',
        "<style>@import 'x.css';</style>",
        "<style>p { background: url(https://example.com/x.png) }</style>",
        '<p style="background: url(x.png)">a</p>',
        '<form action="https://example.com"></form>',
        '<script src="https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.js"></script>',
    ],
)
def test_anything_from_elsewhere_is_refused(leftover: str) -> None:
    """An address that is not vendored stops the page from being made."""
    with pytest.raises(ValueError, match=r"vendored|elsewhere"):
        offline.inline(PAGE.format("") + leftover)


def test_an_ordinary_folium_map_is_refused() -> None:
    """What Folium loads by itself comes from the network: it is named, not left out."""
    with pytest.raises(ValueError, match="not vendored"):
        offline.inline(folium.Map().get_root().render())


def test_a_page_without_a_head_is_refused() -> None:
    """Without a head there is no place for the policy."""
    with pytest.raises(ValueError, match="head"):
        offline.inline("<html></html>")


def test_every_vendored_file_is_the_one_of_the_manifest() -> None:
    """Each file has the manifest's checksum, each package its licence, and nothing lies there unlisted."""
    folder = offline._ASSETS
    packages = tomllib.loads((folder / "manifest.toml").read_text(encoding="utf-8"))["package"]
    listed = set()
    for package in packages:
        assert package["npm"] == f"{package['name']}@{package['version']}"
        assert package["licence_file"] in [file["path"] for file in package["file"]]
        for file in package["file"]:
            listed.add(folder / file["path"])
            assert hashlib.sha256((folder / file["path"]).read_bytes()).hexdigest() == file["sha256"]
    assert {place for place in folder.rglob("*") if place.is_file()} == listed | {folder / "manifest.toml"}
