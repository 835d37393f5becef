"""A scenario as a short file: ``base = "nghe-an.toml"`` and only what differs from it."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mangluoi import shipped
from mangluoi.errors import Complaint, PlanError
from mangluoi.tables import nearest

__all__ = ["ENTRY_KEYS", "plan_file", "read_values"]

#: What tells the entries of a list apart: an entry of a scenario changes the base's entry with the same keys.
ENTRY_KEYS: Mapping[str, tuple[str, ...]] = {
    "services": ("service",),
    "needs": ("group", "service"),
    "actions": ("kind", "service", "facility_type", "from_service", "group", "name"),
    "targets": ("label",),
    "locations": ("site",),
    "modes": ("group", "service"),
    "growth": ("group",),
    "overlaps": ("group_a", "group_b"),
    "pools": ("site",),
    "refusals": ("site", "service"),
    "norms": ("service", "measure", "norm"),
    "stays": ("service",),
    "floors": ("by",),
    "weights": ("group", "service"),
    "payers": ("authority",),
    "phases": ("name",),
    "land": ("site",),
    "stress": ("factor", "group", "service"),
}
# Keys that belong to the way of writing a scenario, not to the plan.
_BASE, _WHOLE, _DROP = "base", "replace", "drop"


def plan_file(path: str | Path, *, beside: Path | None = None) -> Path:
    """Find a plan's file: as given, beside another file, or among the plans that ship.

    Parameters
    ----------
    path
        A path, with or without ``.toml``, or the name of a plan that ships (``"plans/nghe-an.toml"`` or
        ``"nghe-an"``).
    beside
        The folder that a relative path counts from; None means the working folder.

    Raises
    ------
    PlanError
        If there is no such file.
    """
    asked = Path(path)
    place = asked if beside is None else beside / asked
    if place.is_file():
        return place
    known = shipped.plans_folder() / f"{asked.stem}.toml"
    if asked.parent.name in ("", "plans") and known.exists():
        return known
    if not asked.suffix and place.with_name(f"{place.name}.toml").is_file():
        return place.with_name(f"{place.name}.toml")
    if asked.suffix or asked.parent.name:
        raise PlanError([Complaint("missing_file", file=str(path))])
    names = ", ".join(sorted(place.stem for place in shipped.plans_folder().glob("*.toml")))
    raise PlanError([Complaint("unknown_plan", value=str(path), details={"names": names})])


def read_values(place: Path, *, above: tuple[Path, ...] = ()) -> dict[str, Any]:
    """Read a plan's TOML with everything that it inherits.

    A file with ``base`` takes every key of the base that it does not give itself. Tables are joined key by key.
    Lists of tables are joined entry by entry (see `ENTRY_KEYS`): an entry with the keys of a base's entry changes it,
    one with ``drop = true`` takes it out, any other is added. A list named in ``replace`` is taken whole from the
    scenario. File names of the base count from the base's folder.

    Parameters
    ----------
    place
        The file.
    above
        The files that inherit from it, so that a circle is found.

    Returns
    -------
    dict
        As if it stood in one file.

    Raises
    ------
    PlanError
        If a file is missing, unreadable or no TOML, a base inherits from itself, or an entry cannot be found.
    """
    values = _parse(place)
    base = values.pop(_BASE, None)
    if base is None:
        return values
    if not isinstance(base, str):
        details = {"expected": "text"}
        raise PlanError([Complaint("wrong_type", str(place), column=_BASE, value=base, details=details)])
    source = plan_file(base, beside=place.parent)
    chain = (*above, place.resolve())
    if source.resolve() in chain:
        raise PlanError([Complaint("base_circle", str(place), column=_BASE, value=base)])
    inherited = read_values(source, above=chain)
    _carry_files(inherited, source.parent, place.parent)
    # Two scenarios of one name would overwrite each other's outputs.
    found = [] if "name" in values else [Complaint("missing_key", str(place), column="name")]
    whole = _whole_lists(values, place, found)
    joined = _join(inherited, values, whole, str(place), found)
    if found:
        raise PlanError(found)
    return joined


def _parse(place: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(place.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PlanError(
            [Complaint("invalid_toml", file=str(place), details={"reason": "reader_says", "said": str(error)})]
        ) from error
    except OSError as error:
        raise PlanError(
            [Complaint("unreadable_file", file=str(place), details={"reason": "reader_says", "said": str(error)})]
        ) from error


def _carry_files(values: dict[str, Any], origin: Path, target: Path) -> None:
    """Let the base's file names count from the scenario's folder."""
    inputs = values.get("inputs")
    if not isinstance(inputs, dict):
        return
    for key, name in inputs.items():
        if isinstance(name, str) and name and not Path(name).is_absolute():
            inputs[key] = Path(os.path.relpath(origin / name, target)).as_posix()


def _whole_lists(values: dict[str, Any], place: Path, found: list[Complaint]) -> set[str]:
    asked = values.pop(_WHOLE, [])
    if not isinstance(asked, list):
        details = {"expected": "a list"}
        found.append(Complaint("wrong_type", str(place), column=_WHOLE, value=asked, details=details))
        return set()
    for name in asked:
        if name not in ENTRY_KEYS:
            near = {"nearest": nearest(str(name), ENTRY_KEYS)}
            found.append(Complaint("not_in_list", str(place), column=_WHOLE, value=name, details=near))
    return {str(name) for name in asked}


def _join(
    base: dict[str, Any], changes: dict[str, Any], whole: set[str], file: str, found: list[Complaint]
) -> dict[str, Any]:
    joined = {name: value for name, value in base.items() if name not in whole}
    for name, value in changes.items():
        now = joined.get(name)
        if isinstance(value, dict) and isinstance(now, dict):
            joined[name] = {**now, **value}
        elif name in ENTRY_KEYS and isinstance(value, list) and name not in whole:
            joined[name] = _join_entries(name, now if isinstance(now, list) else [], value, file, found)
        else:
            joined[name] = value
    return joined


def _join_entries(
    name: str, base: list[dict[str, Any]], changes: list[Any], file: str, found: list[Complaint]
) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = [dict(entry) for entry in base]
    for number, change in enumerate(changes, start=1):
        where = f"{name}[{number}]"
        if not isinstance(change, dict):
            details = {"expected": "a table"}
            found.append(Complaint("wrong_type", file, column=where, value=change, details=details))
            continue
        same = [i for i, entry in enumerate(entries) if _identity(name, entry) == _identity(name, change)]
        what = ", ".join(str(part) for part in _identity(name, change) if part)
        drop = change.get(_DROP, False)
        if len(same) > 1:
            found.append(Complaint("ambiguous_entry", file, column=where, value=what, details={"list": name}))
        elif drop and not same:
            found.append(Complaint("nothing_to_drop", file, column=where, value=what))
        elif drop:
            del entries[same[0]]
        elif same:
            entries[same[0]] = {**entries[same[0]], **change}
        else:
            entries.append(dict(change))
    return entries


def _identity(name: str, entry: Mapping[str, Any]) -> tuple[Any, ...]:
    # A key left out and one written as empty say the same.
    return tuple(entry.get(key) or "" for key in ENTRY_KEYS[name])
