"""Encodings: the same Vietnamese text comes back from each, or a question is asked."""

import contextlib
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mangluoi.errors import InputError
from mangluoi.sources import encodings

TEXT = (
    "Đơn vị;Số người\nxã Giang Sơn Đông, huyện Đô Lương;12\nthị trấn Diễn Châu;người cao tuổi, trẻ em mồ côi, "
    "khuyết tật nặng\nphường Thủy Xuân, thành phố Huế;quỹ dưỡng lão, nuôi dưỡng tập trung\n"
)


def by_table(text, table):
    back = {letter: byte for byte, letter in table.items()}
    return bytes(back[c] if c in back else ord(c) for c in text)


def vni(text):
    marks = {tone: mark for mark, tone in encodings._VNI_MARKS.items() if mark.islower()}
    alone = {letter: typed for typed, letter in encodings._VNI_ALONE.items()}
    out = []
    for letter in text:
        if letter in alone:
            out.append(alone[letter])
            continue
        parts = unicodedata.normalize("NFD", letter)
        base, tones = parts[0], parts[1:]
        if "\u031b" in tones:
            base, tones = {"o": "ô", "u": "ö"}[base], tones.replace("\u031b", "")
        # In VNI the circumflex or breve comes before the tone, whatever their order in NFD.
        hat = "".join(t for t in tones if t in "\u0302\u0306")
        tones = hat + "".join(t for t in tones if t not in "\u0302\u0306")
        out.append(letter if letter in "ìí" else base + (marks[tones] if tones else ""))
    return "".join(out).encode("cp1252")


def cp1258(text):
    parts = []
    for letter in text:
        try:
            parts.append(letter.encode("cp1258"))
        except UnicodeEncodeError:
            whole = unicodedata.normalize("NFD", letter)
            tone = next(t for t in whole if t in "\u0300\u0301\u0303\u0309\u0323")
            base = unicodedata.normalize("NFC", whole.replace(tone, ""))
            parts.append(base.encode("cp1258") + tone.encode("cp1258"))
    return b"".join(parts)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8"),
        (unicodedata.normalize("NFD", TEXT).encode(), "utf-8"),
        (TEXT.encode("utf-16"), "utf-16"),
        (TEXT.encode().decode("latin-1").encode(), "utf-8 read as cp1252"),
        (by_table(TEXT, encodings._TCVN3), "TCVN3"),
        (by_table(TEXT, encodings._VISCII), "VISCII"),
        (vni(TEXT), "VNI"),
        (cp1258(TEXT), "windows-1258"),
    ],
)
def test_every_encoding_gives_the_same_text(content, name):
    """The text is recognised in every encoding in use, and comes back whole."""
    decoded = encodings.decode(content)
    assert decoded.encoding == name
    assert decoded.text == TEXT
    assert decoded.lost == 0


def test_plain_ascii_is_utf8():
    """Text without diacritics is the same in all of them."""
    assert encodings.decode(b"ma;so\n01;2\n").text == "ma;so\n01;2\n"


def test_noise_is_refused_with_a_question():
    """Bytes that are Vietnamese in no encoding are refused, and the message asks for the encoding."""
    with pytest.raises(InputError, match="say which"):
        encodings.decode(bytes(range(0x80, 0x100)) * 3)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content):
    """Whatever the bytes, the answer is text or an InputError."""
    with contextlib.suppress(InputError):
        assert isinstance(encodings.decode(content).text, str)
