"""Which unit the parts of an address name together, and what speaks against it.

Every way of reading the address costs something for each thing that does not fit. The cheapest unit wins if it is
cheap enough and the next place is clearly dearer; otherwise there is no answer, only candidates.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mangluoi.gazetteer.lexicon import Entry, Lexicon
from mangluoi.gazetteer.reading import COMMUNE_KINDS, DISTRICT_KINDS, PROVINCE_KINDS, Reading, differences
from mangluoi.gazetteer.spelling import one_slip_apart
from mangluoi.gazetteer.wording import Part, i_for_y, older_tones, strict_key_as_typed

__all__ = ["COSTS", "Match", "communes_named", "districts_named"]

#: What each thing that does not fit costs; 1 would be no resemblance at all.
COSTS = {
    "no_diacritics": 0.01,
    "wrong_diacritics": 0.06,
    "other_diacritics": 0.12,
    "former_name": 0.035,
    "other_kind": 0.06,
    "kind_slip": 0.03,
    "slip": 0.08,
    "other_word": 0.18,
    "other_name": 0.18,
    "other_list": 0.04,
    "no_district": 0.02,
    "other_district": 0.08,
    "no_province": 0.02,
    "nothing_above": 0.08,
    "by_context": 0.03,
    "bare_alone": 0.10,
    "out_of_order": 0.01,
    "second_commune": 0.16,
    "unread_before": 0.03,
    "unknown_between": 0.16,
    "outside_hint": 0.12,
    "undivided": 0.06,
    "list_form": 0.03,
}
# Names shorter than this are no slip of each other; one that is made of no words is surely one, and may be shorter.
_SHORTEST_SLIP, _SHORTEST_NO_WORD = 5, 2
_NUMBER = re.compile(r"[a-e]|[ivx]+|\d+")
_SLIP_OF = {"no_word": "slip", "word": "other_word", "name": "other_name"}
# Words that begin the names of hamlets and streets, and of communes as well.
_NAME_LIKE = ("ban", "lang", "pho", "cho", "cau", "buon", "bon", "toa", "dan", "nga", "khu")


@dataclass(frozen=True, slots=True)
class Match:
    """A unit that an address may name.

    Parameters
    ----------
    position
        Of the unit in the lexicon.
    cost
        The sum of what does not fit.
    causes
        What that is, sorted: names of `COSTS`.
    kind_stated
        Whether the address says what kind of unit it is.
    used
        The parts of the address that name it, and the units above it, sorted.
    """

    position: int
    cost: float
    causes: tuple[str, ...]
    kind_stated: bool
    used: tuple[int, ...]


def _cost(causes: Iterable[str]) -> float:
    total = 0.0
    for cause in causes:
        total += COSTS[cause]
    return total


class _Address:
    """The readings of one address, and what they say of a unit."""

    def __init__(self, readings: Sequence[Reading], lexicon: Lexicon, hint: frozenset[int]) -> None:
        self.readings = readings
        self.lexicon = lexicon
        self.hint = hint
        self.provinces = [each.province_fits for each in readings]
        self.districts = [each.district_fits for each in readings]

    @property
    def accented(self) -> bool:
        """Whether any part is typed with diacritics."""
        return any(not reading.part.strict.isascii() for reading in self.readings)

    def above(self, but: int, *, slips: bool) -> set[int]:
        """Return the districts and provinces that the other parts may name, or else be a slip of."""
        found: set[int] = set()
        for position, (provinces, districts) in enumerate(zip(self.provinces, self.districts, strict=True)):
            if position != but and (provinces or districts):
                found.update(provinces, districts)
        if slips and not found:
            for position, reading in enumerate(self.readings):
                if position != but and not reading.names_something:
                    found |= reading.slips_above
        return found

    @staticmethod
    def _naming(
        fits: Sequence[Mapping[int, tuple[str, ...]]], own: int, kin: frozenset[int], but: tuple[int, ...]
    ) -> tuple[int, tuple[str, ...]]:
        """Find the part that names a unit above, its own or its kin; -1 where none does."""
        best: tuple[int, tuple[str, ...]] = (-1, ())
        for position, named in enumerate(fits):
            if not named or position in but:
                continue
            if own in named:
                found = named[own]
                if not found:
                    return position, found
            else:
                shared = [named[each] for each in kin if each in named]
                if not shared:
                    continue
                found = (*min(shared, key=len), "other_list")
            if best[0] == -1 or _cost(found) < _cost(best[1]):
                best = (position, found)
        return best

    def support(self, unit_position: int, at: int, *, bare: bool) -> tuple[list[str], tuple[int, ...]] | None:
        """List what does not fit if part `at` names this unit, and the parts that do; None if it is contradicted.

        Without a kind word (`bare`) the part may as well name a unit of another level.
        """
        unit = self.lexicon.units[unit_position]
        causes: list[str] = []
        district = province = -1
        if unit.level == "commune" and unit.district >= 0:
            district, why = self._naming(self.districts, unit.district, unit.kin_districts, (at,))
            causes += why
        province, why = self._naming(self.provinces, unit.province, unit.kin_provinces, (at, district))
        causes += why
        if unit.level == "commune" and unit.district < 0:
            district, why = self._naming(self.districts, -1, unit.kin_districts, (at, province))
            causes += why
        used = (at, district, province)
        for position, reading in enumerate(self.readings):
            if position in used:
                continue
            if reading.street:
                if position < at and self._may_be_commune(reading) and bare and self.readings[at].districts:
                    return None
                continue
            verdict = self._leftover(unit_position, position, at, district, province, bare=bare)
            if verdict is None:
                return None
            cause, role = verdict
            causes += cause
            if role == "district":
                district = position
            elif role == "province":
                province = position
        if unit.level == "commune" and unit.district >= 0 and district < 0:
            causes.append("no_district")
        if province < 0:
            causes.append("no_province")
            if district < 0:
                at_home = unit.province in self.hint or not unit.kin_provinces.isdisjoint(self.hint)
                causes.append("by_context" if at_home else "nothing_above")
                if not self.readings[at].part.kinds:
                    causes.append("bare_alone")
            if self.hint and unit.province not in self.hint and not unit.kin_provinces & self.hint:
                causes.append("outside_hint")
        if district > province >= 0 and self._exchangeable(unit_position, district, province):
            district, province = province, district
        placed = [p for p in (at, district, province) if p >= 0]
        if placed != sorted(placed):
            # Read backwards and with a part left over or bent, that part is rather the commune, misspelt.
            if "unread_before" in causes or "slip" in causes:
                return None
            causes.append("out_of_order")
        return causes, tuple(sorted(placed))

    def _exchangeable(self, unit_position: int, district: int, province: int) -> bool:
        """Whether two parts may as well name the district and the province the other way round: Hòa Bình twice."""
        unit = self.lexicon.units[unit_position]
        above, below = self.readings[district], self.readings[province]
        return (unit.province in above.province_fits or unit.province in above.slips_above) and (
            unit.district in below.district_fits or unit.district in below.slips_above
        )

    def _leftover(
        self, unit_position: int, position: int, at: int, district: int, province: int, *, bare: bool
    ) -> tuple[list[str], str] | None:
        """Say what a part that names nothing above a unit costs it, and what it turns out to be after all."""
        unit, reading = self.lexicon.units[unit_position], self.readings[position]
        part = reading.part
        if self._repeats(unit_position, position, at):
            # "Phú Sơn, Thanh Hóa, Thanh Hóa": the province twice, or rather its city, and then not this unit's.
            other = unit.level == "commune" and district < 0 and reading.district_fits
            return (["other_district"] if other else []), ""
        if not reading.provinces and not reading.districts and reading.slips_above:
            roles = [
                ("district", district, unit.district, unit.kin_districts),
                ("province", province, unit.province, unit.kin_provinces),
            ]
            for role, at_role, own, kin in roles if unit.district >= 0 else roles[::-1]:
                if at_role >= 0 or (role == "district" and unit.level != "commune"):
                    continue
                if own in reading.slips_above:
                    return ["slip"], role
                if not kin.isdisjoint(reading.slips_above):
                    return ["slip", "other_list"], role
        if part.kinds & COMMUNE_KINDS and not part.kinds & (DISTRICT_KINDS | PROVINCE_KINDS):
            return (["second_commune"], "") if unit.level == "commune" and not bare else None
        if part.kinds:
            # A district or province that is stated, and is another one or none that is known.
            return None
        if position < at:
            # To the left of a commune stand hamlets and streets, whose names may be those of units elsewhere. But
            # where the name could as well be a district's, what stands before it may be its commune, misspelt.
            if bare and (self.readings[at].districts or reading.commune_keys):
                return None
            return ["unread_before"], ""
        if reading.provinces and position == len(self.readings) - 1:
            return None
        if reading.districts and district < 0:
            return None
        return ["unknown_between"], ""

    @staticmethod
    def _may_be_commune(reading: Reading) -> bool:
        """Whether a street or hamlet by its first word may be a commune that no list knows: Bản Nhùng, Phố Là."""
        flat = reading.part.loose
        return flat.startswith(_NAME_LIKE) and not any(letter.isdecimal() for letter in flat)

    def _repeats(self, unit_position: int, position: int, at: int) -> bool:
        """Tell whether a part only says again what another has said: lists often hold the commune twice."""
        unit, reading, named = self.lexicon.units[unit_position], self.readings[position], self.readings[at].part
        return (
            unit.district in reading.district_fits
            or "other_kind" not in reading.province_fits.get(unit.province, ("other_kind",))
            or not unit.kin_districts.isdisjoint(reading.district_fits)
            or any("other_kind" not in reading.province_fits.get(kin, ("other_kind",)) for kin in unit.kin_provinces)
            or (
                reading.part.loose == named.loose
                and not reading.provinces
                and (not reading.part.kinds or reading.part.kinds == named.kinds)
            )
        )


def _keep(
    found: dict[int, Match], position: int, own: Iterable[str], more: tuple[list[str], tuple[int, ...]], part: Part
) -> None:
    causes = [*own, *more[0]]
    match = Match(position, round(_cost(causes), 6), tuple(sorted(causes)), bool(part.kinds), more[1])
    if position not in found or match.cost < found[position].cost:
        found[position] = match


def _ordered(found: dict[int, Match]) -> list[Match]:
    return sorted(found.values(), key=lambda match: (match.cost, match.position))


def communes_named(
    readings: Sequence[Reading], lexicon: Lexicon, *, hint: frozenset[int] = frozenset(), slips: bool = False
) -> list[Match]:
    """Return the communes that an address may name, the best first.

    Parameters
    ----------
    readings
        The parts of the address.
    lexicon
        The names of units.
    hint
        Positions of the provinces that the list is about.
    slips
        Whether to look for names one slip away from what was typed, within what the other parts name.
    """
    address = _Address(readings, lexicon, hint)
    found: dict[int, Match] = {}
    for at, reading in enumerate(readings):
        if not (slips or reading.commune_keys):
            continue
        above = address.above(at, slips=slips)
        for part in (reading.part, reading.typed) if slips and reading.typed is not None else (reading.part,):
            for key in _slipped(reading, part, readings, at) if slips else reading.commune_keys:
                bare = not part.kinds or (key == part.whole and key != part.loose)
                # The same name may be found by way of its district and of its province: it is judged once.
                for entry in _entries(key, above, lexicon, slips=slips):
                    own = _slip(reading, part, entry) if slips else differences(reading, entry)
                    if own is None:
                        continue
                    if not slips and "no_diacritics" in own and address.accented:
                        # Where diacritics are typed elsewhere, their absence here says something: Sa Pa, Sa Pả.
                        own = tuple("wrong_diacritics" if cause == "no_diacritics" else cause for cause in own)
                    more = address.support(entry.position, at, bare=bare)
                    if more is not None:
                        _keep(found, entry.position, own, more, part)
    return _ordered(found)


def _entries(key: str, above: set[int], lexicon: Lexicon, *, slips: bool) -> Iterable[Entry]:
    """Return the names of communes with a key, those within the units above that are named."""
    entries = lexicon.communes.get(key, ())
    if not above:
        return () if slips else entries
    above_of = lexicon.above_of
    return [entry for entry in entries if not above.isdisjoint(above_of[entry.position])]


def _slip(reading: Reading, part: Part, entry: Entry) -> tuple[str, ...] | None:
    """List what does not fit if a part is one slip away from a name; None if it is farther."""
    if not part.strict.isascii() and entry.strict:
        # Typed with diacritics, a slip is one letter with them, too: Thịnh Liệt is no slip of Thanh Liệt.
        typed, meant = (part.strict, strict_key_as_typed(part.name)), (entry.strict, older_tones(entry.strict))
        if not any(one_slip_apart(i_for_y(one), i_for_y(other)) for one in typed for other in meant):
            return None
    how = "slip" if part is reading.typed else _SLIP_OF[reading.known_as]
    if not entry.official or _other_number(part, reading.lexicon.units[entry.position].name):
        return None
    causes = [how]
    if reading.typed is not None and part is not reading.typed:
        causes.append("kind_slip")
    if part.kinds and entry.kind and entry.kind not in part.kinds:
        causes.append("other_kind")
    return tuple(causes)


def _other_number(part: Part, name: str) -> bool:
    """Whether names end with different letters or numbers, which tell places apart: Mỹ An Hưng A, Mỹ An Hưng B."""
    typed, meant = part.name.split()[-1], name.casefold().split()[-1]
    return typed != meant and bool(_NUMBER.fullmatch(typed) or _NUMBER.fullmatch(meant))


def _slipped(reading: Reading, part: Part, readings: Sequence[Reading], at: int) -> list[str]:
    """Return the names of communes that a part may be a slip of."""
    digits = [letter for letter in part.loose if letter.isdecimal()]
    shortest = _SHORTEST_NO_WORD if reading.known_as == "no_word" else _SHORTEST_SLIP
    if len(part.loose) - len(digits) < shortest or (part.kinds and not part.kinds & COMMUNE_KINDS):
        return []
    if not part.kinds and not _beside_units(readings, at):
        return []
    return [
        key
        for key in reading.lexicon.spelling.near(part.loose)
        if key != part.loose and [letter for letter in key if letter.isdecimal()] == digits
    ]


def _beside_units(readings: Sequence[Reading], at: int) -> bool:
    """Whether a part without a kind word stands where a commune stands: beside what names a unit above."""
    beside = [readings[n] for n in (at + 1, at - 1) if 0 <= n < len(readings)]
    return any(each.districts or each.provinces or each.slips_above for each in beside)


def districts_named(
    readings: Sequence[Reading], lexicon: Lexicon, *, hint: frozenset[int] = frozenset()
) -> list[Match]:
    """Return the districts that an address may name where it names nothing smaller, the best first."""
    address = _Address(readings, lexicon, hint)
    found: dict[int, Match] = {}
    for at, reading in enumerate(readings):
        for entry in reading.districts:
            # Whatever stands before a district and is no street may be a commune that no list knows.
            if any(not each.street for each in readings[:at]):
                continue
            # No quận was ever made a huyện: the word is wrong, and what it stands for unknown.
            if reading.part.kinds == {"quận"} and entry.kind in ("huyện", "thị xã"):
                continue
            more = address.support(entry.position, at, bare=not reading.part.kinds)
            if more is not None:
                _keep(found, entry.position, differences(reading, entry), more, reading.part)
    return _ordered(found)
