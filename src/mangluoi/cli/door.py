"""The entry point: which verbs there are, and what becomes of their errors."""

from __future__ import annotations

import argparse
import importlib
import itertools
import logging
import sys
from collections.abc import Sequence

from mangluoi.cli import exits, parsing, showing
from mangluoi.errors import InputError, MangluoiError
from mangluoi.reports.words import Lang, say

__all__ = ["main"]

#: The modules of this folder that are verbs, in the order of the help.
_VERBS = (
    "run",
    "report",
    "compare",
    "trace",
    "stress",
    "template",
    "check",
    "locate",
    "schema",
    "data",
)


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
    options = _parser("en" if _asks_english(words) else "vi").parse_args(words)
    if options.verbose:
        logging.basicConfig(level=logging.INFO, format="%(name)s %(message)s", stream=sys.stderr)
    try:
        return int(options.command(options))
    except KeyboardInterrupt:
        print(say("cli.interrupted", options.lang), file=sys.stderr)
        return exits.INTERRUPTED
    except InputError as error:
        showing.show_complaints(error.complaints, options)
        return exits.PROBLEM
    except (MangluoiError, OSError) as error:
        showing.show_failure(error, options)
        return exits.PROBLEM


def _asks_english(words: Sequence[str]) -> bool:
    return "--lang=en" in words or ("--lang", "en") in itertools.pairwise(words)


def _parser(lang: Lang) -> argparse.ArgumentParser:
    top, verbs = parsing.top(lang)
    for name in _VERBS:
        importlib.import_module(f"mangluoi.cli.{name}").add(verbs)
    verbs.close()
    return top
