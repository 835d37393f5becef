"""What is told of a figure that is traced, and how its rules are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from mangluoi.reports import exhibits, sentences
from mangluoi.reports.words import Lang, all_keys, say

__all__ = ["Assumption", "File", "Input", "Part", "Trace", "assumption_text"]


@dataclass(frozen=True)
class Part:
    """A cell that a figure is the sum of; one that is taken off has the factor -1."""

    cell: str
    value: float
    factor: int = 1


@dataclass(frozen=True)
class Input:
    """A row of an input: its table and key, where it stands, and what it gives (missing where that is not shown)."""

    table: str
    key: str
    file: str
    sheet: str
    row: int | None
    count: int | None
    as_of: str
    source: str


@dataclass(frozen=True)
class Assumption:
    """A rule of the plan: its place in plan.toml, what it sets, and on what basis."""

    key: str
    values: Mapping[str, Any]
    basis: str


@dataclass(frozen=True)
class File:
    """An input file by its checksum, which is missing where the file names confidential places."""

    name: str
    sha256: str | None


@dataclass(frozen=True)
class Trace:
    """Where a figure comes from.

    Parameters
    ----------
    cell
        Its address.
    value
        As it is printed.
    number
        The number itself; None for what is said in the place of one.
    what
        Table, row and column, in words.
    formula
        How it is worked out, in words.
    masked
        By which rule it is not given, in words; empty for a figure that is. Nothing else is told of a masked one.
    parts
        The cells that it is the sum of, where it is one of cells that are given.
    inputs, assumptions, files
        Rows of the inputs, rules of the plan, and the files by checksum.
    law
        The law behind the group.
    flags
        What is estimated, assumed or not known about it.
    """

    cell: str
    value: str
    number: float | None
    what: str
    formula: str
    masked: str = ""
    parts: tuple[Part, ...] = ()
    inputs: tuple[Input, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    law: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    files: tuple[File, ...] = field(default=())

    @property
    def total(self) -> float | None:
        """What the parts come to; None without any."""
        return sum(part.factor * part.value for part in self.parts) if self.parts else None

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values, for JSON."""
        return asdict(self)


def assumption_text(rule: Assumption, lang: Lang) -> str:
    """Write what a rule sets, in words: what it is about, then each setting that it gives."""
    section = rule.key.partition("[")[0]
    about, told = [], []
    for key, value in rule.values.items():
        known = next((one for one in (f"assumption.{section}.{key}", f"assumption.{key}") if one in all_keys()), "")
        if value in ("", [], False, None):
            continue
        if key in ("group", "service"):
            about.append(sentences.named(key, str(value), lang))
        elif not known:
            about.append(sentences.known("action", str(value), lang) if key == "kind" else str(value))
        else:
            told.append(f"{say(known, lang)}: {_setting(key, value, lang)}")
    basis = f" ({rule.basis})" if rule.basis else ""
    named = f"{', '.join(about)}: " if about else ""
    return f"{rule.key} – {named}{'; '.join(told)}{basis}"


def _setting(key: str, value: Any, lang: Lang) -> str:
    if isinstance(value, bool):
        return say("assumed.yes" if value else "assumed.no", lang)
    if isinstance(value, int | float):
        return exhibits.decimals(float(value), 0 if float(value).is_integer() else 6, lang)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return sentences.known({"profile": "mode", "law": "law"}.get(key, key), str(value), lang)
