"""Line layers (GeoPackage, Shapefile, GeoJSON) as a map of roads: vertices that lines share are their junctions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyproj
import shapely
from numpy.typing import NDArray

from mangluoi import projection
from mangluoi.errors import Complaint, InputError
from mangluoi.roads import ways
from mangluoi.roads.osm import OsmMap

__all__ = ["ENDINGS", "read_map"]

ENDINGS = (".gpkg", ".shp", ".geojson")
_UNREADABLE = (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError)

#: The column of the class, by whoever wrote the layer: OpenStreetMap's own name, or Geofabrik's.
_CLASS_COLUMNS = ("highway", "fclass")
_TAG_COLUMNS = (
    "oneway",
    "maxspeed",
    "surface",
    "access",
    "motorcycle",
    "motorcar",
    "foot",
    "junction",
    "route",
    "duration",
)
_GEOFABRIK_ONEWAY = {"F": "yes", "T": "-1", "B": "no"}

# Vertices nearer than this are one node: a layer of shapes keeps no ids, and its last digits wander.
_SAME_DEGREES = 1e-7
# A dead end this near to another line, in metres, was meant to touch it.
_TOUCHES_M = 1.0


def read_map(path: Path) -> OsmMap:
    """Read a layer of road lines.

    Lines that share a vertex meet there. A dead end that lies on another line, between its vertices, is joined to it.
    Lines that cross without a common vertex do not meet: one may be a bridge.

    Raises
    ------
    InputError
        If the layer cannot be read, has no reference system, or no column of the class (highway or fclass).
    """
    layer = _read_layer(path)
    layer.columns = [c if c == layer.geometry.name else str(c).lower() for c in layer.columns]
    class_column = next((c for c in _CLASS_COLUMNS if c in layer.columns), None)
    if class_column is None:
        raise InputError([Complaint("missing_column", file=path.name, details={"expected": "highway"})])
    layer["row"] = np.arange(1, len(layer) + 1)
    read = OsmMap()
    layer = _lines_of(layer, path.name, read)
    points, owner = shapely.get_coordinates(layer.geometry.to_numpy(), return_index=True)
    points, owner, joined = _with_touches(points, owner)
    rows = layer["row"].to_numpy()
    read.remarks += [("end joined", f"row {rows[i]}", f"to row {rows[j]}, which it touches") for i, j in joined]
    read.notes |= {"ends_joined": len(joined), "crossings_not_joined": _crossings(points, owner)}
    keys = np.rint(points / _SAME_DEGREES).astype(np.int64)
    spots, node = np.unique(keys, axis=0, return_inverse=True)
    node = node.reshape(-1)
    refs = np.split(node + 1, np.flatnonzero(np.diff(owner)) + 1) if len(owner) else []
    for i, (x, y) in enumerate((spots * _SAME_DEGREES).tolist(), start=1):
        read.add_place(i, x, y)
    for row, tags, nodes in zip(rows.tolist(), _tags(layer, class_column), refs, strict=True):
        if ways.highway_of(tags) is not None:
            read.add_way(row, tags, nodes.tolist())
        else:
            read.remarks.append(("no class", f"row {row}", "not used"))
    return read


def _read_layer(path: Path) -> gpd.GeoDataFrame:
    """Read a layer, brought to degrees."""
    try:
        layer = gpd.read_file(path)
        if not isinstance(layer, gpd.GeoDataFrame) or layer.crs is None:
            raise ValueError("the layer has no reference system")
        layer = layer.to_crs(projection.DEGREES)
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        pyproj.exceptions.ProjError,
        ValueError,
    ) as e:
        raise InputError(
            [Complaint("unreadable_file", file=path.name, details={"reason": "reader_says", "said": str(e)})]
        ) from e
    return layer


def _lines_of(layer: gpd.GeoDataFrame, file: str, read: OsmMap) -> gpd.GeoDataFrame:
    """Return the lines of a layer, one a row; what is none is remarked, what is not in degrees refused."""
    bounds = layer.geometry.bounds.to_numpy()
    empty = np.asarray(layer.geometry.isna() | layer.geometry.is_empty)
    inside = (np.abs(bounds[:, [0, 2]]) <= 180).all(axis=1) & (np.abs(bounds[:, [1, 3]]) <= 90).all(axis=1)
    wrong = np.flatnonzero(~empty & ~inside)
    if len(wrong):
        details = {"reason": "line_no_degrees"}
        raise InputError([Complaint("contradiction", file, None, int(i) + 1, details=details) for i in wrong])
    read.remarks += [("no line", f"row {row}", "empty: not used") for row in layer["row"][empty]]
    layer = layer[~empty].explode(ignore_index=True)
    line = np.asarray(layer.geom_type == "LineString")
    kinds = zip(layer["row"][~line], layer.geom_type[~line], strict=True)
    read.remarks += [("no line", f"row {row}", f"{kind}: not used") for row, kind in kinds]
    return layer[line].reset_index(drop=True)


def _tags(layer: gpd.GeoDataFrame, class_column: str) -> list[dict[str, str]]:
    """Return the tags of each line, in OpenStreetMap's words."""
    columns = [class_column, *(c for c in _TAG_COLUMNS if c in layer.columns)]
    tags = []
    for values in layer[columns].itertuples(index=False, name=None):
        given = {c: str(v) for c, v in zip(columns, values, strict=True) if not pd.isna(v) and str(v).strip()}
        highway = given.pop(class_column, None)
        if highway is not None:
            given["highway"] = highway
        if "oneway" in given:
            given["oneway"] = _GEOFABRIK_ONEWAY.get(given["oneway"], given["oneway"].lower())
        # Geofabrik writes 0 where no limit is known.
        if given.get("maxspeed") in ("0", "0.0"):
            del given["maxspeed"]
        tags.append(given)
    return tags


