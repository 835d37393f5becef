"""Reading an address: its parts, each with the units whose names it may be."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from mangluoi.gazetteer import wording
from mangluoi.gazetteer.lexicon import Entry, Lexicon
from mangluoi.gazetteer.spelling import one_slip_apart
from mangluoi.gazetteer.wording import Part

__all__ = ["COMMUNE_KINDS", "DISTRICT_KINDS", "PROVINCE_KINDS", "AddressReader", "Reading", "differences"]

COMMUNE_KINDS = frozenset({"xã", "phường", "thị trấn", "đặc khu"})
DISTRICT_KINDS = frozenset({"huyện", "quận", "thị xã", "thành phố"})
PROVINCE_KINDS = frozenset({"tỉnh", "thành phố"})

_LONGEST_NAME_WORDS = 5
_SHORTEST_ABOVE = 3
# Two parts with a dash between, wherever the second part is the first of the next two.
_DASH = re.compile(r"(?=(?:^|(?<=[,;|\n–-]))([^,;|\n–-]+)[-–]+([^,;|\n–-]+))")


@dataclass(eq=False)
class Reading:
    """A part of an address, and what it may name.

    Parameters
    ----------
    part
        The part.
    provinces, districts
        The names that it may be, at each level.
    commune_keys
        Loose keys under which communes may be called so.
    lexicon
        Where the names come from.
    typed
        The part as it was typed, where a slip in its kind word was put right.
    names_something
        Whether any unit at all is called so.
    street
        Whether it is a street, a hamlet or a number: it reads like one, and no unit is called exactly so.
    province_fits, district_fits
        The provinces and districts that it may name, each with what does not fit.
    """

    part: Part
    provinces: tuple[Entry, ...]
    districts: tuple[Entry, ...]
    commune_keys: tuple[str, ...]
    lexicon: Lexicon
    typed: Part | None = None

    names_something: bool = field(init=False)
    street: bool = field(init=False)
    province_fits: Mapping[int, tuple[str, ...]] = field(init=False, default_factory=dict)
    district_fits: Mapping[int, tuple[str, ...]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.names_something = bool(self.provinces or self.districts or self.commune_keys)
        self.street = self.part.street and not self.names_something
        if self.provinces:
            self.province_fits = _fits(self, self.provinces)
        if self.districts:
            self.district_fits = _fits(self, self.districts)

    @cached_property
    def slips_above(self) -> frozenset[int]:
        """The provinces and districts whose names are one slip away."""
        part, known = self.part, self.lexicon
        keys = (part.loose, part.whole) if part.whole else (part.loose,)
        return frozenset(
            entry.position
            for key in keys
            if len(key) >= _SHORTEST_ABOVE and not key.isdecimal()
            for near in known.spelling_above.near(key)
            for entry in (*known.districts.get(near, ()), *known.provinces.get(near, ()))
            if key is part.whole or not part.kinds or not entry.kind or entry.kind in part.kinds
        )

    @cached_property
    def known_as(self) -> str:
        """How far what was typed is known, and need not be a slip.

        It may be a "name" that some commune bears, made of each "word" of which names are made, or hold "no_word".
        """
        if any(e.strict == self.part.strict for key in self.commune_keys for e in self.lexicon.communes[key]):
            return "name"
        return "word" if self.lexicon.made_of_words(self.part) else "no_word"


def differences(reading: Reading, entry: Entry) -> tuple[str, ...]:
    """List what does not fit between a part and a name: names of `matching.COSTS`."""
    part = reading.part
    causes: list[str] = ["kind_slip"] if reading.typed is not None else []
    if part.strict.isascii():
        if entry.strict != part.strict and entry.loose == part.loose:
            causes.append("no_diacritics")
    elif entry.loose == part.loose and entry.strict and entry.strict != part.strict:
        causes.append({"no_word": "wrong_diacritics", "word": "other_diacritics"}.get(reading.known_as, "other_name"))
    if not entry.official:
        causes.append("former_name")
    if part.kinds and entry.kind and entry.kind not in part.kinds and entry.loose == part.loose:
        causes.append("other_kind")
    return tuple(causes)


def _fits(reading: Reading, entries: tuple[Entry, ...]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    for entry in entries:
        causes = differences(reading, entry)
        if entry.position not in found or len(causes) < len(found[entry.position]):
            found[entry.position] = causes
    return found


class AddressReader:
    """Reads addresses part by part; equal parts are read once.

    Parameters
    ----------
    lexicon
        The names of units.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._read: dict[str, tuple[Reading, ...]] = {}
        self._peeled: dict[str, tuple[Reading, ...]] = {}

    def divided(self, address: str) -> list[str]:
        """Divide an address as its writer did."""
        return wording.split_address(self._joined(address))

    def read(self, parts: Sequence[str]) -> list[Reading]:
        """Read the parts of an address."""
        found: list[Reading] = []
        for text in parts:
            if text not in self._read:
                self._read[text] = self._readings(text)
            found.extend(self._read[text])
        return found

    def read_undivided(self, parts: Sequence[str]) -> list[Reading]:
        """Read parts whose writer left out the marks: names are peeled off from the end of each."""
        found: list[Reading] = []
        for text in parts:
            if text not in self._peeled:
                self._peeled[text] = tuple(
                    each for piece in wording.split_inside(text) for each in self._names_at_end(piece)
                )
            found.extend(self._peeled[text])
        return found

    def _joined(self, address: str) -> str:
        """Take the dash out of names that have one of their own: Bà Rịa - Vũng Tàu."""
        text = wording.compose_lower(address)
        if "-" not in text and "–" not in text:
            return text
        for dash in _DASH.finditer(text):
            part = wording.read_part(f"{dash[1]} {dash[2]}")
            if part is not None and any(one_slip_apart(part.loose, name) for name in self._lexicon.dashed_names):
                text = f"{text[: dash.end(1)]} {text[dash.start(2) :]}"
                break
        for found in reversed(list(self._lexicon.dashed.finditer(wording.plain(text)))):
            name = re.sub(r"\s*[-–]+\s*", " ", text[found.start() : found.end()])
            text = text[: found.start()] + name + text[found.end() :]
        return text

    def _readings(self, text: str) -> tuple[Reading, ...]:
        whole = self._mended(text)
        if whole is not None and whole.names_something:
            return (whole,)
        pieces = wording.split_inside(text)
        if len(pieces) == 1:
            return () if whole is None else (whole,)
        return tuple(each for piece in pieces if (each := self._mended(piece)) is not None)

    def _mended(self, text: str) -> Reading | None:
        """Read a part, allowing a slip in its kind word where that gives it a meaning."""
        read = self._reading(text)
        if read is None or read.names_something:
            return read
        for mended in wording.mended(text):
            again = self._reading(mended)
            if again is None or not again.names_something:
                continue
            # The name of a unit above may be misspelt instead: "Quảgn Bình" is no quận.
            if not read.slips_above or again.part.kinds & COMMUNE_KINDS:
                return replace(again, typed=read.part)
        return read

    def _reading(self, text: str) -> Reading | None:
        part = wording.read_part(text)
        if part is None:
            return None
        provinces: list[Entry] = []
        districts: list[Entry] = []
        communes: list[str] = []
        # A number alone is no name, nor is what reads like a street, unless a unit is called exactly so.
        for key, kinds in ((part.loose, part.kinds), (part.whole, frozenset[str]())):
            if not key or (key.isdecimal() and not kinds):
                continue
            if not kinds or kinds & PROVINCE_KINDS:
                provinces += self._lexicon.provinces.get(key, ())
            if not kinds or kinds & DISTRICT_KINDS:
                districts += self._lexicon.districts.get(key, ())
            if (not kinds or kinds & COMMUNE_KINDS) and key in self._lexicon.communes:
                communes.append(key)
        return Reading(part, tuple(provinces), tuple(districts), tuple(communes), self._lexicon)

    def _names_at_end(self, text: str) -> list[Reading]:
        """Peel a province, a district and a commune off the end of a text, as far as they are there."""
        words = text.replace(".", " ").split()
        found: list[Reading] = []
        for level in ("provinces", "districts", "commune_keys"):
            for count in range(min(_LONGEST_NAME_WORDS, len(words)), 0, -1):
                each = self._reading(" ".join(words[-count:]))
                if each is not None and getattr(each, level) and not each.part.loose.isdecimal():
                    found.insert(0, each)
                    words = words[:-count]
                    break
        rest = self._reading(" ".join(words)) if words else None
        return [rest, *found] if rest is not None else found
