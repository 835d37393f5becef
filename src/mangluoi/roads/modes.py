"""Who travels, and how fast: profiles read from TOML, those that ship and a user's own; nothing is ever defaulted."""

from __future__ import annotations

import hashlib
import itertools
import math
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mangluoi import shipped
from mangluoi.checking import nearest
from mangluoi.errors import Complaint, InputError
from mangluoi.roads import speeds

__all__ = [
    "CLASSES",
    "Profile",
    "check_known",
    "find_profile",
    "profiles",
    "read_profile",
    "speed_kph",
    "speed_sources",
]

#: Every class of road that a profile may give a speed for (OpenStreetMap wiki, Key:highway), and ferries.
CLASSES = frozenset(
    {
        "motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "service",
        "living_street", "track", "path", "footway", "pedestrian", "steps", "cycleway", "ferry",
    }
)  # fmt: skip
#: Tags whose value may limit the speed.
LIMITING_TAGS = ("surface", "smoothness", "tracktype")

_TRAVELS = ("motorbike", "car", "walk")
_STATUS = ("sourced", "from_memory", "assumption")
_ABOUT = ("status", "source")
_SECTIONS = ("name", "travels", "speed", *LIMITING_TAGS, "grade")
_TOBLER_STEEPNESS, _TOBLER_BEST = 3.5, 0.05


@dataclass(frozen=True)
class Profile:
    """Who travels: speeds by class and terrain, and what a surface or a grade does to them.

    Parameters
    ----------
    name
        The mode of its travel times.
    travels
        {"motorbike", "car", "walk"}: whose access tags, barriers and legal caps hold.
    kph
        Speeds in km/h by class and terrain, none above the legal cap; a class that is closed is absent.
    limits_kph
        The most in km/h by tag (surface, smoothness, tracktype) and its value; 0 is impassable.
    grades
        Grades as shares (0.1 = 10 % uphill), ascending, and the share of the speed that is left there; linear between,
        level beyond. None where `tobler` holds.
    tobler
        Whether a grade changes the speed as Tobler (1993) says.
    lowered
        By class and terrain, the speed that was given above the legal cap.
    sources
        Where the figures come from.
    digest
        Names the figures, for a cache.
    """

    name: str
    travels: str
    kph: Mapping[tuple[str, str], float]
    limits_kph: Mapping[str, Mapping[str, float]]
    grades: tuple[tuple[float, ...], tuple[float, ...]] | None
    tobler: bool
    lowered: Mapping[tuple[str, str], float]
    sources: tuple[str, ...]
    digest: str

    def __repr__(self) -> str:
        return f"<Profile: {self.name}, {len({highway for highway, _ in self.kph})} classes>"

    def pace(self, grade: ArrayLike) -> NDArray[np.float64]:
        """Return by how much a grade lengthens the time, 1 on level ground.

        Parameters
        ----------
        grade
            Rise over run in the direction of travel, of any shape.

        References
        ----------
        Tobler (1993), Three presentations on geographical analysis and modeling, NCGIA Technical Report 93-1: walking
        speed is 6·exp(−3.5·|slope + 0.05|) km/h; here relative to level ground, so that the profile's own speed holds
        there.
        """
        rise = np.asarray(grade, dtype=float)
        if self.tobler:
            return np.asarray(np.exp(_TOBLER_STEEPNESS * (np.abs(rise + _TOBLER_BEST) - _TOBLER_BEST)))
        if self.grades is None:
            return np.ones(rise.shape)
        return np.asarray(1.0 / np.interp(rise, *self.grades))


def profiles() -> list[str]:
    """Return the profiles that ship: who travels, and how."""
    return sorted(place.stem for place in shipped.path("roads/profiles").glob("*.toml"))


@cache
def _shipped(place: Path) -> Profile:
    return read_profile(place)


def find_profile(profile: str | Path | Profile) -> Profile:
    """Return a profile by its name, from a file of one's own, or as it is given.

    Raises
    ------
    InputError
        If the name is not known (the nearest known one is named), or as `read_profile`.
    """
    if isinstance(profile, Profile):
        return profile
    if isinstance(profile, Path) or str(profile).endswith(".toml"):
        return read_profile(profile)
    check_known(profile, profiles(), "profile")
    return _shipped(shipped.path(f"roads/profiles/{profile}.toml"))


