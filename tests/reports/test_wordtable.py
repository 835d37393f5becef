"""Tables of the Word report: no column is narrower than what cannot be broken."""

from __future__ import annotations

import dataclasses
import re

import pytest

from mangluoi.reports import decisions, figures, wordtable
from mangluoi.reports.exhibits import written
from mangluoi.scenario.disclosure import Disclosed

# A digit of Times New Roman is half as wide as its size; a table's cells have this much to their left and right.
_TWIPS_PER_DIGIT = 0.5 * 20


@pytest.mark.parametrize("million", [88_875.0, 110_812.5, 1_234_567.5])
def test_a_number_stands_on_one_line(disclosed: Disclosed, million: float):
    """However dear an action is, its cost has room for all of its digits in Biểu 7 on an upright page."""
    dear = dataclasses.replace(disclosed, actions=disclosed.actions.assign(cost_vnd=million * 1e6))
    exhibit = decisions.actions(dear)
    styles = {"table": "T", "cell": "C", "note": "N"}
    text = wordtable.table(exhibit, "vi", width_mm=165.0, styles=styles).xml
    place = next(n for n, heading in enumerate(exhibit.headings) if heading.key == "cost")
    widths = [int(width) for width in re.findall(r'<w:gridCol w:w="(\d+)"', text)]
    points = int(re.findall(r'<w:sz w:val="(\d+)"', text)[-1]) / 2
    # Half points of the letters, and 2.4 mm of margins.
    assert widths[place] > _TWIPS_PER_DIGIT * points * len(written(exhibit.rows[0][place], "vi")) + 136


def test_the_source_stands_with_the_last_rows(disclosed: Disclosed):
    """Source and notes are the last row, over all columns, and two rows of the table stay on its page."""
    exhibit = figures.people(disclosed)
    styles = {"table": "T", "cell": "C", "note": "N"}
    made = wordtable.table(exhibit, "vi", width_mm=165.0, styles=styles)
    rows = re.findall(r"<w:tr>.*?</w:tr>", made.xml, flags=re.DOTALL)
    assert len(rows) == 1 + len(exhibit.rows) + 1
    assert f'<w:gridSpan w:val="{len(exhibit.headings)}"/>' in rows[-1]
    assert re.findall(r"<w:t [^>]*>([^<]*)</w:t>", rows[-1]) == [exhibit.source, *exhibit.notes]
    assert ["keepNext" in row for row in rows] == [False] * (len(rows) - 3) + [True, True, False]
    assert all("cantSplit" in row for row in rows)
