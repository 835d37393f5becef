"""How addresses are worded: their parts, the word that says what kind of unit a part is, and the keys of names."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from mangluoi.gazetteer.spelling import one_slip_apart
from mangluoi.viettext import compose

__all__ = [
    "Part",
    "bare_name",
    "i_for_y",
    "loose_key",
    "mended",
    "older_tones",
    "plain",
    "read_part",
    "split_address",
    "split_inside",
    "strict_key",
    "strict_key_as_typed",
    "words_of",
]

#: What each kind word and its abbreviations say, folded: a set, since some say two things.
_KINDS: dict[str, frozenset[str]] = {
    "xa": frozenset({"xã"}), "x": frozenset({"xã"}),
    "phuong": frozenset({"phường"}), "p": frozenset({"phường"}), "f": frozenset({"phường"}),
    "ph": frozenset({"phường"}),
    "thi tran": frozenset({"thị trấn"}), "tt": frozenset({"thị trấn"}), "ttr": frozenset({"thị trấn"}),
    "dac khu": frozenset({"đặc khu"}), "dk": frozenset({"đặc khu"}),
    "huyen": frozenset({"huyện"}), "h": frozenset({"huyện"}), "huyen dao": frozenset({"huyện"}),
    "quan": frozenset({"quận"}), "q": frozenset({"quận"}),
    "thi xa": frozenset({"thị xã"}), "tx": frozenset({"thị xã"}),
    "thanh pho": frozenset({"thành phố"}), "tp": frozenset({"thành phố"}),
    "tinh": frozenset({"tỉnh"}), "t": frozenset({"tỉnh"}),
}  # fmt: skip
_LONG = "thanh pho|thi tran|thi xa|dac khu|huyen dao|phuong|huyen|quan|tinh|xa"
# An abbreviation of one letter needs its dot, or a number: "P. Đồng Tâm", "P1", but not "P Đồng".
_KIND = re.compile(
    rf"(?:(?P<long>{_LONG})[\s.:]+|(?P<glued>{_LONG})(?=\d)|(?P<two>tp|tx|ttr|tt|ph|dk)(?:\s*\.\s*|\s+)"
    r"|(?P<one>[xpfhqt])(?:\s*\.\s*|\s*(?=\d)))(?=\S)"
)
_SPACED = re.compile(r"\bt\.\s?([ptx])\b\.?")
_ABBREVIATION = re.compile(r"[a-z]{1,3}\.\s*(?=[^\W\d_])")
_STRONG = re.compile(r"[,;|\n\t]+|\s[-–—]+|[-–—]+\s")
# A full stop ends a part after a word, not after an abbreviation.
_STOP = re.compile(r"(?<=[^\W\d_]{4})\.\s+")
# Kind words inside a part, found by their letters without diacritics; what follows "xã" in "xã hội" is no name.
_MARK = re.compile(
    r"(?<=\S)\s+(?=(?:(?<!thi )xa\s+(?!hoi\b)|(?:phuong|thi tran|thi xa|dac khu|huyen|quan|thanh pho|tinh)\s+"
    r"(?!lo\b|uy\b|doi\b)\S|(?:tp|tx|ttr|tt)\s*\.\s*\S|(?:tp|tx|tt)\s+\S|[xpfhq]\s*\.\s*\S|[pfq]\s?\d))"
)
_ACCENTED = {
    "xa": {"xã"}, "phuong": {"phường"}, "huyen": {"huyện"}, "quan": {"quận"}, "tinh": {"tỉnh"},
    "thi": {"thị"}, "thanh": {"thành"}, "dac": {"đặc"},
}  # fmt: skip
_FULL = {word: kinds | ({"huyện đảo"} if word == "huyen dao" else set()) for word, kinds in _KINDS.items()}
# Words that begin a street, a hamlet, a building; typed with diacritics they are known by them: Cảnh is no cạnh.
_STREET_WORDS = (
    "số|đường|phố|ngõ|ngách|hẻm|kiệt|thôn|xóm|ấp|bản|buôn|bôn|lang|làng|plei|sóc|khối|khóm|tổ|khu|tiểu khu|cụm|đội|"
    "quốc lộ|tỉnh lộ|lô|tầng|tòa|toà|nhà|chợ|ngã|cầu|trường|trạm|bệnh viện|trung tâm|ủy ban|uỷ ban|trụ sở|đối diện|"
    "cạnh|gần|điện thoại|chung cư|công ty|bưu điện|cơ sở"
)
_SHORT_STREET_WORDS = "kp|tdp|kv|ql|tl|dt|dh|km|ubnd|sn|d|dg|đt|đh|đ|đg"


_NATION = {"vietnam", "vn", "chxhcnvietnam"}

_LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxyfjwz"
_TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")


def _plain_table() -> dict[int, str]:
    table: dict[int, str] = {}
    for letter in _LETTERS:
        base = unicodedata.normalize("NFD", letter)[0].replace("đ", "d")
        for tone in _TONES:
            whole = unicodedata.normalize("NFC", letter + tone)
            if len(whole) == 1:
                table[ord(whole)] = base
    return table


_PLAIN = _plain_table()
_END = r"(?:[\s.:]|\d|$)"
_STREET = re.compile(rf"\d|(?:{_STREET_WORDS.translate(_PLAIN)}|{_SHORT_STREET_WORDS}){_END}|k\d")
_ACCENTED_STREET = re.compile(rf"(?:{_STREET_WORDS}|{_SHORT_STREET_WORDS}){_END}")
# Both tone placements are in use, hòa and hoà: the tone is moved to the second vowel.
_NEW_TONE = {
    unicodedata.normalize("NFC", first + tone) + second: first + unicodedata.normalize("NFC", second + tone)
    for first in "ou"
    for second in "aey"
    for tone in _TONES[1:]
}
_OLD_TONE = re.compile("|".join(_NEW_TONE))
_OLDER_TONE = {new: old for old, new in _NEW_TONE.items()}
_NEWER_TONE = re.compile("|".join(_OLDER_TONE))
_NO_MARKS = dict.fromkeys(map(ord, " \u00a0\n\t.,;:!?-–—_/\\'\"`´’‘“”()[]{}*&+#"))
# A final y that sounds like i is written both ways, with every tone.
_I_FOR_Y = {unicodedata.normalize("NFC", "y" + tone): unicodedata.normalize("NFC", "i" + tone) for tone in _TONES}
_EVERY_Y = str.maketrans(_I_FOR_Y)
_LATER_I = re.compile(rf"(?:(?<=[hklmstvp])|(?<=qu))[{''.join(_I_FOR_Y)}](?![^\W_])")
_DAK = re.compile(r"\bđ[aăắ][ck]\b")
# Spellings in use side by side for one name: i or y, Đắk/Đắc/Đak.
_LOOSE = {**_NO_MARKS, ord("y"): "i"}


def plain(text: str) -> str:
    """Drop the diacritics of lower-case composed text; its length does not change."""
    return text.translate(_PLAIN)


def strict_key(name: str) -> str:
    """Bring a name to the form compared with its diacritics: no spaces or marks, tone placement settled."""
    return _strict(compose(name).casefold())


def loose_key(name: str) -> str:
    """Bring a name to the form compared without diacritics: i and y, and dac and dak, are one."""
    return _loose(compose(name).casefold())


def older_tones(key: str) -> str:
    """Bring a strict key to the older tone placement: hòa for hoà."""
    return _NEWER_TONE.sub(lambda found: _OLDER_TONE[found[0]], key)


def strict_key_as_typed(name: str) -> str:
    """Bring a name in lower case to its strict key, the tone placement left as it is."""
    return _one_spelling(name).translate(_NO_MARKS)


def i_for_y(key: str) -> str:
    """Write i for every y of a key."""
    return key.translate(_EVERY_Y)


def words_of(name: str) -> list[str]:
    """Return the words of a name in lower case, their tone placement settled."""
    return [_strict(word) for word in re.split(r"[^\w'’]+", name) if word and not word.isdecimal()]


def _strict(name: str) -> str:
    return _OLD_TONE.sub(lambda found: _NEW_TONE[found[0]], _one_spelling(name)).translate(_NO_MARKS)


def _one_spelling(name: str) -> str:
    """Write names of two spellings in one of them: Mĩ for Mỹ, Đắk for Đăk, Đak and Đắc."""
    if _LATER_I.search(name) is not None:
        name = _LATER_I.sub(lambda found: _I_FOR_Y[found[0]], name)
    return _DAK.sub("đắk", name) if "đ" in name else name


def _loose(name: str) -> str:
    return _loose_of(name.translate(_PLAIN))


def _loose_of(flat: str) -> str:
    """Bring a name that has lost its diacritics to its loose key."""
    key = flat.translate(_LOOSE)
    if key.isdecimal():
        return str(int(key))
    if key.startswith("dac"):
        key = f"dak{key[3:-1]}k" if key.endswith("c") and len(key) == 6 else f"dak{key[3:]}"
    return key


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an address.

    Parameters
    ----------
    kinds
        What its first word says it is; empty where nothing is said.
    strict, loose
        Keys of the rest.
    street
        Whether it reads like a street, a hamlet or a house number rather than a unit.
    name
        The rest as it was typed.
    whole
        Loose key of the part with its first word, where that may be part of the name (Quan Hóa, Xà Phiên).
    """

    kinds: frozenset[str]
    strict: str
    loose: str
    street: bool
    name: str
    whole: str


