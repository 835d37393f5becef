"""`mangluoi report`: many plans and provinces, a folder of outputs each; one that fails does not stop the others."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mangluoi.cli import answers, exits, showing
from mangluoi.cli.parsing import Verbs, count
from mangluoi.errors import InputError, MangluoiError
from mangluoi.reports.words import say

if TYPE_CHECKING:
    from mangluoi.batch import Outcome
    from mangluoi.scenario import Plan

__all__ = ["add"]


def add(verbs: Verbs) -> None:
    """Add the verb."""
    parser = verbs.add("report", _report)
    parser.add_argument("plans", nargs="*", help=verbs.say("plans"))
    parser.add_argument("--all", action="store_true", help=verbs.say("all"))
    parser.add_argument("-o", "--output", default="out", help=verbs.say("output_parent"))
    where = parser.add_mutually_exclusive_group()
    where.add_argument("-j", "--jobs", type=count, default=1, metavar="N", help=verbs.say("jobs"))
    where.add_argument("--scheduler", metavar="tcp://…", help=verbs.say("scheduler"))
    parser.add_argument("--again", action="store_true", help=verbs.say("again"))
    answers.add_template(parser, verbs)
    answers.add_options(parser, verbs)


def _report(options: argparse.Namespace) -> int:
    from mangluoi import batch

    if not options.plans and not options.all:
        print(f"mangluoi report: {say('cli.need_plans', options.lang)}", file=sys.stderr)
        return exits.USAGE
    plans, unread = _plans(options)
    cluster = batch.cluster(options.scheduler) if options.scheduler else contextlib.nullcontext()
    with cluster as executor, _progress(options) as progress:
        outcomes = batch.run_batch(
            plans, options.output, workers=options.jobs, executor=executor, again=options.again, lang=options.lang,
            profile=options.profile, progress=progress,
        )  # fmt: skip
    outcomes = [*unread, *outcomes]
    summary = batch.write_summary(outcomes, options.output, lang=options.lang, profile=options.profile)
    failed = [outcome for outcome in outcomes if outcome.status == "failed"]
    if options.json:
        print(json.dumps(_told(outcomes, summary, options), ensure_ascii=False, indent=2))
    else:
        _show(outcomes, options)
    for outcome in failed:
        _show_failed(outcome, options)
    if not options.json:
        print(say("cli.written", options.lang, place=summary))
    if failed:
        named = ", ".join(outcome.name for outcome in failed)
        print(say("cli.failed", options.lang, count=len(failed), names=named), file=sys.stderr)
        return exits.PROBLEM
    if any(outcome.told["solution"].get("status") == "infeasible" for outcome in outcomes):
        print(say("cli.infeasible", options.lang), file=sys.stderr)
        return exits.INFEASIBLE
    return exits.DONE


def _plans(options: argparse.Namespace) -> tuple[list[Plan], list[Outcome]]:
    """Read what is asked for: plans that ship, files, names of provinces; what cannot be read is an outcome too."""
    from mangluoi import batch, shipped
    from mangluoi.batch import Outcome
    from mangluoi.scenario import read_plan

    makers: list[tuple[str, Callable[[], Plan]]] = []
    if options.all:
        for place in sorted(shipped.plans_folder().glob("*.toml")):
            makers.append((place.stem, lambda place=place: read_plan(place)))  # type: ignore[misc]
        makers += [(plan.name, lambda plan=plan: plan) for plan in batch.province_plans()]  # type: ignore[misc]
    for word in options.plans:
        makers.append((Path(word).stem, lambda word=word: _asked_for(word)))  # type: ignore[misc]
    plans, unread = [], []
    for name, make in makers:
        try:
            plans.append(answers.asked(make(), options))
        except InputError as error:
            unread.append(Outcome(name, "failed", complaints=tuple(error.complaints), error=str(error)))
        except (MangluoiError, OSError) as error:
            unread.append(Outcome(name, "failed", error=f"{type(error).__name__}: {error}"))
    return plans, unread


def _asked_for(word: str) -> Plan:
    """Return a plan by its file or name, else that of a province of today."""
    from mangluoi import batch
    from mangluoi.scenario import read_plan

    try:
        return read_plan(word)
    except InputError as error:
        if not {complaint.problem for complaint in error.complaints} <= {"missing_file", "unknown_plan"}:
            raise
        try:
            return batch.province_plan(word)
        except InputError as other:
            raise InputError([*error.complaints, *other.complaints]) from error


@contextlib.contextmanager
def _progress(options: argparse.Namespace) -> Iterator[Callable[[Outcome, int, int], None]]:
    """Show how far the batch is: a bar on a terminal, elsewhere a line for each plan."""

    def line(outcome: Outcome, done: int, count: int) -> str:
        fields = {"name": outcome.name, "status": say(f"cli.status.{outcome.status}", options.lang)}
        return say("cli.batch_line", options.lang, done=done, count=count, seconds=float(outcome.seconds), **fields)

    if options.quiet:
        yield lambda *_: None
        return
    if not sys.stderr.isatty():
        yield lambda *told: print(line(*told), file=sys.stderr, flush=True)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=None)
        yield lambda outcome, done, count: bar.update(
            task, completed=done, total=count, description=line(outcome, done, count)
        )


def _show(outcomes: list[Outcome], options: argparse.Namespace) -> None:
    """Show one line for each need of each plan."""
    from mangluoi.reports import words
    from mangluoi.viettext import format_number

    counts = ("need", "served", "served_after")
    headings = [say(f"cli.heading.{name}", options.lang) for name in ("plan", "province", "group", "service", *counts)]
    table = showing.table(headings, right=counts)
    for outcome in outcomes:
        for row in outcome.told.get("totals", ()):
            names = (words.name(kind, row[kind], options.lang) for kind in ("group", "service"))
            cells = []
            for name in counts:
                known = row[name] is not None and (row["sized"] or name == "need")
                shown = format_number(row[name], lang=options.lang) if known else say("cli.no_data", options.lang)
                cells.append("*" if row["masked"] else shown)
            table.add_row(outcome.name, outcome.told["province"], *names, *cells)
    showing.print_table(table)


def _show_failed(outcome: Outcome, options: argparse.Namespace) -> None:
    if outcome.complaints:
        showing.show_complaints(outcome.complaints, options, print_json=False)
    else:
        print(f"mangluoi: {outcome.name}: {outcome.error}", file=sys.stderr)


def _told(outcomes: list[Outcome], summary: Path, options: argparse.Namespace) -> dict[str, Any]:
    return {
        "done": [
            {**outcome.told, "output": outcome.place, "status": outcome.status}
            for outcome in outcomes
            if outcome.status != "failed"
        ],
        "failed": [
            {
                "plan": outcome.name,
                "complaints": showing.complaint_rows(outcome.complaints, options),
                **({} if outcome.complaints else {"error": outcome.error}),
            }
            for outcome in outcomes
            if outcome.status == "failed"
        ],
        "summary": str(summary),
    }
