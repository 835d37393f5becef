"""What one address names: the best match if it is good enough and stands alone, else the candidates and the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from mangluoi.gazetteer import crosswalk, matching, units
from mangluoi.gazetteer.lexicon import Lexicon
from mangluoi.gazetteer.matching import COSTS, Match
from mangluoi.gazetteer.reading import COMMUNE_KINDS, AddressReader, Reading

__all__ = ["REASONS", "Answer", "Answerer"]

#: Why an address is not located; the sentences for readers are in ``reports/words/locate.toml``.
REASONS = ("no_address", "unknown_name", "province_only", "ambiguous", "conflict", "doubtful", "no_point")

# The next place must cost this much more than the best, and the best no more than this in all.
_MARGIN, _DEAREST = 0.03, 0.175
# What is cheaper than this is not looked at again for slips.
_PLAIN = 0.05
_OTHER_VINTAGE = 0.05
_MOST_CANDIDATES = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """What an address turned out to name, or why nothing.

    Parameters
    ----------
    match
        The unit that it names; None where it is not clear.
    reason
        One of `REASONS`, or empty.
    candidates
        Positions of the units that it may name, the best first.
    by_form
        The match in each list of units, where the address fits one unit of it and another unit of another: what is
        meant depends on the form that the address is written in, before or after the merger.
    form
        The list of units whose form the address has beyond doubt; empty where it may be either.
    """

    match: Match | None
    reason: str
    candidates: tuple[int, ...] = ()
    by_form: Mapping[str, Match] = field(default_factory=dict)
    form: str = ""

    def in_form(self, vintage: str) -> Answer:
        """Settle what depends on the form of the address, knowing the form of the list that it stands in."""
        match = self.by_form.get(vintage)
        if match is None:
            return self
        known = replace(match, cost=match.cost + COSTS["list_form"], causes=(*match.causes, "list_form"))
        rest = tuple(position for position in self.candidates if position != match.position)
        return Answer(known, "", (match.position, *rest))


class Answerer:
    """Answers addresses one by one with the same names, hint and preferred vintage.

    Parameters
    ----------
    names
        The names of units.
    folder
        Where the lists of units lie.
    hint
        Positions of the provinces that the list is about.
    vintage
        The list of units that is preferred, if any.
    """

    def __init__(self, names: Lexicon, folder: Path, hint: frozenset[int], vintage: str | None) -> None:
        self.names = names
        self.reader = AddressReader(names)
        self.folder = folder
        self.hint = hint
        self.vintage = vintage

    def answer(self, address: str) -> Answer:
        """Answer one address: as it is written, then allowing a slip, then where marks may have been left out."""
        parts = self.reader.divided(address)
        # Written out in full it can only be one: most addresses of a tidy list are.
        if self.vintage in (None, units.OLD) and (named := self.names.in_full.get(tuple(parts[-3:]))) is not None:
            before = self.reader.read(parts[:-3])
            if all(reading.street for reading in before):
                used = tuple(range(len(before), len(before) + 3))
                return Answer(Match(named, 0.0, (), True, used), "", (named,))
        readings = self.reader.read(parts)
        if not readings:
            return Answer(None, "no_address")
        exact = matching.communes_named(readings, self.names, hint=self.hint)
        first = self._settled(exact)
        if exact and exact[0].cost < _PLAIN and not self._unexplained(exact[0], readings):
            return first
        slipped = matching.communes_named(readings, self.names, hint=self.hint, slips=True)
        if slipped:
            first = self._settled(_explaining([*exact, *slipped]))
        if first.match is not None or first.reason == "ambiguous":
            return first
        district = self._settled(matching.districts_named(readings, self.names, hint=self.hint))
        if district.match is not None:
            return district
        undivided = self._undivided(parts, readings)
        if undivided.match is not None:
            return undivided
        for other in (first, district, undivided):
            if other.candidates:
                return other
        return self._nothing(readings)

    @staticmethod
    def _unexplained(match: Match, readings: Sequence[Reading]) -> bool:
        """Whether a part without digits is left over before a part that does not say what kind of unit it names."""
        return not match.kind_stated and any(
            not any(letter.isdecimal() for letter in each.part.loose) and n not in match.used
            for n, each in enumerate(readings)
        )

    def _undivided(self, parts: Sequence[str], readings: Sequence[Reading]) -> Answer:
        if not any(len(each.part.loose) > 8 and not each.names_something for each in readings):
            return Answer(None, "")
        again = self.reader.read_undivided(parts)
        found = [
            replace(match, cost=match.cost + COSTS["undivided"], causes=(*match.causes, "undivided"))
            for match in matching.communes_named(again, self.names, hint=self.hint)
            # Names run together say nothing unless a unit above agrees.
            if "nothing_above" not in match.causes
        ]
        return self._settled(found)

    def _settled(self, matches: Sequence[Match]) -> Answer:
        """Take the best if it is good enough and no other place is nearly as good."""
        if not matches:
            return Answer(None, "")
        if self.vintage is not None:
            matches = [
                match
                if self.names.units[match.position].vintage == self.vintage
                else replace(match, cost=match.cost + _OTHER_VINTAGE)
                for match in matches
            ]
        matches = sorted(matches, key=lambda match: (match.cost, match.position))
        best = matches[0]
        near = [match for match in matches if match.cost < best.cost + _MARGIN]
        candidates = tuple(match.position for match in matches[:_MOST_CANDIDATES])
        if best.cost > _DEAREST:
            return Answer(None, "doubtful", candidates)
        if any(not self._same_place(best.position, match.position) for match in near):
            return Answer(None, "ambiguous", candidates, self._by_form(near))
        # Of one place in two lists, the newest one is meant where nothing speaks for the other.
        chosen = max(near, key=lambda match: (self._preferred(match), -match.cost, -match.position))
        return Answer(chosen, "", candidates, form=self._form(near))

    def _by_form(self, near: Sequence[Match]) -> dict[str, Match]:
        """Return the match in each list of units, where there is but one and no district is named."""
        of_list: dict[str, list[Match]] = {}
        for match in near:
            of_list.setdefault(self.names.units[match.position].vintage, []).append(match)
        return {
            vintage: found[0]
            for vintage, found in of_list.items()
            if len(of_list) > 1 and len(found) == 1 and self._without_district(found[0])
        }

    def _form(self, near: Sequence[Match]) -> str:
        forms = {self.names.units[match.position].vintage for match in near}
        return forms.pop() if len(forms) == 1 and all(map(self._without_district, near)) else ""

    def _without_district(self, match: Match) -> bool:
        return "no_district" in match.causes or self.names.units[match.position].district < 0

    def _preferred(self, match: Match) -> tuple[bool, str]:
        vintage = self.names.units[match.position].vintage
        return vintage == self.vintage, vintage if self._without_district(match) else ""

    def _same_place(self, one: int, other: int) -> bool:
        if one == other:
            return True
        first, second = self.names.units[one], self.names.units[other]
        if first.vintage == second.vintage or first.level != "commune" or second.level != "commune":
            return False
        old, new = (first, second) if first.vintage < second.vintage else (second, first)
        return new.code in _successors(self.folder, old.vintage, new.vintage).get(old.code, ())

    def _nothing(self, readings: Sequence[Reading]) -> Answer:
        named = sorted({e.position for r in readings for key in r.commune_keys for e in self.names.communes[key]})
        if named and any(r.part.kinds & COMMUNE_KINDS for r in readings if r.commune_keys):
            return Answer(None, "conflict", tuple(named[:_MOST_CANDIDATES]))
        above = [r for r in readings if not r.street]
        if above and all(r.provinces for r in above):
            return Answer(None, "province_only")
        return Answer(None, "unknown_name")


def _explaining(matches: Sequence[Match]) -> list[Match]:
    """Drop what leaves a part unread that another match reads, with all the rest, allowing one slip.

    "Lô Gkang, Đông Hưng, Thái Bình" is not some lot in Đông Hưng, for Lô Giang is a commune there.
    """
    slipped = [set(match.used) for match in matches if {"slip", "other_word"} & {*match.causes}]
    return [match for match in matches if not any(set(match.used) < used for used in slipped)]


@cache
def _successors(_folder: Path, old: str, new: str) -> dict[str, tuple[str, ...]]:
    share = crosswalk.shares(old, new)
    return {str(before): tuple(after) for before, after in share.groupby("from_code")["to_code"]}
