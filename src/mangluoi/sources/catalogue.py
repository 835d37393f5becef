"""The data sets that ship with the package, those that can be fetched, and a user's own, under names."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import urllib.parse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from mangluoi import shipped, webcache
from mangluoi.errors import Complaint, InputError

__all__ = ["PREFIX", "add", "catalogue", "find", "get"]

#: What stands before the name of a data set where a plan or a call may name a file.
PREFIX = "data:"

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_RECORD = "record.json"
_OWN = ("licence", "date", "source")


def catalogue() -> pd.DataFrame:
    """Return one row for each data set.

    Returns
    -------
    DataFrame
        ``dataset``, ``kind`` (ship: lies in the package; fetch: `get` downloads it; by_hand: to be downloaded from a
        page, then `add`; own: added by the user), ``file_or_address``,
        ``licence`` (per_row: each row of the file names its own), ``date``, ``size_bytes``, ``sha256``,
        ``note_vi``, ``note_en``, and ``here``: the path of the file on this machine, missing where it is not. Size and
        checksum of shipped files are measured now; those of others are what arrived, or missing.
    """
    listed = shipped.frame("catalogue.csv").assign(here=None)
    listed["size_bytes"] = pd.to_numeric(listed["size_bytes"]).astype("Int64")
    listed["sha256"] = listed["sha256"].astype("str")
    for row in listed.index[listed["kind"] == "ship"]:
        file = shipped.path(str(listed.at[row, "file_or_address"]))
        content = file.read_bytes()
        listed.loc[row, ["size_bytes", "sha256"]] = len(content), hashlib.sha256(content).hexdigest()
    own = []
    for record in _records():
        known = listed.index[listed["dataset"] == record["dataset"]]
        if len(known):
            facts = ["size_bytes", "sha256", "date", "here"]
            listed.loc[known[0], facts] = [record[name] for name in facts]
        else:
            note = {"note_vi": record["source"], "note_en": record["source"]}
            own.append({"kind": "own", "file_or_address": record["file"], **record, **note})
    return pd.concat([listed, pd.DataFrame(own, columns=listed.columns)], ignore_index=True) if own else listed


def get(
    dataset: str,
    *,
    address: str | None = None,
    sha256: str | None = None,
    offline: bool = False,
    progress: Callable[[int, int | None], None] | None = None,
    streamer: webcache.Streamer | None = None,
) -> Path:
    """Download a data set of the catalogue, going on where an earlier attempt was broken off.

    Parameters
    ----------
    dataset
        Its name: one of the kinds fetch or by_hand.
    address
        Of the file, where it is another than the catalogue's.
    sha256
        The checksum that it must have; by default that of the catalogue, where it has one.
    offline
        Whether nothing may be fetched.
    progress
        Called with the bytes that have arrived and those of the whole file, None where nobody knows.
    streamer
        What opens the connection; by default the web.

    Returns
    -------
    Path
        Of the file; a plan may name it as ``data:<dataset>``.

    Raises
    ------
    InputError
        For a name that the catalogue does not have, or a file that must be downloaded by hand.
    OfflineError
        If it may not be, or cannot be, fetched.
    """
    listed = catalogue().set_index("dataset")
    fetched = listed.index[listed["kind"].isin(["fetch", "by_hand"])]
    if dataset not in fetched:
        details = {"nearest": ", ".join(fetched)}
        raise InputError([Complaint("not_in_list", value=dataset, details=details)])
    row = listed.loc[dataset]
    if address is None and row["kind"] == "by_hand":
        details = {"reason": "data_by_hand", "address": str(row["file_or_address"]), "name": dataset}
        raise InputError([Complaint("contradiction", value=dataset, details=details)])
    source = address or str(row["file_or_address"])
    file = Path(urllib.parse.urlsplit(source).path).name or dataset
    place = _folder(dataset) / file
    options: dict[str, Any] = {} if streamer is None else {"streamer": streamer}
    # The checksum of what lies here already says nothing about a newer version of it.
    known = shipped.frame("catalogue.csv").set_index("dataset")["sha256"].get(dataset)
    wanted = sha256 or (str(known) if isinstance(known, str) and known else None)
    found = webcache.download(source, place, offline=offline, sha256=wanted, progress=progress, **options)
    date = str(row["date"]) if isinstance(row["date"], str) else ""
    _record(dataset, place, found, licence=str(row["licence"]), date=date, source=source)
    return place


def add(
    file: str | Path,
    *,
    dataset: str,
    licence: str | None = None,
    date: str | None = None,
    source: str | None = None,
    sha256: str | None = None,
) -> Path:
    """Put a file of one's own, or one downloaded by hand, under a name.

    Parameters
    ----------
    file
        It is copied; the original stays.
    dataset
        Its name: a-z, 0-9 and -.
    licence, date, source
        Required unless the catalogue knows the name.
    sha256
        The checksum that it must have; by default that of the catalogue, where it has one.

    Returns
    -------
    Path
        Of the copy; a plan may name it as ``data:<dataset>``.

    Raises
    ------
    InputError
        For a missing file, a name that cannot be or ships with the package, missing facts, or another checksum.
    """
    given = Path(file)
    listed = shipped.frame("catalogue.csv").set_index("dataset")
    known = listed.loc[dataset].to_dict() if dataset in listed.index else {}
    facts = {"licence": licence, "date": date, "source": source}
    if known:
        facts = {name: facts[name] or known.get(name) for name in _OWN}
        facts["source"] = source or str(known["file_or_address"])
    found = []
    if not given.is_file():
        found.append(Complaint("missing_file", file=str(file)))
    if not _NAME.fullmatch(dataset):
        found.append(Complaint("contradiction", value=dataset, details={"reason": "data_name"}))
    if known.get("kind") == "ship":
        found.append(Complaint("contradiction", value=dataset, details={"reason": "data_ships", "name": dataset}))
    missing = [name for name in _OWN if not known and not facts[name]]
    if missing:
        details = {"reason": "data_needs", "names": ", ".join(f"--{name}" for name in missing)}
        found.append(Complaint("contradiction", value=dataset, details=details))
    if found:
        raise InputError(found)
    checksum = _checksum(given)
    wanted = sha256 or known.get("sha256")
    if isinstance(wanted, str) and wanted and checksum != wanted:
        details = {"reason": "data_other_file", "found": checksum, "expected": wanted}
        raise InputError([Complaint("contradiction", given.name, details=details)])
    place = _folder(dataset) / given.name
    place.parent.mkdir(parents=True, exist_ok=True)
    half = place.with_name(f"{place.name}.{os.getpid()}.part")
    shutil.copyfile(given, half)
    os.replace(half, place)
    said = {name: "" if pd.isna(value) or value is None else str(value) for name, value in facts.items()}
    _record(dataset, place, checksum, **said)
    return place


def find(name: str, folder: str | Path = "") -> Path:
    """Return the file that a plan or a call names.

    Parameters
    ----------
    name
        A path, or ``data:`` and the name of a data set.
    folder
        Where relative paths begin.

    Raises
    ------
    InputError
        For a data set that is not on this machine, or whose file has another size than when it was added.
    """
    if not name.startswith(PREFIX):
        return Path(folder, name)
    dataset = name.removeprefix(PREFIX)
    if dataset in (ships := _shipped()):
        return shipped.path(ships[dataset])
    for record in _records():
        if record["dataset"] != dataset:
            continue
        place = Path(record["here"])
        if place.stat().st_size != record["size_bytes"]:
            raise InputError([Complaint("contradiction", name, details={"reason": "data_damaged", "name": dataset})])
        return place
    raise InputError([Complaint("contradiction", name, details={"reason": "data_not_here", "name": dataset})])


def _shipped() -> dict[str, str]:
    listed = shipped.frame("catalogue.csv")
    ships = listed[listed["kind"] == "ship"]
    return dict(zip(ships["dataset"].astype(str), ships["file_or_address"].astype(str), strict=True))


def _folder(dataset: str) -> Path:
    return webcache.default_folder() / "data" / dataset


def _records() -> list[dict[str, Any]]:
    """Return what was put under names on this machine and still lies there."""
    root = webcache.default_folder() / "data"
    if not root.is_dir():
        return []
    found = []
    for place in sorted(root.glob(f"*/{_RECORD}")):
        record = json.loads(place.read_text(encoding="utf-8"))
        file = place.with_name(record["file"])
        if file.is_file():
            found.append({**record, "here": str(file)})
    return found


def _record(dataset: str, place: Path, sha256: str, *, licence: str, date: str, source: str) -> None:
    record = {
        "dataset": dataset, "file": place.name, "licence": licence, "date": date, "source": source,
        "size_bytes": place.stat().st_size, "sha256": sha256,
    }  # fmt: skip
    path = place.with_name(_RECORD)
    half = path.with_name(f"{_RECORD}.{os.getpid()}.part")
    half.write_text(json.dumps(record, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    os.replace(half, path)
    # One data set is one file: what stood under the name before is replaced.
    for other in set(place.parent.iterdir()) - {place, path}:
        other.unlink()


def _checksum(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
