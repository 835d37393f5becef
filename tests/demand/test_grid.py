"""Population grids: cells where they belong, and the real one if it lies beside the checkout."""

from __future__ import annotations

import struct
import tracemalloc
import zlib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from PIL import Image, TiffImagePlugin

from mangluoi import demand
from mangluoi.demand import grid, windows
from mangluoi.errors import InputError

SHARED = Path(__file__).parents[3] / "shared" / "data"


def write(place, values):
    """Write a GeoTIFF whose north-western corner is at 105° E, 20° N, with cells of a tenth of a degree."""
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[33550], tags.tagtype[33550] = (0.1, 0.1, 0.0), 12
    tags[33922], tags.tagtype[33922] = (0.0, 0.0, 0.0, 105.0, 20.0, 0.0), 12
    tags[42113], tags.tagtype[42113] = "-99999", 2
    Image.fromarray(np.array(values, dtype=np.float32)).save(place, tiffinfo=tags)


AREAS = gpd.GeoDataFrame(
    {"unit_code": ["00001", "00002"]},
    geometry=[shapely.box(105.0, 19.8, 105.2, 20.0), shapely.box(105.2, 19.8, 105.4, 20.0)],
    crs=4326,
)


def test_cells_lie_where_they_belong(tmp_path):
    """Cells are given to the commune that holds their middle; empty ones and no-data are left out."""
    write(tmp_path / "people.tif", [[1.5, 0.0, 3.0, -99999.0], [0.0, 2.0, 0.0, 4.0]])
    cells = grid.read_cells(tmp_path / "people.tif", AREAS)
    assert cells["unit_code"].tolist() == ["00001", "00001", "00002", "00002"]
    assert cells["weight"].tolist() == [1.5, 2.0, 3.0, 4.0]
    assert cells["lon"].tolist() == pytest.approx([105.05, 105.15, 105.25, 105.35])
    assert cells["lat"].tolist() == pytest.approx([19.95, 19.85, 19.95, 19.85])


def test_a_window_is_the_same_as_the_whole(tmp_path):
    """Reading one commune gives the cells, ids included, that reading all gives for it."""
    write(tmp_path / "people.tif", [[1.5, 0.0, 3.0, 7.0], [0.0, 2.0, 0.0, 4.0]])
    whole = grid.read_cells(tmp_path / "people.tif", AREAS)
    part = grid.read_cells(tmp_path / "people.tif", AREAS.iloc[1:])
    assert part.equals(whole[whole["unit_code"] == "00002"].reset_index(drop=True))


def test_files_that_say_nothing_are_refused(tmp_path):
    """An image without a place, a text and a missing file are refused in words."""
    Image.fromarray(np.ones((2, 2), dtype=np.float32)).save(tmp_path / "plain.tif")
    (tmp_path / "text.tif").write_text("không phải ảnh", encoding="utf-8")
    for name, said in (("plain.tif", "where it lies"), ("text.tif", "cannot be read"), ("none.tif", "does not exist")):
        with pytest.raises(InputError, match=said):
            grid.read_cells(tmp_path / name, AREAS)
    with pytest.raises(InputError, match="must be in degrees"):
        grid.read_cells(tmp_path / "plain.tif", AREAS.to_crs(3405))


@pytest.mark.shared
def test_the_real_grid_holds_the_real_people():
    """A box around Vinh holds more people than one as large in the hills; counts are kept to the person."""
    people = SHARED / "population/vnm_ppp_2020_1km_Aggregated_UNadj.tif"
    if not people.is_file():
        pytest.skip("the population grid does not lie beside the checkout")
    boxes = [shapely.box(105.5, 18.5, 105.8, 18.8), shapely.box(104.2, 19.2, 104.5, 19.5)]
    cells = grid.read_cells(people, gpd.GeoDataFrame({"unit_code": ["plain", "hills"]}, geometry=boxes, crs=4326))
    total = cells.groupby("unit_code")["weight"].sum()
    assert 300_000 < total["plain"] < 1_500_000
    assert total["hills"] < total["plain"] / 10
    rows = pd.DataFrame({"unit_code": ["hills", "plain"], "people": [1234, 98765], "lower": None, "upper": None})
    spread = demand.into_cells(rows.assign(vintage="2025-07-01", group="elderly"), cells)
    assert spread.groupby("unit_code")["people"].sum().to_dict() == {"hills": 1234, "plain": 98765}


