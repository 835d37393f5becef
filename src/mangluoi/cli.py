"""The command line: arguments in, calls, exit codes. Nothing heavy is imported before a command needs it."""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import logging
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mangluoi
from mangluoi.errors import Complaint, InputError, MangluoiError
from mangluoi.reports.words import Lang, say

if TYPE_CHECKING:
    from rich.table import Table

    from mangluoi.scenario import Plan, Result

__all__ = ["main"]

DONE, PROBLEM, USAGE, INFEASIBLE, INTERRUPTED = 0, 1, 2, 3, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    argv
        The arguments; by default those of the process.

    Returns
    -------
    int
        0 done, 1 a problem in the input, 3 no feasible answer, 130 interrupted. Wrong usage exits with 2.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    lang: Lang = "en" if _asks_english(words) else "vi"
    options = _parser(lang).parse_args(words)
    if options.verbose:
        logging.basicConfig(level=logging.INFO, format="%(name)s %(message)s", stream=sys.stderr)
    try:
        return int(options.command(options))
    except KeyboardInterrupt:
        print(say("cli.interrupted", lang), file=sys.stderr)
        return INTERRUPTED
    except InputError as error:
        _show_complaints(error.complaints, options)
        return PROBLEM
    except (MangluoiError, OSError) as error:
        _say_failed(error, options)
        return PROBLEM


def _asks_english(words: Sequence[str]) -> bool:
    return "--lang=en" in words or ("--lang", "en") in itertools.pairwise(words)


class _Parser(argparse.ArgumentParser):
    """A parser that speaks the user's language where argparse's own sentences are English."""

    lang: Lang = "vi"

    def error(self, message: str) -> Any:
        """Print the usage and what is wrong, and exit with 2."""
        self.print_usage(sys.stderr)
        self.exit(USAGE, f"{self.prog}: {say('cli.default_error', self.lang, why=message)}\n")


class _Formatter(argparse.RawDescriptionHelpFormatter):
    lang: Lang = "vi"

    def add_usage(self, usage: str | None, actions: Any, groups: Any, prefix: str | None = None) -> None:
        """Start the usage line in the user's language."""
        super().add_usage(usage, actions, groups, say("cli.usage", self.lang) if prefix is None else prefix)


