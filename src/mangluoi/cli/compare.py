"""`mangluoi compare`: plans side by side, and `mangluoi diff`: what changes from one plan to another."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from mangluoi.cli import answers, exits, showing
from mangluoi.cli.parsing import Verbs
from mangluoi.reports.words import say

if TYPE_CHECKING:
    from mangluoi.reports.exhibits import Exhibit
    from mangluoi.scenario import Disclosed

__all__ = ["add"]


def add(verbs: Verbs) -> None:
    """Add the verbs."""
    compare = verbs.add("compare", _compare)
    compare.add_argument("plans", nargs="+", help=verbs.say("plans_compared"))
    diff = verbs.add("diff", _diff)
    diff.add_argument("before", help=verbs.say("plan_before"))
    diff.add_argument("after", help=verbs.say("plan_after"))
    for parser, folder in ((compare, "out/so-sanh"), (diff, "out/khac-biet")):
        parser.add_argument("-o", "--output", default=folder, help=verbs.say("output_compared", folder=folder))
        answers.add_options(parser, verbs)


def _compare(options: argparse.Namespace) -> int:
    from mangluoi.reports import comparing, side_by_side

    shown = _disclosed(options.plans, options)
    place = side_by_side.write_comparison(shown, options.output, lang=options.lang)
    _tell(comparing.figure_table(shown, lang=options.lang), place, shown, options)
    return exits.DONE


def _diff(options: argparse.Namespace) -> int:
    from mangluoi.reports import comparing, side_by_side

    before, after = _disclosed([options.before, options.after], options)
    place = side_by_side.write_difference(before, after, options.output, lang=options.lang)
    if not options.json:
        for sentence in comparing.change_sentences(before, after, lang=options.lang):
            print(f"- {sentence}")
    _tell(comparing.figure_table((before, after), lang=options.lang), place, [before, after], options)
    return exits.DONE


def _disclosed(names: list[str], options: argparse.Namespace) -> list[Disclosed]:
    """Answer the plans and disclose the answers together; plans that cannot be compared are refused before."""
    from mangluoi.scenario import comparison, disclose_together, read_plan, run
    from mangluoi.scenario.run import STAGES

    plans = [answers.asked(read_plan(name), options) for name in names]
    comparison.changes(plans)
    results = []
    for plan in plans:
        with showing.progress(plan.name, len(STAGES), options) as step:
            results.append(run(plan, progress=step))
    return disclose_together(results, profile=options.profile)


def _tell(table: Exhibit, place: Path, shown: list[Disclosed], options: argparse.Namespace) -> None:
    if options.json:
        from mangluoi.scenario import comparison

        told = {
            "output": str(place),
            "changes": json.loads(
                comparison.changes([one.plan for one in shown]).to_json(orient="records", force_ascii=False)
            ),
            "figures": json.loads(comparison.key_figures(shown).to_json(orient="records", force_ascii=False)),
        }
        print(json.dumps(told, ensure_ascii=False, indent=2))
        return
    from mangluoi.reports.exhibits import written

    headings = [heading.text for heading in table.headings]
    drawn = showing.table(headings, right=[heading.text for heading in table.headings if heading.kind == "number"])
    for row in table.rows:
        drawn.add_row(*(written(cell, options.lang) for cell in row))
    showing.print_table(drawn)
    print(say("cli.written", options.lang, place=place))
