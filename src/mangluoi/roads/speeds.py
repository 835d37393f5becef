"""Speeds, legal caps and the other assumed figures of travel, read from ``data/roads``; nothing is ever defaulted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from types import MappingProxyType

from mangluoi import shipped
from mangluoi.checking import nearest
from mangluoi.errors import Complaint, InputError

__all__ = [
    "Estimate", "assumption", "cap_kph", "check_profile", "check_terrain", "classes", "estimate", "profiles",
    "speed_kph", "table",
]  # fmt: skip

#: Terrain classes that speeds are given for.
TERRAINS = ("plain", "mountain")

# Where a class lies, for the legal caps: the lower cap of one carriageway is taken, since OpenStreetMap rarely says
# whether a road is divided.
_POPULATED = ("residential", "living_street", "service", "pedestrian")


@cache
def table() -> Mapping[tuple[str, str, str], float]:
    """Return the assumed speeds in km/h by (profile, highway class, terrain); a closed class is absent."""
    frame = shipped.frame("roads/speeds.csv")
    keys = zip(frame["profile"], frame["highway"], frame["terrain"], strict=True)
    return MappingProxyType(dict(zip(keys, frame["speed_kph"].astype(float), strict=True)))


@cache
def _caps() -> Mapping[tuple[str, str], float]:
    frame = shipped.frame("roads/caps.csv")
    keys = zip(frame["profile"], frame["setting"], strict=True)
    return MappingProxyType(dict(zip(keys, frame["cap_kph"].astype(float), strict=True)))


@cache
def _assumptions() -> Mapping[tuple[str, str], float]:
    frame = shipped.frame("roads/assumptions.csv")
    keys = zip(frame["name"], frame["terrain"].fillna(""), strict=True)
    return MappingProxyType(dict(zip(keys, frame["value"].astype(float), strict=True)))


def profiles() -> list[str]:
    """Return the known profiles: who travels, and how."""
    return sorted({profile for profile, _, _ in table()})


@cache
def classes() -> frozenset[str]:
    """Return every highway class that some profile may use."""
    return frozenset(highway for _, highway, _ in table())


def check_profile(profile: str) -> str:
    """Return the profile if it is known.

    Raises
    ------
    InputError
        If it is not; the nearest known one is named.
    """
    return _known(profile, profiles(), "profile")


def check_terrain(terrain: str, *, further: tuple[str, ...] = ()) -> str:
    """Return the terrain class if it is known or stands in `further`, or raise `InputError`."""
    return _known(terrain, [*TERRAINS, *further], "terrain")


def _known(value: str, words: list[str], column: str) -> str:
    if value not in words:
        details = {"nearest": nearest(value, words) or ", ".join(words)}
        raise InputError([Complaint("not_in_list", column=column, value=value, details=details)])
    return value


def speed_kph(profile: str, highway: str, terrain: str) -> float | None:
    """Return the assumed speed of a profile on a highway class, or None where the class is closed to it.

    Parameters
    ----------
    profile
        One of `profiles`.
    highway
        An OpenStreetMap highway class without ``_link``, or ``"ferry"``.
    terrain
        {"plain", "mountain"}

    Raises
    ------
    InputError
        If the profile, the class or the terrain is not known.
    """
    check_profile(profile)
    check_terrain(terrain)
    _known(highway, sorted(classes()), "highway")
    return table().get((profile, highway, terrain))


def cap_kph(profile: str, highway: str) -> float | None:
    """Return the legal cap in km/h for a profile on a highway class; None for walking, which has none.

    Notes
    -----
    Thông tư 31/2019/TT-BGTVT (Thông tư 38/2024/TT-BGTVT from 2025), for roads without a divider, which is the lower
    one, and for expressways.
    """
    check_profile(profile)
    if profile == "walk":
        return None
    if highway == "motorway":
        return _caps().get((profile, "expressway"))
    return _caps()[profile, "populated_two_way" if highway in _POPULATED else "outside_two_way"]


@dataclass(frozen=True)
class Estimate:
    """How the roads between two centres are estimated where none are mapped, and how far that was from real ones."""

    highway: str
    detour: float
    error_median_share: float
    error_p90_share: float
    error_median_minutes: float


def estimate(terrain: str) -> Estimate:
    """Return the class of road, the detour factor and the error for a terrain class."""
    check_terrain(terrain)
    frame = shipped.frame("roads/estimate.csv").set_index("terrain")
    row = frame.loc[terrain]
    return Estimate(str(row["highway"]), *(float(str(row[f.name])) for f in fields(Estimate)[1:]))


def assumption(name: str, *, terrain: str = "") -> float:
    """Return an assumed figure of ``data/roads/assumptions.csv``, such as the wait for a ferry."""
    return _assumptions()[name, terrain]
