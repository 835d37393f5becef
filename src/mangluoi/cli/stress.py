"""`mangluoi stress`: which choice of a plan holds up where what it assumes is wrong."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mangluoi.cli import answers, exits, showing
from mangluoi.cli.parsing import Verbs, count
from mangluoi.reports.words import say

if TYPE_CHECKING:
    from mangluoi.scenario import DisclosedStress
    from mangluoi.scenario.stressing import Progress

__all__ = ["add"]

_FOLDER, _DRAWS, _SEED = "out/thu-thach", 100, 1


def add(verbs: Verbs) -> None:
    """Add the verb."""
    parser = verbs.add("stress", _stress)
    parser.add_argument("plan", help=verbs.say("plan"))
    parser.add_argument("--draws", type=count, default=_DRAWS, metavar="N", help=verbs.say("draws"))
    parser.add_argument("--seed", type=int, default=_SEED, metavar="N", help=verbs.say("seed"))
    parser.add_argument("-o", "--output", default=_FOLDER, help=verbs.say("output_stress", folder=_FOLDER))
    parser.add_argument("-j", "--jobs", type=count, default=None, metavar="N", help=verbs.say("jobs_stress"))
    parser.add_argument("--again", action="store_true", help=verbs.say("again_stress"))
    answers.add_options(parser, verbs)


def _stress(options: argparse.Namespace) -> int:
    from mangluoi import batch
    from mangluoi.reports import stress_files
    from mangluoi.scenario import disclose_stress, read_plan, stress

    plan = answers.asked(read_plan(options.plan), options)
    workers = options.jobs or min(os.cpu_count() or 1, 2)
    pool = batch.processes(workers) if workers > 1 else contextlib.nullcontext()
    with batch.unfinished(plan, options.output, seed=options.seed, again=options.again) as kept:
        with pool as executor, _progress(plan.name, options) as progress:
            found = stress(
                plan, draws=options.draws, seed=options.seed, executor=executor, remembered=kept, progress=progress
            )
        told = disclose_stress(found, profile=options.profile)
        place = stress_files.write_stress(told, options.output, lang=options.lang)
        if found.whole:
            kept.done()
    _tell(told, place, options)
    if not found.whole:
        print(say("cli.stress_stopped", options.lang, made=told.made, asked=told.asked), file=sys.stderr)
        return exits.INTERRUPTED
    return exits.DONE


def _tell(told: DisclosedStress, place: Path, options: argparse.Namespace) -> None:
    if options.json:
        print(json.dumps({**_facts(told), "output": str(place)}, ensure_ascii=False, indent=2))
        return
    from mangluoi.reports import stress_tables, stressing
    from mangluoi.reports.exhibits import written

    for sentence in stressing.answers(told, lang=options.lang):
        print(f"- {sentence}")
    for exhibit in (stress_tables.plan_table(told, options.lang), stress_tables.chosen_table(told, options.lang)):
        headings = [heading.text for heading in exhibit.headings]
        drawn = showing.table(headings, right=headings[-2:])
        drawn.title = exhibit.label
        for row in exhibit.rows:
            drawn.add_row(*(written(cell, options.lang) for cell in row))
        showing.print_table(drawn)
    print(say("cli.written", options.lang, place=place))


def _facts(told: DisclosedStress) -> dict[str, Any]:
    """Tell a machine what a person may see; what is masked is null."""
    tables = {
        name: json.loads(table.to_json(orient="records", force_ascii=False))
        for name, table in (("plans", told.plans), ("chosen", told.chosen), ("tornado", told.tornado))
    }
    numbers = {name: None if value != value else value for name, value in (
        ("price_people", told.price), ("price_vnd", told.price_vnd)
    )}  # fmt: skip
    return {
        "plan": told.shown.plan.name, "draws": told.made, "draws_asked": told.asked, "seed": told.seed,
        "least_regret": told.least_regret, "most_served": told.most_served, **numbers, "proven": told.proven,
        "people_counted": told.open, **tables,
    }  # fmt: skip


@contextlib.contextmanager
def _progress(name: str, options: argparse.Namespace) -> Iterator[Progress]:
    """Show how far the work is: a bar on a terminal, elsewhere nothing."""
    if options.quiet or not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(name, total=None)

        def step(part: str, done: int, of: int) -> None:
            described = f"{name}: {say(f'cli.stage.stress_{part}', options.lang)}"
            bar.update(task, completed=done, total=of, description=described)

        yield step
