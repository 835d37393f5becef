"""`mangluoi check`: every problem of a workbook or a plan."""

from __future__ import annotations

import argparse
from pathlib import Path

from mangluoi.cli import exits, showing
from mangluoi.cli.parsing import Verbs
from mangluoi.reports.words import say

__all__ = ["add"]


def add(verbs: Verbs) -> None:
    """Add the verb."""
    verbs.add("check", _check).add_argument("file", help=verbs.say("file"))


def _check(options: argparse.Namespace) -> int:
    place = Path(options.file)
    doubts: list[str] = []
    if place.suffix == ".toml":
        from mangluoi.reports import sentences
        from mangluoi.scenario import facts, read_plan

        doubts = sentences.notices(facts.gather(read_plan(place)).supply.notices, options.lang)
    else:
        from mangluoi import sources

        sources.read_workbook(place)
    told = {"file": str(place), "complaints": [], "notices": doubts}
    said = [say("cli.no_complaint", options.lang, place=place), *(f"- {doubt}" for doubt in doubts)]
    showing.tell(options, told, "\n".join(said))
    return exits.DONE