def split_address(address: str) -> list[str]:
    """Split an address, composed and in lower case, where its writer did."""
    parts = _STRONG.split(address)
    if ". " in address:
        parts = [piece for part in parts for piece in _STOP.split(part)]
    return [part for each in parts if (part := each.strip(" ."))]


def compose_lower(text: str) -> str:
    """Compose text and bring it to lower case; line breaks, which separate, are kept, and T.P is TP."""
    lower = "\n".join(compose(line).casefold() for line in text.splitlines())
    return _SPACED.sub(r"t\1.", lower) if "t." in lower else lower


def split_inside(part: str) -> list[str]:
    """Split a part before the kind words inside it: '5 Lê Lợi P. Vĩnh Ninh TP Huế' has three."""
    flat = plain(part)
    accented = flat != part
    cuts = [0]
    for found in _MARK.finditer(flat):
        word = re.match(r"[^\W\d_]+", part[found.end() :])
        kind = re.match(r"[a-z]+", flat[found.end() :])
        # In text with diacritics a kind word has its own: "Tam Quan" holds no quận.
        if accented and word and kind and kind[0] in _ACCENTED and word[0] not in _ACCENTED[kind[0]]:
            continue
        cuts.append(found.end())
    return [piece.strip() for piece in (part[a:b] for a, b in zip(cuts, [*cuts[1:], len(part)], strict=True))]


