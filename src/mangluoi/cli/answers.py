"""Running a plan for the verbs that do: its options, its outputs, and what is told of the answer."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mangluoi.cli import exits, showing
from mangluoi.cli.parsing import Verbs
from mangluoi.reports.words import say

if TYPE_CHECKING:
    from mangluoi.scenario import Disclosed, Plan, Result

__all__ = ["add_options", "add_template", "answer", "asked", "outcome", "show_totals", "summary"]


def add_options(parser: argparse.ArgumentParser, verbs: Verbs) -> None:
    """Add the options that every verb has which runs plans."""
    parser.add_argument("--vintage", help=verbs.say("vintage"))
    parser.add_argument("--profile", choices=("public", "internal"), default="public", help=verbs.say("profile"))


def add_template(parser: argparse.ArgumentParser, verbs: Verbs) -> None:
    """Add the option of the verbs that write a report."""
    parser.add_argument("--template", metavar="DOCX", help=verbs.say("report_template"))


def asked(plan: Plan, options: argparse.Namespace) -> Plan:
    """Return the plan with what the options change in it."""
    if options.vintage:
        plan = plan.replace(vintage=options.vintage)
    template = getattr(options, "template", None)
    if template:
        plan = plan.replace(report=dataclasses.replace(plan.report, template=str(Path(template).absolute())))
    if plan.report.template:
        # What cannot be filled in is told before the plan is answered, not after.
        from mangluoi import reports

        reports.blank_of(plan)
    return plan


def answer(plan: Plan, place: Path, options: argparse.Namespace) -> tuple[Result, Disclosed, Path]:
    """Run a plan and write its outputs, showing progress; return what may be shown of the answer too."""
    from mangluoi import reports
    from mangluoi.scenario import disclose, run
    from mangluoi.scenario.run import STAGES

    with showing.progress(plan.name, len(STAGES) + 1, options) as step:
        result = run(plan, progress=step)
        step("write")
        shown = disclose(result, profile=options.profile)
        return result, shown, reports.write(shown, place, lang=options.lang)


def outcome(result: Result, options: argparse.Namespace) -> int:
    """Return the exit code of an answer, and say where there is no feasible one."""
    if result.solution is not None and result.solution.status == "infeasible":
        print(say("cli.infeasible", options.lang), file=sys.stderr)
        return exits.INFEASIBLE
    return exits.DONE


def summary(shown: Disclosed, place: Path) -> dict[str, Any]:
    """Tell a machine what a person may see: disclosed provincial totals; what is masked or not known is null."""
    from mangluoi.reports import brief

    return {**brief.brief(shown), "output": str(place)}


def show_totals(shown: Disclosed, place: Path, options: argparse.Namespace) -> None:
    """Show the disclosed provincial totals as a table, and where the outputs are."""
    from mangluoi.reports import sizes, words
    from mangluoi.viettext import format_number

    counts = ["need", "served", "full", "out_of_reach", "unlocated", "served_after"]
    headings = [say(f"cli.heading.{name}", options.lang) for name in ("group", "service", *counts)]
    table = showing.table(headings, right=counts)
    table.title = f"{shown.province_name} · {shown.plan.vintage}"
    for row in shown.state_totals.to_dict("records"):
        cells = ["*" if row["masked"] else format_number(float(row[name]), lang=options.lang) for name in counts]
        if not row["masked"] and not sizes.sized(shown, row["service"], row["group"]):
            # Nobody knows how many are served where no site gives its size: that is not nobody served.
            unknown = say("cli.no_data", options.lang)
            cells = [
                unknown if name in ("served", "full", "served_after") else cell
                for name, cell in zip(counts, cells, strict=True)
            ]
        names = (words.name("group", row["group"], options.lang), words.name("service", row["service"], options.lang))
        table.add_row(*names, *cells)
    showing.print_table(table)
    print(say("cli.written", options.lang, place=place))