def _with_touches(
    points: NDArray[Any], owner: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any], list[tuple[int, int]]]:
    """Put a vertex where another line's dead end touches a line between its vertices; name the pairs of lines."""
    if not len(points):
        return points, owner, []
    here, segments, x, y = _segments(points, owner)
    keys = np.rint(points / _SAME_DEGREES).astype(np.int64)
    _, node, uses = np.unique(keys, axis=0, return_inverse=True, return_counts=True)
    last = np.flatnonzero(np.diff(owner))
    ends = np.concatenate([[0], last + 1, last, [len(owner) - 1]])
    dead = np.unique(ends[uses[node.reshape(-1)[ends]] == 1])
    found, segment = shapely.STRtree(segments).query(
        shapely.points(x[dead], y[dead]), predicate="dwithin", distance=_TOUCHES_M
    )
    other = owner[here[segment]] != owner[dead[found]]
    found, segment = found[other], segment[other]
    if not len(found):
        return points, owner, []
    along = shapely.line_locate_point(segments[segment], shapely.points(x[dead[found]], y[dead[found]]))
    # The new vertex takes the place of the dead end, so that both are one node.
    after, spot = here[segment], points[dead[found]]
    joined = sorted({(int(i), int(j)) for i, j in zip(owner[dead[found]], owner[after], strict=True)})
    order = np.lexsort((along, after))
    after, spot = after[order], spot[order]
    return np.insert(points, after + 1, spot, axis=0), np.insert(owner, after + 1, owner[after]), joined


def _segments(
    points: NDArray[Any], owner: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return the first point of each straight segment, the segments in metres, and all points in metres."""
    try:
        crs = projection.metres_crs(points[:, 0])
    except ValueError as error:
        raise InputError([Complaint("outside_country", value=f"{points[:, 0].mean():.3f}")]) from error
    x, y = projection.to_metres(points[:, 0], points[:, 1], crs)
    here = np.flatnonzero(owner[1:] == owner[:-1])
    metres = np.column_stack([x, y])
    return here, np.asarray(shapely.linestrings(np.stack([metres[here], metres[here + 1]], axis=1))), x, y


def _crossings(points: NDArray[Any], owner: NDArray[Any]) -> int:
    """Count the places where lines cross without a common vertex: bridges, or junctions that were not drawn."""
    if not len(points):
        return 0
    here, segments, _, _ = _segments(points, owner)
    one, two = shapely.STRtree(segments).query(segments, predicate="crosses")
    return int(((one < two) & (owner[here[one]] != owner[here[two]])).sum())
