"""The files that ship with the package: where they are, and how they are read.

In a wheel they lie in the package; in an editable install in the repository's ``data/``; the environment variable
``MANGLUOI_DATA`` may name another folder.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path

import pandas as pd

from mangluoi.errors import Complaint, InputError
from mangluoi.tables import Table, check

__all__ = ["folder", "frame", "path", "plans_folder", "table", "vocabulary"]


def folder() -> Path:
    """Return the folder of the shipped data.

    Raises
    ------
    InputError
        If none of the three places holds it.
    """
    inside = Path(__file__).parent / "data"
    repository = Path(__file__).parents[2] / "data"
    named = os.environ.get("MANGLUOI_DATA")
    for place in ([Path(named)] if named else []) + [inside, repository]:
        if (place / "boundaries").is_dir():
            return place
    raise InputError([Complaint("missing_file", file=str(inside))])


def path(name: str) -> Path:
    """Return the path of a shipped file, such as ``"norms/groups.csv"``."""
    place = folder() / name
    if not place.exists():
        raise InputError([Complaint("missing_file", file=name)])
    return place


@cache
def _read(place: Path) -> pd.DataFrame:
    return pd.read_csv(place, dtype=str, keep_default_na=False, na_values=[""], encoding="utf-8")


def plans_folder() -> Path:
    """Return the folder of the plans that ship."""
    inside = folder() / "plans"
    return inside if inside.is_dir() else folder().parent / "plans"


def frame(name: str) -> pd.DataFrame:
    """Read a shipped CSV file as text, with empty cells missing."""
    return _read(path(name)).copy()


@cache
def vocabulary() -> Mapping[str, Collection[str]]:
    """Return the lists of known values that columns refer to: group, service, type, vintage and kind."""
    ids = {
        "group": frame("norms/groups.csv")["group"].tolist(),
        "service": frame("norms/services.csv")["service"].tolist(),
        "type": frame("norms/facility_types.csv")["type"].tolist(),
        "vintage": frame("boundaries/vintages.csv")["vintage"].tolist(),
    }
    return {**ids, "kind": ["stock"]}


def table(declared: Table, name: str) -> pd.DataFrame:
    """Read a shipped CSV file that a declared table describes, and check it."""
    raw = frame(name)
    numeric = [c.name for c in declared.columns if c.kind in ("whole", "number") and c.name in raw.columns]
    raw[numeric] = raw[numeric].apply(pd.to_numeric)
    return check(declared, raw, vocabulary=vocabulary(), file=name)
