"""The files of a comparison: one page and one workbook, written whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import mangluoi
from mangluoi.reports import comparing, folders
from mangluoi.reports.exhibits import Exhibit
from mangluoi.reports.pages import paper
from mangluoi.reports.story import Block, Title
from mangluoi.reports.words import Lang, say
from mangluoi.reports.workbook import bound
from mangluoi.scenario.disclosure import Disclosed

__all__ = ["write_comparison", "write_difference"]


def write_comparison(shown: Sequence[Disclosed], out: str | Path, *, lang: Lang = "vi") -> Path:
    """Write several plans side by side: ``so-sanh.html`` and ``so-sanh.xlsx``.

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
    return _write(comparing.comparison_story(shown, lang=lang), shown, Path(out), "so-sanh", lang)


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


def _write(blocks: Sequence[Block], shown: Sequence[Disclosed], out: Path, name: str, lang: Lang) -> Path:
    place = out.absolute()
    internal = any(one.profile == "internal" for one in shown)
    title = next(block.title for block in blocks if isinstance(block, Title))
    head = [say(f"report.privacy.{'internal' if internal else 'masked'}", lang)]
    tables = [block for block in blocks if isinstance(block, Exhibit)]
    with folders.replacing(place) as fresh:
        page = paper(blocks, title, lang=lang, internal=internal)
        (fresh / f"{name}.html").write_text(page, encoding="utf-8", newline="\n")
        (fresh / f"{name}.xlsx").write_bytes(bound(tables, title, head, lang=lang, internal=internal))
        for one in shown:
            plan = folders.file_name(one.plan.name)
            (fresh / f"{plan}.toml").write_text(one.plan.to_toml(), encoding="utf-8", newline="\n")
        told = {one.plan.name: {"plan_sha256": one.provenance["plan_sha256"], "inputs": one.provenance["inputs"]}
                for one in shown}  # fmt: skip
        folders.mark(fresh, {"plans": told, "version": mangluoi.__version__, "lang": lang})
    return place
