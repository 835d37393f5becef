"""The files of a stress: page, document, workbook and chart, written whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import mangluoi
from mangluoi.reports import folders, stress_tables, stressing
from mangluoi.reports.document import bound_document
from mangluoi.reports.pages import paper
from mangluoi.reports.words import Lang, say
from mangluoi.reports.workbook import bound
from mangluoi.scenario.stress_door import DisclosedStress, disclose_stress
from mangluoi.scenario.stressing import Stress

__all__ = ["write_stress"]


def write_stress(
    stress: Stress | DisclosedStress,
    out: str | Path,
    *,
    lang: Lang = "vi",
    profile: Literal["public", "internal"] = "public",
) -> Path:
    """Write ``thu-thach.html``, ``.docx`` and ``.xlsx``, and the chart ``anh-huong.png`` and ``.svg``.

    Parameters
    ----------
    stress
        What the draws showed, or what may be shown of it.
    out
        The folder to write; one that was written before is replaced once everything is written.
    lang
        {"vi", "en"}
    profile
        {"public", "internal"}; one that is disclosed already keeps its own.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InputError
        If the folder holds something that was not written by this package.
    """
    told = disclose_stress(stress, profile=profile)
    place = Path(out).absolute()
    plan, internal = told.shown.plan, told.shown.profile == "internal"
    blocks = stressing.stress_story(told, lang=lang)
    title = say("stress.title", lang, title=plan.title)
    head = [*stressing.answers(told, lang=lang), say(f"report.privacy.{'internal' if internal else 'masked'}", lang)]
    with folders.replacing(place) as fresh:
        page = paper(blocks, title, lang=lang, internal=internal)
        (fresh / "thu-thach.html").write_text(page, encoding="utf-8", newline="\n")
        (fresh / "thu-thach.docx").write_bytes(bound_document(blocks, title, lang=lang, internal=internal))
        tables = stress_tables.all_tables(told, lang)
        (fresh / "thu-thach.xlsx").write_bytes(bound(tables, title, head, lang=lang, internal=internal))
        drawn = stressing.chart(told, lang=lang)
        if drawn is not None:
            (fresh / "anh-huong.png").write_bytes(drawn.drawing.png)
            (fresh / "anh-huong.svg").write_text(drawn.drawing.svg, encoding="utf-8", newline="\n")
        (fresh / "plan.toml").write_text(plan.to_toml(), encoding="utf-8", newline="\n")
        facts = {name: told.shown.provenance[name] for name in ("plan_sha256", "inputs")}
        facts |= {"draws": told.made, "draws_asked": told.asked, "seed": told.seed, "profile": told.shown.profile}
        folders.mark(fresh, {**facts, "version": mangluoi.__version__, "lang": lang})
    return place
