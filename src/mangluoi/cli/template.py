"""`mangluoi template`: the empty workbook to fill in, or the blank of the report."""

from __future__ import annotations

import argparse
from pathlib import Path

from mangluoi.cli import exits, showing
from mangluoi.cli.parsing import Verbs
from mangluoi.errors import Complaint, InputError
from mangluoi.reports.words import say

__all__ = ["add"]


def add(verbs: Verbs) -> None:
    """Add the verb."""
    parser = verbs.add("template", _template)
    parser.add_argument("--report", action="store_true", help=verbs.say("template_report"))
    parser.add_argument("-o", "--output", required=True, help=verbs.say("output_file"))


def _template(options: argparse.Namespace) -> int:
    from mangluoi import reports

    place = Path(options.output)
    if place.exists():
        # What stands there may be filled in already.
        raise InputError([Complaint("would_overwrite", str(place))])
    if options.report:
        reports.write_blank(place, lang=options.lang)
    else:
        reports.write_template(place, lang=options.lang)
    showing.tell(options, {"file": str(place)}, say("cli.written_file", options.lang, place=place))
    return exits.DONE