def read_part(text: str) -> Part | None:
    """Read one part, in lower case and composed: its kind word, its keys.

    Returns
    -------
    Part or None
        None for what names nothing, such as the country.
    """
    typed = text.strip(" .:-–'\"()")
    flat_typed = plain(typed)
    name, flat, whole = typed, flat_typed, ""
    kinds: frozenset[str] = frozenset()
    found = _kind_of(name, flat)
    if found is not None:
        kinds = _kinds_said(found)
        # The first word may belong to the name: Quan Hóa, Xà Phiên. An abbreviation does not: T. An Giang, Tân Giang.
        if found["long"] is not None or (found["two"] is not None and "." not in found[0]):
            whole = _loose_of(flat)
        name, flat = name[found.end() :].strip(), flat[found.end() :].strip()
        # "Thị trấn TT Diễn Châu": the second word adds nothing. But "phuong phuong dong" may be Phường Phương Đông ...
        again = _kind_of(name, flat)
        if again is not None and again[0] != found[0] and kinds == _kinds_said(again):
            # ... and "X. Xa Dung" Xã Xa Dung.
            whole = _loose_of(flat)
            name, flat = name[again.end() :].strip(), flat[again.end() :].strip()
    # What stands in brackets explains: "Tân Thành (xã)", "Sơn Trà (cũ)".
    if "(" in name:
        if not kinds and (said := re.search(r"\(([^)]*)", flat)) and (kind := said[1].strip(" .")) in _KINDS:
            kinds = _KINDS[kind]
        name = re.sub(r"\s*\([^)]*\)?", "", name).strip() or name
        flat = plain(name)
    loose = _loose_of(flat)
    if not loose or loose in _NATION:
        return None
    if loose.isdecimal() and kinds == {"tỉnh"}:
        kinds = frozenset()
    strict = loose if loose.isdecimal() else _strict(name)
    street = not kinds and (loose.isdecimal() or _begins_street(typed, flat_typed))
    return Part(kinds, strict, loose, street, name, whole)


