"""What the tags of OpenStreetMap mean for a profile: may it pass, which way, how fast."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from mangluoi.roads.modes import CLASSES, LIMITING_TAGS, Profile

__all__ = [
    "TAGS",
    "Rule",
    "blocks",
    "highway_of",
    "known",
    "read_rule",
    "spans",
    "unpaved",
    "unread_sign",
    "unread_surface",
]

# The most general key first: the last one that is present decides (OpenStreetMap wiki, Key:access).
_ACCESS_KEYS = {
    "motorbike": ("access", "vehicle", "motor_vehicle", "motorcycle"),
    "car": ("access", "vehicle", "motor_vehicle", "motorcar"),
    "walk": ("access", "foot"),
}
_CLOSED = {"no", "private", "agricultural", "forestry", "military", "emergency", "delivery", "use_sidepath"}
_ONEWAY_KEY = {"motorbike": "oneway:motorcycle", "car": "oneway:motorcar", "walk": "oneway:foot"}
_UNPAVED = {
    "unpaved", "compacted", "fine_gravel", "gravel", "pebblestone", "ground", "dirt", "earth", "grass", "mud", "sand",
    "rock", "clay",
}  # fmt: skip
# Surfaces that limit no speed of the tables (OpenStreetMap wiki, Key:surface).
_PAVED = {
    "paved", "asphalt", "concrete", "concrete:plates", "concrete:lanes", "chipseal", "paving_stones", "sett",
    "cobblestone", "unhewn_cobblestone", "bricks", "brick", "cement", "metal", "metal_grid", "wood", "grass_paver",
    "rubber", "tartan", "tiles", "plastic",
}  # fmt: skip
# Barriers that stop a profile where nothing is said of access (OpenStreetMap wiki, Key:barrier); a gate is opened.
_BARRIERS = {
    "motorbike": {"block", "stile", "turnstile", "kissing_gate", "full-height_turnstile", "jersey_barrier", "log"},
    "car": {
        "block", "bollard", "cycle_barrier", "motorcycle_barrier", "stile", "turnstile", "kissing_gate",
        "full-height_turnstile", "jersey_barrier", "log", "sump_buster",
    },
    "walk": set(),
}  # fmt: skip
_MPH = 1.609344

#: Every key that a rule depends on; the others need not be read.
TAGS = frozenset(
    {
        "highway", "route", "barrier", "area", "bridge", "tunnel", "duration", "junction", "maxspeed", "oneway",
        *(key for keys in _ACCESS_KEYS.values() for key in keys), *_ONEWAY_KEY.values(), *LIMITING_TAGS,
    }
)  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """How a profile may use a way: minutes per kilometre, direction, and where the speed comes from.

    Parameters
    ----------
    min_per_km
        Minutes per kilometre.
    forward, backward
        Whether it may be used in, and against, the order of its nodes.
    assumed
        Whether the speed is an assumed one, not a sign on the way.
    ferry
        Whether it is a ferry.
    minutes
        The sailing time of the whole way, where the map gives it.
    """

    min_per_km: float
    forward: bool
    backward: bool
    assumed: bool
    ferry: bool = False
    minutes: float | None = None


def highway_of(tags: Mapping[str, str]) -> str | None:
    """Return the class of a way (``"ferry"`` for a ferry), without ``_link``; None where it is no way to travel."""
    highway = tags.get("highway")
    if highway is not None:
        return highway.removesuffix("_link")
    return "ferry" if tags.get("route") == "ferry" else None


def known(highway: str | None) -> bool:
    """Say whether the speeds know a class."""
    return highway in CLASSES


def unpaved(tags: Mapping[str, str]) -> bool:
    """Say whether the map calls a way unpaved; a track counts as unpaved unless a paved surface is given."""
    surface = tags.get("surface", "")
    return surface in _UNPAVED or (not surface and tags.get("highway") == "track")


def spans(tags: Mapping[str, str]) -> bool:
    """Say whether a way runs over a bridge or through a tunnel, off the ground."""
    return any(tags.get(key, "no") != "no" for key in ("bridge", "tunnel"))


def unread_sign(tags: Mapping[str, str]) -> bool:
    """Say whether a speed limit is given that cannot be read."""
    return "maxspeed" in tags and _maxspeed_kph(tags["maxspeed"]) is None


def unread_surface(tags: Mapping[str, str], *, profile: Profile) -> bool:
    """Say whether a surface is given that neither the tables here nor the profile know."""
    surface = tags.get("surface", "")
    return bool(surface) and not (surface in _PAVED or surface in _UNPAVED or surface in profile.limits_kph["surface"])


def blocks(tags: Mapping[str, str], *, profile: Profile) -> bool:
    """Say whether a barrier on a node stops the profile."""
    barrier = tags.get("barrier", "")
    if any(key in tags for key in _ACCESS_KEYS[profile.travels]):
        return not _open(tags, profile.travels)
    return barrier in _BARRIERS[profile.travels]


def read_rule(tags: Mapping[str, str], *, profile: Profile, terrain: str) -> Rule | None:
    """Return how a profile may use a way of a known class, or None where the way is closed to it."""
    highway, travels = highway_of(tags), profile.travels
    if highway is None or tags.get("area") == "yes" or not _open(tags, travels):
        return None
    speed = profile.kph.get((highway, terrain))
    if speed is None:
        return None
    for tag in LIMITING_TAGS:
        speed = min(speed, profile.limits_kph[tag].get(tags.get(tag, ""), speed))
    forward, backward = _directions(tags, travels, highway)
    if not (speed > 0 and (forward or backward)):
        return None
    sign = _maxspeed_kph(tags.get("maxspeed", ""))
    # Signs are for motors; and a sign only caps, for nobody drives 60 on a lane because nothing forbids it.
    signed = travels != "walk" and sign is not None and sign < speed
    kph = sign if signed and sign is not None else speed
    ferry = highway == "ferry"
    minutes = _duration_minutes(tags.get("duration", "")) if ferry else None
    return Rule(60.0 / kph, forward, backward, not signed and minutes is None, ferry, minutes)


def _open(tags: Mapping[str, str], travels: str) -> bool:
    verdict = "yes"
    for key in _ACCESS_KEYS[travels]:
        verdict = tags.get(key, verdict)
    return verdict not in _CLOSED


def _directions(tags: Mapping[str, str], travels: str, highway: str) -> tuple[bool, bool]:
    """Return whether the way runs forward and backward."""
    if travels == "walk":
        oneway = tags.get("oneway:foot", "no")
    else:
        round_about = tags.get("junction") in ("roundabout", "circular") or highway == "motorway"
        oneway = tags.get(_ONEWAY_KEY[travels], tags.get("oneway", "yes" if round_about else "no"))
    if oneway in ("yes", "true", "1"):
        return True, False
    if oneway in ("-1", "reverse"):
        return False, True
    # A lane whose direction changes by the hour cannot be counted on either way.
    return (False, False) if oneway in ("reversible", "alternating") else (True, True)


def _maxspeed_kph(text: str) -> float | None:
    """Return a speed limit in km/h, or None where the text gives no number."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(km/h|kmh|kph|mph)?\s*", text)
    if match is None or float(match[1]) <= 0:
        return None
    return float(match[1]) * (_MPH if match[2] == "mph" else 1.0)


def _duration_minutes(text: str) -> float | None:
    """Return a sailing time written HH:MM, HH:MM:SS or in minutes."""
    match = re.fullmatch(r"(?:(\d+):)?(\d+)(?::(\d+))?", text.strip())
    if match is None:
        return None
    minutes = 60.0 * float(match[1] or 0) + float(match[2]) + float(match[3] or 0) / 60.0
    return minutes if minutes > 0 and math.isfinite(minutes) else None
