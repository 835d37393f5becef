"""Bytes as Vietnamese text: the encodings in use, told apart by how Vietnamese the decoded text is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from mangluoi.errors import Complaint, InputError

__all__ = ["Decoded", "decode", "vietnamese_share"]

# One byte per letter, 0xB5 to 0xFE, after the fourteen letters from 0xA1; upper case with tones comes from a font.
_TCVN3_LETTERS = "ĂÂÊÔƠƯĐăâêôơưđ"
_TCVN3_TONES = (
    "àảãáạẲằẳẵắẴẮẦẨẪẤỀặầẩẫấậèỂẻẽéẹềểễếệìỉỄẾỒĩíịòỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵ"
)  # fmt: skip
_TCVN3 = {0xA1 + n: c for n, c in enumerate(_TCVN3_LETTERS)} | {0xB5 + n: c for n, c in enumerate(_TCVN3_TONES)}

_VISCII_HIGH = (
    "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡưàáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ"
)  # fmt: skip
_VISCII = {0x80 + n: c for n, c in enumerate(_VISCII_HIGH)}
_VISCII |= {0x02: "Ẳ", 0x05: "Ẵ", 0x06: "Ẫ", 0x14: "Ỷ", 0x19: "Ỹ", 0x1E: "Ỵ"}

# VNI writes a letter and then its mark, as a letter of western Europe.
_VNI_MARKS = {
    "ù": "\u0301", "ø": "\u0300", "û": "\u0309", "õ": "\u0303", "ï": "\u0323",
    "â": "\u0302", "á": "\u0302\u0301", "à": "\u0302\u0300", "å": "\u0302\u0309", "ã": "\u0302\u0303",
    "ä": "\u0302\u0323",
    "ê": "\u0306", "é": "\u0306\u0301", "è": "\u0306\u0300", "ú": "\u0306\u0309", "ü": "\u0306\u0303",
    "ë": "\u0306\u0323",
}  # fmt: skip
_VNI_MARKS |= {mark.upper(): tone for mark, tone in _VNI_MARKS.items()}
_VNI_ALONE = {"ñ": "đ", "ö": "ư", "ô": "ơ", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}
_VNI_ALONE |= {typed.upper(): letter.upper() for typed, letter in _VNI_ALONE.items()}

_ONSET = "ngh|ng|nh|gh|kh|ph|th|tr|ch|qu|gi|[bcdđghklmnpqrstvx]"
_RIME = (
    "iê|yê|ia|ya|uô|ua|ươ|ưa|oa|oă|oe|uâ|uê|uơ|uy|uyê|uya|ai|ao|au|ay|âu|ây|eo|êu|iu|iêu|yêu|oai|oay|oao|oi|ôi|ơi|"
    "ui|uôi|ưi|ươi|ưu|ươu|uây|uao|uyu|oeo|[aăâeêioôơuưy]"
)
_SYLLABLE = re.compile(rf"(?:{_ONSET})?(?:{_RIME})(?:ch|nh|ng|[cmnpt])?")
_TONE = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_WORD = re.compile(r"[^\W\d_]+")
_ENOUGH, _MARGIN = 0.8, 0.1


@dataclass(frozen=True)
class Decoded:
    """Text, the encoding it was in, and what that encoding may have lost.

    Parameters
    ----------
    text
        Composed (NFC).
    encoding
        Its name.
    lost
        How many characters could not be read.
    """

    text: str
    encoding: str
    lost: int


def _is_syllable(word: str) -> bool:
    parts = unicodedata.normalize("NFD", word.casefold())
    if len(_TONE.findall(parts)) > 1:
        return False
    bare = unicodedata.normalize("NFC", _TONE.sub("", parts))
    return _SYLLABLE.fullmatch(bare) is not None


def vietnamese_share(text: str) -> float:
    """Return which share of the words with letters beyond ASCII are Vietnamese syllables; 1 where there is none."""
    words = {word for word in _WORD.findall(unicodedata.normalize("NFC", text)) if not word.isascii()}
    return sum(map(_is_syllable, words)) / len(words) if words else 1.0


def _by_table(content: bytes, table: dict[int, str]) -> str:
    return "".join(table.get(byte, chr(byte) if byte < 0x80 else "\ufffd") for byte in content)


def _vni(content: bytes) -> str:
    text = content.decode("cp1252", errors="replace")
    found: list[str] = []
    for letter in text:
        if letter in _VNI_MARKS and found and found[-1] in "aeoôơuưyiAEOÔƠUƯYI":
            found[-1] += _VNI_MARKS[letter]
        else:
            found.append(_VNI_ALONE.get(letter, letter))
    return unicodedata.normalize("NFC", "".join(found))


def _misread_utf8(content: bytes) -> str:
    """Undo UTF-8 that was read as windows-1252 and saved as UTF-8 again."""
    text = content.decode("utf-8-sig")
    raw = b"".join(bytes([ord(c)]) if ord(c) < 0x100 else c.encode("cp1252", errors="strict") for c in text)
    return raw.decode("utf-8", errors="replace")


_READERS: dict[str, Callable[[bytes], str]] = {
    "utf-8": lambda content: content.decode("utf-8-sig"),
    "utf-8 read as cp1252": _misread_utf8,
    "windows-1258": lambda content: content.decode("cp1258", errors="replace"),
    "TCVN3": lambda content: _by_table(content, _TCVN3),
    "VNI": _vni,
    "VISCII": lambda content: _by_table(content, _VISCII),
}


def decode(content: bytes, *, encoding: str | None = None, file: str | None = None) -> Decoded:
    """Decode Vietnamese text.

    A byte-order mark settles it. Otherwise every encoding in use is tried, and the one whose text holds the most
    Vietnamese syllables is taken, if it is Vietnamese enough and clearly more so than the next.

    Parameters
    ----------
    content
        The bytes.
    encoding
        What it is, if known: the name of an encoding as `Decoded` gives it, which settles what is too close to call.
    file
        Where they came from, for the complaint.

    Raises
    ------
    InputError
        If no encoding gives Vietnamese text, or two do about equally; the complaint names the likely ones.
    """
    if encoding is None and content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16", errors="replace")
        return Decoded(unicodedata.normalize("NFC", text), "utf-16", text.count("\ufffd"))
    tried: list[tuple[float, Decoded]] = []
    for name, read in _READERS.items():
        if encoding is not None and name != encoding:
            continue
        try:
            text = unicodedata.normalize("NFC", read(content))
        except UnicodeError:
            continue
        lost = text.count("\ufffd")
        share = vietnamese_share(text)
        # Characters that cannot be read speak against an encoding as words that are none.
        tried.append((share - min(0.5, 20 * lost / max(1, len(text))), Decoded(text, name, lost)))
        if name == "utf-8" and share >= _ENOUGH:
            break
    tried.sort(key=lambda each: -each[0])
    likely = ", ".join(decoded.encoding for _, decoded in tried[:3])
    if not tried or (encoding is None and tried[0][0] < _ENOUGH):
        why = f"its encoding is not recognised; likely: {likely or 'none'}. Say which, or save it as UTF-8"
        raise InputError([Complaint("unreadable_file", file, details={"why": why})])
    best = tried[0]
    rivals = [each for each in tried[1:] if each[0] > best[0] - _MARGIN and each[1].text != best[1].text]
    if rivals:
        why = f"its encoding may be any of {likely}. Say which, or save it as UTF-8"
        raise InputError([Complaint("unreadable_file", file, details={"why": why})])
    return best[1]
