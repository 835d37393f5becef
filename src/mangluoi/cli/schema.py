"""`mangluoi schema`: the JSON Schema of plan files, for editors."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from mangluoi.cli import exits, showing
from mangluoi.cli.parsing import Verbs
from mangluoi.reports.words import say

__all__ = ["add"]


def add(verbs: Verbs) -> None:
    """Add the verb."""
    parser = verbs.add("schema", _schema)
    parser.add_argument("-o", "--output", help=verbs.say("output_schema"))


def _schema(options: argparse.Namespace) -> int:
    from mangluoi.scenario.schema import schema

    text = json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"
    if options.output is None:
        print(text, end="")
        return exits.DONE
    place = Path(options.output)
    place.write_text(text, encoding="utf-8", newline="\n")
    showing.tell(options, {"file": str(place)}, say("cli.written_file", options.lang, place=place))
    return exits.DONE
