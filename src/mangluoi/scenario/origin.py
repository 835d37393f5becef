"""Where a result comes from: its inputs by checksum, the versions of what computed it, and the time it took."""

from __future__ import annotations

import hashlib
import os
import platform
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pandas as pd

from mangluoi import shipped, sources
from mangluoi.scenario import decisions
from mangluoi.scenario.plan import Plan
from mangluoi.tables import TABLES

__all__ = ["Place", "Stages", "own_files", "places_of_rows", "provenance"]

#: Where a row of an input stands: its file, its sheet (of a workbook) and its row as the file counts.
Place = tuple[str, str, int]

_SHIPPED: Mapping[str, str] = {
    "facilities": "facilities/facilities.csv", "sites": "facilities/sites.csv", "capacity": "facilities/capacity.csv",
    "people": "people/people.csv",
}  # fmt: skip
_KEYS: Mapping[str, tuple[str, ...]] = {
    "facilities": ("facility_id",), "sites": ("site_id",), "capacity": ("site_id", "service"),
    "people": ("unit_code", "vintage", "group"),
}  # fmt: skip

_PACKAGES = (
    "mangluoi",
    "folium",
    "geopandas",
    "matplotlib",
    "networkx",
    "numba",
    "numpy",
    "pandas",
    "scipy",
    "shapely",
)


class Stages:
    """Seconds spent in each stage, in order."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the time of a stage."""
        start = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - start, 3)


def own_files(plan: Plan) -> list[Path]:
    """Return every file beside the shipped ones that an answer to a plan stands on."""
    given = plan.inputs
    files = given.workbook, given.roads, given.population, given.elevation, given.land_cover, given.new_roads
    own = [sources.catalogue.find(name, plan.folder) for name in (*files, given.closed_areas, given.candidates) if name]
    if plan.report.template:
        own.append(Path(plan.folder, plan.report.template))
    if given.profiles:
        own += sorted(Path(plan.folder, given.profiles).glob("*.toml"))
    decided = decisions.file_beside(plan.folder, plan.name)
    # A name longer than the file system takes is the name of no file; pathlib raises where os.path does not.
    return [*own, decided] if os.path.isfile(decided) else own


def provenance(plan: Plan, stages: Stages) -> dict[str, Any]:
    """Describe where a result comes from.

    Returns
    -------
    dict
        inputs (file, sha256), packages, python, province_vintage, vintage, seconds. Paths are names only, so that
        no folder of the office is disclosed.
    """
    own = own_files(plan)
    return {
        "plan_sha256": hashlib.sha256(plan.to_toml().encode()).hexdigest(),
        "inputs": [*_inputs(own, plan.folder), *_inputs(_shipped(), shipped.folder())],
        "packages": {name: _version(name) for name in _PACKAGES},
        "python": platform.python_version(),
        "province_vintage": plan.province_vintage,
        "vintage": plan.vintage,
        "seconds": dict(stages.seconds),
    }


def places_of_rows(tables: Mapping[str, pd.DataFrame], file: str | None) -> dict[tuple[str, str], Place]:
    """Return where each row of the inputs stands, by table and key.

    Parameters
    ----------
    tables
        FACILITIES, SITES, CAPACITY and PEOPLE by name; those of a workbook are indexed by the row of its sheet.
    file
        The workbook, or None for the shipped files.
    """
    found: dict[tuple[str, str], Place] = {}
    for name, keys in _KEYS.items():
        rows = tables[name] if file else shipped.frame(_SHIPPED[name])
        if rows.empty:
            continue
        where, sheet, first = (Path(file).name, TABLES[name].sheet, 0) if file else (_SHIPPED[name], "", 2)
        # Above the rows of a shipped file stands a heading, and files count from one.
        texts = rows[list(keys)].astype(str).agg(" / ".join, axis=1)
        lines = (row + first for row in rows.index.tolist())
        found |= {(name, text): (where, sheet, line) for line, text in zip(lines, texts, strict=True)}
    return found


def _shipped() -> list[Path]:
    """Return every shipped table: a list by hand would forget the next one that a figure leans on."""
    tables = (file for file in shipped.folder().rglob("*") if file.suffix in (".csv", ".geojson"))
    return sorted([*tables, *shipped.path("roads/profiles").glob("*.toml")])


def _inputs(files: Iterable[Path], folder: Path) -> list[dict[str, Any]]:
    rows = []
    for file in files:
        content = file.read_bytes()
        name = file.relative_to(folder).as_posix() if file.is_relative_to(folder) else file.name
        rows.append({"file": name, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)})
    return rows


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
