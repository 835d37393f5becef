"""A confidential site stands in no map, whatever the profile."""

from __future__ import annotations

import dataclasses
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Literal

import pandas as pd
import pytest
from matplotlib.text import Text

from mangluoi.maps import atlas, print_maps, write_geopackage
from mangluoi.scenario import Result
from real_answers import answer

NAME, LON, LAT = "Nhà tạm lánh Hoa Sen", 104.123457, 21.654321


@pytest.fixture(scope="module")
def with_shelter() -> Result:
    """Return a real answer with a made-up shelter, which offers emergency protection."""
    result = answer("yen-bai", "2025-06-30")

    def more(frame: pd.DataFrame, **values: object) -> pd.DataFrame:
        row = {**frame.iloc[0].to_dict(), **values}
        return pd.concat([frame, pd.DataFrame([row]).astype(frame.dtypes.to_dict())], ignore_index=True)

    hidden = {"facility_id": "BIMAT", "name": NAME, "type": "shelter"}
    place = {"site_id": "BIMAT-1", "address": NAME, "lon": LON, "lat": LAT, "confidential": True}
    return dataclasses.replace(
        result,
        facilities=more(result.facilities, **hidden),
        sites=more(result.sites, **hidden, **place),
        capacity=more(result.capacity, site_id="BIMAT-1", service="emergency"),
    )


@pytest.mark.parametrize("profile", ["public", "internal"])
def test_no_map_shows_it(with_shelter: Result, profile: Literal["public", "internal"], tmp_path: Path) -> None:
    """Neither its name nor its id nor its place reaches the atlas, the print maps or the layers."""
    page = atlas(with_shelter, profile=profile).html()
    sheets = print_maps(with_shelter, profile=profile)
    drawn = "".join(text.get_text() for shown in sheets for text in shown.figure.findobj(Text))
    layers = write_geopackage(with_shelter, tmp_path / "a.gpkg", profile=profile)
    with closing(sqlite3.connect(layers)) as file:
        dumped = "\n".join(file.iterdump())
    for output in (page, drawn.replace("\n", " "), dumped):
        assert NAME not in output
        assert "BIMAT" not in output
        assert not re.search(r"104\.12345|21\.65432", output)
    assert "Có 1 cơ sở bảo mật" in page
