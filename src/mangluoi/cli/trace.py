"""`mangluoi trace`: where a figure of an output comes from."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from mangluoi.cli import exits
from mangluoi.cli.parsing import Verbs
from mangluoi.reports.words import Lang, say

if TYPE_CHECKING:
    from mangluoi.reports.traced import Input, Trace

__all__ = ["add"]

# So many rows of the inputs are shown; a program gets them all.
_SHOWN = 12


def add(verbs: Verbs) -> None:
    """Add the verb."""
    parser = verbs.add("trace", _trace)
    parser.add_argument("output", help=verbs.say("trace_output"))
    parser.add_argument("--cell", required=True, help=verbs.say("trace_cell"))


def _trace(options: argparse.Namespace) -> int:
    from mangluoi.reports import tracing

    found = tracing.trace(Path(options.output), cell=options.cell)
    if options.json:
        print(json.dumps(found.to_dict(), ensure_ascii=False, indent=2))
    else:
        print("\n".join(_lines(found, options)))
    return exits.DONE


def _lines(found: Trace, options: argparse.Namespace) -> list[str]:
    """Write a trace as lines: a heading, and what belongs to it."""
    from mangluoi.reports import traced

    lang = options.lang
    lines = [
        f"{say('trace.value', lang)}: {found.value}   [{found.cell}]",
        f"{say('trace.stands', lang)}: {found.what}",
    ]
    if found.masked:
        return [*lines, found.masked]
    lines.append(f"{say('trace.formula', lang)}: {found.formula}")
    listed = {
        "parts": [f"{'− ' if part.factor < 0 else ''}{part.cell} = {part.value:g}" for part in found.parts],
        "assumptions": [traced.assumption_text(rule, lang) for rule in found.assumptions],
        "inputs": [_input(each, lang) for each in found.inputs],
        "law": list(found.law),
        "flags": list(found.flags),
        "files": [f"{file.name}: SHA-256 {file.sha256 or say('trace.no_checksum', lang)}" for file in found.files],
    }
    for key, texts in listed.items():
        if texts:
            lines.append(f"{say(f'trace.{key}', lang)}:")
            lines += [f"  – {text}" for text in texts[:_SHOWN]]
            if len(texts) > _SHOWN:
                lines.append(f"  {say('trace.more', lang, count=len(texts) - _SHOWN)}")
    return lines


def _input(each: Input, lang: Lang) -> str:
    """Write a row of an input."""
    from mangluoi.reports import exhibits, sentences

    where = f"{each.file}, {each.sheet}" if each.sheet else each.file
    told = [each.key, say("trace.file_row", lang, file=where, row=str(each.row)) if each.row else where]
    if each.count is not None:
        told.append(say("trace.count", lang, count=exhibits.written(each.count, lang)))
    elif each.table == "people":
        told.append(say("trace.count_hidden", lang))
    if each.as_of:
        told.append(say("trace.as_of", lang, date=sentences.short_date(each.as_of, lang)))
    return "; ".join([*told, *([each.source] if each.source else [])])
