"""Data sets under names: what ships, what is fetched, and what a user adds."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from mangluoi import webcache
from mangluoi.cli import main
from mangluoi.errors import InputError
from mangluoi.sources import catalogue


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep what these tests add out of the user's own store."""
    monkeypatch.setenv("MANGLUOI_CACHE", str(tmp_path / "store"))
    return tmp_path / "store"


@contextlib.contextmanager
def web(_address: str, _headers: Mapping[str, str], _wait_s: float) -> Iterator[webcache.Stream]:
    yield webcache.Stream(200, {"content-length": "5"}, iter([b"roads"]))


def test_what_is_fetched_has_a_name():
    """A fetched file is found by its name, and the catalogue tells its size and checksum."""
    place = catalogue.get("osm-vietnam", streamer=web)
    assert place.read_bytes() == b"roads"
    assert catalogue.find("data:osm-vietnam") == place
    row = catalogue.catalogue().set_index("dataset").loc["osm-vietnam"]
    assert (row["kind"], row["size_bytes"], row["here"]) == ("fetch", 5, str(place))
    assert len(row["sha256"]) == 64


def test_what_a_page_holds_is_fetched_by_hand(tmp_path: Path):
    """Where only a page is known, the user is told what to do, and doing it works."""
    with pytest.raises(InputError, match="mangluoi data add"):
        catalogue.get("worldpop-2020-1km", streamer=web)
    file = tmp_path / "grid.tif"
    file.write_bytes(b"grid")
    place = catalogue.add(file, dataset="worldpop-2020-1km")
    assert catalogue.find("data:worldpop-2020-1km") == place
    assert file.exists()


def test_own_data_need_their_facts(tmp_path: Path):
    """A figure without source and date is not taken: every fact that is missing is named at once."""
    with pytest.raises(InputError) as caught:
        catalogue.add(tmp_path / "none.csv", dataset="Của Tôi", licence="CC0")
    problems = [(found.problem, found.details.get("reason")) for found in caught.value.complaints]
    assert problems == [("missing_file", None), ("contradiction", "data_name"), ("contradiction", "data_needs")]
    assert "--date, --source" in str(caught.value)


def test_one_name_is_one_file(tmp_path: Path, store: Path):
    """Adding a newer file under a name replaces the older one; names that ship cannot be taken."""
    facts = {"licence": "CC0", "date": "2026-01-01", "source": "Sở Y tế"}
    for name in ("cu.gpkg", "moi.gpkg"):
        (tmp_path / name).write_bytes(name.encode())
        place = catalogue.add(tmp_path / name, dataset="duong-tinh", **facts)
    assert sorted(path.name for path in (store / "data" / "duong-tinh").iterdir()) == ["moi.gpkg", "record.json"]
    assert catalogue.find("data:duong-tinh") == place
    own = catalogue.catalogue().set_index("dataset").loc["duong-tinh"]
    assert (own["kind"], own["licence"], own["note_vi"]) == ("own", "CC0", "Sở Y tế")
    with pytest.raises(InputError, match="ships with the package"):
        catalogue.add(tmp_path / "cu.gpkg", dataset="units-2025-07-01")


def test_what_changed_since_is_not_used(tmp_path: Path):
    """A file that was cut or replaced behind the catalogue's back is refused."""
    (tmp_path / "grid.tif").write_bytes(b"grid")
    place = catalogue.add(tmp_path / "grid.tif", dataset="worldpop-2020-1km")
    place.write_bytes(b"gri")
    with pytest.raises(InputError, match="has changed"):
        catalogue.find("data:worldpop-2020-1km")


def test_names_are_files_or_data_sets(tmp_path: Path):
    """A path stays a path below the plan's folder; a data set that is not here says how to get it."""
    assert catalogue.find("a/b.pbf", tmp_path) == tmp_path / "a/b.pbf"
    assert catalogue.find("data:facilities").name == "facilities.csv"
    with pytest.raises(InputError, match="mangluoi data get osm-vietnam"):
        catalogue.find("data:osm-vietnam")


def test_the_command_line_adds_and_lists(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """`data add` answers with the name to write into a plan, and `data list` shows where the file is."""
    (tmp_path / "grid.tif").write_bytes(b"grid")
    assert main(["data", "add", str(tmp_path / "grid.tif"), "--name", "worldpop-2020-1km"]) == 0
    assert '"data:worldpop-2020-1km"' in capsys.readouterr().out
    assert main(["data", "list", "--json"]) == 0
    listed = {row["dataset"]: row for row in json.loads(capsys.readouterr().out)}
    assert listed["worldpop-2020-1km"]["here"].endswith("grid.tif")
    assert listed["osm-vietnam"]["here"] is None


def test_the_command_line_gets_nothing_offline(capsys: pytest.CaptureFixture[str], sockets: list[object]):
    """`--offline` forbids it, in one Vietnamese sentence and with exit code 1."""
    assert main(["data", "get", "osm-vietnam", "--offline"]) == 1
    assert "đang làm việc ngoại tuyến" in capsys.readouterr().err
    assert sockets == []
