"""A scenario written as a short file: the plan that it comes from, and only what differs."""

from __future__ import annotations

import dataclasses
import os
import shutil
from pathlib import Path
from typing import Any

from mangluoi import shipped
from mangluoi.errors import Complaint, PlanError
from mangluoi.scenario import decisions, inheritance, strict
from mangluoi.scenario.plan import Plan, read_plan

__all__ = ["base_of", "reference", "save_scenario"]


def base_of(plan: Plan) -> Path | None:
    """Return the file that a plan was read from, by its name or by what it says; None where there is none."""
    if not plan.folder.is_dir():
        return None
    files = sorted(plan.folder.glob("*.toml"), key=lambda file: (file.stem != plan.name, file.name))
    for file in files:
        try:
            told = read_plan(file)
        except PlanError:
            continue
        if told.name == plan.name:
            return file
    return None


def save_scenario(plan: Plan, path: str | Path, *, base: str | Path | None = None) -> Path:
    """Write a plan as a scenario that inherits from another plan's file; `read_plan` gives it back.

    What a person has decided about where sites are (``<name>.vi-tri.csv``) is copied to the scenario's own file.

    Parameters
    ----------
    plan
        The plan; its ``name`` is the scenario's, so it must not be the base's.
    path
        The file to write; its folder must exist. One that says something else is not written over.
    base
        The file to inherit from. None writes the whole plan.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    PlanError
        If the name is the base's, the file exists and says something else, or the base cannot be read.
    OSError
        If the file cannot be written.
    """
    place = Path(path)
    text = strict.write_toml(_from(plan, place.parent)) if base is None else _scenario(plan, place, Path(base))
    if place.exists() and place.read_text(encoding="utf-8", errors="replace") != text:
        raise PlanError([Complaint("file_exists", file=place.name)])
    half = place.with_name(place.name + ".part")
    half.write_text(text, encoding="utf-8", newline="\n")
    os.replace(half, place)
    if base is not None:
        decided = decisions.file_beside(plan.folder, read_plan(base).name)
        if os.path.isfile(decided):
            shutil.copyfile(decided, decisions.file_beside(place.parent, plan.name))
    return place


def _from(plan: Plan, folder: Path) -> Plan:
    """Let the plan's file names count from another folder."""
    own = {declared.name: getattr(plan.inputs, declared.name) for declared in dataclasses.fields(plan.inputs)}
    moved = {
        key: _relative(plan.folder / name, folder) for key, name in own.items() if name and not Path(name).is_absolute()
    }
    return plan.replace(inputs=dataclasses.replace(plan.inputs, **moved), folder=folder)


def _scenario(plan: Plan, place: Path, base: Path) -> str:
    before = read_plan(base)
    if before.name == plan.name:
        raise PlanError([Complaint("same_name", column="name", value=plan.name)])
    before, after = _from(before, place.parent), _from(plan, place.parent)
    plain = [f"base = {strict.literal(reference(base, place.parent))}", f"name = {strict.literal(plan.name)}"]
    whole, tables = [], []
    for declared in dataclasses.fields(plan):
        key, old, new = declared.name, getattr(before, declared.name), getattr(after, declared.name)
        if old == new or key == "name" or not declared.metadata.get("setting", True):
            continue
        if dataclasses.is_dataclass(new):
            tables += ["", f"[{key}]", *_differences(old, new, f"{key}.")]
        elif key in inheritance.ENTRY_KEYS:
            entries = _entries(key, old, new)
            if entries is None:
                whole.append(key)
                entries = [line for entry in new for line in ("", f"[[{key}]]", *strict.lines(entry))]
                plain += [] if new else [f"{key} = []"]
            tables += entries
        else:
            plain.append(f"{key} = {strict.literal(new)}")
    if whole:
        plain.insert(2, f"replace = {strict.literal(tuple(whole))}")
    return "\n".join([*plain, *tables]) + "\n"


def reference(base: Path, folder: Path) -> str:
    """Name a plan's file from a folder: one that ships by its name, any other by its path."""
    if base.resolve().parent == shipped.plans_folder().resolve() and not (folder / base.stem).exists():
        return base.stem
    return _relative(base, folder)


def _relative(file: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(file, folder)).as_posix()
    except ValueError:  # on another drive
        return file.resolve().as_posix()


def _differences(old: Any, new: Any, inside: str = "") -> list[str]:
    """Return the lines of a table's keys that differ; one that is taken away cannot be inherited."""
    told: list[str] = []
    tables: list[str] = []
    for declared in dataclasses.fields(new):
        now = getattr(new, declared.name)
        if now == getattr(old, declared.name):
            continue
        if now is None:
            raise PlanError([Complaint("missing_key", column=declared.name)])
        if isinstance(now, tuple) and now and dataclasses.is_dataclass(now[0]):
            tables += [line for one in now for line in ("", f"[[{inside}{declared.name}]]", *strict.lines(one))]
        else:
            told.append(f"{declared.name} = {strict.literal(now)}")
    return [*told, *tables]


def _entries(key: str, old: tuple[Any, ...], new: tuple[Any, ...]) -> list[str] | None:
    """Return the entries that change, go or come, or None where these cannot say it: order, twins, values gone."""
    names = inheritance.ENTRY_KEYS[key]
    was, now = ({_identity(entry, names): entry for entry in entries} for entries in (old, new))
    if len(was) < len(old) or len(now) < len(new):
        return None
    kept = [name for name in was if name in now]
    if [*kept, *(name for name in now if name not in was)] != list(now):
        return None
    told: list[str] = []
    for name in [*was, *(name for name in now if name not in was)]:
        before, after = was.get(name), now.get(name)
        if before == after:
            continue
        told += ["", f"[[{key}]]"]
        if before is None:
            told += strict.lines(after)
            continue
        told += [f"{part} = {strict.literal(value)}" for part, value in zip(names, name, strict=True) if value]
        if after is None:
            told.append("drop = true")
        elif any(
            getattr(after, f.name) is None and getattr(before, f.name) is not None for f in dataclasses.fields(after)
        ):
            return None
        else:
            told += _differences(before, after)
    return told


def _identity(entry: Any, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(getattr(entry, name) or "" for name in names)
