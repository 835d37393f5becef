"""The review loop: a list in, what is doubtful out to a workbook, decisions back in and remembered."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import openpyxl
import pytest

import mangluoi as ml
from mangluoi import cli
from mangluoi.scenario import decisions, locating, read_plan
from mangluoi.scenario.refinements import ForecastRules

ROWS = [
    ["UBND TỈNH NGHỆ AN", None, None, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
    ["DANH SÁCH CƠ SỞ TRỢ GIÚP XÃ HỘI"],
    ["Mã địa điểm", "Tên cơ sở", "Loại hình", "Địa chỉ", "Kinh độ", "Vĩ độ", "Bảo mật", "Nơi để hồ sơ"],
    ["D1", "Trung tâm Bảo trợ xã hội", "Tổng hợp", "xã Giang Sơn Đông, huyện Đô Lương", None, None, None, "tủ 1"],
    ["D2", "Mái ấm", "Trẻ em", "xã Đồng Văn, tỉnh Nghệ An", None, None, None, "tủ 2"],
    ["D3", "=cmd|' /C calc'!A0", "Khác", "xã Không Có Tên, huyện Đô Lương", None, None, None, "tủ 3"],
    ["D4", "Ngôi nhà Bình Yên", "Nhà tạm lánh", "ngõ 5 phường Hưng Dũng, TP Vinh", 105.70123, 18.70123, None, "tủ 4"],
    ["D5", "Nhà Hoa Sen", "Khác", "phường Hưng Bình, TP Vinh", 105.70123, 18.68, "có", "tủ 5"],
    ["D6", "Cơ sở xa", "Khác", "phường Hưng Bình, TP Vinh", 108.0, 14.35, None, "tủ 6"],
    [None, "Người lập biểu", None, "Giám đốc"],
]
SECRETS = ("Bình Yên", "Hoa Sen", "Hưng Dũng", "ngõ 5", "70123", "D4", "D5")


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """A messy list of sites, two of them confidential: one by its mark, one by its type."""
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    for cells in book.active.iter_rows():
        for cell in cells:
            if isinstance(cell.value, str):
                cell.data_type = "s"
    book.save(tmp_path / "ds.xlsx")
    return tmp_path / "ds.xlsx"


def review(listed: Path, *words: str, capsys: pytest.CaptureFixture[str] | None = None) -> dict[str, object]:
    code = cli.main(["locate", str(listed), "--province", "40", "--json", *words])
    assert code == 0
    return json.loads(capsys.readouterr().out) if capsys is not None else {}


def sheet_rows(place: Path, sheet: str) -> list[dict[str, object]]:
    rows = list(openpyxl.load_workbook(place)[sheet].iter_rows(values_only=True))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[2:]]


def fill(place: Path, answers: dict[int, dict[str, object]]) -> None:
    """Fill in the review sheet, by the row of the file."""
    book = openpyxl.load_workbook(place)
    sheet = book["Cần xem lại"]
    names = [cell.value for cell in sheet[1]]
    for number in range(3, sheet.max_row + 1):
        for name, value in answers.get(sheet.cell(number, names.index("row") + 1).value, {}).items():
            sheet.cell(number, names.index(name) + 1).value = value
    book.save(place)


def offered(place: Path, row: int) -> list[str]:
    """Return what the drop-down list of a row offers."""
    book = openpyxl.load_workbook(place)
    sheet, names = book["Cần xem lại"], [cell.value for cell in book["Cần xem lại"][1]]
    at = next(n for n in range(3, sheet.max_row + 1) if sheet.cell(n, names.index("row") + 1).value == row)
    letter = openpyxl.utils.get_column_letter(names.index("choice") + 1)
    rule = next(r for r in sheet.data_validations.dataValidation if f"{letter}{at}" in str(r.sqref).split())
    name, cells = re.fullmatch(r"'(.+)'!(.+)", rule.formula1).groups()
    return [cell.value for cell in book[name][cells.replace("$", "")][0]]


def test_what_is_doubtful_comes_with_candidates(listed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Located rows are listed; the others come with the reason in Vietnamese and a list to choose from."""
    told = review(listed, "-o", str(tmp_path / "ra.xlsx"), capsys=capsys)
    assert told["rows"] == {"accepted": 6, "repaired": 0, "subtotal": 0, "refused": 4}
    assert told["confidential"] == 2
    assert told["unread"] == ["Nơi để hồ sơ"]
    doubtful = {row["row"]: row for row in sheet_rows(tmp_path / "ra.xlsx", "Cần xem lại")}
    assert set(doubtful) == {5, 6, 9}
    assert "trùng tên" in doubtful[5]["reason"]
    assert "ngoài xã" in doubtful[9]["reason"]
    assert len([text for text in offered(tmp_path / "ra.xlsx", 5) if text.startswith("Xã Đồng Văn")]) >= 2
    assert offered(tmp_path / "ra.xlsx", 9)[0].startswith("Giữ tọa độ")
    assert [row["row_id"] for row in sheet_rows(tmp_path / "ra.xlsx", "Đã định vị")] == ["D1"]
    lines = sheet_rows(tmp_path / "ra.xlsx", "Từng dòng")
    assert [row["row"] for row in lines] == list(range(1, len(ROWS) + 1))
    assert {row["status"] for row in lines} <= {"nhận", "nhận, đã chỉnh", "dòng cộng", "không nhận"}


