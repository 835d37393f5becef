"""Wrong usage in the user's language, and the verbs as modules."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys

import pytest

from mangluoi import cli
from mangluoi.cli import door, parsing

WRONG = {
    "no verb": [],
    "unknown verb": ["no-such-verb"],
    "nothing to run": ["run"],
    "wrong choice": ["run", "kon-tum", "--profile", "secret"],
    "value missing": ["run", "kon-tum", "-o"],
    "value too many": ["run", "kon-tum", "--json=yes"],
    "unknown option": ["run", "kon-tum", "--colour"],
    "ambiguous": ["run", "kon-tum", "--v", "1"],
    "no verb below": ["data"],
}
ENGLISH = ("required", "invalid", "choose", "unrecognized", "expected", "ignored", "argument", "usage", "ambiguous")


@pytest.mark.parametrize("words", WRONG.values(), ids=WRONG.keys())
def test_wrong_usage_is_told_in_vietnamese(words: list[str], capsys: pytest.CaptureFixture[str]):
    """No sentence of argparse's own is left under a Vietnamese usage line; the exit code is 2."""
    with pytest.raises(SystemExit) as end:
        cli.main(words)
    told = capsys.readouterr().err
    assert end.value.code == 2
    assert told.startswith("Cách dùng: ")
    assert not [word for word in ENGLISH if word in told.lower()], told


@pytest.mark.parametrize("words", WRONG.values(), ids=WRONG.keys())
def test_wrong_usage_is_told_in_english_on_request(words: list[str], capsys: pytest.CaptureFixture[str]):
    """With --lang en both the usage line and the sentence are English."""
    with pytest.raises(SystemExit) as end:
        cli.main(["--lang", "en", *words])
    told = capsys.readouterr().err
    assert end.value.code == 2
    assert told.startswith("usage: ")
    assert any(word in told for word in (*ENGLISH[:-2], "ambiguous", "takes no value"))


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("not allowed with argument --all", "không dùng cùng với --all"),
        ("one of the arguments --a --b is required", "phải có một trong các tham số --a --b"),
        ("argument --jobs: invalid int value: 'x'", "tham số --jobs: giá trị 'x' không hợp lệ"),
        ("argument x: invalid choice: 'lst', maybe you meant 'list'? (choose from list)", "chọn một trong: 'list'"),
        ("a sentence that argparse may yet invent", "a sentence that argparse may yet invent"),
    ],
)
def test_sentences_of_options_that_are_not_here_yet(message: str, told: str):
    """The translation knows argparse's sentences, not only those that today's verbs can provoke."""
    assert told in parsing._translated(message, "vi")


def test_every_verb_is_a_module_with_help():
    """Each name in the list of verbs is a module that adds a verb of its name, with help in both languages."""
    for lang in ("vi", "en"):
        top = door._parser(lang)
        choices = next(a for a in top._actions if isinstance(a, argparse._SubParsersAction)).choices
        assert [verb for verb in choices if verb in door._VERBS] == list(door._VERBS)
        assert all(parser.description for parser in choices.values())


def test_python_m_runs_the_command_line():
    """`python -m mangluoi` is the same as `mangluoi`."""
    done = subprocess.run([sys.executable, "-m", "mangluoi", "--help"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("Cách dùng: mangluoi ")


def test_a_failed_plan_is_told_to_programs_with_its_complaints(capsys: pytest.CaptureFixture[str]):
    """`report --json` gives, for each plan that failed, what is wrong with it."""
    assert cli.main(["report", "khong-co", "--json", "--lang", "en"]) == 1
    (failed,) = json.loads(capsys.readouterr().out)["failed"]
    assert failed["plan"] == "khong-co"
    assert [c["problem"] for c in failed["complaints"]] == ["unknown_plan", "not_in_list"]
    assert "kon-tum" in failed["complaints"][0]["message"]


def test_data_list_speaks_the_language_that_is_asked_for(capsys: pytest.CaptureFixture[str]):
    """No Vietnamese note under English headings, nor the other way round."""
    assert cli.main(["data", "list", "--lang", "en"]) == 0
    english = capsys.readouterr().out
    assert cli.main(["data", "list"]) == 0
    vietnamese = capsys.readouterr().out
    assert "stated in each row" in english
    assert not set("ữộđịảấ") & set(english)
    assert "ghi ở từng dòng" in vietnamese
    assert "Lists of administrative" not in vietnamese
