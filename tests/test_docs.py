"""The documentation: every code block runs, every link leads somewhere, every generated page is what the code says."""

from __future__ import annotations

import argparse
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mangluoi.cli import door
from mangluoi.reports import reference

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]
#: Pages whose blocks follow each other in one folder, from a newcomer's first command to the last.
TOLD = [
    DOCS / name for name in ("tutorial.md", "huong-dan.md", "how-to.md", "data-sources.md", "glossary.md", "explore.md")
]
#: Pages about a model; their blocks stand alone and only compute, so they need no process of their own.
MODELS = [DOCS / name for name in ("need.md", "supply.md", "geocoding.md")]
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
MAIN = "import sys; from mangluoi.cli import main; sys.exit(main())"


def blocks(page: Path) -> Iterator[tuple[str, str]]:
    for found in _BLOCK.finditer(page.read_text(encoding="utf-8")):
        yield found[1], found[2]


def _shell(text: str, folder: Path) -> None:
    """Run each line; only our own commands stand in the documentation's shell blocks."""
    for line in text.strip().splitlines():
        words = shlex.split(line, comments=True)
        assert words[0] == "mangluoi", line
        command = [sys.executable, "-c", MAIN, *words[1:]]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"


def _run(kind: str, text: str, folder: Path) -> None:
    if kind == "sh":
        _shell(text, folder)
    elif kind == "python":
        done = subprocess.run(
            [sys.executable, "-c", text], cwd=folder, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stderr
    elif kind == "toml":
        _toml(text, folder)
    else:
        assert kind == "text", f"a block of {kind} is not executed by this test"


def _toml(text: str, folder: Path) -> None:
    """Write what names a file; a part of a plan must fit into one."""
    import tomllib

    from mangluoi.scenario import read_plan

    named = re.match(r"# file: (\S+)\n", text)
    if named is not None:
        (folder / named[1]).write_text(text, encoding="utf-8")
        return
    part = tomllib.loads(text)
    scenario = 'base = "kon-tum"\nname = "thu"\n'
    if part.get("supply", {}).get("listed") == "part":
        scenario += 'replace = ["actions", "targets"]\nactions = []\ntargets = []\n'
    (folder / "phan.toml").write_text(scenario + text, encoding="utf-8")
    assert read_plan(folder / "phan.toml").name == "thu"


@pytest.mark.parametrize("page", TOLD, ids=lambda p: p.stem)
def test_every_block_runs_in_order(page: Path, tmp_path: Path):
    """A newcomer who does what the page says, word by word, meets no error."""
    for kind, text in blocks(page):
        _run(kind, text, tmp_path)
    if page.stem in ("tutorial", "huong-dan"):
        assert (tmp_path / "bao-cao-cua-toi" / "bao-cao.docx").stat().st_size > 10_000


@pytest.mark.parametrize("page", MODELS, ids=lambda p: p.stem)
def test_the_examples_of_a_model_hold(page: Path):
    """Each page has an example, and what it asserts is so."""
    examples = [text for kind, text in blocks(page) if kind == "python"]
    assert examples
    for text in examples:
        assert "assert " in text
        exec(compile(text, str(page), "exec"), {})


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_links_lead_somewhere(page: Path):
    """Every link to a file of the repository finds it."""
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def _verbs(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Return every verb of the command line, and every verb of a verb."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for verb, below in action.choices.items():
                yield verb
                yield from (f"{verb} {name}" for name in _verbs(below))


def test_the_command_line_page_names_every_verb_and_option():
    """docs/cli.md is written from the help of every verb; how help is laid out differs from Python to Python."""
    page, now = ((DOCS / "cli.md").read_text(encoding="utf-8"), reference_of_cli())
    parts = [dict(re.findall(r"^##+ (.*?)\n(.*?)(?=^##|\Z)", text, re.M | re.S)) for text in (page, now)]
    assert parts[0].keys() == parts[1].keys() >= {f"mangluoi {verb}" for verb in _verbs(door._parser("en"))}
    for verb, text in parts[1].items():
        assert set(re.findall(r"--[a-z-]+", text)) == set(re.findall(r"--[a-z-]+", parts[0][verb])), verb


def test_the_glossary_is_what_the_words_say():
    """The second half of docs/glossary.md is written from the words of the package."""
    assert (DOCS / "glossary.md").read_text(encoding="utf-8").endswith(reference.glossary())


def reference_of_cli() -> str:
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        import write_reference
    finally:
        sys.path.pop(0)
    return write_reference.command_line()
