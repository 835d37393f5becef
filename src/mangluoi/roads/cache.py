"""Networks and contraction orders kept on disk, named by what they were made of."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Mapping
from dataclasses import fields, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mangluoi import shipped
from mangluoi.roads.hierarchy import Hierarchy
from mangluoi.roads.network import Pieces, RoadNetwork

__all__ = ["digest_file", "key_of", "load_network", "prepare", "save_network"]

# Raised whenever the meaning of a stored array changes.
_FORMAT = 1

_NETWORK_ARRAYS = ("node_ids", "lon", "lat", "tail", "head", "minutes", "length_m", "arc_piece")
_PIECE_ARRAYS = tuple(f.name for f in fields(Pieces) if f.name != "classes")


def digest_file(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def key_of(**parts: Any) -> str:
    """Return a name for what is made of these parts, this version of the package and its assumed speeds."""
    speeds = [digest_file(shipped.path(f"roads/{name}.csv")) for name in ("assumptions", "caps", "estimate")]
    text = json.dumps([_FORMAT, version("mangluoi"), speeds, parts], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def save_network(network: RoadNetwork, folder: Path, key: str) -> None:
    """Keep a network under a name."""
    about = {
        "profile": network.profile,
        "access_min_per_km": network.access_min_per_km,
        "estimated": network.estimated,
        "source": network.source,
        "notes": dict(network.notes),
        "smallest_part": network.smallest_part,
        "classes": network.pieces.classes,
    }
    arrays = {name: getattr(network, name) for name in _NETWORK_ARRAYS}
    arrays |= {f"pieces.{name}": getattr(network.pieces, name) for name in _PIECE_ARRAYS}
    arrays["remarks"] = network.remarks.to_numpy(dtype=np.str_).reshape(-1, 3)
    arrays["about"] = np.array(json.dumps(about))
    _write(folder / f"{key}.npz", arrays)


def load_network(folder: Path, key: str) -> RoadNetwork | None:
    """Return the network kept under a name, None where there is none or the file is broken."""
    arrays = _read(folder / f"{key}.npz")
    if arrays is None:
        return None
    about = json.loads(str(arrays["about"]))
    drawn: dict[str, Any] = {name: arrays[f"pieces.{name}"] for name in _PIECE_ARRAYS}
    pieces = Pieces(**drawn, classes=tuple(about.pop("classes")))
    graph: dict[str, Any] = {name: arrays[name] for name in _NETWORK_ARRAYS}
    remarks = pd.DataFrame(arrays["remarks"], columns=["problem", "id", "done"], dtype="str")
    return RoadNetwork(**graph, pieces=pieces, remarks=remarks, **about)


def prepare(network: RoadNetwork, *, cache: str | Path | None = None) -> RoadNetwork:
    """Return the network with its contraction order, so that many questions are answered quickly.

    The order depends on the roads only, not on the minutes: networks of other speeds or with roads closed, made from
    this one, keep it.

    Parameters
    ----------
    network
        The road network.
    cache
        A folder where the order is kept, and looked for first.
    """
    folder = None if cache is None else Path(cache)
    roads = hashlib.sha256()
    for array in (network.lon, network.lat, network.tail, network.head):
        roads.update(np.ascontiguousarray(array).tobytes())
    key = key_of(order=roads.hexdigest())
    arrays = None if folder is None else _read(folder / f"{key}.npz")
    if arrays is not None:
        return replace(network, hierarchy=Hierarchy(**dict[str, Any](arrays)))
    order = network.ordered() if network.hierarchy is None else network.hierarchy
    if folder is not None:
        _write(folder / f"{key}.npz", {f.name: getattr(order, f.name) for f in fields(Hierarchy)})
    return replace(network, hierarchy=order)


def _write(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}.tmp")
    try:
        with unfinished.open("wb") as file:
            np.savez(file, allow_pickle=False, **dict(arrays))
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _read(path: Path) -> dict[str, NDArray[Any]] | None:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        # Absent, or cut short by a crash: it is made anew.
        return None
