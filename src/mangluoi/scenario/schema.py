"""The JSON Schema of plan files, made from the same declarations that read them, so that editors can help and check."""

from __future__ import annotations

import dataclasses
import inspect
import types
import typing
from typing import Any, Literal

from mangluoi import shipped
from mangluoi.scenario.inheritance import ENTRY_KEYS
from mangluoi.scenario.plan import Plan

__all__ = ["schema"]

_PLAIN = {str: "string", float: "number", int: "integer", bool: "boolean"}
#: Fields whose values are ids of the shipped vocabulary.
_VOCABULARY = {
    "service": "service",
    "group": "group",
    "facility_type": "type",
    "vintage": "vintage",
    "province_vintage": "vintage",
}


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a plan file or of a scenario that inherits from one.

    Returns
    -------
    dict
        Every key with its type, what it means, its default and the ids that it may name. A file without ``base``
        must give every key that has no default; one with ``base`` must give ``name`` only.

    Notes
    -----
    Editors read it from a first line such as ``#:schema plan.schema.json``.
    """
    whole = _table(Plan)
    complete: dict[str, Any] = {"required": whole.pop("required"), "properties": {}}
    own = {
        "base": {
            "type": "string",
            "description": "The plan that this scenario inherits from: a file or a shipped name.",
        },
        "replace": {
            "type": "array",
            "items": {"enum": sorted(ENTRY_KEYS)},
            "description": "Lists that are taken whole from this file instead of being joined to the base's.",
        },
    }
    for name, keys in ENTRY_KEYS.items():
        entry = whole["properties"][name]["items"]
        entry["properties"]["drop"] = {"const": True, "description": "Take the base's entry with the same keys out."}
        full = {"required": entry.pop("required"), "properties": {"drop": False}}
        known = [key for key in keys if key in full["required"]]
        entry["anyOf"] = [full, {"required": known}]
    for name, described in whole["properties"].items():
        if described.get("type") == "object":
            complete["properties"][name] = {"required": described.pop("required")}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "mangluoi plan",
        **whole,
        "properties": {**own, **whole["properties"]},
        "anyOf": [complete, {"required": ["base", "name"]}],
    }


def _table(cls: type) -> dict[str, Any]:
    hints = typing.get_type_hints(cls)
    meanings = _meanings(cls)
    properties: dict[str, Any] = {}
    required: list[str] = []
    for declared in dataclasses.fields(cls):
        if not declared.metadata.get("setting", True):
            continue
        described = _value(hints[declared.name], declared.name)
        if "enum" in described and declared.default == "":
            described["enum"] = [*described["enum"], ""]
        if declared.name in meanings:
            described["description"] = meanings[declared.name]
        if declared.default is not dataclasses.MISSING:
            if declared.default is not None and declared.default != ():
                described["default"] = declared.default
        elif declared.default_factory is dataclasses.MISSING:
            required.append(declared.name)
        properties[declared.name] = described
    return {"type": "object", "additionalProperties": False, "properties": properties, "required": required}


def _value(hint: Any, name: str) -> dict[str, Any]:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is types.UnionType or origin is typing.Union:
        return _value(next(a for a in arguments if a is not type(None)), name)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _table(hint)
    if origin is tuple:
        return {"type": "array", "items": _value(arguments[0], "")}
    if origin is Literal:
        return {"enum": list(arguments)}
    if name in _VOCABULARY:
        return {"type": "string", "enum": sorted(shipped.vocabulary()[_VOCABULARY[name]])}
    return {"type": _PLAIN[hint]}


def _meanings(cls: type) -> dict[str, str]:
    """Read what each field means from the numpydoc section of its class."""
    lines = inspect.cleandoc(cls.__doc__ or "").splitlines()
    if "Parameters" not in lines:
        return {}
    found: dict[str, list[str]] = {}
    names: list[str] = []
    for line in lines[lines.index("Parameters") + 2 :]:
        if line and not line.startswith(" "):
            names = [name.strip() for name in line.split(",")]
        elif line.strip():
            for name in names:
                found.setdefault(name, []).append(line.strip())
    return {name: " ".join(parts) for name, parts in found.items()}
