"""All text of the outputs: complete in both languages, and every key that is used exists."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest

from mangluoi.errors import PROBLEMS, WHYS
from mangluoi.reports.words import all_keys
from mangluoi.sources.reading import CODES, STATUSES

SOURCE = Path(__file__).parents[2] / "src" / "mangluoi"
OWN = (
    "blank", "charts", "communes", "complaints", "details", "keyfigures", "locate", "notices", "report", "tables",
    "template",
)  # fmt: skip


def fields(text: str) -> set[str]:
    return {name.split("!")[0] for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", sorted(all_keys()))
def test_both_languages_name_the_same_fields(key: str):
    """A sentence can be filled in the same way in either language, and is not empty."""
    texts = all_keys()[key]
    assert fields(texts["vi"]) == fields(texts["en"])
    assert texts["vi"].strip()
    assert texts["en"].strip()


def test_every_problem_has_its_sentence():
    """The complaints of the words are those of `errors.PROBLEMS`, with the same English."""
    told = {
        key.removeprefix("complaint."): text["en"] for key, text in all_keys().items() if key.startswith("complaint.")
    }
    assert told == dict(PROBLEMS)


def test_every_reason_of_a_complaint_has_its_sentence():
    """The reasons of the words are those of `errors.WHYS`, with the same English."""
    told = {key.removeprefix("why."): text["en"] for key, text in all_keys().items() if key.startswith("why.")}
    assert told == dict(WHYS)


def test_every_row_is_explained():
    """Whatever is said of a row of a file has its sentence, and no sentence is left over."""
    assert {key.removeprefix("row_why.") for key in all_keys() if key.startswith("row_why.")} == set(CODES)
    assert {key.removeprefix("row_status.") for key in all_keys() if key.startswith("row_status.")} == set(STATUSES)


def test_complaints_say_why_by_key():
    """No complaint carries an English reason into Vietnamese output: it names a sentence of the words."""
    free = re.compile(r'details=\{[^}]*"why"|details=dict\([^)]*why=')
    for module in SOURCE.rglob("*.py"):
        assert not free.search(module.read_text(encoding="utf-8")), module


def _said(module: Path) -> list[tuple[str, bool]]:
    """Return the keys that a module asks for: as they are, or as a pattern where a part is filled in."""
    found = []
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called != "say":
            continue
        for key in [node.args[0].body, node.args[0].orelse] if isinstance(node.args[0], ast.IfExp) else [node.args[0]]:
            if isinstance(key, ast.Constant):
                found.append((str(key.value), False))
            elif isinstance(key, ast.JoinedStr):
                parts = [re.escape(str(p.value)) if isinstance(p, ast.Constant) else r"[^ ]+" for p in key.values]
                found.append(("".join(parts), True))
    return found


@pytest.mark.parametrize("module", sorted((SOURCE / "reports").glob("*.py")), ids=lambda m: m.name)
def test_every_key_that_is_used_exists(module: Path):
    """No report can fail for want of a text."""
    for key, is_pattern in _said(module):
        if is_pattern:
            assert any(re.fullmatch(key, known) for known in all_keys()), key
        else:
            assert key in all_keys()


def test_no_key_is_left_over():
    """Every text of the reports' own files is used somewhere in the package."""
    used, patterns, literals = set(), set(), set()
    for module in SOURCE.rglob("*.py"):
        text = module.read_text(encoding="utf-8")
        for key, is_pattern in _said(module):
            (patterns if is_pattern else used).add(key)
        literals |= set(re.findall(r"\"([a-z_0-9]+)\"", text))
    # Some modules look keys up by a prefix and a value from the data; then the prefix is a word of the code.
    prefixes = {"mode", "rule", "status", "ownership", "authority", "located", "action", "reason", "measured", "law"}
    left = []
    for place in (SOURCE / "reports" / "words").glob("*.toml"):
        if place.stem not in OWN:
            continue
        top = set(re.findall(r"(?m)^\[(\w+)", place.read_text(encoding="utf-8")))
        for key in all_keys():
            head, last = key.split(".")[0], key.rsplit(".", 1)[-1]
            if head not in top or head in prefixes or key in used:
                continue
            fits = any(re.fullmatch(pattern, key) for pattern in patterns)
            if not fits or (head in ("column", "note", "cell") and last not in literals and not _computed(key)):
                left.append(key)
    assert left == []


def _computed(key: str) -> bool:
    """Keys whose last part is put together in the code."""
    return bool(re.match(r"cell\.(measure_|masked_|profile_|minutes_|input|package|site|unit)", key))


def test_notices_of_the_run_have_words():
    """Each notice that a run can give has its sentence, and gives what the sentence asks for."""
    for module in (SOURCE / "scenario").glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or getattr(node.func, "id", "") != "Notice" or not node.args:
                continue
            key, given = node.args[0], node.args[1] if len(node.args) > 1 else ast.Dict([], [])
            if isinstance(key, ast.Attribute) and key.attr == "key":
                continue  # A notice that is told anew, with other fields.
            assert isinstance(key, ast.Constant)
            texts = all_keys()[f"notice.{key.value}"]
            if isinstance(given, ast.Dict):
                assert fields(texts["vi"]) == {str(k.value) for k in given.keys if isinstance(k, ast.Constant)}


def test_public_words_are_the_right_ones():
    """What the public reads speaks of people, not of objects, and with today's terms."""
    for key, texts in all_keys().items():
        for wrong in ("người tàn tật", "trại ", "bệnh nhân", "vùng thu hút"):
            assert wrong not in texts["vi"].lower(), key
        assert not re.search(r"\bđối tượng\b", texts["vi"], re.IGNORECASE) or key.startswith("template.how_1"), key
