"""Vietnamese text in the encodings of old: the other way round from what the package reads."""

from __future__ import annotations

import unicodedata

from mangluoi.sources import encodings


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


def encode(text: str, encoding: str) -> bytes:
    """Return text in an encoding by its name in `encodings`, or by its name in Python."""
    if encoding == "VNI":
        return vni(text)
    if encoding == "cp1258":
        return cp1258(text)
    if encoding in ("TCVN3", "VISCII"):
        return by_table(text, {"TCVN3": encodings._TCVN3, "VISCII": encodings._VISCII}[encoding])
    return text.encode(encoding)
