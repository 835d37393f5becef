"""Population grids: cells where they belong, and the real one if it lies beside the checkout."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from PIL import Image, TiffImagePlugin

from mangluoi import demand
from mangluoi.demand import grid
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
