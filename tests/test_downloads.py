"""Downloads: whole or not at all, gone on with where they broke, and never something else than what was asked for."""

from __future__ import annotations

import contextlib
import errno
import functools
import hashlib
import http.server
import pickle
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from mangluoi import webcache
from mangluoi.errors import OfflineError

CONTENT = bytes(range(256)) * 40
CHECKSUM = hashlib.sha256(CONTENT).hexdigest()


class Web:
    """Stands for the web: breaks the line after `broken_at` bytes, as often as it says."""

    def __init__(self, content: bytes = CONTENT, *, breaks: int = 0, broken_at: int = 1000, tag: str = '"v1"') -> None:
        self.content, self.breaks, self.broken_at, self.tag = content, breaks, broken_at, tag
        self.status, self.kind, self.ranges = 200, "application/octet-stream", []

    @contextlib.contextmanager
    def __call__(self, _address: str, headers: Mapping[str, str], _wait_s: float) -> Iterator[webcache.Stream]:
        asked = headers.get("Range")
        self.ranges.append(asked)
        begin = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
        if self.status != 200:
            yield webcache.Stream(self.status, {}, iter(()))
            return
        if asked and headers["If-Range"] != self.tag:
            asked, begin = None, 0
        if begin >= len(self.content) and asked:
            yield webcache.Stream(416, {}, iter(()))
            return
        rest = self.content[begin:]
        told = {"content-length": str(len(rest)), "etag": self.tag, "content-type": self.kind}
        yield webcache.Stream(206 if asked else 200, told, self._pieces(rest))

    def _pieces(self, rest: bytes) -> Iterator[bytes]:
        if self.breaks:
            self.breaks -= 1
            yield rest[: self.broken_at]
            raise ConnectionResetError
        yield rest


def download(place: Path, web: Web, **options: object) -> str:
    return webcache.download("https://a.vn/roads.pbf", place, streamer=web, pause_s=0.0, **options)


def test_a_broken_line_is_gone_on_with(tmp_path: Path):
    """However often the line breaks, the rest is asked for from where it broke, and the file is whole."""
    web, seen = Web(breaks=3), []
    place = tmp_path / "roads.pbf"
    assert download(place, web, progress=lambda arrived, whole: seen.append((arrived, whole))) == CHECKSUM
    assert place.read_bytes() == CONTENT
    assert web.ranges == [None, "bytes=1000-", "bytes=2000-", "bytes=3000-"]
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert [path.name for path in tmp_path.iterdir()] == ["roads.pbf"]


def test_another_process_goes_on(tmp_path: Path):
    """What was kept when a first download gave up is not fetched again by the next."""
    place = tmp_path / "roads.pbf"
    dead = Web(breaks=1)
    with pytest.raises(OfflineError, match="1000 bytes are kept"):
        download(place, dead, attempts=0)
    assert not place.exists()
    web = Web()
    assert download(place, web) == CHECKSUM
    assert web.ranges == ["bytes=1000-"]


def test_a_new_version_begins_anew(tmp_path: Path):
    """The beginning of an old version is never joined to the end of a new one."""
    place = tmp_path / "roads.pbf"
    with pytest.raises(OfflineError):
        download(place, Web(b"old" * 900, breaks=1), attempts=0)
    assert download(place, Web(tag='"v2"')) == CHECKSUM
    assert place.read_bytes() == CONTENT


def test_without_a_version_begins_anew(tmp_path: Path):
    """Where the other side names no versions, nothing tells whether the rest belongs to it: all is fetched again."""
    place = tmp_path / "roads.pbf"
    web = Web(breaks=1, tag="")
    assert download(place, web) == CHECKSUM
    assert web.ranges == [None, None]


def test_another_checksum_is_thrown_away(tmp_path: Path):
    """A file that is not the one expected leaves nothing behind."""
    with pytest.raises(OfflineError, match="thrown away"):
        download(tmp_path / "roads.pbf", Web(), sha256="0" * 64)
    assert list(tmp_path.iterdir()) == []


def test_a_web_page_is_no_file(tmp_path: Path):
    """A page that explains, or asks for a login, is not kept as data."""
    web = Web()
    web.kind = "text/html; charset=utf-8"
    with pytest.raises(OfflineError, match="web page"):
        download(tmp_path / "roads.pbf", web)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("status", "asked"), [(404, 1), (403, 1), (503, 5)])
def test_refusals_are_told(tmp_path: Path, status: int, asked: int):
    """What is not there is said at once; who is busy is asked again, but not for ever."""
    web = Web()
    web.status = status
    with pytest.raises(OfflineError):
        download(tmp_path / "roads.pbf", web)
    assert len(web.ranges) == asked


def test_offline_asks_nobody(tmp_path: Path, sockets: list[object]):
    """Where nothing may be fetched, nothing is tried."""
    with pytest.raises(OfflineError, match="offline"):
        webcache.download("https://a.vn/x", tmp_path / "x", offline=True)
    assert sockets == []


def test_a_full_disk_is_told_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A file for which there is no room is not begun."""
    monkeypatch.setattr(webcache.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 10}))
    with pytest.raises(OfflineError, match="no room"):
        download(tmp_path / "roads.pbf", Web())
    assert not (tmp_path / "roads.pbf").exists()


def test_a_disk_that_fills_up_is_no_broken_line(tmp_path: Path):
    """What this machine cannot write is told as such, at once, and is not asked for again."""
    web = Web()

    def full(_arrived: int, _whole: int | None) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space left") as caught:
        download(tmp_path / "roads.pbf", web, progress=full)
    assert not isinstance(caught.value, OfflineError)
    assert len(web.ranges) == 1
    assert not (tmp_path / "roads.pbf").exists()


def test_errors_pass_between_processes():
    """A worker can send the error to whoever asked."""
    error = OfflineError("web_silent", host="a.vn", said="TimeoutError")
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.reason, again.fields) == (
        str(error),
        "web_silent",
        {"host": "a.vn", "said": "TimeoutError"},
    )


class _Breaking(http.server.SimpleHTTPRequestHandler):
    """A server that serves ranges and hangs up once in the middle of a file."""

    broken = False

    def do_GET(self) -> None:
        begin = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").removesuffix("-"))
        rest = CONTENT[begin:]
        self.send_response(206 if begin else 200)
        self.send_header("Content-Length", str(len(rest)))
        self.send_header("ETag", '"v1"')
        self.end_headers()
        if not _Breaking.broken:
            _Breaking.broken, rest = True, rest[:500]
        self.wfile.write(rest)

    def log_message(self, *_: object) -> None:
        pass


def test_a_real_server_that_hangs_up(tmp_path: Path):
    """The same through HTTP itself, on this machine: the length promised tells that the end is missing."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Breaking, directory=tmp_path)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            address = f"http://127.0.0.1:{server.server_port}/roads.pbf"
            assert webcache.download(address, tmp_path / "roads.pbf", pause_s=0.0) == CHECKSUM
        finally:
            server.shutdown()
            thread.join()
    assert _Breaking.broken