class _Version(argparse.Action):
    """Print the version; looking it up takes longer than all the rest of the help."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        """Print it and exit."""
        parser.exit(DONE, f"mangluoi {mangluoi.__version__}\n")


def _parser(lang: Lang) -> argparse.ArgumentParser:
    formatter = type("Formatter", (_Formatter,), {"lang": lang})
    kind = type("Parser", (_Parser,), {"lang": lang})

    def make(add: Callable[..., argparse.ArgumentParser], **settings: Any) -> argparse.ArgumentParser:
        parser = add(formatter_class=formatter, add_help=False, **settings)
        parser._positionals.title = say("cli.positional", lang)
        parser._optionals.title = say("cli.options", lang)
        parser.add_argument("-h", "--help", action="help", help=say("cli.help_help", lang))
        return parser

    def verb(where: Any, name: str, command: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        text = say(f"cli.help_{name.replace(' ', '_')}", lang)

        def add(**settings: Any) -> argparse.ArgumentParser:
            return where.add_parser(name.split()[-1], help=text, description=text, **settings)  # type: ignore[no-any-return]

        parser = make(add)
        parser.set_defaults(command=command)
        parser.add_argument("--lang", choices=("vi", "en"), default=argparse.SUPPRESS, help=say("cli.help_lang", lang))
        parser.add_argument("--json", action="store_true", help=say("cli.help_json", lang))
        parser.add_argument("-q", "--quiet", action="store_true", help=say("cli.help_quiet", lang))
        parser.add_argument("-v", "--verbose", action="store_true", help=say("cli.help_verbose", lang))
        return parser

    top = make(kind, prog="mangluoi", description=say("cli.about", lang), epilog=say("cli.exit_codes", lang))
    top.add_argument("--version", action=_Version, nargs=0, help=say("cli.help_version", lang))
    top.add_argument("--lang", choices=("vi", "en"), default="vi", help=say("cli.help_lang", lang))
    verbs = top.add_subparsers(dest="verb", required=True, metavar="run | report | template | check | data")

    run = verb(verbs, "run", _run)
    run.add_argument("plan", help=say("cli.help_plan", lang))
    run.add_argument("-o", "--output", help=say("cli.help_output_folder", lang))
    report = verb(verbs, "report", _report)
    report.add_argument("plans", nargs="*", help=say("cli.help_plans", lang))
    report.add_argument("--all", action="store_true", help=say("cli.help_all", lang))
    report.add_argument("-o", "--output", default="out", help=say("cli.help_output_parent", lang))
    for parser in (run, report):
        parser.add_argument("--vintage", help=say("cli.help_vintage", lang))
        parser.add_argument(
            "--profile", choices=("public", "internal"), default="public", help=say("cli.help_profile", lang)
        )
    template = verb(verbs, "template", _template)
    template.add_argument("-o", "--output", required=True, help=say("cli.help_output_file", lang))
    check = verb(verbs, "check", _check)
    check.add_argument("file", help=say("cli.help_file", lang))
    data = make(lambda **s: verbs.add_parser("data", help=say("cli.help_data", lang), **s))
    datas = data.add_subparsers(dest="data_verb", required=True, metavar="list")
    verb(datas, "data list", _data_list)
    return top


def _run(options: argparse.Namespace) -> int:
    from mangluoi.scenario import read_plan

    plan = _with_vintage(read_plan(options.plan), options)
    result, place = _answer(plan, Path(options.output or Path("out") / plan.name), options)
    if options.json:
        print(json.dumps(_summary(result, place, options), ensure_ascii=False, indent=2))
    else:
        _show_totals(result, place, options)
    return _outcome(result, options)


def _report(options: argparse.Namespace) -> int:
    from mangluoi import shipped
    from mangluoi.scenario import read_plan

    names = [str(p) for p in sorted(shipped.plans_folder().glob("*.toml"))] if options.all else options.plans
    if not names:
        print(f"mangluoi report: {say('cli.need_plans', options.lang)}", file=sys.stderr)
        return USAGE
    done: list[dict[str, Any]] = []
    failed: list[str] = []
    worst = DONE
    for name in names:
        try:
            plan = _with_vintage(read_plan(name), options)
            result, place = _answer(plan, Path(options.output) / plan.name, options)
        except InputError as error:
            _show_complaints(error.complaints, options, print_json=False)
            failed.append(Path(name).stem)
            continue
        except (MangluoiError, OSError) as error:
            _say_failed(error, options)
            failed.append(Path(name).stem)
            continue
        worst = max(worst, _outcome(result, options))
        done.append(_summary(result, place, options))
        if not options.json:
            _show_totals(result, place, options)
    if options.json:
        print(json.dumps({"done": done, "failed": failed}, ensure_ascii=False, indent=2))
    if failed:
        print(say("cli.failed", options.lang, count=len(failed), names=", ".join(failed)), file=sys.stderr)
        return PROBLEM
    return worst


def _template(options: argparse.Namespace) -> int:
    from mangluoi import reports

    place = Path(options.output)
    reports.write_template(place, lang=options.lang)
    _say(options, {"file": str(place)}, say("cli.written_file", options.lang, place=place))
    return DONE


def _check(options: argparse.Namespace) -> int:
    place = Path(options.file)
    if place.suffix == ".toml":
        from mangluoi.scenario import facts, read_plan

        facts.gather(read_plan(place))
    else:
        from mangluoi import sources

        sources.read_workbook(place)
    _say(options, {"file": str(place), "complaints": []}, say("cli.no_complaint", options.lang, place=place))
    return DONE


def _data_list(options: argparse.Namespace) -> int:
    from mangluoi import sources

    rows = sources.catalogue.catalogue()
    if options.json:
        print(rows.to_json(orient="records", force_ascii=False, indent=2))
        return DONE
    columns = ["dataset", "kind", "licence", "date", "note"]
    table = _table([say(f"cli.heading.{name}", options.lang) for name in columns])
    for row in rows[columns].astype(object).where(rows[columns].notna(), "").to_dict("records"):
        table.add_row(*(str(row[name]) for name in columns))
    _print(table)
    return DONE


def _with_vintage(plan: Plan, options: argparse.Namespace) -> Plan:
    return plan.replace(vintage=options.vintage) if options.vintage else plan


def _answer(plan: Plan, place: Path, options: argparse.Namespace) -> tuple[Result, Path]:
    """Run a plan and write its outputs, showing progress."""
    from mangluoi import reports
    from mangluoi.scenario import run

    with _progress(plan.name, options) as step:
        result = run(plan, progress=step)
        step("write")
        return result, reports.write(result, place, lang=options.lang, profile=options.profile)


@contextlib.contextmanager
def _progress(name: str, options: argparse.Namespace) -> Iterator[Callable[[str], None]]:
    """Show on a terminal which stage a run is in; elsewhere, and when asked to be quiet, nothing."""
    if options.quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from mangluoi.scenario.run import STAGES

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(name, total=len(STAGES) + 1, completed=-1)

        def step(stage: str) -> None:
            bar.update(task, advance=1, description=f"{name}: {say(f'cli.stage.{stage}', options.lang)}")

        yield step
        bar.update(task, advance=1, description=name)


def _outcome(result: Result, options: argparse.Namespace) -> int:
    if result.solution is not None and result.solution.status == "infeasible":
        print(say("cli.infeasible", options.lang), file=sys.stderr)
        return INFEASIBLE
    return DONE


def _summary(result: Result, place: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Tell a machine what a person may see: disclosed provincial totals; what is masked or not known is null."""
    from mangluoi.scenario import disclose

    shown = disclose(result, profile=options.profile)
    told = {name: value for name, value in shown.solution.items() if name != "seconds"}
    return {
        "plan": shown.plan.name,
        "province": shown.province_name,
        "vintage": shown.plan.vintage,
        "output": str(place),
        "totals": json.loads(shown.state_totals.to_json(orient="records")),
        "actions": json.loads(
            shown.actions[["action_id", "kind", "service", "added", "cost_vnd"]].to_json(orient="records")
        ),
        # JSON has no word for infinity, which a gap is where no bound was found.
        "solution": {
            name: None if isinstance(value, float) and not math.isfinite(value) else value
            for name, value in told.items()
        },
        "withheld_services": list(shown.withheld_services),
    }


