"""How a place is known, and why it is not, in words."""

from __future__ import annotations

import re

from mangluoi.reports import words
from mangluoi.reports.words import Lang, say

__all__ = ["coordinates", "reason"]


def reason(code: str, lang: Lang = "vi", *, of_point: bool = False) -> str:
    """Say why an address, or a point that was given, is not simply taken."""
    for prefix in ("coordinate", "reason") if of_point else ("reason", "coordinate"):
        if f"{prefix}.{code}" in words.all_keys():
            return say(f"{prefix}.{code}", lang)
    return code


def coordinates(read_as: str | float | None, lang: Lang = "vi") -> str:
    """Say how coordinates were read: in degrees, or in metres of which zone."""
    if read_as is None or read_as != read_as or not str(read_as):
        return ""
    if "|" in str(read_as):
        # Several readings are possible: none of them is how it was read.
        return ""
    zone = re.fullmatch(r"EPSG:(\d+)(_northing_first)?", str(read_as))
    if zone is None:
        return say(f"coordinate.{read_as}", lang) if f"coordinate.{read_as}" in words.all_keys() else str(read_as)
    return say(f"coordinate.zone{zone[2] or ''}", lang, epsg=zone[1])
