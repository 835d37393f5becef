"""The files of a comparison: one page and one workbook, written whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import mangluoi
from mangluoi import maps
from mangluoi.reports import comparing, folders
from mangluoi.reports.exhibits import Exhibit
from mangluoi.reports.pages import paper
from mangluoi.reports.story import Block, Picture, Title
from mangluoi.reports.words import Lang, say
from mangluoi.reports.workbook import bound
from mangluoi.scenario.disclosure import Disclosed

__all__ = ["write_comparison", "write_difference"]

#: What is mapped, in order: who is not served, and how far it is.
_MAPS: tuple[Literal["gap", "minutes"], ...] = ("gap", "minutes")


def write_comparison(shown: Sequence[Disclosed], out: str | Path, *, lang: Lang = "vi") -> Path:
    """Write several plans side by side: ``so-sanh.html``, ``so-sanh.xlsx``, and small maps in the same classes.

    Parameters
    ----------
    shown
        Results that were disclosed together.
    out
        The folder to write; one that was written before is replaced once everything is written.
    lang
        {"vi", "en"}

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InputError
        If two plans have the same name, or the folder holds something that was not written by this package.
    """
    drawn = [sheet for kind in _MAPS for sheet in maps.scenario_maps(shown, kind=kind, lang=lang)]
    pictures = [Picture(sheet.title, sheet.png(dpi=maps.print.REPORT_DPI), "option") for sheet in drawn]
    story = comparing.comparison_story(shown, pictures, lang=lang)
    return _write(story, shown, Path(out), "so-sanh", lang, drawn)


def write_difference(before: Disclosed, after: Disclosed, out: str | Path, *, lang: Lang = "vi") -> Path:
    """Write what changes from one plan to another: ``khac-biet.html`` and ``khac-biet.xlsx``.

    Parameters
    ----------
    before, after
        Two results that were disclosed together.
    out, lang
        As in `write_comparison`.

    Returns
    -------
    Path
        The folder.
    """
    return _write(
        comparing.difference_story(before, after, lang=lang), (before, after), Path(out), "khac-biet", lang
    )  # fmt: skip


def _write(
    blocks: Sequence[Block],
    shown: Sequence[Disclosed],
    out: Path,
    name: str,
    lang: Lang,
    drawn: Sequence[maps.print.PrintMap] = (),
) -> Path:
    place = out.absolute()
    internal = any(one.profile == "internal" for one in shown)
    title = next(block.title for block in blocks if isinstance(block, Title))
    head = [say(f"report.privacy.{'internal' if internal else 'masked'}", lang)]
    tables = [block for block in blocks if isinstance(block, Exhibit)]
    with folders.replacing(place) as fresh:
        page = paper(blocks, title, lang=lang, internal=internal)
        (fresh / f"{name}.html").write_text(page, encoding="utf-8", newline="\n")
        (fresh / f"{name}.xlsx").write_bytes(bound(tables, title, head, lang=lang, internal=internal))
        for sheet in drawn:
            (fresh / f"ban-do-{sheet.name}.png").write_bytes(sheet.png())
            (fresh / f"ban-do-{sheet.name}.pdf").write_bytes(sheet.pdf())
        for one in shown:
            plan = folders.file_name(one.plan.name)
            (fresh / f"{plan}.toml").write_text(one.plan.to_toml(), encoding="utf-8", newline="\n")
        told = {one.plan.name: {"plan_sha256": one.provenance["plan_sha256"], "inputs": one.provenance["inputs"]}
                for one in shown}  # fmt: skip
        folders.mark(fresh, {"plans": told, "version": mangluoi.__version__, "lang": lang})
    return place
