"""A later decree needs rows, no code: Đồng Nai a city and a commune a ward, from 30 April 2026."""

import shutil

import pandas as pd
import pytest

from mangluoi import shipped
from mangluoi.gazetteer import crosswalk, locate, points, units

LATER = "2026-04-30"


@pytest.fixture
def later(tmp_path, monkeypatch):
    """The shipped data with one more list: the same units, but Tỉnh Đồng Nai and one of its communes renamed."""
    folder = tmp_path / "data"
    shutil.copytree(shipped.folder() / "boundaries", folder / "boundaries")
    shutil.copytree(shipped.folder() / "norms", folder / "norms")
    read = {"dtype": str, "keep_default_na": False}
    listed = pd.read_csv(folder / "boundaries" / f"units-{units.NEW}.csv", **read)
    listed["vintage"] = LATER
    listed["name"] = listed["name"].replace("Tỉnh Đồng Nai", "Thành phố Đồng Nai")
    ward = listed.index[(listed["parent_code"] == "75") & (listed["kind"] == "xã")][0]
    listed.loc[ward, ["name", "kind"]] = [listed.at[ward, "name"].replace("Xã ", "Phường "), "phường"]
    listed.to_csv(folder / "boundaries" / f"units-{LATER}.csv", index=False)
    communes = listed.loc[listed["level"] == "commune", "unit_code"]
    rows = pd.DataFrame(
        {"from_code": communes, "from_vintage": units.NEW, "to_code": communes, "to_vintage": LATER, "share": "1",
         "basis": "whole", "source": "test"}
    )  # fmt: skip
    old = pd.read_csv(folder / "boundaries" / "crosswalk.csv", **read)
    pd.concat([old, rows]).to_csv(folder / "boundaries" / "crosswalk.csv", index=False)
    vintages = pd.read_csv(folder / "boundaries" / "vintages.csv", **read)
    pd.concat([vintages, vintages.tail(1).assign(vintage=LATER)]).to_csv(
        folder / "boundaries" / "vintages.csv", index=False
    )
    monkeypatch.setenv("MANGLUOI_DATA", str(folder))
    shipped.vocabulary.cache_clear()
    yield listed.loc[ward, "unit_code"], listed.loc[ward, "name"]
    monkeypatch.undo()
    shipped.vocabulary.cache_clear()


def test_new_names_counts_and_points(later):
    """The renamed units are found, and counts pass to them from either earlier list, losing nobody."""
    code, name = later
    found = locate([f"{name}, Thành phố Đồng Nai", f"{name}, tỉnh Đồng Nai"])
    assert found["unit_code"].tolist() == [code, code]
    assert found["vintage"].iloc[0] == LATER
    old = units.communes_of("75", units.OLD)
    counts = pd.DataFrame({"unit_code": old, "vintage": units.OLD, "people": range(1, len(old) + 1)})
    there = crosswalk.convert(counts, value="people", to_vintage=LATER)
    assert there["people"].sum() == counts["people"].sum()
    assert set(there["vintage"]) == {LATER}
    back = crosswalk.convert(there, value="people", to_vintage=units.OLD)
    assert back["people"].sum() == counts["people"].sum()
    assert len(points.points([code], LATER).points) == 1
    assert units.full_name(code, LATER) == f"{name}, Thành phố Đồng Nai"
