"""Cells: approximate, but a partition, and every commune with a point has one."""

import numpy as np
import pytest
import shapely

from mangluoi.errors import UnknownUnitError
from mangluoi.gazetteer import cells, points, units


def test_cells_hold_their_points_and_do_not_overlap():
    """Each cell holds its commune's point; cells of a province overlap by no more than rounding."""
    found = cells.cells(units.NEW, "40")
    at = points.points(found["unit_code"], units.NEW).points
    held = shapely.distance(found.geometry.to_numpy(), shapely.points(at["lon"], at["lat"]))
    assert (held < 1e-6).all()
    metric = found.to_crs("EPSG:3405").geometry
    assert metric.is_valid.all()
    assert metric.area.sum() == pytest.approx(metric.union_all().area, rel=1e-6)
    assert found["approximate"].all()
    assert found.crs == "EPSG:4326"


def test_old_communes_stand_in_one_cell_each():
    """Old communes are shown in the cell of the new one that took most of them, each once."""
    codes = units.communes_of("62", units.OLD)
    found = cells.cells(units.OLD, "62")
    shown = [code for members in found["members"] for code in members]
    assert sorted(shown) == codes
    assert set(found["vintage"]) == {units.NEW}


def test_cells_by_code_agree_with_cells_by_province():
    """A province and the list of its communes give the same cells, in whatever order."""
    codes = units.communes_of("15", units.NEW)
    first, again = cells.cells(units.NEW, "15"), cells.cells(units.NEW, reversed(codes))
    assert first["unit_code"].tolist() == again["unit_code"].tolist()
    assert np.array_equal(shapely.to_wkb(first.geometry.to_numpy()), shapely.to_wkb(again.geometry.to_numpy()))


def test_unknown_code_raises():
    """A code that the vintage does not know is an error."""
    with pytest.raises(UnknownUnitError):
        cells.cells(units.NEW, ["99999"])
