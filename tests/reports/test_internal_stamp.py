"""What an internal copy is stamped with, and what a public one says is masked, in the outputs of several plans too."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import openpyxl
import pytest

from mangluoi.reports import annexes, side_by_side
from mangluoi.reports.words import say
from mangluoi.scenario import Disclosed, disclose
from real_answers import answer


def pair(shown: Disclosed) -> list[Disclosed]:
    """Return it beside itself, under another name."""
    return [shown, dataclasses.replace(shown, plan=dataclasses.replace(shown.plan, name="khac"))]


@pytest.mark.parametrize("kind", ["so-sanh", "khac-biet"])
def test_comparisons_are_stamped(kind: str, tmp_path: Path):
    """Every sheet and page of an internal comparison or difference bears the stamp, of a public one none."""
    result = answer("yen-bai", "2025-06-30")
    for shown, stamped in ((disclose(result, profile="internal"), True), (disclose(result), False)):
        out = tmp_path / shown.profile
        if kind == "so-sanh":
            place = side_by_side.write_comparison(pair(shown), out)
        else:
            place = side_by_side.write_difference(*pair(shown), out)
        text = (place / f"{kind}.html").read_text(encoding="utf-8")
        assert ('class="stamp"' in text) is stamped
        book = openpyxl.load_workbook(place / f"{kind}.xlsx")
        heads = [sheet.oddHeader.center.text or "" for sheet in book.worksheets]
        assert all((say("report.stamp") in head) is stamped for head in heads)


def test_what_is_masked_is_listed_by_count():
    """The annex on provenance gives the number of masked rows of each table, of the tables behind them too."""
    shown = disclose(answer("yen-bai", "2025-06-30"))
    told = {str(row[1]): row[2] for row in annexes.provenance(shown).rows}
    assert set(shown.masked_count) == {"people", "states", "state_totals", "bands", "detail"}
    for table, count in shown.masked_count.items():
        assert told[say(f"cell.masked_{table}")] == count
    assert shown.masked_count["states"] == shown.states["masked"].sum()
    assert shown.masked_count["detail"] >= shown.detail.ratios["masked"].sum()
    assert not any(disclose(answer("yen-bai", "2025-06-30"), profile="internal").masked_count.values())
