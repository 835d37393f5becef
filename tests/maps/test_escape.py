"""Text stays text on its way through HTML, JavaScript, template literals and Jinja."""

from __future__ import annotations

import html
import json
import math

import pytest
from jinja2 import Template
from made_up_province import PAYLOADS

from mangluoi.maps.escape import safe_html, script_json


@pytest.mark.parametrize("text", PAYLOADS)
def test_safe_html_shows_the_text_itself(text: str) -> None:
    """A browser reads back what went in."""
    assert html.unescape(safe_html(text)) == text


@pytest.mark.parametrize("text", PAYLOADS)
def test_safe_html_holds_nothing_that_acts(text: str) -> None:
    """No character that HTML, a template literal or Jinja acts on is left, and Jinja leaves it alone."""
    safe = safe_html(text)
    assert not set(safe) & set("<>\"'`$\\{}")
    assert Template(safe).render() == safe


@pytest.mark.parametrize("text", PAYLOADS)
def test_script_json_says_the_same_after_two_rounds_of_jinja(text: str) -> None:
    """The value survives two templates, which is what branca does, and cannot end its script."""
    value = {text: [text, {"a": {"b": text}}], "n": 1.5, "none": None}
    written = script_json(value)
    assert Template(Template(written).render()).render() == written
    assert "</" not in written
    assert "`" not in written
    assert json.loads(written) == value


def test_safe_html_drops_control_characters() -> None:
    """What HTML cannot carry does not reach it."""
    assert safe_html("a\x00b\x85c\nd") == "abc\nd"


def test_script_json_refuses_what_json_cannot_say() -> None:
    """A number that is not finite raises instead of breaking the page."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        script_json([math.nan])
