"""Names of groups, services and facility types, from the shipped lists."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Literal

from mangluoi import shipped
from mangluoi.reports.words import Lang

__all__ = ["name"]

_NAME_FILES = {"group": "norms/groups.csv", "service": "norms/services.csv", "type": "norms/facility_types.csv"}


@cache
def _names(kind: str) -> Mapping[str, Mapping[str, str]]:
    frame = shipped.frame(_NAME_FILES[kind])
    return {
        str(row[kind]): {"vi": str(row["name_vi"]), "en": str(row["name_en"])}
        for row in frame.to_dict("records")
    }  # fmt: skip


def name(kind: Literal["group", "service", "type"], value: str, lang: Lang = "vi") -> str:
    """Return the name of a group, service or facility type."""
    return _names(kind)[value][lang]
