"""Reading settings into frozen dataclasses: every key known, every type right, every complaint collected."""

from __future__ import annotations

import dataclasses
import datetime as dt
import types
import typing
from collections.abc import Mapping
from typing import Any, Literal, TypeVar

from mangluoi.errors import Complaint
from mangluoi.tables import nearest

__all__ = ["lines", "literal", "read_settings", "write_toml"]

T = TypeVar("T")
_UNREADABLE = object()


def read_settings(
    cls: type[T], values: Mapping[str, Any], *, file: str | None = None, inside: str = ""
) -> tuple[dict[str, Any], list[Complaint]]:
    """Read a mapping into the fields of a dataclass.

    Parameters
    ----------
    cls
        A frozen dataclass; its fields are the known keys, its defaults what may be left out. Fields whose
        metadata say ``{"setting": False}`` are not keys.
    values
        What was read from TOML.
    file, inside
        Where it came from, for the complaints.

    Returns
    -------
    settings, complaints
        Arguments for `cls`, usable only if there is no complaint.
    """
    hints = typing.get_type_hints(cls)
    fields = {f.name: f for f in dataclasses.fields(cls) if f.metadata.get("setting", True)}  # type: ignore[arg-type]
    settings: dict[str, Any] = {}
    found: list[Complaint] = []
    for key in values:
        if key not in fields:
            found.append(Complaint("unknown_key", file, column=inside + key, details={"nearest": nearest(key, fields)}))
    for name, declared in fields.items():
        if name not in values:
            if declared.default is dataclasses.MISSING and declared.default_factory is dataclasses.MISSING:
                found.append(Complaint("missing_key", file, column=inside + name))
            continue
        value, complaints = _read_value(hints[name], values[name], file, inside + name)
        found.extend(complaints)
        if value is not _UNREADABLE:
            settings[name] = value
    return settings, found


def _read_value(hint: Any, value: Any, file: str | None, where: str) -> tuple[Any, list[Complaint]]:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is types.UnionType or origin is typing.Union:
        return _read_value(next(a for a in arguments if a is not type(None)), value, file, where)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        if not isinstance(value, Mapping):
            return _wrong(value, "a table", file, where)
        settings, found = read_settings(hint, value, file=file, inside=where + ".")
        return (_UNREADABLE, found) if found else (hint(**settings), [])
    if origin is tuple:
        if not isinstance(value, list):
            return _wrong(value, "a list", file, where)
        items, found = [], []
        for number, item in enumerate(value, start=1):
            read, complaints = _read_value(arguments[0], item, file, f"{where}[{number}]")
            found.extend(complaints)
            items.append(read)
        return (_UNREADABLE, found) if found else (tuple(items), [])
    if origin is Literal:
        if value not in arguments:
            known = [str(a) for a in arguments]
            return _UNREADABLE, [
                Complaint("not_in_list", file, column=where, value=value, details={"nearest": nearest(value, known)})
            ]
        return value, []
    return _read_plain(hint, value, file, where)


def _read_plain(hint: Any, value: Any, file: str | None, where: str) -> tuple[Any, list[Complaint]]:
    if hint is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value), []
    if hint is int and isinstance(value, int) and not isinstance(value, bool):
        return value, []
    if hint is bool and isinstance(value, bool):
        return value, []
    if hint is str and isinstance(value, str):
        return value, []
    if hint is str and isinstance(value, dt.date):
        return value.isoformat(), []
    expected = {float: "a number", int: "a whole number", bool: "true or false", str: "text"}[hint]
    return _wrong(value, expected, file, where)


def _wrong(value: Any, expected: str, file: str | None, where: str) -> tuple[Any, list[Complaint]]:
    return _UNREADABLE, [Complaint("wrong_type", file, column=where, value=value, details={"expected": expected})]


def write_toml(settings: Any) -> str:
    """Write a settings dataclass as TOML, every default filled in; `read_settings` gives it back unchanged."""
    return "\n".join(lines(settings)).strip() + "\n"


def lines(settings: Any, inside: str = "") -> list[str]:
    """Return the lines of a settings dataclass, its own keys before its tables."""
    plain: list[str] = []
    tables: list[str] = []
    for declared in dataclasses.fields(settings):
        value = getattr(settings, declared.name)
        if not declared.metadata.get("setting", True) or value is None:
            continue
        if dataclasses.is_dataclass(value):
            tables += ["", f"[{inside}{declared.name}]", *lines(value, f"{inside}{declared.name}.")]
        elif isinstance(value, tuple) and value and dataclasses.is_dataclass(value[0]):
            for item in value:
                tables += ["", f"[[{inside}{declared.name}]]", *lines(item, f"{inside}{declared.name}.")]
        else:
            plain.append(f"{declared.name} = {literal(value)}")
    return plain + tables


def literal(value: Any) -> str:
    """Write one value as TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "[" + ", ".join(literal(item) for item in value) + "]"
    if isinstance(value, float):
        return repr(int(value)) + ".0" if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, int):
        return str(value)
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c >= " " and c != "\x7f" else f"\\u{ord(c):04X}" for c in text) + '"'
