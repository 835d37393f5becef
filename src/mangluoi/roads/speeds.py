"""Legal caps, terrain and the other assumed figures of travel, read from ``data/roads``; nothing is ever defaulted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from types import MappingProxyType

from mangluoi import shipped
from mangluoi.checking import nearest
from mangluoi.errors import Complaint, InputError

__all__ = ["TERRAINS", "Estimate", "assumption", "cap_kph", "check_terrain", "estimate"]

#: Terrain classes that speeds are given for.
TERRAINS = ("plain", "mountain")

# Where a class lies, for the legal caps: the lower cap of one carriageway is taken, since OpenStreetMap rarely says
# whether a road is divided.
_POPULATED = ("residential", "living_street", "service", "pedestrian")


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


def check_terrain(terrain: str, *, further: tuple[str, ...] = ()) -> str:
    """Return the terrain class if it is known or stands in `further`, or raise `InputError`."""
    words = [*TERRAINS, *further]
    if terrain not in words:
        details = {"nearest": nearest(terrain, words) or ", ".join(words)}
        raise InputError([Complaint("not_in_list", column="terrain", value=terrain, details=details)])
    return terrain


def cap_kph(travels: str, highway: str) -> float | None:
    """Return the legal cap in km/h for who travels on a highway class; None on foot and on a ferry, which have none.

    Notes
    -----
    Thông tư 31/2019/TT-BGTVT (Thông tư 38/2024/TT-BGTVT from 2025), for roads without a divider, which is the lower
    one, and for expressways.
    """
    if travels == "walk" or highway == "ferry":
        return None
    if highway == "motorway":
        return _caps().get((travels, "expressway"))
    return _caps()[travels, "populated_two_way" if highway in _POPULATED else "outside_two_way"]


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
