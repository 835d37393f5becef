"""The only door to the web: cached, checked, polite, and shut where it is told to be offline.

Nothing is fetched unless a caller asks for it by an address; no module but this one opens a connection.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import http.client
import os
import shutil
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mangluoi.errors import OfflineError

__all__ = ["Opener", "Stream", "Streamer", "default_folder", "download", "fetch"]

#: What opens a connection: address, headers and seconds to wait in, content out.
Opener = Callable[[str, Mapping[str, str], float], bytes]


@dataclass(frozen=True)
class Stream:
    """An answer that arrives piece by piece.

    Parameters
    ----------
    status
        Of HTTP: 200 from the beginning, 206 from where it was asked to go on, 416 if there is nothing from there on.
    headers
        Their names in lower case.
    pieces
        The content.
    """

    status: int
    headers: Mapping[str, str]
    pieces: Iterator[bytes]


#: What opens a download: address, headers and seconds to wait in, the answer out, closed at the end of ``with``.
Streamer = Callable[[str, Mapping[str, str], float], contextlib.AbstractContextManager[Stream]]

_MOST_BYTES = 20_000_000
_PIECE_BYTES = 1 << 18
# What may pass by itself: the line broke, the other side was busy.
_BROKEN = (OSError, http.client.HTTPException)
# What is wrong on this side passes by no further attempt.
_OF_THE_DISK = (errno.ENOSPC, errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO)
_BUSY = (408, 425, 429, 500, 502, 503, 504)
_last_asked: dict[str, float] = {}


def default_folder() -> Path:
    """Return where answers are kept: ``MANGLUOI_CACHE``, else ``~/.cache/mangluoi``."""
    named = os.environ.get("MANGLUOI_CACHE")
    return Path(named) if named else Path.home() / ".cache" / "mangluoi"


def _open(address: str, headers: Mapping[str, str], wait_s: float) -> bytes:
    request = urllib.request.Request(address, headers=dict(headers))
    with urllib.request.urlopen(request, timeout=wait_s) as answer:
        content: bytes = answer.read(_MOST_BYTES + 1)
    return content


def fetch(
    address: str,
    *,
    folder: Path | None = None,
    offline: bool = False,
    headers: Mapping[str, str] | None = None,
    hidden: str = "",
    pause_s: float = 1.0,
    wait_s: float = 30.0,
    opener: Opener = _open,
) -> bytes:
    """Return what stands at an address: from the cache, else from the web.

    Parameters
    ----------
    address
        It begins with https:// or http://.
    folder
        Of the cache; `default_folder` if None.
    offline
        Whether only the cache may answer.
    headers
        Sent with the request; not part of the cache's key.
    hidden
        A key within the address, which neither the cache nor an error may show.
    pause_s
        Seconds to leave between two requests to one host.
    wait_s
        Seconds after which an answer is given up.
    opener
        What opens the connection.

    Raises
    ------
    OfflineError
        If the cache has no answer and none may be, or could be, fetched.
    """
    shown = address.replace(hidden, "***") if hidden else address
    host = _host(address, shown)
    place = (folder or default_folder()) / "web" / hashlib.sha256(shown.encode()).hexdigest()
    kept = _kept(place)
    if kept is not None:
        return kept
    if offline:
        raise OfflineError("web_offline", address=shown)
    wait = _last_asked.get(host, 0.0) + pause_s - time.monotonic()
    if wait > 0:
        time.sleep(wait)
    try:
        content = opener(address, headers or {}, wait_s)
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise OfflineError("web_silent", host=host, said=type(error).__name__) from None
    finally:
        _last_asked[host] = time.monotonic()
    if len(content) > _MOST_BYTES:
        raise OfflineError("web_too_large", host=host, mb=_MOST_BYTES // 10**6)
    _keep(place, content)
    return content


@contextlib.contextmanager
def _stream(address: str, headers: Mapping[str, str], wait_s: float) -> Iterator[Stream]:
    request = urllib.request.Request(address, headers=dict(headers))
    try:
        answer = urllib.request.urlopen(request, timeout=wait_s)
    except urllib.error.HTTPError as refused:
        # An answer all the same: what it means is for the caller to say.
        answer = refused
    with answer:
        names = {name.lower(): value for name, value in answer.headers.items()}
        yield Stream(answer.status, names, iter(lambda: answer.read(_PIECE_BYTES), b""))


def download(
    address: str,
    place: Path,
    *,
    offline: bool = False,
    sha256: str | None = None,
    attempts: int = 5,
    pause_s: float = 2.0,
    wait_s: float = 30.0,
    progress: Callable[[int, int | None], None] | None = None,
    streamer: Streamer = _stream,
) -> str:
    """Download a file, going on where an earlier attempt, of this process or of another, was broken off.

    Parameters
    ----------
    address
        It begins with https:// or http://.
    place
        Where the file goes. It appears there whole or not at all; until then its beginning lies beside it, with the
        ending ``.part``.
    offline
        Whether nothing may be fetched.
    sha256
        The checksum that the file must have, where it is known.
    attempts
        How often the line may break without a byte having arrived.
    pause_s
        Seconds between two attempts.
    wait_s
        Seconds without a byte after which the line is broken.
    progress
        Called with the bytes that have arrived and those of the whole file, None where the other side does not say.
    streamer
        What opens the connection.

    Returns
    -------
    str
        The file's SHA-256.

    Raises
    ------
    OSError
        If the file cannot be written.
    OfflineError
        If it may not be fetched, nobody answers, the answer is a web page or another file than the checksum says, or
        the disk has no room for it.
    """
    host = _host(address)
    if offline:
        raise OfflineError("web_offline", address=address)
    place.parent.mkdir(parents=True, exist_ok=True)
    half = _Half(place)
    left = attempts
    while True:
        before = half.size
        try:
            if _append(address, half, host, wait_s, progress, streamer):
                break
            why = "the line broke"
        except _BROKEN as error:
            if isinstance(error, OfflineError) or getattr(error, "errno", None) in _OF_THE_DISK:
                raise
            why = type(error).__name__
        left = attempts if half.size > before else left - 1
        if left <= 0:
            if half.size:
                raise OfflineError("web_broken", host=host, said=why, bytes=half.size)
            raise OfflineError("web_silent", host=host, said=why)
        time.sleep(pause_s)
    found = half.checksum()
    if sha256 is not None and found != sha256:
        half.forget()
        raise OfflineError("web_other_file", host=host, found=found, expected=sha256)
    half.finish()
    return found


class _Half:
    """The beginning of a file, and what tells whether the rest still belongs to it."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.path = place.with_name(f"{place.name}.part")
        self._of = place.with_name(f"{place.name}.part-of")

    @property
    def size(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    @property
    def version(self) -> str:
        """What the other side called the version of the file (ETag or date), empty if it did not."""
        return self._of.read_text(encoding="utf-8") if self._of.exists() else ""

    def begin(self, version: str) -> None:
        self.forget()
        self._of.write_text(version, encoding="utf-8")

    def forget(self) -> None:
        self.path.unlink(missing_ok=True)
        self._of.unlink(missing_ok=True)

    def checksum(self) -> str:
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def finish(self) -> None:
        os.replace(self.path, self.place)
        self._of.unlink(missing_ok=True)


def _append(
    address: str,
    half: _Half,
    host: str,
    wait_s: float,
    progress: Callable[[int, int | None], None] | None,
    streamer: Streamer,
) -> bool:
    """Append what arrives; True when that was the end of the file."""
    headers = {"Accept-Encoding": "identity", "User-Agent": "mangluoi"}
    version = half.version
    if half.size and version:
        # The rest is only sent if the file is still the one that was begun.
        headers |= {"Range": f"bytes={half.size}-", "If-Range": version}
    with streamer(address, headers, wait_s) as answer:
        if answer.status == 416:
            half.forget()
            return False
        if answer.status in _BUSY:
            raise ConnectionError(f"HTTP {answer.status}")
        if answer.status not in (200, 206):
            raise OfflineError("web_refused", host=host, status=answer.status, address=address)
        if "html" in answer.headers.get("content-type", ""):
            raise OfflineError("web_page", host=host, address=address)
        if answer.status == 200:
            etag = answer.headers.get("etag", "")
            # A weak tag does not promise the same bytes.
            half.begin(answer.headers.get("last-modified", "") if etag.startswith("W/") or not etag else etag)
        length = answer.headers.get("content-length")
        whole = None if length is None else half.size + int(length)
        if whole is not None and whole - half.size > shutil.disk_usage(half.path.parent).free:
            raise OfflineError("web_no_room", address=address, bytes=whole)
        with half.path.open("ab") as file:
            for piece in answer.pieces:
                file.write(piece)
                if progress is not None:
                    progress(file.tell(), whole)
    return whole is None or half.size == whole


def _host(address: str, shown: str | None = None) -> str:
    parts = urllib.parse.urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise OfflineError("web_scheme", address=shown or address)
    return parts.hostname


def _kept(place: Path) -> bytes | None:
    """Return an answer that was kept, unless it has been damaged since."""
    try:
        stored = place.read_bytes()
    except OSError:
        return None
    checksum, content = stored[:64], stored[64:]
    return content if checksum == hashlib.sha256(content).hexdigest().encode() else None


def _keep(place: Path, content: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    half = place.with_name(f"{place.name}.{os.getpid()}.part")
    half.write_bytes(hashlib.sha256(content).hexdigest().encode() + content)
    os.replace(half, place)
