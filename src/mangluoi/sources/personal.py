"""Columns that look like personal data: by their headings, and by what stands in them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

from mangluoi.viettext import fold

__all__ = ["looks_personal", "personal_columns"]

_HEADINGS = (
    (re.compile(r"\b(cccd|cmnd|cmtnd|can cuoc|chung minh|so dinh danh|ho chieu|passport)\b"), "CCCD/CMND"),
    (re.compile(r"\b(so dien thoai|dien thoai|sdt|so dt|phone|email|thu dien tu)\b"), "số điện thoại, thư"),
    (re.compile(r"\b(ngay sinh|nam sinh|ngay thang nam sinh|date of birth|birth date|birthday)\b"), "ngày sinh"),
    (re.compile(r"\b(ho ten|ho va ten|ten nguoi|ten doi tuong|chu ho|full name)\b"), "họ tên"),
)
_SURNAMES = (
    "nguyen|tran|le|pham|hoang|huynh|phan|vu|vo|dang|bui|do|ho|ngo|duong|ly|dinh|trinh|mai|dao|lam|luong|truong|ha|"
    "cao|doan|ta|chu|to|thach|giang|lo|vi|ksor|rcham|siu|h|y|a"
)
_CONTENTS = (
    # Twelve digits, or nine that begin as the old numbers of provinces did; not counts, which are shorter.
    (re.compile(r"'?0\d{11}"), "CCCD/CMND"),
    (re.compile(r"'?[0-3]\d{8}"), "CCCD/CMND"),
    (re.compile(r"'?(?:0|\+?84)[\s.]?[35789]\d{1,2}[\s.]?\d{3}[\s.]?\d{3,4}"), "số điện thoại, thư"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+"), "số điện thoại, thư"),
    (re.compile(rf"(?:{_SURNAMES})(?: [a-z]+){{1,4}}"), "họ tên"),
)
_FEWEST, _SHARE = 3, 0.6


def looks_personal(heading: str) -> str | None:
    """Say what kind of personal data a heading promises, or None."""
    key = re.sub(r"[\s_]+", " ", fold(heading))
    return next((what for pattern, what in _HEADINGS if pattern.search(key)), None)


def personal_columns(
    rows: Sequence[Sequence[Any]], places: Collection[int], *, names_allowed: Collection[int] = ()
) -> dict[int, str]:
    """Find columns whose cells look like identity numbers, phones, addresses of mail or names of people.

    Parameters
    ----------
    rows
        The rows below the headings.
    places
        Positions of the columns to look at.
    names_allowed
        Those among them where names of facilities, streets or communes are expected.

    Returns
    -------
    dict
        What a column looks like, by its position. A column needs at least three such cells, and mostly such cells.
    """
    found: dict[int, str] = {}
    for place in sorted(places):
        cells = [str(row[place]).strip() for row in rows if place < len(row) and row[place] is not None]
        texts = [text.removesuffix(".0") for text in cells if text]
        for pattern, what in _CONTENTS:
            if what == "họ tên" and place in names_allowed:
                continue
            # Names of people are written with capitals, and rarely with a comma or a digit.
            fitting = [
                text for text in texts
                if pattern.fullmatch(fold(text)) and (what != "họ tên" or text.istitle() or text.isupper())
            ]  # fmt: skip
            if len(set(fitting)) >= _FEWEST and len(fitting) >= _SHARE * len(texts):
                found[place] = what
                break
    return found
