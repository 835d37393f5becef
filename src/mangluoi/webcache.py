"""The only door to the web: cached, checked, polite, and shut where it is told to be offline.

Nothing is fetched unless a caller asks for it by an address; no module but this one opens a connection.
"""

from __future__ import annotations

import hashlib
import os
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

from mangluoi.errors import OfflineError

__all__ = ["Opener", "default_folder", "fetch"]

#: What opens a connection: address, headers and seconds to wait in, content out.
Opener = Callable[[str, Mapping[str, str], float], bytes]

_MOST_BYTES = 20_000_000
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
    parts = urllib.parse.urlsplit(address)
    shown = address.replace(hidden, "***") if hidden else address
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise OfflineError(f"only addresses with http:// or https:// are fetched, not {shown!r}")
    place = (folder or default_folder()) / "web" / hashlib.sha256(shown.encode()).hexdigest()
    kept = _kept(place)
    if kept is not None:
        return kept
    if offline:
        raise OfflineError(f"offline, and not in the cache: {shown}")
    wait = _last_asked.get(parts.hostname, 0.0) + pause_s - time.monotonic()
    if wait > 0:
        time.sleep(wait)
    try:
        content = opener(address, headers or {}, wait_s)
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise OfflineError(f"no answer from {parts.hostname}: {type(error).__name__}") from None
    finally:
        _last_asked[parts.hostname] = time.monotonic()
    if len(content) > _MOST_BYTES:
        raise OfflineError(f"the answer from {parts.hostname} is larger than {_MOST_BYTES // 10**6} MB")
    _keep(place, content)
    return content


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