@pytest.mark.parametrize("compression", [None, "tiff_lzw", "tiff_adobe_deflate", "packbits"])
def test_a_window_of_a_packed_file_is_the_crop_of_the_whole(tmp_path, compression):
    """Strips of packed and unpacked files are decoded one by one, and give what decoding the whole file gives."""
    values = np.random.default_rng(1).gamma(0.5, 4.0, (301, 257)).astype(np.float32)
    place = tmp_path / "people.tif"
    Image.fromarray(values).save(place, compression=compression)
    raster = windows.Raster(place)
    for left, top, right, bottom in ((0, 0, 257, 301), (3, 7, 40, 41), (200, 250, 257, 301), (5, 5, 6, 6)):
        got = raster.read(left, top, right, bottom, absent=-1.0)
        assert np.array_equal(got, values[top:bottom, left:right])


@pytest.mark.parametrize("endian", ["<", ">"])
@pytest.mark.parametrize("packed", [False, True])
def test_tiles_are_decoded_one_by_one(tmp_path, endian, packed):
    """A tiled file, with a tile left out as GDAL does where there is no data, is read by window; packed
    big-endian samples, which would come out wrong, are refused."""
    values = np.random.default_rng(2).gamma(0.5, 4.0, (40, 56)).astype(endian + "f4")
    tiles = [np.zeros((16, 16), values.dtype) for _ in range(3 * 4)]
    for number, tile in enumerate(tiles):
        part = values[16 * (number // 4) : 16 * (number // 4) + 16, 16 * (number % 4) : 16 * (number % 4) + 16]
        tile[: part.shape[0], : part.shape[1]] = part
    data = [zlib.compress(tile.tobytes()) if packed else tile.tobytes() for tile in tiles]
    data[5] = b""
    counts = [len(one) for one in data]
    entries = {
        256: (3, [56]), 257: (3, [40]), 258: (3, [32]), 259: (3, [8 if packed else 1]), 262: (3, [1]), 277: (3, [1]),
        322: (3, [16]), 323: (3, [16]), 339: (3, [3]),
    }  # fmt: skip
    lists = 8 + 2 + 12 * (len(entries) + 2) + 4
    first = lists + 8 * len(tiles)
    offsets = [first + sum(counts[:number]) if counts[number] else 0 for number in range(len(tiles))]
    entries |= {324: (4, lists), 325: (4, lists + 4 * len(tiles))}
    made = (b"II*\0" if endian == "<" else b"MM\0*") + struct.pack(endian + "IH", 8, len(entries))
    for tag, (kind, value) in sorted(entries.items()):
        if isinstance(value, list):
            made += struct.pack(endian + "HHI", tag, kind, 1) + struct.pack(endian + "H", value[0]).ljust(4, b"\0")
        else:
            made += struct.pack(endian + "HHII", tag, kind, len(tiles), value)
    made += struct.pack(endian + "I", 0) + struct.pack(f"{endian}{len(tiles)}I", *offsets)
    made += struct.pack(f"{endian}{len(tiles)}I", *counts) + b"".join(data)
    place = tmp_path / "tiles.tif"
    place.write_bytes(made)
    if packed and endian == ">":
        with pytest.raises(ValueError, match="big-endian"):
            windows.Raster(place)
        return
    raster = windows.Raster(place)
    expected = values.astype(float).copy()
    expected[16:32, 16:32] = -1.0
    assert np.array_equal(raster.read(0, 0, 56, 40, absent=-1.0), expected)
    assert np.array_equal(raster.read(10, 12, 50, 33, absent=-1.0), expected[12:33, 10:50])


def test_a_window_of_a_large_grid_takes_little_memory(tmp_path):
    """A grid of 64 million cells is read by window in a fraction of what the whole would take."""
    blank = np.zeros((8000, 8000), dtype=np.float32)
    blank[4000, 4000] = 9.0
    place = tmp_path / "people.tif"
    Image.fromarray(blank).save(place, compression="tiff_lzw")
    del blank
    most, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, 10**9
    tracemalloc.start()
    got = windows.Raster(place).read(3990, 3990, 4010, 4010, absent=0.0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    Image.MAX_IMAGE_PIXELS = most
    assert got[10, 10] == 9.0
    assert peak < 40e6
