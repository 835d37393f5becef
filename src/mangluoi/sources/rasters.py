"""GeoTIFF files as rasters: elevation, land cover, people."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from mangluoi.errors import Complaint, InputError
from mangluoi.rasters import Raster, raster_from_array

__all__ = ["read_raster"]

# Tags of GeoTIFF 1.1 (OGC 19-008r4) and of GDAL.
_SCALE, _TIE, _KEYS, _NO_DATA = 33550, 33922, 34735, 42113
_MODEL, _GEOGRAPHIC, _PROJECTED, _BY_POINTS = 1024, 2048, 3072, 1025
# A province at 10 m has some 200 million cells; the limit of the image library guards against web uploads.
_MOST_CELLS = 3 * 10**8


def read_raster(path: str | Path) -> Raster:
    """Read a GeoTIFF of one band.

    Parameters
    ----------
    path
        A north-up GeoTIFF of whole numbers or floats, in degrees or metres of a reference system with an EPSG code.

    Returns
    -------
    Raster
        Cells without data are NaN.

    Raises
    ------
    InputError
        If the file does not exist, is no GeoTIFF of one band, is absurdly large, or does not say where it lies.
    """
    place = Path(path)
    if not place.is_file():
        raise InputError([Complaint("missing_file", file=str(path))])
    try:
        with warnings.catch_warnings():
            # The size is checked here, against what a province needs; of damage the library warns, and then fails.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            warnings.simplefilter("ignore", UserWarning)
            with Image.open(place) as image:
                return _read(image)
    except InputError as error:
        raise InputError([Complaint(c.problem, place.name, details=c.details) for c in error.complaints]) from error
    # A damaged file makes the image library fail in several ways; all mean the same to the user.
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, KeyError, SyntaxError) as error:
        raise InputError([Complaint("unreadable_file", place.name, details={"reason": "damaged"})]) from error


def _refused(reason: str, **details: object) -> InputError:
    return InputError([Complaint("unreadable_file", details={"reason": reason, **details})])


def _read(image: Image.Image) -> Raster:
    tags = getattr(image, "tag_v2", {})
    if _SCALE not in tags or _TIE not in tags or _KEYS not in tags:
        raise _refused("no_geotiff")
    if image.width * image.height > _MOST_CELLS:
        raise _refused("too_many_cells", size=f"{image.width} × {image.height}")
    if len(image.getbands()) != 1:
        raise _refused("several_bands", count=len(image.getbands()))
    keys = list(tags[_KEYS])
    known = {keys[i]: keys[i + 3] for i in range(4, len(keys), 4) if keys[i + 1] == 0}
    code = known.get(_GEOGRAPHIC) if known.get(_MODEL) == 2 else known.get(_PROJECTED)
    if code is None or code in (0, 32767):
        raise _refused("no_epsg")
    width, height = (float(value) for value in tags[_SCALE][:2])
    column, row, _, x, y = (float(value) for value in tags[_TIE][:5])
    # Where values belong to points, the tie is the middle of a cell, not its corner.
    half = 0.5 if known.get(_BY_POINTS) == 2 else 0.0
    west, north = x - (column + half) * width, y + (row + half) * height
    text = str(tags.get(_NO_DATA, "")).strip().strip("\0")
    no_data = float(text) if text else None
    values = np.asarray(image, dtype=float)
    return raster_from_array(values, (width, 0, west, 0, -height, north), f"EPSG:{code}", no_data=no_data)
