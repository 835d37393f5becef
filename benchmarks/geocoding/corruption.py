"""Addresses whose truth is known because they were made from it, and then spoilt in one stated way each."""

from __future__ import annotations

import random
import re
import string
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass

from mangluoi.gazetteer import units

SHORT = {
    "Xã": "X.", "Phường": "P.", "Thị trấn": "TT.", "Huyện": "H.", "Quận": "Q.", "Thị xã": "TX.", "Thành phố": "TP.",
    "Tỉnh": "T.", "Đặc khu": "ĐK.",
}  # fmt: skip
SHORTEST = {**{kind: short.rstrip(".") for kind, short in SHORT.items()}, "Thành phố": "TP", "Thị xã": "TX"}
STREETS = [
    "Số 12 đường Trần Phú",
    "Thôn 3",
    "Xóm Mới",
    "Ấp 2",
    "Tổ 5, khu phố 1",
    "Khối 7",
    "Km 12 QL 6",
    "",
    "Khóm Tân Bình",
    "Ấp Phước Yên B",
    "Tổ dân phố số 4",
    "123/3/5B Lê Lợi",
    "TDP Hòa Bình",
    "Bản Nà Cang",
    "Buôn Ea Sar",
    "Số nhà 7 ngõ 15",
    "Thôn Đông Thành",
    "Khu phố 5B",
    "KP. 3",
    "Trạm y tế",
    "Tổ 7, ấp Hưng Thạnh",
]


@dataclass(frozen=True)
class Case:
    """An address, how it was spoilt, the commune that it was made from, and the province if the list names it."""

    kind: str
    address: str
    unit_code: str
    vintage: str
    province: str | None = None


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


ACCENTED = "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvxyỳýỷỹỵ"


def one_slip(text: str, random_: random.Random, letters: str = string.ascii_lowercase) -> str:
    """Drop, add, change or swap one letter."""
    places = [n for n, c in enumerate(text) if c.isalpha()]
    at = random_.choice(places)
    how = random_.choice(["drop", "add", "change", "swap"])
    letter = random_.choice(letters)
    if how == "drop":
        return text[:at] + text[at + 1 :]
    if how == "add":
        return text[:at] + letter + text[at:]
    if how == "swap" and at + 1 < len(text) and text[at + 1].isalpha():
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + letter + text[at + 1 :]


def slip_in_name(name: str, random_: random.Random) -> str:
    """Misspell a letter of the name itself, not of its kind word; a number is left as it is."""
    rest = bare(name)
    if rest == name:
        return name
    return name[: -len(rest)] + one_slip(rest, random_)


def mixed_case(text: str, random_: random.Random) -> str:
    """Hold the shift key at random."""
    return "".join(c.upper() if random_.random() < 0.3 else c.lower() for c in text)


def untidy(names: list[str], random_: random.Random) -> str:
    """Leave extra commas, spaces and full stops between and around."""
    return (
        random_.choice(["", " ", ", "])
        + random_.choice([" ,  ", ",, ", " , ", ";  ", " -  "]).join(
            name.replace(" ", random_.choice([" ", "  ", "\u00a0"])) for name in names
        )
        + random_.choice(["", ".", ",", " ,", " ."])
    )


def tightly(name: str) -> str:
    """Abbreviate without spaces, as in P.1, Q.7, TP.HCM."""
    return shortened(name).replace(". ", ".").replace("Hồ Chí Minh", "HCM")


def briefest(name: str) -> str:
    """Abbreviate without full stops, where a number follows or the word has two letters: P1, Q7, TX Sa Đéc."""
    for kind, short in SHORTEST.items():
        if name.startswith(kind + " "):
            rest = name[len(kind) + 1 :]
            return f"{short}{rest}" if rest.isdecimal() else f"{short} {rest}" if len(short) > 1 else f"{short}. {rest}"
    return name


Spoil = Callable[[list[str], str, random.Random], str]


def joined(names: list[str], street: str = "") -> str:
    """Put the parts together as usual."""
    return ", ".join([street, *names] if street else names)


