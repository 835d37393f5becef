"""A Vietnamese output speaks Vietnamese, an English one English."""

from __future__ import annotations

import html
import re

import pytest

from mangluoi.reports.pages import page
from mangluoi.reports.words import all_keys
from mangluoi.scenario.disclosure import Disclosed, disclose
from real_answers import answer


def pieces(text: str) -> list[str]:
    """Return what stands between the fields of a text, where it is long enough to tell a language."""
    return [part.strip() for part in re.split(r"\{[^}]*\}", text) if len(part.strip()) >= 12]


def shown(d: Disclosed, lang: str) -> str:
    text = page(d, lang=lang).split("</style>")[1]
    return html.unescape(re.sub(r"<[^>]+>", " ", text))


@pytest.mark.parametrize(("lang", "other"), [("vi", "en"), ("en", "vi")])
@pytest.mark.parametrize("profile", ["public", "internal"])
def test_no_sentence_of_the_other_language(make, lang: str, other: str, profile: str):
    """None of the sentences of the other language stands in the output."""
    text = shown(make("x", profile=profile), lang)
    for key, texts in all_keys().items():
        for piece in pieces(texts[other]):
            if piece not in texts[lang]:
                assert not re.search(rf"(?<!\w){re.escape(piece)}(?!\w)", text), (key, piece)


def test_no_english_word_in_the_vietnamese_report(make):
    """Common English words give an untranslated value away."""
    text = shown(make("x"), "vi")
    assert not re.findall(r"\b(the|and|people|public|nonpublic|general|service|unknown|None|nan|NaN|<NA>|True)\b", text)


def test_no_field_is_left_open(make):
    """Every field of every sentence was filled in."""
    for lang in ("vi", "en"):
        assert not re.search(r"\{\w+\}", shown(make("x"), lang))


@pytest.mark.parametrize("vintage", ["2025-06-30", "2025-07-01"])
@pytest.mark.parametrize("name", ["binh-phuoc", "dong-thap", "kon-tum", "nghe-an", "yen-bai"])
def test_real_reports_speak_vietnamese(name: str, vintage: str):
    """Every shipped plan gives a report in words: no id of code, no open field, nothing missing."""
    text = shown(disclose(answer(name, vintage)), "vi")
    ids = r"residential|counselling|emergency|elderly|disabled|victim|motorbike|no_address|from_list|nonpublic|nan|None"
    assert not re.findall(rf"(?<![\w./-])({ids})(?![\w./-])", text)
    assert not re.search(r"\{\w+\}", text)
    assert "ước tính" in text
