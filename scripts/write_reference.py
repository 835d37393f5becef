"""Write the pages of documentation that follow from the code: tables, command line, the glossary's list of words."""

from __future__ import annotations

import contextlib
import io
import os
import re
from pathlib import Path

from mangluoi import cli
from mangluoi.reports import reference

DOCS = Path(__file__).parents[1] / "docs"


def _help(*words: str) -> str:
    """Return what the command line answers to --help, as wide as a page."""
    told = io.StringIO()
    width = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = "100"
    try:
        with contextlib.redirect_stdout(told), contextlib.suppress(SystemExit):
            cli.main([*words, "--help", "--lang", "en"])
    finally:
        if width is None:
            del os.environ["COLUMNS"]
        else:
            os.environ["COLUMNS"] = width
    return told.getvalue().rstrip()


def _verbs(text: str) -> list[str]:
    """Return the verbs that a help lists."""
    # A list longer than a line is broken after any of its verbs.
    listed = re.search(r"\{([\w,-]+)\}|((?:[\w-]+ \| )+[\w-]+)", re.sub(r"\s+", " ", text))
    return [] if listed is None else re.split(r",| \| ", listed[0].strip("{}"))


def command_line() -> str:
    """Return the page ``docs/cli.md``: the help of every verb."""
    top = _help()
    parts = [
        "# Command line",
        "",
        "Written by `scripts/write_reference.py` from the command line's own help; do not edit it by hand. Without",
        "`--lang en` it speaks Vietnamese.",
        "",
        "```text", top, "```",
    ]  # fmt: skip
    for verb in _verbs(top.replace("--lang {vi,en}", "")):
        text = _help(verb)
        parts += ["", f"## mangluoi {verb}", "", "```text", text, "```"]
        inner = _verbs(re.sub(r"\{(vi,en|public,internal)\}", "", text.split("\n\n")[0]))
        for below in inner if verb == "data" else []:
            parts += ["", f"### mangluoi {verb} {below}", "", "```text", _help(verb, below), "```"]
    return "\n".join(parts) + "\n"


def main() -> None:
    """Write the pages."""
    DOCS.mkdir(exist_ok=True)
    (DOCS / "tables.md").write_text(reference.tables_reference(), encoding="utf-8")
    (DOCS / "cli.md").write_text(command_line(), encoding="utf-8")
    glossary = DOCS / "glossary.md"
    by_hand = glossary.read_text(encoding="utf-8").partition(reference.GLOSSARY_START)[0]
    glossary.write_text(by_hand + reference.glossary(), encoding="utf-8")


if __name__ == "__main__":
    main()