def check_known(value: str, words: Collection[str], column: str) -> str:
    """Return a word if it is known, or raise `InputError` with the nearest known one."""
    if value not in words:
        details = {"nearest": nearest(value, words) or ", ".join(sorted(words))}
        raise InputError([Complaint("not_in_list", column=column, value=value, details=details)])
    return value


def speed_kph(profile: str | Path | Profile, highway: str, terrain: str) -> float | None:
    """Return the speed of a profile on a highway class, or None where the class is closed to it.

    Parameters
    ----------
    profile
        One of `profiles`, the file of a user's own, or a `Profile`.
    highway
        An OpenStreetMap highway class without ``_link``, or ``"ferry"``.
    terrain
        {"plain", "mountain"}

    Raises
    ------
    InputError
        If the profile, the class or the terrain is not known.
    """
    found = find_profile(profile)
    speeds.check_terrain(terrain)
    check_known(highway, CLASSES, "highway")
    return found.kph.get((highway, terrain))


def speed_sources() -> list[str]:
    """Return where the speeds of the shipped profiles come from, each source once."""
    return sorted({source for name in profiles() for source in find_profile(name).sources})


def read_profile(path: str | Path) -> Profile:
    """Read a profile from a TOML file in the manner of ``data/roads/profiles``.

    Parameters
    ----------
    path
        The file. It names its profile (`name`), whose rules hold (`travels`), a speed in km/h by class and terrain
        (`[speed]`), and if wanted the most by surface, smoothness and tracktype (`[surface]`, …) and what grades do
        (`[grade]`: `rule = "tobler"`, or `percent` and `factor`). Every section has a status (sourced, from_memory or
        assumption) and a source.

    Returns
    -------
    Profile
        A speed above the legal cap is lowered to it, and named in `lowered`.

    Raises
    ------
    InputError
        With every unknown key, section, class or terrain, and every figure that is missing, no number or not positive.
    """
    place = Path(path)
    if not place.is_file():
        raise InputError([Complaint("missing_file", file=str(path))])
    content = place.read_bytes()
    try:
        values = tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            [Complaint("invalid_toml", file=place.name, details={"reason": "reader_says", "said": str(error)})]
        ) from error
    reading = _Reading(place.name)
    profile = reading.profile(values)
    if reading.found:
        raise InputError(reading.found)
    digest = hashlib.sha256(content + shipped.path("roads/caps.csv").read_bytes()).hexdigest()
    return replace(profile, digest=digest)


