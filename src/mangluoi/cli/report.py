"""`mangluoi report`: many plans, a folder of outputs each; one that fails does not stop the others."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from mangluoi.cli import answers, exits, showing
from mangluoi.cli.parsing import Verbs
from mangluoi.errors import InputError, MangluoiError
from mangluoi.reports.words import say

__all__ = ["add"]


def add(verbs: Verbs) -> None:
    """Add the verb."""
    parser = verbs.add("report", _report)
    parser.add_argument("plans", nargs="*", help=verbs.say("plans"))
    parser.add_argument("--all", action="store_true", help=verbs.say("all"))
    parser.add_argument("-o", "--output", default="out", help=verbs.say("output_parent"))
    answers.add_options(parser, verbs)


def _report(options: argparse.Namespace) -> int:
    from mangluoi import shipped
    from mangluoi.scenario import read_plan

    names = [str(p) for p in sorted(shipped.plans_folder().glob("*.toml"))] if options.all else options.plans
    if not names:
        print(f"mangluoi report: {say('cli.need_plans', options.lang)}", file=sys.stderr)
        return exits.USAGE
    done: list[dict[str, Any]] = []
    failed: list[dict[str, Any]] = []
    worst = exits.DONE
    for name in names:
        try:
            plan = answers.asked(read_plan(name), options)
            result, place = answers.answer(plan, Path(options.output) / plan.name, options)
        except InputError as error:
            showing.show_complaints(error.complaints, options, print_json=False)
            failed.append({"plan": Path(name).stem, "complaints": showing.complaint_rows(error.complaints, options)})
            continue
        except (MangluoiError, OSError) as error:
            showing.show_failure(error, options)
            failed.append({"plan": Path(name).stem, "complaints": [], "error": showing.failure(error, options)})
            continue
        worst = max(worst, answers.outcome(result, options))
        done.append(answers.summary(result, place, options))
        if not options.json:
            answers.show_totals(result, place, options)
    if options.json:
        print(json.dumps({"done": done, "failed": failed}, ensure_ascii=False, indent=2))
    if failed:
        named = ", ".join(each["plan"] for each in failed)
        print(say("cli.failed", options.lang, count=len(failed), names=named), file=sys.stderr)
        return exits.PROBLEM
    return worst
