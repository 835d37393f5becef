"""The one door to the web: asked once, kept, checked, and shut when offline."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from mangluoi import webcache
from mangluoi.errors import MangluoiError, OfflineError


class Web:
    """Stands for the web, and counts what it is asked."""

    def __init__(self, answer: bytes = b"[]") -> None:
        self.answer = answer
        self.asked: list[str] = []

    def __call__(self, address: str, _headers: Mapping[str, str], _wait_s: float) -> bytes:
        self.asked.append(address)
        return self.answer


def fetch(address: str, folder: Path, web: Web, **options: object) -> bytes:
    return webcache.fetch(address, folder=folder, opener=web, pause_s=0.0, **options)


def test_an_answer_is_asked_for_once(tmp_path: Path):
    """The second time the cache answers, and does so offline as well."""
    web = Web(b"one")
    assert fetch("https://a.vn/x", tmp_path, web) == b"one"
    web.answer = b"two"
    assert fetch("https://a.vn/x", tmp_path, web) == b"one"
    assert fetch("https://a.vn/x", tmp_path, web, offline=True) == b"one"
    assert web.asked == ["https://a.vn/x"]


def test_offline_never_asks(tmp_path: Path):
    """What is not kept is refused when offline, and nothing is sent."""
    web = Web()
    with pytest.raises(OfflineError, match="not in the cache"):
        fetch("https://a.vn/x", tmp_path, web, offline=True)
    assert web.asked == []


def test_a_damaged_answer_is_asked_for_again(tmp_path: Path):
    """A kept answer whose checksum does not fit is no answer."""
    web = Web(b"one")
    fetch("https://a.vn/x", tmp_path, web)
    (kept,) = (tmp_path / "web").iterdir()
    kept.write_bytes(kept.read_bytes() + b"!")
    assert fetch("https://a.vn/x", tmp_path, web) == b"one"
    assert len(web.asked) == 2


def test_keys_are_in_no_error_and_no_name(tmp_path: Path):
    """The key of a service shows neither in an error nor in the cache's key."""
    web = Web()
    with pytest.raises(OfflineError) as caught:
        fetch("https://a.vn/x?key=SECRET", tmp_path, web, hidden="SECRET", offline=True)
    assert "SECRET" not in str(caught.value)
    fetch("https://a.vn/x?key=SECRET", tmp_path, web, hidden="SECRET")
    fetch("https://a.vn/x?key=OTHER", tmp_path, web, hidden="OTHER")
    assert len(web.asked) == 1


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://a.vn/x", "a.vn", "https://"])
def test_only_the_web_is_a_door(tmp_path: Path, address: str):
    """Files of the machine and other schemes are not fetched."""
    web = Web()
    with pytest.raises(OfflineError):
        fetch(address, tmp_path, web)
    assert web.asked == []


def test_no_answer_is_a_known_error(tmp_path: Path, sockets: list[object]):
    """A machine without a network gets an error of the package."""
    with pytest.raises(MangluoiError, match="no answer from"):
        webcache.fetch("http://127.0.0.1:9/x", folder=tmp_path, pause_s=0.0)
    assert sockets
