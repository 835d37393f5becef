"""Arguments in the user's language: what argparse itself says is English."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from typing import Any

import mangluoi
from mangluoi.cli import exits
from mangluoi.reports.words import Lang, say

__all__ = ["Verbs", "count", "top"]

Command = Callable[[argparse.Namespace], int]

#: argparse's sentences, which it has already filled in when it hands them over, and the key of ours.
_SENTENCES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), key)
    for pattern, key in (
        (r"the following arguments are required: (?P<names>.+)", "required"),
        (r"unrecognized arguments: (?P<names>.+)", "unrecognized"),
        (r"invalid choice: (?P<value>.+?), maybe you meant (?P<choices>.+?)\? .*", "invalid_choice"),
        (r"invalid choice: (?P<value>.+?) \(choose from (?P<choices>.+)\)", "invalid_choice"),
        (r"invalid \w+ value: (?P<value>.+)", "invalid_value"),
        (r"expected (?:one|\d+|at least one|at most one) arguments?", "expects_value"),
        (r"ignored explicit argument (?P<value>.+)", "takes_no_value"),
        (r"not allowed with argument (?P<names>.+)", "not_together"),
        (r"one of the arguments (?P<names>.+) is required", "one_required"),
        (r"ambiguous option: (?P<value>.+?) could match (?P<choices>.+)", "ambiguous"),
    )
)
_OF_ARGUMENT = re.compile(r"argument (?P<name>[^:]+): (?P<rest>.+)", re.DOTALL)


def count(text: str) -> int:
    """Read a number of one or more."""
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _translated(message: str, lang: Lang) -> str:
    """Say what argparse complains of in the user's language; a sentence that is not known stays as it is."""
    of = _OF_ARGUMENT.fullmatch(message)
    if of is not None:
        return say("cli.wrong.argument", lang, name=of["name"], why=_translated(of["rest"], lang))
    for pattern, key in _SENTENCES:
        if (found := pattern.fullmatch(message)) is not None:
            return say(f"cli.wrong.{key}", lang, **found.groupdict())
    return message


class _Parser(argparse.ArgumentParser):
    lang: Lang = "vi"

    def error(self, message: str) -> Any:
        """Print the usage and what is wrong, and exit with 2."""
        self.print_usage(sys.stderr)
        self.exit(exits.USAGE, f"{self.prog}: {_translated(message, self.lang)}\n")


class _Formatter(argparse.RawDescriptionHelpFormatter):
    lang: Lang = "vi"

    def add_usage(self, usage: str | None, actions: Any, groups: Any, prefix: str | None = None) -> None:
        """Start the usage line in the user's language."""
        super().add_usage(usage, actions, groups, say("cli.usage", self.lang) if prefix is None else prefix)


class _Version(argparse.Action):
    """Print the version; looking it up takes longer than all the rest of the help."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        """Print it and exit."""
        parser.exit(exits.DONE, f"mangluoi {mangluoi.__version__}\n")


class Verbs:
    """A place where verbs are added: the top of the command line, or a verb that has verbs of its own."""

    def __init__(self, parser: argparse.ArgumentParser, lang: Lang, *, above: str = "") -> None:
        self.lang = lang
        self._above = above
        self._added = parser.add_subparsers(dest=f"{above}verb", required=True)

    def say(self, key: str, **fields: Any) -> str:
        """Return the help text ``cli.help_<key>``."""
        return say(f"cli.help_{key}", self.lang, **fields)

    def _parser(self, name: str, text: str) -> argparse.ArgumentParser:
        formatter: Any = type("Formatter", (_Formatter,), {"lang": self.lang})
        parser = self._added.add_parser(
            name, help=text, description=text, formatter_class=formatter, add_help=False
        )  # fmt: skip
        _speak(parser, self.lang)
        return parser

    def add(self, name: str, command: Command) -> argparse.ArgumentParser:
        """Add a verb.

        Parameters
        ----------
        name
            The word that the user types; its help is ``cli.help_<name>``, below a verb ``cli.help_<verb>_<name>``.
        command
            What it does with the options: returns an exit code.
        """
        parser = self._parser(name, self.say(f"{self._above}{name}"))
        parser.set_defaults(command=command)
        parser.add_argument("--lang", choices=("vi", "en"), default=argparse.SUPPRESS, help=self.say("lang"))
        parser.add_argument("--json", action="store_true", help=self.say("json"))
        parser.add_argument("-q", "--quiet", action="store_true", help=self.say("quiet"))
        parser.add_argument("-v", "--verbose", action="store_true", help=self.say("verbose"))
        return parser

    def group(self, name: str) -> Verbs:
        """Add a verb that is nothing without one of its own verbs, such as `data`."""
        return Verbs(self._parser(name, self.say(name)), self.lang, above=f"{name}_")

    def close(self) -> None:
        """Show, now that all are added, the verbs in the usage line."""
        self._added.metavar = " | ".join(self._added.choices)


def _speak(parser: argparse.ArgumentParser, lang: Lang) -> None:
    parser._positionals.title = say("cli.positional", lang)
    parser._optionals.title = say("cli.options", lang)
    parser.add_argument("-h", "--help", action="help", help=say("cli.help_help", lang))


def top(lang: Lang) -> tuple[argparse.ArgumentParser, Verbs]:
    """Return the parser of the whole command line and the place for its verbs."""
    kind = type("Parser", (_Parser,), {"lang": lang})
    formatter = type("Formatter", (_Formatter,), {"lang": lang})
    parser: argparse.ArgumentParser = kind(
        prog="mangluoi", description=say("cli.about", lang), epilog=say("cli.exit_codes", lang),
        formatter_class=formatter, add_help=False,
    )  # fmt: skip
    _speak(parser, lang)
    parser.add_argument("--version", action=_Version, nargs=0, help=say("cli.help_version", lang))
    parser.add_argument("--lang", choices=("vi", "en"), default="vi", help=say("cli.help_lang", lang))
    return parser, Verbs(parser, lang)