BOTH: dict[str, Spoil] = {
    "clean": lambda names, street, _: joined(names, street),
    "no kind words": lambda names, _s, _: joined([*map(bare, names)]),
    "abbreviated": lambda names, street, _: joined([*map(shortened, names)], street),
    "abbreviated tightly": lambda names, street, _: joined([*map(tightly, names)], street),
    "abbreviated, no stops": lambda names, street, _: joined([*map(briefest, names)], street),
    "no diacritics": lambda names, street, _: without_diacritics(joined(names, street)),
    "no diacritics, no kinds": lambda names, _s, _: without_diacritics(joined([*map(bare, names)])),
    "one letter": lambda names, _s, r: one_slip(joined(names), r),
    "one letter, any accent": lambda names, _s, r: one_slip(joined(names), r, ACCENTED),
    "one letter of the commune": lambda names, _s, r: joined([slip_in_name(names[0], r), *names[1:]]),
    "one letter, with a street": lambda names, street, r: joined([one_slip(joined(names), r)], street),
    "one letter, no kinds": lambda names, _s, r: one_slip(joined([*map(bare, names)]), r),
    "one letter, abbreviated": lambda names, _s, r: one_slip(joined([*map(shortened, names)]), r),
    "one letter, no diacritics": lambda names, _s, r: one_slip(without_diacritics(joined(names)), r),
    "wrong order": lambda names, _s, _: joined(names[::-1]),
    "any order": lambda names, _s, r: joined(r.sample(names, len(names))),
    "wrong order, no kinds": lambda names, _s, _: joined([*map(bare, names[::-1])]),
    "NFD": lambda names, street, _: unicodedata.normalize("NFD", joined(names, street)),
    "other tones": lambda names, street, _: other_tones(joined(names, street)),
    "eth for Đ": lambda names, _s, _: joined(names).replace("Đ", "Ð").replace("đ", "ð"),
    "no marks": lambda names, _s, _: " ".join(names),
    "no marks, no kinds": lambda names, _s, _: " ".join(map(bare, names)),
    "dashes, capitals": lambda names, street, _: " - ".join([street, *names] if street else names).upper(),
    "mixed case": lambda names, street, r: mixed_case(joined(names, street), r),
    "untidy": lambda names, _s, r: untidy(names, r),
}
OLD: dict[str, Spoil] = {
    **BOTH,
    "no province": lambda names, street, _: joined(names[:2], street),
    "no province, no kinds": lambda names, _s, _: joined([*map(bare, names[:2])]),
    "no province, no diacritics": lambda names, _s, _: without_diacritics(joined(names[:2])),
    "no district": lambda names, street, _: joined([names[0], names[-1]], street),
    "no district, no kinds": lambda names, _s, _: joined([bare(names[0]), bare(names[-1])]),
    "no district, no diacritics": lambda names, _s, _: without_diacritics(joined([names[0], names[-1]])),
    "no district, one letter": lambda names, _s, r: one_slip(joined([names[0], names[-1]]), r),
}
NEW: dict[str, Spoil] = {
    **{f"new: {kind}": spoil for kind, spoil in BOTH.items()},
    "new: no province": lambda names, _s, _: names[0],
}


GIVEN: dict[str, Spoil] = {
    "province given": lambda names, street, _: joined(names[: max(1, len(names) - 1)], street),
    "province given, commune alone": lambda names, _s, _: names[0],
    "province given, commune alone, no kinds": lambda names, _s, _: bare(names[0]),
}


def cases(each: int, *, seed: int, kinds: Collection[str] = ()) -> list[Case]:
    """Make `each` cases of every kind (or of some) from communes drawn at random."""
    random_ = random.Random(seed)
    found: list[Case] = []
    with_province = {f"new: {kind}": spoil for kind, spoil in GIVEN.items()}
    for vintage, ways in ((units.OLD, {**OLD, **GIVEN}), (units.NEW, {**NEW, **with_province})):
        codes = units.units(vintage, level="commune")["unit_code"].tolist()
        for kind, spoil in ways.items():
            if kinds and kind not in kinds:
                continue
            for code in random_.sample(codes, min(each, len(codes))):
                names = units.full_name(code, vintage).split(", ")
                address = spoil(names, random_.choice(STREETS), random_)
                province = names[-1] if "province given" in kind else None
                found.append(Case(kind, address, code, vintage, province))
    return found


def unlisted(each: int, *, seed: int) -> list[Case]:
    """Make addresses of communes that are to be struck from the lists before they are asked for."""
    random_ = random.Random(seed)
    codes = units.units(units.OLD, level="commune")["unit_code"].tolist()
    drawn = random_.sample(codes, 2 * each)
    found: list[Case] = []
    for n, code in enumerate(drawn):
        names = units.full_name(code, units.OLD).split(", ")
        kind, spell = ("unlisted", str) if n < each else ("unlisted, no kinds", bare)
        found.append(Case(kind, joined([*map(spell, names)]), code, units.OLD))
    return found
