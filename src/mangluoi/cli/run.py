"""`mangluoi run`: one plan, one folder of outputs."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from mangluoi.cli import answers
from mangluoi.cli.parsing import Verbs

__all__ = ["add"]


def add(verbs: Verbs) -> None:
    """Add the verb."""
    parser = verbs.add("run", _run)
    parser.add_argument("plan", help=verbs.say("plan"))
    parser.add_argument("-o", "--output", help=verbs.say("output_folder"))
    answers.add_template(parser, verbs)
    answers.add_options(parser, verbs)


def _run(options: argparse.Namespace) -> int:
    from mangluoi.scenario import read_plan

    plan = answers.asked(read_plan(options.plan), options)
    result, shown, place = answers.answer(plan, Path(options.output or Path("out") / plan.name), options)
    if options.json:
        print(json.dumps(answers.summary(shown, place), ensure_ascii=False, indent=2))
    else:
        answers.show_totals(shown, place, options)
    return answers.outcome(result, options)
