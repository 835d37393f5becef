"""The one place of all text that users read, in Vietnamese and English.

The texts stand in the TOML files of this folder, each key with both languages::

    [map]
    legend = { vi = "Chú giải", en = "Legend" }

gives the key ``map.legend``. Names of groups, services and facility types come from the shipped ``norms/*.csv``.
"""

from __future__ import annotations

import importlib
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from mangluoi.viettext import format_number

if TYPE_CHECKING:
    from mangluoi.reports.words.names import name as name

__all__ = ["Lang", "all_keys", "name", "say"]

Lang = Literal["vi", "en"]


@cache
def all_keys() -> Mapping[str, Mapping[str, str]]:
    """Return every key with its text by language.

    Raises
    ------
    ValueError
        If a key stands twice or lacks a language.
    """
    found: dict[str, Mapping[str, str]] = {}
    for place in sorted(Path(__file__).parent.glob("*.toml")):
        for key, texts in _leaves(tomllib.loads(place.read_text(encoding="utf-8")), ""):
            if key in found or set(texts) != {"vi", "en"}:
                raise ValueError(f"{place.name}: the key {key} stands twice or lacks a language")
            found[key] = texts
    return found


def _leaves(values: Mapping[str, Any], inside: str) -> list[tuple[str, Mapping[str, str]]]:
    leaves: list[tuple[str, Mapping[str, str]]] = []
    for key, value in values.items():
        if all(isinstance(text, str) for text in value.values()):
            leaves.append((inside + key, value))
        else:
            leaves.extend(_leaves(value, f"{inside}{key}."))
    return leaves


def say(key: str, lang: Lang = "vi", **fields: Any) -> str:
    """Return a text with its fields filled in; numbers are written as the language writes them.

    Whole numbers and floats are formatted here (floats with one decimal); give text for anything else.
    """
    text = all_keys()[key][lang]
    return text.format(**{name: _written(value, lang) for name, value in fields.items()})


def _written(value: Any, lang: Lang) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return format_number(value, lang=lang)
    if isinstance(value, float):
        return format_number(value, 0 if value.is_integer() else 1, lang=lang)
    return value


def __getattr__(attribute: str) -> Any:
    """Load the names of groups and services when first asked for: they need the shipped tables, text does not."""
    if attribute == "name":
        return importlib.import_module("mangluoi.reports.words.names").name
    raise AttributeError(f"module {__name__!r} has no attribute {attribute!r}")
