"""Everything that a run leaves behind, written whole or not at all."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Literal

from mangluoi import maps
from mangluoi.reports import blank, charts, folders, sentences, trail
from mangluoi.reports.document import filled_document
from mangluoi.reports.pages import paper
from mangluoi.reports.story import Part, Picture, story
from mangluoi.reports.words import Lang
from mangluoi.reports.workbook import all_exhibits, workbook
from mangluoi.scenario.disclosure import Disclosed, disclose
from mangluoi.scenario.plan import Plan
from mangluoi.scenario.result import Result

__all__ = ["write"]

# The number that a print map's name begins with says what it shows.
_PARTS: Mapping[str, Part] = {"1": "situation", "2": "access", "3": "access", "4": "option", "5": "annex"}


def write(
    result: Result | Disclosed,
    out: str | Path,
    *,
    lang: Lang = "vi",
    profile: Literal["public", "internal"] = "public",
) -> Path:
    """Write the report, the workbook, the maps, the layers, the plan and the provenance.

    Parameters
    ----------
    result
        The answer, or what may be shown of it.
    out
        The folder to write. One that an earlier run wrote is replaced, once everything is written; files that others
        put there stay.
    lang
        {"vi", "en"}
    profile
        {"public", "internal"}: which disclosure rules hold; one that is disclosed already keeps its own.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InputError
        If `out` holds something that no run wrote, or the plan's template cannot be filled in; nothing is touched.
    """
    d = disclose(result, profile=profile)
    template = blank.blank_of(d.plan)
    place = Path(out).absolute()
    with folders.replacing(place) as fresh:
        _write_into(fresh, d, lang, template)
    return place


def _write_into(folder: Path, d: Disclosed, lang: Lang, template: bytes | None) -> None:
    drawings = [*maps.print_maps(d, lang=lang), *maps.group_maps(d, lang=lang)]
    captions = _captions([drawn.title for drawn in drawings])
    pictures = [
        Picture(caption, drawn.png(dpi=maps.print.REPORT_DPI), _PARTS.get(drawn.name[:1], "access"))
        for caption, drawn in zip(captions, _saved(folder, drawings), strict=True)
    ]
    figures = charts.all_charts(d, lang)
    blocks = story(d, pictures, figures, lang=lang)
    (folder / "bao-cao.docx").write_bytes(filled_document(d, blocks, lang=lang, template=template))
    told = paper(blocks, d.plan.title, lang=lang, internal=d.profile == "internal")
    (folder / "bao-cao.html").write_text(told, encoding="utf-8", newline="\n")
    tables = all_exhibits(d, lang)
    (folder / "bieu.xlsx").write_bytes(workbook(d, lang=lang, exhibits=tables))
    kept = trail.trail(d, tables, lang)
    (folder / trail.TRAIL).write_text(kept, encoding="utf-8", newline="\n")
    (folder / "ban-do.html").write_text(maps.atlas(d, lang=lang).html(), encoding="utf-8", newline="\n")
    maps.write_geopackage(d, folder / "ket-qua.gpkg", lang=lang)
    (folder / "plan.toml").write_text(_without_folders(d.plan).to_toml(), encoding="utf-8", newline="\n")
    facts = {
        **d.provenance,
        "profile": d.profile,
        "lang": lang,
        "masked_rows": dict(d.masked_count),
        "notices": sentences.notices(d.notices, lang),
    }
    folders.mark(folder, facts)


def _saved(folder: Path, drawings: list[maps.PrintMap]) -> Iterator[maps.PrintMap]:
    """Save drawings one after the other; while one is drawn, the pictures of the one before are packed."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        waiting: list[tuple[maps.PrintMap, Future[None]]] = []
        while drawings or waiting:
            if drawings:
                # A drawing holds its whole sheet in memory, so each is let go of once it is saved.
                drawn = drawings.pop(0)
                waiting.append((drawn, drawn.prepare(pool)))
                (folder / f"ban-do-{drawn.name}.pdf").write_bytes(drawn.pdf())
            if len(waiting) > 1 or not drawings:
                ready, packed = waiting.pop(0)
                packed.result()
                (folder / f"ban-do-{ready.name}.png").write_bytes(ready.png())
                yield ready


def _without_folders(plan: Plan) -> Plan:
    """Return the plan with the name alone of a template that the command line gave: no folder of the office is told."""
    if not Path(plan.report.template).is_absolute():
        return plan
    return plan.replace(report=dataclasses.replace(plan.report, template=Path(plan.report.template).name))


def _captions(titles: Sequence[str]) -> list[str]:
    """Tell maps of one number apart within the report: Bản đồ 2a, 2b; the sheets themselves keep their titles."""
    numbers = [re.match(r"\D*\d+(?=\.)", title) for title in titles]
    labels = ["" if number is None else number[0] for number in numbers]
    told = []
    for place, (label, title) in enumerate(zip(labels, titles, strict=True)):
        letter = chr(ord("a") + labels[:place].count(label)) if label and labels.count(label) > 1 else ""
        told.append(label + letter + title[len(label) :])
    return told
