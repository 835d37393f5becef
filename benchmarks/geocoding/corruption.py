"""Addresses whose truth is known because they were made from it, and then spoilt in one stated way each."""

from __future__ import annotations

import random
import re
import string
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from mangluoi.gazetteer import units
from mangluoi.viettext import name_key

SHORT = {
    "Xã": "X.", "Phường": "P.", "Thị trấn": "TT.", "Huyện": "H.", "Quận": "Q.", "Thị xã": "TX.", "Thành phố": "TP.",
    "Tỉnh": "T.", "Đặc khu": "ĐK.",
}  # fmt: skip
STREETS = ["Số 12 đường Trần Phú", "Thôn 3", "Xóm Mới", "Ấp 2", "Tổ 5, khu phố 1", "Khối 7", "Km 12 QL 6", ""]


@dataclass(frozen=True)
class Case:
    """An address, how it was spoilt, and the commune that it was made from."""

    kind: str
    address: str
    unit_code: str
    vintage: str


def bare(name: str) -> str:
    """Drop the kind word, unless a number is left."""
    short = re.sub(r"^(Thành phố|Thị trấn|Thị xã|Đặc khu|Phường|Huyện|Quận|Tỉnh|Xã) ", "", name)
    return name if short.isdecimal() else short


def shortened(name: str) -> str:
    """Abbreviate the kind word."""
    for kind, short in SHORT.items():
        if name.startswith(kind + " "):
            return f"{short} {name[len(kind) + 1 :]}"
    return name


def without_diacritics(text: str) -> str:
    """Type it on a plain keyboard."""
    parts = unicodedata.normalize("NFD", text.replace("Đ", "D").replace("đ", "d"))
    return "".join(c for c in parts if not unicodedata.combining(c))


def other_tones(text: str) -> str:
    """Move tone marks to the other place in use (hòa, hoà)."""
    parts = unicodedata.normalize("NFD", text)
    moved = re.sub(
        "([ou])([aey])([\u0300\u0301\u0303\u0309\u0323])(?![a-z\u0302\u0306\u031b])", r"\1\3\2", parts, flags=re.I
    )
    return unicodedata.normalize("NFC", moved)


def one_slip(text: str, random_: random.Random) -> str:
    """Drop, double, change or swap one letter."""
    letters = [n for n, c in enumerate(text) if c.isalpha()]
    at = random_.choice(letters)
    how = random_.choice(["drop", "add", "change", "swap"])
    letter = random_.choice(string.ascii_lowercase)
    if how == "drop":
        return text[:at] + text[at + 1 :]
    if how == "add":
        return text[:at] + letter + text[at:]
    if how == "swap" and at + 1 < len(text) and text[at + 1].isalpha():
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + letter + text[at + 1 :]


OLD: dict[str, Callable[[list[str], str, random.Random], str]] = {
    "clean": lambda names, street, _: ", ".join([street, *names] if street else names),
    "no kind words": lambda names, _s, _: ", ".join(map(bare, names)),
    "abbreviated": lambda names, street, _: ", ".join([*([street] if street else []), *map(shortened, names)]),
    "no province": lambda names, _s, _: ", ".join(names[:2]),
    "no province, no kinds": lambda names, _s, _: ", ".join(map(bare, names[:2])),
    "no district": lambda names, _s, _: f"{names[0]}, {names[-1]}",
    "no diacritics": lambda names, _s, _: without_diacritics(", ".join(names)),
    "no diacritics, no kinds": lambda names, _s, _: without_diacritics(", ".join(map(bare, names))),
    "one letter": lambda names, _s, r: one_slip(", ".join(names), r),
    "one letter, no kinds": lambda names, _s, r: one_slip(", ".join(map(bare, names)), r),
    "wrong order": lambda names, _s, _: ", ".join(reversed(names)),
    "NFD": lambda names, _s, _: unicodedata.normalize("NFD", ", ".join(names)),
    "other tones": lambda names, _s, _: other_tones(", ".join(names)),
    "eth for Đ": lambda names, _s, _: ", ".join(names).replace("Đ", "Ð").replace("đ", "ð"),
    "no marks": lambda names, _s, _: " ".join(names),
    "no marks, no kinds": lambda names, _s, _: " ".join(map(bare, names)),
    "dashes, capitals": lambda names, _s, _: " - ".join(names).upper(),
}
NEW: dict[str, Callable[[list[str], str, random.Random], str]] = {
    "new: clean": OLD["clean"],
    "new: no kind words": OLD["no kind words"],
    "new: abbreviated": OLD["abbreviated"],
    "new: no diacritics": OLD["no diacritics"],
    "new: one letter": OLD["one letter"],
    "new: no province": lambda names, _s, _: names[0],
}


def cases(each: int, *, seed: int) -> list[Case]:
    """Make `each` cases of every kind from communes drawn at random."""
    random_ = random.Random(seed)
    found: list[Case] = []
    for vintage, kinds in ((units.OLD, OLD), (units.NEW, NEW)):
        codes = units.units(vintage, level="commune")["unit_code"].tolist()
        for kind, spoil in kinds.items():
            for code in random_.sample(codes, min(each, len(codes))):
                names = units.full_name(code, vintage).split(", ")
                address = spoil(names, random_.choice(STREETS), random_)
                found.append(Case(kind, address, code, vintage))
    return found


def namesakes(vintage: str) -> set[str]:
    """Return communes that share their name, kind word apart, with another of their province."""
    listed = units.units(vintage, level="commune")
    province = units.lineage(vintage)["province_code"]
    key = [
        f"{province[code]} {name_key(bare(name))}"
        for code, name in zip(listed["unit_code"], listed["name"], strict=True)
    ]
    return set(listed.loc[[key.count(k) > 1 for k in key], "unit_code"])
