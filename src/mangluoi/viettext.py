"""Vietnamese text: one form for storing, one for searching, and the way numbers are written."""

from __future__ import annotations

import math
import re
import unicodedata

__all__ = ["compose", "fold", "format_number", "name_key", "slug"]

# Letters that look like Đ but are others (eth, African D), and marks without width (soft hyphen, joiners and the like).
_LOOKALIKES = str.maketrans(
    {"Ð": "Đ", "ð": "đ", "Ɖ": "Đ", "ɖ": "đ", **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", "")}
)
_ODD = re.compile(f"[{''.join(map(chr, _LOOKALIKES))}]")
# Both tone placements are in use (hoà/hòa, thuỷ/thủy): the tone is moved to the second vowel.
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_OLD_TONE = re.compile(rf"([ou])([{_TONES}])([aey])(?![\u0302\u0306\u031b])")
_SPACE = re.compile(r"\s+")


def compose(text: str) -> str:
    """Bring text to the stored form: NFC, right Đ, single spaces, no marks without width."""
    if _ODD.search(text) is not None:
        text = text.translate(_LOOKALIKES)
    return _SPACE.sub(" ", unicodedata.normalize("NFC", text)).strip()


def name_key(text: str) -> str:
    """Bring a name to the form in which names are compared *with* their diacritics.

    Case, tone placement and spaces do not count; every letter and tone does.
    """
    parts = unicodedata.normalize("NFD", compose(text).casefold())
    moved = _OLD_TONE.sub(lambda m: m.group(1) + m.group(3) + m.group(2), parts)
    return unicodedata.normalize("NFC", moved)


def fold(text: str) -> str:
    """Bring text to the form for searching: lower case, no diacritics, đ as d."""
    parts = unicodedata.normalize("NFD", compose(text).casefold())
    return "".join(c for c in parts if not unicodedata.combining(c)).replace("đ", "d")


def slug(text: str) -> str:
    """Make a file name part of text: ASCII letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")


def format_number(value: float | None, decimals: int = 0, *, lang: str = "vi") -> str:
    """Write a number as the language's readers expect it: 1.234,5 in Vietnamese, 1,234.5 in English.

    Parameters
    ----------
    value
        The number; an absent one (None or NaN) gives an empty text, never a zero.
    decimals
        How many digits follow the decimal mark.
    lang
        {"vi", "en"}
    """
    if value is None or math.isnan(value):
        return ""
    text = f"{round(value, decimals) + 0.0:,.{decimals}f}"
    if float(text.replace(",", "")) == 0:
        text = text.lstrip("-")
    return text.translate(str.maketrans(",.", ".,")) if lang == "vi" else text