def test_the_workbook_holds_no_formula(listed: Path, tmp_path: Path):
    """A name that looks like a formula stays text, in every sheet."""
    review(listed, "-o", str(tmp_path / "ra.xlsx"))
    book = openpyxl.load_workbook(tmp_path / "ra.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    named = [cell for cell in cells if str(cell.value).startswith("=cmd")]
    assert named
    assert all(cell.quotePrefix for cell in named)


def test_nothing_of_a_shelter_leaves(listed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Names, addresses, ids and points of confidential rows are in no output; their rows are counted."""
    told = review(listed, "-o", str(tmp_path / "ra.xlsx"), "--map", str(tmp_path / "ra.html"), capsys=capsys)
    book = openpyxl.load_workbook(tmp_path / "ra.xlsx")
    texts = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    page = (tmp_path / "ra.html").read_text(encoding="utf-8")
    data = page[page.rindex("mangluoiReview(") :]
    for secret in SECRETS:
        assert not [text for text in texts if secret in text], secret
        assert secret not in json.dumps(told, ensure_ascii=False)
        assert secret not in data, secret
    summary = " ".join(texts)
    assert "2 dòng bảo mật" in summary
    located = ml.locate(listed, province="40")
    hidden = located.places[located.places["confidential"]]
    assert hidden[["name", "address", "unit_code", "lon", "lat", "located_within_m"]].isna().all(axis=None)


def test_decisions_come_back_and_are_remembered(listed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """A choice, a code and a point are taken, kept beside the file, and used when it is located again."""
    book = tmp_path / "ra.xlsx"
    review(listed, "-o", str(book))
    chosen = next(text for text in offered(book, 5) if "Thanh Chương" in text)
    fill(book, {5: {"choice": chosen}, 6: {"unit_code": "17619", "vintage": "2025-06-30"},
                9: {"lon": 105.67, "lat": "18,68"}})  # fmt: skip
    capsys.readouterr()
    told = review(listed, "--decisions", str(book), capsys=capsys)
    assert told["places"] == {"located": 6, "doubtful": 0, "unlocated": 0}
    kept = listed.with_name("ds.vi-tri.csv")
    rows = list(csv.DictReader(kept.read_text(encoding="utf-8").splitlines()))
    assert [row["key"] for row in rows] == sorted(row["key"] for row in rows)
    assert {row["unit_code"] for row in rows} == {"17764", "17619", ""}
    again = ml.locate(listed, province="40", decided=decisions.read(kept))
    at = again.places.set_index("row")
    assert at.loc[9, ["lon", "lat", "located_by"]].tolist() == [105.67, 18.68, "given"]
    assert at.loc[5, "unit_code"] == "17764"
    assert at.loc[[5, 6, 9], "decided"].all()
    # Written again, the file is the same, byte for byte.
    before = kept.read_bytes()
    review(listed, "--decisions", str(book))
    assert kept.read_bytes() == before


def test_a_decision_holds_for_its_address_only(listed: Path, tmp_path: Path):
    """Where the address changes, the decision about the old one no longer holds."""
    review(listed, "-o", str(tmp_path / "ra.xlsx"))
    fill(tmp_path / "ra.xlsx", {5: {"unit_code": "17619", "vintage": "2025-06-30"}})
    review(listed, "--decisions", str(tmp_path / "ra.xlsx"))
    known = decisions.read(listed.with_name("ds.vi-tri.csv"))
    book = openpyxl.load_workbook(listed)
    book.active["D5"] = "XÃ  ĐỒNG VĂN, tỉnh Nghệ An"
    book.save(listed)
    assert ml.locate(listed, decided=known).places.set_index("row").loc[5, "decided"]
    book.active["D5"] = "xã Đồng Văn, huyện Tân Kỳ"
    book.save(listed)
    assert not ml.locate(listed, decided=known).places.set_index("row").loc[5, "decided"]


def test_wrong_decisions_are_listed_and_nothing_is_kept(listed: Path, tmp_path: Path, capsys):
    """Unknown codes, half points, double answers and typed answers are refused together with their rows."""
    book = tmp_path / "ra.xlsx"
    review(listed, "-o", str(book))
    fill(book, {5: {"unit_code": "99999", "vintage": "2025-06-30"}, 6: {"lon": 105.0}, 9: {"lon": 2.0, "lat": 48.0}})
    capsys.readouterr()
    assert cli.main(["locate", str(listed), "--decisions", str(book), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)["complaints"]
    assert [(c["problem"], c["row"]) for c in found] == [
        ("unknown_unit", 3), ("one_coordinate", 4), ("outside_country", 5),
    ]  # fmt: skip
    fill(book, {5: {"choice": "đâu đó", "unit_code": None}, 6: {"choice": offered(book, 9)[0]}})
    assert cli.main(["locate", str(listed), "--decisions", str(book), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)["complaints"]
    assert {c["problem"] for c in found} == {"contradiction", "not_in_list"}
    assert not listed.with_name("ds.vi-tri.csv").exists()


def test_what_headings_mean_is_remembered(listed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """A heading that is taken for nothing in the workbook stays so; one may be told on the command line, too."""
    book = tmp_path / "ra.xlsx"
    review(listed, "-o", str(book))
    filled = openpyxl.load_workbook(book)
    sheet = filled["Tiêu đề cột"]
    for row in sheet.iter_rows(min_row=3):
        if row[0].value == "Kinh độ":
            row[1].value = "(không dùng)"
    filled.save(book)
    capsys.readouterr()
    assert "Kinh độ" not in review(listed, "--decisions", str(book), capsys=capsys)["columns"]
    assert "Kinh độ" not in review(listed, capsys=capsys)["columns"]
    told = review(listed, "--column", "Nơi để hồ sơ=type", "--column", "Loại hình=", capsys=capsys)
    assert told["columns"]["Nơi để hồ sơ"] == "type"
    assert cli.main(["locate", str(listed), "--column", "gì đó"]) == 2


def test_a_plan_uses_what_was_decided_beside_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Decisions beside a plan place its sites in the next run, are counted in a notice and named in its provenance."""
    place = tmp_path / "mau.xlsx"
    assert cli.main(["template", "-o", str(place)]) == 0
    book = openpyxl.load_workbook(place)
    for sheet, values in {
        "Cơ sở": ["CS01", "Trung tâm A", "general", "public", "province", "2025", "Báo cáo"],
        "Địa điểm": ["CS01-1", "CS01", "Trung tâm A", "thôn 3, xã Không Rõ", None, None, "không", "Báo cáo"],
        "Năng lực": ["CS01-1", "residential", 100, 80, 20, 5000, 900, "=", "2025", "Báo cáo"],
        "Đối tượng": ["62", "2025-06-30", "in_care", 300, None, None, "stock", "2025", "Báo cáo"],
    }.items():
        for column, value in enumerate(values, start=1):
            book[sheet].cell(row=2, column=column, value=value)
    book.save(place)
    text = (
        read_plan("kon-tum")
        .replace(growth=(), forecast=ForecastRules())
        .to_toml()
        .replace('workbook = ""', f'workbook = "{place.name}"')
    )
    text = re.sub(r'group = "(population|beneficiary)"', 'group = "in_care"', text)
    text = text.replace('sites = ["KT01-1", "KT02-1"]', "sites = []").replace("rate = 0.00067561", "rate = 1.0")
    (tmp_path / "p.toml").write_text(re.sub(r'facility_id = "KT0\d"', 'facility_id = "CS01"', text), encoding="utf-8")
    plan = ["--plan", str(tmp_path / "p.toml")]
    assert cli.main(["locate", str(place), "-o", str(tmp_path / "ra.xlsx"), *plan, "-q"]) == 0
    fill(tmp_path / "ra.xlsx", {2: {"unit_code": "23284", "vintage": "2025-06-30"}})
    assert cli.main(["locate", str(place), "--decisions", str(tmp_path / "ra.xlsx"), *plan]) == 0
    capsys.readouterr()
    result = ml.run(ml.read_plan(tmp_path / "p.toml"))
    assert result.sites.set_index("site_id").loc["CS01-1", "unit_code"] == "23284"
    assert "sites_decided" in {notice.key for notice in result.notices}
    assert "kon-tum.vi-tri.csv" in {each["file"] for each in result.provenance["inputs"]}


def test_reviewing_opens_no_socket(listed: Path, tmp_path: Path, sockets: list[object]):
    """Locating, writing and reading the review, and drawing its map never look at the network."""
    review(listed, "-o", str(tmp_path / "ra.xlsx"), "--map", str(tmp_path / "ra.html"))
    review(listed, "--decisions", str(tmp_path / "ra.xlsx"))
    assert (tmp_path / "ra.html").stat().st_size > 0
    assert sockets == []


def test_the_last_step_online_never_hears_of_a_shelter(listed: Path):
    """What is asked online are rows that are not located and not confidential; answers stay doubtful."""
    heard: list[str] = []

    def online(rows):
        heard.extend(rows["address"])
        return rows.assign(lon=105.5, lat=18.9, located_by="online")

    located = locating.locate(listed, province="40", online=online)
    assert sorted(heard) == ["xã Không Có Tên, huyện Đô Lương", "xã Đồng Văn, tỉnh Nghệ An"]
    assert located.places.set_index("row").loc[[5, 6], "status"].tolist() == ["doubtful", "doubtful"]
    assert located.counts["unlocated"] == 0
