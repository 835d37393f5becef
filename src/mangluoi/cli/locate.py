"""`mangluoi locate`: a list of addresses on the map, what is doubtful in a workbook, and the decisions back in."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mangluoi.cli import exits, showing
from mangluoi.cli.parsing import Verbs
from mangluoi.errors import Complaint, InputError
from mangluoi.reports.words import say

if TYPE_CHECKING:
    from mangluoi.scenario import Plan
    from mangluoi.scenario.locating import Located

__all__ = ["add"]


def add(verbs: Verbs) -> None:
    """Add the verb."""
    parser = verbs.add("locate", _locate)
    parser.add_argument("file", help=verbs.say("locate_file"))
    parser.add_argument("-o", "--output", help=verbs.say("locate_output"))
    parser.add_argument("--map", help=verbs.say("locate_map"))
    parser.add_argument("--decisions", help=verbs.say("locate_decisions"))
    parser.add_argument("--plan", help=verbs.say("locate_plan"))
    parser.add_argument("--province", help=verbs.say("locate_province"))
    parser.add_argument("--vintage", help=verbs.say("locate_vintage"))
    parser.add_argument("--sheet", help=verbs.say("locate_sheet"))
    parser.add_argument("--column", action="append", default=[], metavar="X=Y", help=verbs.say("locate_column"))
    parser.add_argument("--drop", action="append", default=[], help=verbs.say("locate_drop"))
    parser.add_argument("--encoding", help=verbs.say("locate_encoding"))
    parser.add_argument("--online", metavar="URL", help=verbs.say("locate_online"))
    parser.add_argument("--offline", action="store_true", help=verbs.say("locate_offline"))
    parser.add_argument("--key-file", help=verbs.say("locate_key_file"))


def _locate(options: argparse.Namespace) -> int:
    from mangluoi import maps, reports
    from mangluoi.scenario import decisions, locating, read_plan

    plan = read_plan(options.plan) if options.plan else None
    kept = decisions.file_beside(options.file) if plan is None else decisions.file_beside(plan.folder, plan.name)
    known, columns = decisions.read(kept), decisions.read_columns(kept)
    if options.decisions:
        filled, meanings = reports.read_review(options.decisions)
        new = decisions.checked(filled, file=Path(options.decisions).name)
        known, columns = decisions.merged(known, new), {**columns, **meanings}
    columns |= dict(each.split("=", 1) for each in options.column if "=" in each)
    if wrong := [each for each in options.column if "=" not in each]:
        print(f"mangluoi locate: {say('cli.wrong_column', options.lang, names=', '.join(wrong))}", file=sys.stderr)
        return exits.USAGE
    if options.output and options.output != options.decisions:
        _keep_decisions(Path(options.output))
    located = locating.locate(
        options.file, sheet=options.sheet, columns=columns, drop=options.drop, decided=known,
        encoding=options.encoding, online=_online(options), **_where(plan, options),
    )  # fmt: skip
    written: dict[str, str] = {}
    if options.decisions:
        # Only now that they are known to fit the file.
        written["decisions"] = str(decisions.write(kept, known))
        decisions.write_columns(kept, columns)
    if options.output:
        written["review"] = str(reports.write_review(located, options.output, lang=options.lang))
    if options.map:
        written["map"] = str(maps.review_map(located, lang=options.lang).save(options.map))
    _show(located, written, options)
    return exits.DONE


def _keep_decisions(review: Path) -> None:
    """Refuse to write over a review workbook that somebody has begun to fill in."""
    from mangluoi import reports

    if review.exists() and len(reports.read_review(review)[0]):
        raise InputError([Complaint("would_overwrite", str(review))])


def _where(plan: Plan | None, options: argparse.Namespace) -> dict[str, Any]:
    """Return the province and the list that the addresses are about: as asked, else those of the plan."""
    if plan is not None and not options.province:
        return {"province": plan.province_code, "vintage": options.vintage or plan.province_vintage}
    return {"province": options.province, "vintage": options.vintage}


def _online(options: argparse.Namespace) -> Any:
    if not options.online:
        return None
    from mangluoi.gazetteer import online

    key = Path(options.key_file).read_text(encoding="utf-8").strip() if options.key_file else None
    return online.geocoder(options.online, key=key, offline=options.offline)


def _show(located: Located, written: dict[str, str], options: argparse.Namespace) -> None:
    rows = located.reading.counts
    if options.json:
        told = {
            "file": located.file,
            "rows": rows,
            "places": located.counts,
            "confidential": int(located.places["confidential"].sum()),
            "columns": dict(located.reading.columns),
            "unread": list(located.reading.unread),
            "complaints": showing.complaint_rows(located.reading.complaints, options),
            "written": written,
        }
        print(json.dumps(told, ensure_ascii=False, indent=2))
        return
    table = showing.table([located.file, say("review.heading.count", options.lang)], right=["count"])
    for status, count in rows.items():
        table.add_row(say(f"row_status.{status}", options.lang), str(count))
    table.add_section()
    for status, count in located.counts.items():
        table.add_row(say(f"review.status.{status}", options.lang), str(count))
    showing.print_table(table)
    if located.reading.complaints:
        showing.show_complaints(located.reading.complaints, options, said="cli.row_complaints")
    for place in written.values():
        print(say("cli.written_file", options.lang, place=place))
