"""Messy files as provinces keep them, made from scratch: what the readers must cope with."""

from __future__ import annotations

from pathlib import Path

import openpyxl
from openpyxl.styles import Alignment

MOTTO = ["UỶ BAN NHÂN DÂN", None, None, None, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"]
TITLE = "BIỂU TỔNG HỢP ĐỐI TƯỢNG BẢO TRỢ XÃ HỘI ĐANG HƯỞNG TRỢ CẤP HẰNG THÁNG"

#: The body of the list of a province: district, then its communes; by name, before the merger of 2025.
BODY = [
    ["", "Toàn tỉnh", 2851, 190, "1.310", 55, "4.396"],
    ["I", "Huyện Đô Lương", 1591, 60, "1.310", 25, None],
    [1, "TT Đô Lương", "1.250", 40, 900, "-", None],
    [2, "Xã Giang Sơn Đông", "trên 60", 12, 150, 20, None],
    [3, "xã Đông Sơn", 281, 8, 260, 5, None],
    ["II", "Huyện Diễn Châu", 1250, 130, None, 30, None],
    [1, "Thị trấn Diễn Thành", 750, "gần 80", None, 10, None],
    [2, "X. Diễn Kỷ", 500, 50, None, 20, None],
]
GROUPS = ("elderly", "child_nosupport", "disabled_severe", "disabled_xsevere")
HEADS = ["STT", "Đơn vị", "Người cao tuổi", "Trẻ mồ côi", "Người khuyết tật", None, "Tổng số"]
UNDER = [None, None, None, None, "Nặng", "Đặc biệt nặng", None]
FOOT = [
    ["Ghi chú: số liệu tính đến ngày 31/12/2023; đối tượng hưởng nhiều loại chỉ tính một loại"],
    [None, None, None, None, "Nghệ An, ngày 15 tháng 01 năm 2024"],
    [None, "NGƯỜI LẬP BIỂU", None, None, "KT. GIÁM ĐỐC"],
    [None, "Trần Thị B", None, None, "Nguyễn Văn A"],
]
DEFAULTS = {"vintage": "2025-06-30", "kind": "stock", "as_of": "2023-12-31", "source": "Báo cáo của Sở"}


def province_workbook(place: Path) -> Path:
    """Title block, two-row merged headings, numbered columns, Roman districts, a hidden row, a signature."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Biểu 1"
    sheet.append(MOTTO)
    sheet.append(["TỈNH NGHỆ AN", None, None, None, "Độc lập - Tự do - Hạnh phúc"])
    sheet.append([])
    sheet.append([TITLE])
    sheet.append(["(Kèm theo Báo cáo số 12/BC-SLĐTBXH ngày 15/01/2024)"])
    sheet.append([None, None, None, None, None, "Đơn vị tính: người"])
    sheet.append(HEADS)
    sheet.append(UNDER)
    sheet.append(["A", "B", 1, 2, 3, 4, "5=1+2+3+4"])
    for row in [*BODY, [], *FOOT]:
        sheet.append(row)
    for merged in ("A1:C1", "E1:G1", "A4:G4", "A7:A8", "B7:B8", "C7:C8", "D7:D8", "E7:F7", "G7:G8"):
        sheet.merge_cells(merged)
    sheet["A4"].alignment = Alignment(horizontal="center")
    sheet.row_dimensions[14].hidden = True
    # A formatted row far below the table, as a copied style leaves it behind.
    sheet["A2000"].alignment = Alignment(horizontal="center")
    notes = book.create_sheet("Ghi chú")
    notes.append(["Số liệu do các huyện gửi"])
    book.save(place)
    return place


def merged_communes(place: Path) -> Path:
    """A commune's name merged over the rows of its groups, beside a number merged by mistake."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["TT", "Mã xã", "Tên xã", "Nhóm đối tượng", "Số người"])
    sheet.append([1, "17617", "Thị trấn Đô Lương", "Người cao tuổi", 10])
    sheet.append([None, None, None, "Người khuyết tật", 20])
    sheet.append([2, "17619", "Xã Giang Sơn Đông", "Người cao tuổi", 30])
    sheet.append([None, None, None, "Người khuyết tật", None])
    for merged in ("A2:A3", "B2:B3", "C2:C3", "A4:A5", "B4:B5", "C4:C5", "E4:E5"):
        sheet.merge_cells(merged)
    book.save(place)
    return place


def two_tables(place: Path) -> Path:
    """Facilities and people on one sheet, the headings of people again after a page break."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["PHỤ LỤC I. CƠ SỞ TRỢ GIÚP XÃ HỘI"],
        ["Mã cơ sở", "Tên cơ sở", "Loại hình", "Sở hữu", "Số liệu đến ngày", "Nguồn"],
        ["CS01", "Trung tâm Công tác xã hội", "general", "công lập", "2023", "Quyết định 1"],
        ["CS02", "Công ty TNHH Nhân Ái", "elderly", "tư nhân", "31/12/2023", "Quyết định 2"],
        [],
        ["PHỤ LỤC II. ĐỐI TƯỢNG"],
        ["Mã xã", "Nhóm đối tượng", "Số người"],
        [17617, "elderly", 10],
        ["17619", "elderly", 20],
        ["Cộng", None, 30],
        ["Mã xã", "Nhóm đối tượng", "Số người"],
        ["17623", "elderly", "1.005"],
        ["Tổng cộng", None, 1035],
    ):
        sheet.append(row)
    book.save(place)
    return place


def districts_without_kind(place: Path) -> Path:
    """Districts by bare names, some of them also names of communes."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Số TT", "Huyện, thành phố, thị xã", "Tổng dân số", "Người cao tuổi"])
    for row in ([1, "Vinh", 339_114, 40_000], [2, "Đô Lương", 213_543, 21_000], [3, "Diễn Châu", 284_300, 30_000]):
        sheet.append(row)
    sheet.append([None, "CỘNG", 836_957, 91_000])
    book.save(place)
    return place


TEXT = [
    ["Mã xã", "Nhóm đối tượng", "Số người", "Nguồn"],
    ["17617", "Người khuyết tật", "1.250", "Phòng Lao động huyện Đô Lương, đã đối chiếu"],
    ["17619", "Trẻ em có hoàn cảnh đặc biệt", "trên 60", "Uỷ ban nhân dân xã Giang Sơn Đông"],
    ["17623", "Người cao tuổi", "chưa rõ", "Đường 15A, gần chợ xã"],
]


def text_lines(mark: str = ";") -> str:
    """A table as text, with enough Vietnamese in it to tell its encoding."""
    return "\r\n".join(mark.join(f'"{cell}"' if mark in cell else cell for cell in row) for row in TEXT) + "\r\n"