def _begins_street(typed: str, flat: str) -> bool:
    """Tell whether a part begins like a street, a hamlet or a number."""
    if typed[:1].isdigit():
        return True
    first = re.match(r"[^\W\d_]+", typed)
    if first is None or first[0].isascii():
        return _STREET.match(flat) is not None
    return _ACCENTED_STREET.match(typed) is not None


def bare_name(name: str) -> str:
    """Drop the kind word of an official name; lower case."""
    lower = compose(name).casefold()
    found = _kind_of(lower, plain(lower))
    return lower if found is None else lower[found.end() :]


def mended(text: str) -> list[str]:
    """Put right a misspelt kind word at the start of a part, in every way that one slip allows.

    Only where the first word (or two) is one slip from a kind word, or runs into the name, and something follows.
    """
    found: list[str] = []
    flat = plain(text)
    for count in (2, 1):
        words = text.split(maxsplit=count)
        typed = " ".join(words[:count])
        if len(words) <= count or plain(typed) in _KINDS:
            continue
        for kind in _LONG.split("|"):
            # Typed with diacritics, "Na" is no slip of xã; typed without, "Xs" is one of xa.
            forms = (kind,) if text.isascii() else _FULL[kind]
            if kind.count(" ") == count - 1 and any(one_slip_apart(typed, form) for form in forms):
                found.append(f"{min(_FULL[kind])} {words[count]}")
    found += [
        f"{min(_FULL[kind])} {text[len(kind) :]}"
        for kind in _LONG.split("|")
        if flat.startswith(kind) and text[: len(kind)] in _FULL[kind] and text[len(kind) :][:1].isalpha()
    ]
    # An abbreviation that is none, or of another kind of unit, may be a slip of any: what follows it has the name.
    if (short := _ABBREVIATION.match(flat)) is not None:
        found.append(text[short.end() :])
    return found


def _kinds_said(found: re.Match[str]) -> frozenset[str]:
    return _KINDS[found["long"] or found["glued"] or found["two"] or found["one"]]


def _kind_of(name: str, flat: str) -> re.Match[str] | None:
    """Match a kind word at the start of a name, unless its diacritics say that it is another word."""
    found = _KIND.match(flat)
    if found is None or found["long"] is None:
        return found
    word = found["long"]
    typed = name[: len(word)]
    # Where diacritics are typed, a bare "quan" or "phuong" is part of a name: Tam Quan, Phương Đông.
    bare_allowed = name.isascii() or word not in ("quan", "phuong")
    return found if typed in _FULL[word] or (typed == word and bare_allowed) else None
