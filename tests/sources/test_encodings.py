"""Encodings: the same Vietnamese text comes back from each, or a question is asked."""

import contextlib
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from legacy_text import by_table, cp1258, vni

from mangluoi.errors import InputError
from mangluoi.sources import encodings

TEXT = (
    "Đơn vị;Số người\nxã Giang Sơn Đông, huyện Đô Lương;12\nthị trấn Diễn Châu;người cao tuổi, trẻ em mồ côi, "
    "khuyết tật nặng\nphường Thủy Xuân, thành phố Huế;quỹ dưỡng lão, nuôi dưỡng tập trung\n"
)


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