def _show_totals(result: Result, place: Path, options: argparse.Namespace) -> None:
    from mangluoi.reports import sizes, words
    from mangluoi.scenario import disclose
    from mangluoi.viettext import format_number

    shown = disclose(result, profile=options.profile)
    counts = ["need", "served", "full", "out_of_reach", "unlocated", "served_after"]
    table = _table([say(f"cli.heading.{name}", options.lang) for name in ("group", "service", *counts)], right=counts)
    table.title = f"{result.province_name} · {result.plan.vintage}"
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
    _print(table)
    print(say("cli.written", options.lang, place=place))


def _show_complaints(complaints: Sequence[Complaint], options: argparse.Namespace, *, print_json: bool = True) -> None:
    """Show every complaint: as JSON on standard output where asked, else as a table on standard error."""
    from mangluoi.reports import sentences

    if options.json and print_json:
        rows = [
            {
                "problem": c.problem,
                "file": c.file,
                "sheet": c.sheet,
                "row": c.row,
                "column": c.column,
                "value": None if c.value is None else str(c.value),
                "message": sentences.complaint(c, options.lang),
            }
            for c in complaints
        ]
        print(json.dumps({"complaints": rows}, ensure_ascii=False, indent=2))
        return
    names = ("file", "sheet", "row", "column", "value", "problem")
    table = _table([say(f"cli.heading.{name}", options.lang) for name in names])
    for c in complaints:
        told = sentences.complaint(c, options.lang)
        table.add_row(*sentences.place(c, options.lang), "" if c.value is None else str(c.value), told)
    print(say("cli.complaints", options.lang, count=len(complaints)), file=sys.stderr)
    _print(table, error=True)


def _say_failed(error: Exception, options: argparse.Namespace) -> None:
    why = f"{type(error).__name__}: {error}"
    text = say("cli.cannot_write", options.lang, why=why) if isinstance(error, OSError) else why
    print(f"mangluoi: {text}", file=sys.stderr)


def _say(options: argparse.Namespace, told: dict[str, Any], text: str) -> None:
    print(json.dumps(told, ensure_ascii=False) if options.json else text)


def _table(headings: Sequence[str], *, right: Sequence[str] = ()) -> Table:
    from rich.table import Table

    table = Table()
    first_right = len(headings) - len(right)
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right" if right and number >= first_right else "left", overflow="fold")
    return table


def _print(table: Table, *, error: bool = False) -> None:
    """Print a table as it is: text of the user's is not markup."""
    from rich.console import Console

    stream = sys.stderr if error else sys.stdout
    # A file or a pipe has no width of its own: give the columns room instead of folding every word.
    width = None if stream.isatty() else 140
    Console(file=stream, width=width, markup=False, emoji=False, highlight=False).print(table, markup=False)


if __name__ == "__main__":
    sys.exit(main())
