"""Where a result comes from: its inputs by checksum, the versions of what computed it, and the time it took."""

from __future__ import annotations

import hashlib
import os
import platform
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from mangluoi import shipped, sources
from mangluoi.scenario import decisions
from mangluoi.scenario.plan import Plan

__all__ = ["Stages", "own_files", "provenance"]

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
