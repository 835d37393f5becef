"""Bytes as Vietnamese text: the encodings in use, told apart by how Vietnamese the decoded text is."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from mangluoi.errors import Complaint, InputError
from mangluoi.sources.sheets import Grid

__all__ = ["Decoded", "decode", "mended", "vietnamese_share"]

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


def _byte(letter: str) -> int | None:
    """Return the byte that a program read as this letter, taking it for text of western Europe."""
    if ord(letter) < 0x100:
        return ord(letter)
    try:
        return letter.encode("cp1252")[0]
    except UnicodeEncodeError:
        return None


def _by_table(table: dict[int, str]) -> Callable[[str], str]:
    """Return a reader for an encoding of one byte per letter; letters that are no byte stay."""

    def read(text: str) -> str:
        return "".join(
            letter
            if (byte := _byte(letter)) is None or (byte < 0x80 and byte not in table)
            else table.get(byte, "\ufffd")
            for letter in text
        )

    return read


def _vni(text: str) -> str:
    found: list[str] = []
    for letter in text:
        if letter in _VNI_MARKS and found and found[-1] in "aeoôơuưyiAEOÔƠUƯYI":
            found[-1] += _VNI_MARKS[letter]
        else:
            found.append(_VNI_ALONE.get(letter, letter))
    return unicodedata.normalize("NFC", "".join(found))


def _as_bytes(text: str) -> bytes:
    found = [_byte(letter) for letter in text]
    if None in found:
        raise UnicodeError("not every letter is a byte")
    return bytes(byte for byte in found if byte is not None)


# How text of one encoding is put right that was read, byte by byte, as western European.
_MISREAD: dict[str, Callable[[str], str]] = {
    "utf-8 read as cp1252": lambda text: _as_bytes(text).decode("utf-8"),
    "windows-1258": lambda text: _as_bytes(text).decode("cp1258"),
    "TCVN3": _by_table(_TCVN3),
    "VNI": _vni,
    "VISCII": _by_table(_VISCII),
}


def _utf8(content: bytes) -> str:
    # One broken letter, as where a file was cut off, does not make it another encoding.
    return content.decode("utf-8-sig", errors="replace")


def _utf16(content: bytes) -> str:
    """Read UTF-16 without a mark at its start: every other byte of plain letters is zero."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    if 4 * content.count(0) < len(content):
        raise UnicodeError("too few zero bytes")
    little = content[1::2].count(0) > content[::2].count(0)
    return content.decode("utf-16-le" if little else "utf-16-be", errors="replace")


_READERS: dict[str, Callable[[bytes], str]] = {
    "utf-8": _utf8,
    "utf-16": _utf16,
    "utf-8 read as cp1252": lambda content: _as_bytes(content.decode("utf-8-sig")).decode("utf-8", errors="replace"),
    "windows-1258": lambda content: content.decode("cp1258", errors="replace"),
    "TCVN3": lambda content: _MISREAD["TCVN3"](content.decode("latin-1")),
    "VNI": lambda content: _vni(content.decode("cp1252", errors="replace")),
    "VISCII": lambda content: _MISREAD["VISCII"](content.decode("latin-1")),
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
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
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
        if name == "utf-8" and share >= _ENOUGH and not lost and "\0" not in text:
            break
    tried.sort(key=lambda each: -each[0])
    likely = ", ".join(decoded.encoding for _, decoded in tried[:3])
    if not tried or (encoding is None and tried[0][0] < _ENOUGH):
        raise _question("encoding_unknown", likely, file)
    best = tried[0]
    rivals = [each for each in tried[1:] if each[0] > best[0] - _MARGIN and each[1].text != best[1].text]
    if rivals:
        raise _question("encoding_doubtful", likely, file)
    return best[1]


def _question(reason: str, likely: str, file: str | None) -> InputError:
    return InputError([Complaint("unreadable_file", file, details={"reason": reason, "likely": likely or "–"})])


def mended(grid: Grid, *, file: str, encoding: str | None = None) -> Grid:
    """Put right the text of a sheet that was typed in a font of other letters, or decoded wrongly before.

    Cells that read as Vietnamese stay as they are; of the others, all are put right in the same way or none is.

    Parameters
    ----------
    grid
        The sheet; it is returned as it is where its text is Vietnamese enough, or nothing makes it so.
    file
        Where it came from, for the complaint.
    encoding
        What its text is in, if known.

    Raises
    ------
    InputError
        If two encodings make it Vietnamese about equally well.
    """
    odd = {c for row in grid.rows for c in row if isinstance(c, str) and not c.isascii()}
    before = vietnamese_share(" ".join(odd))
    if before >= _ENOUGH and encoding is None:
        return grid
    wrong = sorted(c for c in odd if vietnamese_share(c) < 1)
    tried: list[tuple[float, str, dict[str, str]]] = []
    for name, read in _MISREAD.items():
        if encoding is not None and name != encoding:
            continue
        new = {cell: _read_again(cell, read) for cell in wrong}
        tried.append((vietnamese_share(" ".join([*(odd - set(wrong)), *new.values()])), name, new))
    tried.sort(key=lambda each: -each[0])
    if not tried or (encoding is None and tried[0][0] < max(_ENOUGH, before + 2 * _MARGIN)):
        return grid
    share, name, new = tried[0]
    if any(other[0] > share - _MARGIN and other[2] != new for other in tried[1:]):
        raise _question("encoding_doubtful", ", ".join(each[1] for each in tried[:2]), file)
    rows = tuple(tuple(new.get(cell, cell) if isinstance(cell, str) else cell for cell in row) for row in grid.rows)
    return dataclasses.replace(grid, rows=rows, encoding=name, lost=sum(text.count("\ufffd") for text in new.values()))


def _read_again(cell: str, read: Callable[[str], str]) -> str:
    try:
        return unicodedata.normalize("NFC", read(cell))
    except UnicodeError:
        return cell
