"""Tables by commune as a report holds them: without columns that say nothing, and by district where communes are many.

The workbook holds every table in full; a report that prints four hundred communes ten times over is not read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mangluoi.reports import annexes, exhibits, figures, sizes
from mangluoi.reports.exhibits import MASKED, Cell, Exhibit, Heading
from mangluoi.reports.words import Lang, say
from mangluoi.scenario.disclosure import Disclosed

__all__ = ["MOST_PRINTED", "in_report", "people"]

#: A province of today has up to 168 communes, three pages; one of before 2025 has up to 600.
MOST_PRINTED = 170
# Columns of a table by commune before its figures: number, code, name, district.
_FIXED = 4
# Of the states: served, full and out of reach, after the actions and today.
_STATES = {_FIXED + 5: _FIXED + 1, _FIXED + 6: _FIXED + 2, _FIXED + 7: _FIXED + 3}


def people(d: Disclosed, lang: Lang = "vi") -> Exhibit:
    """Biểu 1 as the report prints it."""
    return _printed(d, figures.people(d, lang), lang)


def in_report(d: Disclosed, lang: Lang = "vi") -> tuple[Exhibit, ...]:
    """Return the annexes by commune as the report prints them: states by group and service, and minutes."""
    found = [_printed(d, exhibit, lang, _STATES) for exhibit in annexes.states_by_pair(d, lang)]
    if sizes.facilities_known(d):
        minutes = annexes.minutes_by_commune(d, lang)
        pairs = {place: place - 1 for place in range(_FIXED + 1, len(minutes.headings), 2)}
        found.append(_printed(d, minutes, lang, pairs, spans=True))
    return tuple(found)


def _printed(
    d: Disclosed, exhibit: Exhibit, lang: Lang, after: Mapping[int, int] | None = None, *, spans: bool = False
) -> Exhibit:
    """Return a table by commune without what says nothing, and by district where communes are many.

    Parameters
    ----------
    after
        Which column tells of after the actions what which tells of today.
    spans
        Whether districts are told by their least and most instead of their sum.
    """
    if not exhibit.rows:
        return exhibit
    districts = sorted({str(row[3]) for row in exhibit.rows[: len(exhibit.rows) - exhibit.totals]})
    told = _without_columns(exhibit, lang, after or {}, named=len(districts) > 1)
    if len(d.units) <= MOST_PRINTED or len(districts) < 2:
        return _without_stars(told, lang, zeros=after is _STATES)
    whole = say("note.by_commune", lang, sheet=exhibit.sheet)
    summed = _by_district(told, lang, spans=spans)
    return replace(summed, notes=(whole, *summed.notes))


def _without_columns(exhibit: Exhibit, lang: Lang, after: Mapping[int, int], *, named: bool) -> Exhibit:
    """Leave out the district where there is only one, what is known nowhere, and what the actions do not change."""
    unknown = say("report.unknown", lang)
    kept: list[int] = []
    left_out: list[str] = []
    unchanged: list[str] = []
    for place, heading in enumerate(exhibit.headings):
        cells = [row[place] for row in exhibit.rows]
        if place == _FIXED - 1 and not named:
            continue
        if place >= _FIXED and unknown in cells and {unknown, MASKED}.issuperset(cells):
            left_out.append(heading.text)
            continue
        if place in after and cells == [row[after[place]] for row in exhibit.rows]:
            unchanged.append(heading.text)
            continue
        kept.append(place)
    return replace(
        exhibit,
        headings=tuple(exhibit.headings[place] for place in kept),
        rows=tuple(tuple(row[place] for place in kept) for row in exhibit.rows),
        notes=(*exhibit.notes, *_named("left_out", left_out, lang), *_named("unchanged", unchanged, lang)),
    )


def _without_stars(exhibit: Exhibit, lang: Lang, *, zeros: bool) -> Exhibit:
    """Leave out communes of which every figure is masked, or zero where that is no news, and say how many they are."""
    silent: tuple[Cell, ...] = (MASKED, 0) if zeros else (MASKED,)
    figured = [place for place, heading in enumerate(exhibit.headings) if heading.kind == "number"]
    end = len(exhibit.rows) - exhibit.totals
    shown = [row for row in exhibit.rows[:end] if any(row[place] not in silent for place in figured)]
    if len(shown) == end:
        return exhibit
    rows = (*exhibits.numbered([row[1:] for row in shown]), *exhibit.rows[end:])
    key = "empty_communes" if zeros else "masked_communes"
    note = say(f"note.{key}", lang, count=end - len(shown), sheet=exhibit.sheet)
    return replace(exhibit, rows=rows, notes=(*exhibit.notes, note))


def _named(key: str, headings: Sequence[str], lang: Lang) -> tuple[str, ...]:
    if not headings:
        return ()
    return (say(f"note.{key}", lang, columns=say("report.and_also", lang).join(headings)),)


def _by_district(exhibit: Exhibit, lang: Lang, *, spans: bool) -> Exhibit:
    """Sum a table over districts; one with a masked commune is masked, since its sum would give the commune back."""
    end = len(exhibit.rows) - exhibit.totals
    together: dict[str, list[Sequence[Cell]]] = {}
    for row in exhibit.rows[:end]:
        together.setdefault(str(row[3]), []).append(row)
    rows: list[tuple[Cell, ...]] = []
    for district, parts in together.items():
        columns = [[part[place] for part in parts] for place in range(_FIXED, len(exhibit.headings))]
        cells = (_span(cells, lang) if spans else _sum(cells, lang) for cells in columns)
        rows.append((len(rows) + 1, district, len(parts), *cells))
    totals = tuple(("", row[2], sum(map(len, together.values())), *row[_FIXED:]) for row in exhibit.rows[end:])
    head = (
        exhibit.headings[0],
        Heading(say("column.district", lang), "text", 30),
        Heading(say("column.communes_in", lang), "number", 10),
    )
    figures_of = tuple(replace(heading, width=max(heading.width, 12)) for heading in exhibit.headings[_FIXED:])
    masked = say("note.masked", lang)
    notes = (*exhibit.notes, *([say("note.masked_district", lang)] if masked in exhibit.notes else []))
    return replace(exhibit, headings=(*head, *figures_of), rows=(*rows, *totals), notes=notes)


def _sum(cells: Sequence[Cell], lang: Lang) -> Cell:
    if MASKED in cells:
        return MASKED
    numbers = [cell for cell in cells if not isinstance(cell, str)]
    return sum(numbers) if len(numbers) == len(cells) else say("report.unknown", lang)


def _span(cells: Sequence[Cell], lang: Lang) -> Cell:
    """Write the shortest and the longest minutes of a district's communes."""
    numbers = sorted(cell for cell in cells if not isinstance(cell, str))
    beyond = say("cell.beyond", lang)
    if not numbers:
        return beyond
    longest = exhibits.written(numbers[-1], lang) if len(numbers) == len(cells) else beyond
    shortest = exhibits.written(numbers[0], lang)
    return shortest if shortest == longest else f"{shortest} – {longest}"
