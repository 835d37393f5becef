"""Finding the declared columns of a table among the headings of a sheet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mangluoi.checking import Table
from mangluoi.viettext import compose, fold

__all__ = ["Headings", "find_headings", "looks_personal", "means_something", "read_headings"]

# What else the columns are called on the sheets of provinces, folded.
_ALSO_CALLED: dict[str, tuple[str, ...]] = {
    "unit_code": ("ma xa", "ma don vi hanh chinh", "ma dvhc", "ma xa phuong", "ma huyen", "ma xa phuong thi tran"),
    "vintage": ("danh muc don vi", "danh muc hanh chinh"),
    "group": ("nhom", "ma nhom", "loai doi tuong", "doi tuong"),
    "people": ("so doi tuong", "so luong", "so nguoi huong", "tong so doi tuong", "so nguoi hien co"),
    "lower": ("it nhat", "toi thieu"),
    "upper": ("nhieu nhat", "toi da"),
    "as_of": ("thoi diem", "ngay so lieu", "den ngay", "nam", "nam so lieu", "thoi diem so lieu"),
    "source": ("nguon so lieu", "can cu", "van ban"),
    "facility_id": ("ma so co so", "ma cs"),
    "site_id": ("ma diem", "ma dia diem co so"),
    "name": ("ten", "ten co so tro giup xa hoi", "ten don vi", "co so"),
    "type": ("loai", "loai co so", "loai hinh co so"),
    "ownership": ("hinh thuc so huu", "cong lap/ngoai cong lap", "cong lap ngoai cong lap"),
    "authority": ("cap", "co quan quan ly", "don vi quan ly"),
    "address": ("dia chi co so", "noi dat", "dia diem"),
    "lon": ("kinh do e", "kinh do (e)", "longitude", "long", "lng"),
    "lat": ("vi do n", "vi do (n)", "latitude"),
    "confidential": ("bi mat", "khong cong khai"),
    "service": ("loai dich vu", "dich vu cung cap"),
    "capacity": ("cong suat", "quy mo duoc duyet", "so cho", "suc chua", "quy mo thiet ke", "quy mo cong suat"),
    "residents": ("so nguoi dang nuoi duong", "hien dang nuoi duong", "so doi tuong dang nuoi duong", "hien co"),
    "staff": ("so nhan vien", "can bo", "so can bo", "can bo nhan vien", "so luong nhan vien"),
    "land_m2": ("dien tich dat tu nhien", "dien tich"),
    "bedroom_m2": ("dien tich phong o cua doi tuong", "dien tich phong ngu"),
}

# What a planner may keep beside the data without its meaning anything to a plan.
_IGNORED = {"stt", "tt", "so tt", "so thu tu", "ghi chu", "note", "notes", "no"}

_PERSONAL = (
    (re.compile(r"\b(cccd|cmnd|cmtnd|can cuoc|chung minh|so dinh danh|ho chieu|passport)\b"), "CCCD/CMND"),
    (re.compile(r"\b(so dien thoai|dien thoai|sdt|so dt|phone|email|thu dien tu)\b"), "số điện thoại, thư"),
    (re.compile(r"\b(ngay sinh|nam sinh|ngay thang nam sinh|date of birth|birth date|birthday)\b"), "ngày sinh"),
    (re.compile(r"\b(ho ten|ho va ten|ten nguoi|ten doi tuong|chu ho|full name)\b"), "họ tên"),
)
_SEARCHED_ROWS = 30


@dataclass(frozen=True)
class Headings:
    """Where the columns of a table stand in a sheet.

    Parameters
    ----------
    row
        Position of the heading row, from 0.
    columns
        Position of each declared column that was found, by its name in code.
    shown
        What stands above each found column, by its name in code.
    unknown
        Headings that are not declared and not among those that are passed over, such as a running number.
    personal
        Headings that look personal, each with what it looks like.
    """

    row: int
    columns: dict[str, int]
    shown: dict[str, str]
    unknown: dict[str, int]
    personal: tuple[tuple[str, str], ...]


def _key(heading: Any) -> str:
    """Fold a heading; a unit in brackets and a star for "required" do not count."""
    return re.sub(r"\s+", " ", re.sub(r"\([^)]*\)|\[[^\]]*\]|\*", " ", fold(str(heading)))).strip(" .:")


def looks_personal(heading: str) -> str | None:
    """Say what kind of personal data a heading promises, or None."""
    key = _key(heading).replace("_", " ")
    return next((what for pattern, what in _PERSONAL if pattern.search(key)), None)


def find_headings(table: Table, rows: Sequence[Sequence[Any]]) -> Headings | None:
    """Find the row that heads a table: the one with the most declared headings among the first thirty.

    Returns
    -------
    Headings or None
        None where no row holds even two declared headings (or the only one of a table with one column).
    """
    best: Headings | None = None
    for position, row in enumerate(rows[:_SEARCHED_ROWS]):
        found = read_headings(table, position, row)
        if best is None or len(found.columns) > len(best.columns):
            best = found
    return best if best is not None and len(best.columns) >= min(2, len(table.columns)) else None


def _keys(table: Table) -> dict[str, str]:
    """Return the name in code of each heading that a table's columns may have; official ones win."""
    also = {key: column.name for column in table.columns for key in _ALSO_CALLED.get(column.name, ())}
    official = {_key(column.heading): column.name for column in table.columns}
    return also | official | {_key(column.name): column.name for column in table.columns}


def means_something(table: Table, heading: str) -> bool:
    """Whether a heading stands for a column of the table, or is one of those that are passed over."""
    return _key(heading) in _keys(table) or _key(heading) in _IGNORED


def read_headings(table: Table, position: int, row: Sequence[Any]) -> Headings:
    """Read one row as the headings of a table."""
    by_key = _keys(table)
    columns: dict[str, int] = {}
    shown: dict[str, str] = {}
    unknown: dict[str, int] = {}
    personal: list[tuple[str, str]] = []
    for place, cell in enumerate(row):
        if cell is None or not str(cell).strip():
            continue
        text = compose(str(cell))
        name, what = by_key.get(_key(text)), looks_personal(text)
        if name is not None and name not in columns:
            columns[name], shown[name] = place, text
        elif what is not None:
            personal.append((text, what))
        elif _key(text) not in _IGNORED:
            unknown[text] = place
    return Headings(position, columns, shown, unknown, tuple(personal))
