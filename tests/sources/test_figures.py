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


def test_every_province_has_its_people():
    """The 63 provinces of the census and the 34 of today both sum to the people that it counted."""
    assert (_population("2025-06-30"), _population("2025-07-01")) == (96_208_984, 96_208_984)


# From the General Statistics Office's own list of provinces, census of 1 April 2019.
@pytest.mark.parametrize(
    ("province", "people"),
    [("01", 8_053_663), ("79", 8_993_082), ("38", 3_640_128), ("40", 3_327_791), ("75", 3_097_107), ("74", 2_426_561),
     ("31", 2_028_514), ("89", 1_908_352), ("30", 1_892_254), ("66", 1_869_322), ("34", 1_860_447), ("24", 1_803_950),
     ("36", 1_780_393), ("82", 1_764_185)],
)  # fmt: skip
def test_people_of_a_province_are_those_published(province, people):
    """What the districts of a province sum to is its published total."""
    rows = figures.embedded(province)["people"]
    assert rows.loc[rows["group"] == "population", "people"].sum() == people


def _population(vintage):
    codes = [code for code, above in consistency.unit_parents(vintage).items() if above is None]
    people = [figures.embedded(code, vintage=vintage)["people"] for code in codes]
    return sum(int(rows.loc[rows["group"] == "population", "people"].sum()) for rows in people)


def test_a_merged_province_takes_no_group_that_only_a_part_of_it_counts():
    """Lào Cai holds Yên Bái, of which special children are counted: they are not those of Lào Cai."""
    assert figures.made_of("15", vintage="2025-07-01") == ("10", "15")
    frames = figures.embedded("15", vintage="2025-07-01")
    assert set(frames["people"]["group"]) == {"population"}
    assert set(frames["facilities"]["province_code"]) == {"10", "15"}


def test_province_without_facilities_has_none():
    """A province of the list without shipped facilities has empty tables of them, not an error."""
    frames = figures.embedded("01")
    assert all(frames[name].empty for name in ("facilities", "sites", "capacity"))


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