class _Reading:
    """One file while it is being read, and what is wrong with it."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Complaint] = []
        self.sources: list[str] = []

    def complain(self, problem: str, column: str, value: Any = None, **details: Any) -> None:
        """Note a complaint."""
        self.found.append(Complaint(problem, self.file, None, None, column, value, details))

    def keys(self, values: Mapping[str, Any], known: Collection[str], where: str) -> None:
        """Complain about keys that are not known."""
        for key in values:
            if key not in known:
                self.complain("unknown_key", where + key, nearest=nearest(key, known) or ", ".join(sorted(known)))

    def word(self, values: Mapping[str, Any], key: str, known: Collection[str] | None, where: str = "") -> str:
        """Return a word, one of the known ones where they are given."""
        value = values.get(key)
        if value is None:
            self.complain("missing_key", where + key)
        elif not isinstance(value, str) or not value.strip():
            self.complain("wrong_type", where + key, value, expected="a word")
        elif known is not None and value not in known:
            self.complain("not_in_list", where + key, value, nearest=nearest(value, known) or ", ".join(known))
        return str(value)

    def number(self, value: Any, where: str, *, zero: bool = False) -> float:
        """Return a number that is positive, or zero where that means something."""
        if value is None:
            self.complain("missing_key", where)
            return math.nan
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            self.complain("not_a_number", where, value)
            return math.nan
        if value < 0 or (value == 0 and not zero):
            self.complain("below_range", where, value, low=0)
        return float(value)

    def section(self, values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        """Return a section, its status and source checked."""
        section = values.get(name, {})
        if not isinstance(section, dict):
            self.complain("wrong_type", name, section, expected="a section")
            return {}
        if section:
            self.word(section, "status", _STATUS, f"{name}.")
            self.sources.append(self.word(section, "source", None, f"{name}."))
        return section

    def profile(self, values: Mapping[str, Any]) -> Profile:
        """Read everything; complaints are collected in `found`."""
        self.keys(values, _SECTIONS, "")
        name, travels = self.word(values, "name", None), self.word(values, "travels", _TRAVELS)
        if "speed" not in values:
            self.complain("missing_key", "speed")
        given = self.speeds(self.section(values, "speed"))
        if travels == "motorbike" and ("motorway", "plain") in given:
            self.complain("contradiction", "speed.motorway", reason="expressway_motorbike")
        caps = {key: speeds.cap_kph(travels, key[0]) for key in given} if travels in _TRAVELS else {}
        kph = {key: min(speed, caps.get(key) or math.inf) for key, speed in given.items()}
        # Where the speeds themselves come from is what a report prints; limits and grades are on file.
        sources = tuple(dict.fromkeys(self.sources))
        limits = {tag: self.limits(self.section(values, tag), tag) for tag in LIMITING_TAGS}
        grade = self.section(values, "grade")
        return Profile(
            name=name,
            travels=travels,
            kph=MappingProxyType(kph),
            limits_kph=MappingProxyType({tag: MappingProxyType(limit) for tag, limit in limits.items()}),
            grades=self.grades(grade),
            tobler=grade.get("rule") == "tobler",
            lowered=MappingProxyType({key: speed for key, speed in given.items() if speed > kph[key]}),
            sources=sources,
            digest="",
        )

    def speeds(self, section: Mapping[str, Any]) -> dict[tuple[str, str], float]:
        """Return speeds by class and terrain."""
        self.keys(section, CLASSES | set(_ABOUT), "speed.")
        given = {}
        for highway in (key for key in section if key in CLASSES):
            where, by_terrain = f"speed.{highway}", section[highway]
            if not isinstance(by_terrain, dict):
                self.complain("wrong_type", where, by_terrain, expected="{ plain = …, mountain = … }")
                continue
            self.keys(by_terrain, {*speeds.TERRAINS, *_ABOUT}, where + ".")
            for terrain in speeds.TERRAINS:
                given[highway, terrain] = self.number(by_terrain.get(terrain), f"{where}.{terrain}")
            if "source" in by_terrain:
                self.sources.append(self.word(by_terrain, "source", None, where + "."))
            if "status" in by_terrain:
                self.word(by_terrain, "status", _STATUS, where + ".")
        return given

    def limits(self, section: Mapping[str, Any], tag: str) -> dict[str, float]:
        """Return the most in km/h by the value of a tag."""
        return {
            key: self.number(value, f"{tag}.{key}", zero=True) for key, value in section.items() if key not in _ABOUT
        }

    def grades(self, section: Mapping[str, Any]) -> tuple[tuple[float, ...], tuple[float, ...]] | None:
        """Return grades and the shares of the speed that are left there."""
        self.keys(section, {"rule", "percent", "factor", *_ABOUT}, "grade.")
        if not section:
            return None
        if "rule" in section:
            self.word(section, "rule", ("tobler",), "grade.")
            for key in ("percent", "factor"):
                if key in section:
                    self.complain("unused_key", f"grade.{key}", condition="there is no rule")
            return None
        percent, factor = section.get("percent"), section.get("factor")
        if not (isinstance(percent, list) and isinstance(factor, list) and len(percent) == len(factor) > 1):
            self.complain("wrong_type", "grade.percent", percent, expected="a list as long as grade.factor")
            return None
        shares = tuple(self.number(value, "grade.factor") for value in factor)
        if not all(isinstance(value, int | float) and math.isfinite(value) for value in percent) or any(
            one >= two for one, two in itertools.pairwise(percent)
        ):
            self.complain("wrong_type", "grade.percent", percent, expected="a list of rising numbers")
            return None
        return tuple(value / 100.0 for value in percent), shares
