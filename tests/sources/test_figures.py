"""The shipped figures: real, linked, and of the province that is asked for."""

import pytest

from mangluoi.errors import UnknownUnitError
from mangluoi.sources import catalogue, consistency, figures
from mangluoi.tables import INPUTS

PROVINCES = ["15", "40", "62", "70", "87"]


@pytest.mark.parametrize("province", PROVINCES)
def test_shipped_figures_hold_together(province):
    """Every site has its facility, every capacity its site, every count its province, every row its source."""
    frames = figures.embedded(province)
    assert list(frames) == [table.name for table in INPUTS]
    assert len(frames["facilities"]) > 0
    assert len(frames["people"]) > 0
    rows = {name: list(range(len(frame))) for name, frame in frames.items()}
    assert consistency.check_links(frames, rows) == []
    assert consistency.check_people(frames["people"], rows["people"]) == []
    assert consistency.check_province(frames["people"], rows["people"], province) == []
    for frame in frames.values():
        assert frame["source"].notna().all()


def test_province_without_figures_is_empty():
    """A province of the list without shipped figures has empty tables, not an error."""
    assert all(frame.empty for frame in figures.embedded("01").values())


def test_unknown_province_raises():
    """A code that is no province is an error."""
    for code in ("427", "99"):
        with pytest.raises(UnknownUnitError):
            figures.embedded(code)


def test_catalogue_measures_what_ships():
    """Shipped data sets have a real size and checksum; fetched ones say when nothing was checked."""
    listed = catalogue.catalogue()
    shipped = listed[listed["kind"] == "ship"]
    assert (shipped["size_bytes"] > 0).all()
    assert shipped["sha256"].str.fullmatch("[0-9a-f]{64}").all()
    fetched = listed[listed["kind"] == "fetch"]
    assert fetched["note_vi"].str.contains("chưa kiểm tra").all()
    assert listed["licence"].notna().all()
