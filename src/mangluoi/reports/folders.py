"""Folders of results: written whole or not at all, and put right where a process was killed over them."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from mangluoi.errors import Complaint, InputError
from mangluoi.viettext import compose

__all__ = ["PROVENANCE", "file_name", "intact", "mark", "recover", "replacing"]

#: The file by which a folder is known as ours: it names its writer and every file beside it.
PROVENANCE = "provenance.json"
_WRITER = "mangluoi"
_OLD, _LOCK = "-cu", ".khoa"
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e]+')
# With the ending of a temporary folder it stays below the 255 bytes that file systems allow.
_MOST_BYTES = 200


def file_name(text: str) -> str:
    """Return text as the name of a file or folder that every file system takes: no path, no reserved name.

    Raises
    ------
    InputError
        If nothing of it is left.
    """
    name = _UNSAFE.sub("-", compose(text)).strip(" .-")
    while len(name.encode("utf-8")) > _MOST_BYTES:
        name = name[:-1].rstrip(" .")
    if not name:
        raise InputError([Complaint("missing_value", column="name", value=text)])
    return f"_{name}" if _RESERVED.fullmatch(name) else name


@contextlib.contextmanager
def replacing(place: Path) -> Iterator[Path]:
    """Give a new folder to write into; when all went well, it takes the place of `place`.

    What a killed process left of an earlier attempt is put right first. Files that others put into `place` are kept.

    Parameters
    ----------
    place
        The folder to write. What is written must hold the provenance that `mark` makes.

    Raises
    ------
    InputError
        If `place` holds something that no run wrote; it is not touched.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    recover(place)
    _earlier_files(place)
    fresh = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
    lock = fresh.with_name(fresh.name + _LOCK)
    try:
        with lock.open("wb") as held:
            _hold(held)
            fresh.chmod(0o755)
            yield fresh
            _swap(fresh, place)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    finally:
        lock.unlink(missing_ok=True)


def mark(folder: Path, told: dict[str, Any]) -> None:
    """Write the provenance of a folder, which names every file in it."""
    files = sorted({*(file.name for file in folder.iterdir()), PROVENANCE})
    text = json.dumps(
        {**told, "written_by": _WRITER, "files": files}, ensure_ascii=False, indent=2, sort_keys=True, default=str
    )
    (folder / PROVENANCE).write_text(text + "\n", encoding="utf-8", newline="\n")


def intact(place: Path) -> bool:
    """Whether a folder is ours and holds every file that was written into it."""
    try:
        files = _earlier_files(place)
    except InputError:
        return False
    return bool(files) and all((place / name).is_file() for name in files)


def recover(place: Path) -> None:
    """Put right what killed processes left beside a folder: finish a swap that had begun, drop what was unfinished.

    What another process still writes is left alone.
    """
    if not place.parent.is_dir():
        return
    begin = f".{place.name}-"
    for lock in sorted(place.parent.iterdir()):
        # Eight letters stand between: those of another folder whose name begins alike are its own.
        if not (lock.name.startswith(begin) and re.fullmatch(r"[a-z0-9_]{8}\.khoa", lock.name[len(begin) :])):
            continue
        try:
            held = lock.open("r+b")
        except OSError:
            continue
        with held:
            try:
                _hold(held)
            except OSError:
                continue
            fresh = lock.with_suffix("")
            old = fresh.with_name(fresh.name + _OLD)
            if old.is_dir() and not place.exists():
                # Everything was written before the old folder was moved away.
                os.rename(fresh if fresh.is_dir() else old, place)
            if old.is_dir():
                _carry(old, place)
            shutil.rmtree(fresh, ignore_errors=True)
        lock.unlink(missing_ok=True)


def _earlier_files(place: Path) -> frozenset[str]:
    """Return the names of the files that an earlier run left in the folder, or refuse a folder that is not ours."""
    if not place.exists() and not place.is_symlink():
        return frozenset()
    if place.is_dir() and not place.is_symlink():
        if not any(place.iterdir()):
            return frozenset()
        try:
            told = json.loads((place / PROVENANCE).read_text(encoding="utf-8"))
            if told["written_by"] == _WRITER:
                return frozenset(str(name) for name in told["files"])
        except (OSError, ValueError, KeyError, TypeError):
            pass
    raise InputError([Complaint("foreign_folder", file=str(place))])


def _swap(fresh: Path, place: Path) -> None:
    """Put the new folder in the place of the old one; at every moment one of them is there or can be put back."""
    if not place.exists():
        os.rename(fresh, place)
        return
    old = fresh.with_name(fresh.name + _OLD)
    os.rename(place, old)
    try:
        os.rename(fresh, place)
    except BaseException:
        os.rename(old, place)
        raise
    _carry(old, place)


def _carry(old: Path, place: Path) -> None:
    """Move what others put into the old folder to the new one, and drop the rest."""
    earlier = _earlier_files(old)
    for file in sorted(old.iterdir()):
        if file.name not in earlier and not (place / file.name).exists():
            os.rename(file, place / file.name)
    shutil.rmtree(old)


if sys.platform == "win32":
    import msvcrt

    def _hold(file: IO[bytes]) -> None:
        """Hold a file as long as this process has it open, or raise OSError where another holds it."""
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _hold(file: IO[bytes]) -> None:
        """Hold a file as long as this process has it open, or raise OSError where another holds it."""
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
