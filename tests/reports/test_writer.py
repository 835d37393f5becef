"""What a run leaves behind: whole or not at all, and nobody else's folder."""

from __future__ import annotations

import io
import json
import tomllib
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from pathlib import Path

import pytest
from matplotlib.figure import Figure

import mangluoi as ml
from mangluoi import maps
from mangluoi.errors import InputError
from mangluoi.reports import folders, write, writer
from mangluoi.scenario.disclosure import Disclosed
from real_answers import answer

FILES = {
    "ban-do-1-co-so.pdf", "ban-do-1-co-so.png", "ban-do.html", "bao-cao.docx", "bao-cao.html", "bieu.xlsx",
    "ket-qua.gpkg", "plan.toml", "provenance.json", "truy-nguyen.json",
}  # fmt: skip


@dataclass(frozen=True)
class _Drawn:
    name: str = "1-co-so"
    title: str = "Bản đồ 1. Cơ sở"

    def png(self, *, dpi: int = 300) -> bytes:
        kept = io.BytesIO()
        Figure(figsize=(2, 1)).savefig(kept, format="png", dpi=dpi // 10, metadata={"Software": None})
        return kept.getvalue()

    def prepare(self, pool: Executor) -> Future[None]:
        return pool.submit(lambda: None)

    def pdf(self) -> bytes:
        return b"%PDF"


class _Atlas:
    def html(self) -> str:
        return "<html></html>"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in for the maps, which have their own tests."""
    monkeypatch.setattr(maps, "print_maps", lambda _, **_options: [_Drawn()])
    monkeypatch.setattr(maps, "group_maps", lambda _, **_options: [])
    monkeypatch.setattr(maps, "atlas", lambda _, **_options: _Atlas())
    monkeypatch.setattr(maps, "write_geopackage", lambda _, path, **_options: Path(path).write_bytes(b"gpkg"))


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


@pytest.mark.usefixtures("quick")
def test_everything_is_written(disclosed: Disclosed, tmp_path: Path):
    """All outputs are there and nothing beside them; the plan reads back as it was."""
    place = write(disclosed, tmp_path / "out" / "thu")
    assert names(place) == FILES
    assert names(place.parent) == {"thu"}
    assert tomllib.loads((place / "plan.toml").read_text(encoding="utf-8"))["name"] == "thu"
    told = json.loads((place / "provenance.json").read_text(encoding="utf-8"))
    assert told["profile"] == "public"
    assert told["masked_rows"] == {"bands": 2, "people": 2, "state_totals": 1, "states": 4}
    assert set(told["files"]) == FILES
    assert list(told) == sorted(told)
    assert "Nhà B" in told["notices"][0]


@pytest.mark.usefixtures("quick")
def test_the_same_result_gives_the_same_bytes(disclosed: Disclosed, tmp_path: Path):
    """Two runs leave equal files."""
    one, two = write(disclosed, tmp_path / "a"), write(disclosed, tmp_path / "b")
    for file in sorted(names(one)):
        assert (one / file).read_bytes() == (two / file).read_bytes(), file


@pytest.mark.usefixtures("quick")
def test_an_earlier_run_is_replaced_and_what_others_left_there_stays(disclosed: Disclosed, tmp_path: Path):
    """A file that this package did not write survives a new run."""
    place = write(disclosed, tmp_path / "thu")
    (place / "ghi-chu-cua-toi.txt").write_text("giữ lại", encoding="utf-8")
    (place / "bao-cao.html").write_text("cũ", encoding="utf-8")
    write(disclosed, place, lang="en")
    assert names(place) == FILES | {"ghi-chu-cua-toi.txt"}
    assert (place / "bao-cao.html").read_text(encoding="utf-8") != "cũ"
    assert names(tmp_path) == {"thu"}


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("content", [None, "{}", "không phải json", '{"written_by": "ai đó", "files": []}'])
def test_a_folder_that_is_not_ours_is_refused(disclosed: Disclosed, tmp_path: Path, content: str | None):
    """A folder without our provenance is not touched."""
    place = tmp_path / "tai-lieu"
    place.mkdir()
    (place / "quan-trong.docx").write_bytes(b"x")
    if content is not None:
        (place / "provenance.json").write_text(content, encoding="utf-8")
    before = names(place)
    with pytest.raises(InputError) as caught:
        write(disclosed, place)
    assert [c.problem for c in caught.value.complaints] == ["foreign_folder"]
    assert names(place) == before
    assert names(tmp_path) == {"tai-lieu"}


@pytest.mark.usefixtures("quick")
def test_a_file_in_the_way_is_refused_and_an_empty_folder_is_not(disclosed: Disclosed, tmp_path: Path):
    """A file is not overwritten; an empty folder is as good as none."""
    (tmp_path / "tep").write_text("x")
    with pytest.raises(InputError):
        write(disclosed, tmp_path / "tep")
    (tmp_path / "trong").mkdir()
    assert names(write(disclosed, tmp_path / "trong")) == FILES


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
@pytest.mark.parametrize("step", ["paper", "workbook", "filled_document"])
def test_an_interrupt_leaves_nothing_half_written(
    disclosed: Disclosed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[BaseException], step: str
):
    """Broken off anywhere, the earlier run stays as it was and no other folder is left."""
    place = write(disclosed, tmp_path / "thu")
    before = {file.name: file.read_bytes() for file in place.iterdir()}

    def broken(*_args: object, **_options: object) -> bytes:
        raise error

    monkeypatch.setattr(writer, step, broken)
    with pytest.raises(error):
        write(disclosed, place)
    with pytest.raises(error):
        write(disclosed, tmp_path / "moi")
    assert names(tmp_path) == {"thu"}
    assert {file.name: file.read_bytes() for file in place.iterdir()} == before


@pytest.mark.usefixtures("quick")
def test_an_interrupt_while_the_folders_change_places(
    disclosed: Disclosed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Broken off between the two renames, the earlier run is put back."""
    place = write(disclosed, tmp_path / "thu")
    before = names(place)
    rename, calls = folders.os.rename, []

    def once(source: Path, target: Path) -> None:
        calls.append(target)
        if len(calls) == 2:
            raise KeyboardInterrupt
        rename(source, target)

    monkeypatch.setattr(folders.os, "rename", once)
    with pytest.raises(KeyboardInterrupt):
        write(disclosed, place)
    assert names(tmp_path) == {"thu"}
    assert names(place) == before


def test_a_real_province_with_its_maps(tmp_path: Path):
    """The whole chain: Kon Tum, with real maps and layers."""
    result = answer("kon-tum", "2025-06-30")
    place = ml.reports.write(result, tmp_path / "kon-tum")
    assert names(place) >= FILES
    assert len([name for name in names(place) if name.endswith(".png")]) >= 3
    assert "Tỉnh Kon Tum" in (place / "bao-cao.html").read_text(encoding="utf-8")


def test_maps_of_one_number_are_told_apart():
    """Two maps numbered 2 are 2a and 2b in the report; a number that stands alone stays."""
    titles = ["Bản đồ 1. Cơ sở", "Bản đồ 2. Đến A", "Bản đồ 2. Đến B", "Không số"]
    assert writer._captions(titles) == ["Bản đồ 1. Cơ sở", "Bản đồ 2a. Đến A", "Bản đồ 2b. Đến B", "Không số"]
