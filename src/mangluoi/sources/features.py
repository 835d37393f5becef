"""Geographic features and Parquet tables as grids: points give ``lon`` and ``lat``, broken geometry is named."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas
import pandas
import pyogrio
import shapely

from mangluoi.sources import sheets
from mangluoi.sources.sheets import Grid

__all__ = ["read_features", "read_parquet"]

# GDAL tells a file by its content: one that calls itself GeoJSON could be a list of addresses to fetch.
_STARTS = {".gpkg": b"SQLite format 3\x00", ".shp": b"\x00\x00\x27\x0a"}


def read_features(place: Path) -> list[Grid]:
    """Read every layer of a .gpkg, .geojson or .shp file.

    An area gives a point inside it. A feature whose geometry is missing, broken or a line is read with its
    attributes and listed among the grid's faults.
    """
    with place.open("rb") as file:
        start = file.read(4096)
    wanted = _STARTS.get(place.suffix.lower())
    plain = wanted is None and start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"
    if not (plain or (wanted is not None and start.startswith(wanted))):
        raise sheets.unreadable(place.name, "damaged")
    with warnings.catch_warnings():
        # What GDAL doubts in a file, such as a geometry of no known type, comes back as a missing geometry.
        warnings.simplefilter("ignore", RuntimeWarning)
        layers = [str(name) for name, _ in pyogrio.list_layers(place)]
        named = len(layers) > 1 or place.suffix.lower() == ".gpkg"
        return [_layer(place, name if named else None) for name in layers]


def _layer(place: Path, name: str | None) -> Grid:
    info = pyogrio.read_info(place, layer=name)
    if info["features"] > sheets.MOST_ROWS:
        raise sheets.unreadable(place.name, "too_many_rows", sheet=name, count=sheets.MOST_ROWS)
    unlabelled = place.suffix.lower() == ".shp" and not place.with_suffix(".cpg").exists()
    # A .dbf that does not say its encoding is taken byte by byte; `encodings.mended` finds out what it is.
    frame = pyogrio.read_dataframe(place, layer=name, encoding="ISO-8859-1" if unlabelled else None)
    if not isinstance(frame, geopandas.GeoDataFrame):
        return _grid(name, frame, None)
    shapes = frame.geometry.to_crs("EPSG:4326") if frame.crs is not None else frame.geometry
    return _grid(name, pandas.DataFrame(frame.drop(columns=frame.geometry.name)), shapes)


def _grid(name: str | None, frame: pandas.DataFrame, shapes: geopandas.GeoSeries | None) -> Grid:
    names = [str(column) for column in frame.columns]
    cells = [
        tuple(None if _missing(cell) else cell for cell in row) for row in frame.itertuples(index=False, name=None)
    ]
    if shapes is None:
        return Grid(name, (tuple(names), *cells))
    faults: dict[int, str] = {}
    rows: list[tuple[Any, ...]] = [(*names, "lon", "lat")]
    for position, (row, shape) in enumerate(zip(cells, shapes, strict=True), start=1):
        lon, lat, fault = _point(shape)
        rows.append((*row, lon, lat))
        if fault:
            faults[position] = fault
    return Grid(name, tuple(rows), faults=faults)


def _missing(cell: Any) -> bool:
    return cell is None or cell is pandas.NA or cell is pandas.NaT or (isinstance(cell, float) and cell != cell)


def _point(shape: Any) -> tuple[float | None, float | None, str]:
    """Return the point that stands for a geometry, and what is wrong with it."""
    if shape is None or shape.is_empty:
        return None, None, "missing_geometry"
    if not all(abs(bound) < float("inf") for bound in shape.bounds):
        return None, None, "not_finite"
    if not shape.is_valid:
        return None, None, "self_crossing" if "Self-intersection" in shapely.is_valid_reason(shape) else "malformed"
    point = shape.geoms[0] if shape.geom_type == "MultiPoint" and len(shape.geoms) == 1 else shape
    if point.geom_type in ("Polygon", "MultiPolygon"):
        point = point.representative_point()
    return (point.x, point.y, "") if point.geom_type == "Point" else (None, None, f"not_a_place {point.geom_type}")


def read_parquet(place: Path) -> Grid:
    """Read a Parquet table, with or without geometry; needs the extra `parquet`."""
    try:
        parquet: Any = importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise sheets.unreadable(place.name, "extra_missing", package="pyarrow", extra="parquet") from error
    file = parquet.ParquetFile(place)
    about = file.metadata
    size = sum(about.row_group(n).total_byte_size for n in range(about.num_row_groups))
    if about.num_rows > sheets.MOST_ROWS:
        raise sheets.unreadable(place.name, "too_many_rows", count=sheets.MOST_ROWS)
    if size > sheets.MOST_BYTES:
        raise sheets.unreadable(place.name, "grows_absurdly", mb=size // 10**6)
    if about.num_columns > sheets.MOST_COLUMNS:
        raise sheets.unreadable(place.name, "too_many_columns", row=1, count=sheets.MOST_COLUMNS)
    kept: Mapping[bytes, bytes] = about.metadata or {}
    if b"geo" not in kept:
        return _grid(None, file.read().to_pandas(), None)
    frame = geopandas.read_parquet(place)
    shapes = frame.geometry.to_crs("EPSG:4326") if frame.crs is not None else frame.geometry
    return _grid(None, pandas.DataFrame(frame.drop(columns=frame.geometry.name)), shapes)
