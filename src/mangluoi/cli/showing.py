"""What the command line shows: tables, complaints, progress; or JSON for a program."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from mangluoi.errors import Complaint, DisclosureError, ReasonedError, UnknownUnitError
from mangluoi.reports.words import say

if TYPE_CHECKING:
    from rich.table import Table

__all__ = [
    "arrival", "complaint_rows", "failure", "print_table", "progress", "show_complaints", "show_failure", "table",
    "tell",
]  # fmt: skip


def complaint_rows(complaints: Sequence[Complaint], options: argparse.Namespace) -> list[dict[str, Any]]:
    """Return the complaints for a program."""
    from mangluoi.reports import sentences

    return [
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


def show_complaints(
    complaints: Sequence[Complaint],
    options: argparse.Namespace,
    *,
    print_json: bool = True,
    said: str = "cli.complaints",
) -> None:
    """Show every complaint: as JSON on standard output where asked, else as a table on standard error.

    Parameters
    ----------
    complaints
        The complaints.
    options
        Of the command line.
    print_json
        Whether JSON may go to standard output.
    said
        The key of the sentence above them.
    """
    from mangluoi.reports import sentences

    if options.json and print_json:
        told = {"complaints": complaint_rows(complaints, options)}
        print(json.dumps(told, ensure_ascii=False, indent=2))
        return
    names = ("file", "sheet", "row", "column", "value", "problem")
    shown = table([say(f"cli.heading.{name}", options.lang) for name in names])
    for c in complaints:
        sentence = sentences.complaint(c, options.lang)
        shown.add_row(*sentences.place(c, options.lang), "" if c.value is None else str(c.value), sentence)
    print(say(said, options.lang, count=len(complaints)), file=sys.stderr)
    print_table(shown, error=True)


def failure(error: Exception, options: argparse.Namespace) -> str:
    """Say in one line why something could not be done."""
    if isinstance(error, UnknownUnitError) and error.reason:
        return say(f"why.{error.reason}", options.lang, **error.fields)
    if isinstance(error, ReasonedError):
        why = say(f"why.{error.reason}", options.lang, **error.fields)
        return say("cli.not_shown", options.lang, why=why) if isinstance(error, DisclosureError) else why
    why = f"{type(error).__name__}: {error}"
    return say("cli.cannot_write", options.lang, why=why) if isinstance(error, OSError) else why


def show_failure(error: Exception, options: argparse.Namespace) -> None:
    """Show, on standard error, what has no complaints to be listed."""
    print(f"mangluoi: {failure(error, options)}", file=sys.stderr)


def tell(options: argparse.Namespace, told: dict[str, Any], text: str) -> None:
    """Print one outcome: the facts for a program where asked, else a sentence."""
    print(json.dumps(told, ensure_ascii=False) if options.json else text)


def table(headings: Sequence[str], *, right: Sequence[str] = ()) -> Table:
    """Return an empty table; as many columns at the end as `right` has are aligned to the right."""
    from rich.table import Table

    made = Table()
    first_right = len(headings) - len(right)
    for number, heading in enumerate(headings):
        made.add_column(heading, justify="right" if right and number >= first_right else "left", overflow="fold")
    return made


def print_table(shown: Table, *, error: bool = False) -> None:
    """Print a table as it is: text of the user's is not markup."""
    from rich.console import Console

    stream = sys.stderr if error else sys.stdout
    # A file or a pipe has no width of its own: give the columns room instead of folding every word.
    width = None if stream.isatty() else 140
    Console(file=stream, width=width, markup=False, emoji=False, highlight=False).print(shown, markup=False)


@contextlib.contextmanager
def progress(name: str, stages: int, options: argparse.Namespace) -> Iterator[Callable[[str], None]]:
    """Show on a terminal which stage a job is in; elsewhere, and when asked to be quiet, nothing.

    Parameters
    ----------
    name
        What is being done.
    stages
        How many steps there will be; each is a key ``cli.stage.<step>``.
    options
        Of the command line.
    """
    if options.quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(name, total=stages, completed=-1)

        def step(stage: str) -> None:
            bar.update(task, advance=1, description=f"{name}: {say(f'cli.stage.{stage}', options.lang)}")

        yield step
        bar.update(task, advance=1, description=name)


@contextlib.contextmanager
def arrival(name: str, options: argparse.Namespace) -> Iterator[Callable[[int, int | None], None]]:
    """Show on a terminal how much of a file has arrived; elsewhere, and when asked to be quiet, nothing."""
    if options.quiet or not sys.stderr.isatty():
        yield lambda _arrived, _whole: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(name, total=None)
        yield lambda arrived, whole: bar.update(task, completed=arrived, total=whole)
