"""The summary of a batch: every plan in one table, the ranking of need, the map of the country, and what failed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

import mangluoi
from mangluoi import maps
from mangluoi.batch.jobs import Outcome
from mangluoi.batch.runner import SUMMARY
from mangluoi.errors import DisclosureError
from mangluoi.gazetteer import units
from mangluoi.reports import folders, sentences
from mangluoi.reports.exhibits import MASKED, Cell, Exhibit, columns, noted, numbered, share
from mangluoi.reports.pages import paper
from mangluoi.reports.story import Block, Heading, Line, Picture, Title
from mangluoi.reports.words import Lang, name, say
from mangluoi.reports.workbook import bound

__all__ = ["write_summary"]


_Pair = tuple[str, str]


def write_summary(
    outcomes: Sequence[Outcome],
    out: str | Path,
    *,
    lang: Lang = "vi",
    profile: Literal["public", "internal"] = "public",
) -> Path:
    """Write the summary of a batch into its folder, whole or not at all.

    Parameters
    ----------
    outcomes
        What became of the plans.
    out
        The folder of the batch; the summary gets the folder ``tong-hop`` in it: tables as .xlsx, the same with the
        map as one page, everything for programs as .json, and the map of the country where a plan is about a province
        of today.
    lang
        {"vi", "en"}
    profile
        {"public", "internal"}: what the answers were disclosed for.

    Returns
    -------
    Path
        The folder.
    """
    place = Path(out).absolute() / SUMMARY
    pair = _main_pair(outcomes)
    exhibits = [_ranking(outcomes, pair, lang), _details(outcomes, lang), _failures(outcomes, lang)]
    title = say("batch.title", lang)
    done = sum(outcome.status != "failed" for outcome in outcomes)
    head = [
        say("batch.count", lang, done=done, count=len(outcomes)),
        say("batch.basis", lang),
        say(f"report.privacy.{'internal' if profile == 'internal' else 'masked'}", lang),
    ]
    with folders.replacing(place) as fresh:
        blocks: list[Block] = [Title(say("batch.kind", lang), title, (head[0],)), *map(Line, head[1:])]
        drawn = _map(outcomes, pair, lang, internal=profile == "internal")
        if isinstance(drawn, maps.PrintMap):
            (fresh / "ban-do-ca-nuoc.png").write_bytes(drawn.png())
            (fresh / "ban-do-ca-nuoc.pdf").write_bytes(drawn.pdf())
            blocks.append(Picture(drawn.title, drawn.png(dpi=maps.print.REPORT_DPI), "situation"))
        else:
            blocks.append(Line(drawn))
        blocks += [Heading(say("batch.tables", lang)), *exhibits]
        internal = profile == "internal"
        page = paper(blocks, title, lang=lang, internal=internal)
        (fresh / "tong-hop.html").write_text(page, encoding="utf-8", newline="\n")
        (fresh / "tong-hop.xlsx").write_bytes(bound(exhibits, title, head, lang=lang, internal=internal))
        told = [_plain(outcome) for outcome in outcomes]
        text = json.dumps(told, ensure_ascii=False, indent=2, sort_keys=True)
        (fresh / "tong-hop.json").write_text(text + "\n", encoding="utf-8", newline="\n")
        folders.mark(fresh, {"plans": [outcome.name for outcome in outcomes], "version": mangluoi.__version__})
    return place


def _plain(outcome: Outcome) -> dict[str, Any]:
    """Give an outcome to a program: the same whether it was answered now or kept, and wherever it was."""
    told = {k: v for k, v in asdict(outcome).items() if k not in ("seconds", "place", "complaints")}
    status = "failed" if outcome.status == "failed" else "done"
    return told | {"status": status, "complaints": [str(complaint) for complaint in outcome.complaints]}


def _rows(outcome: Outcome) -> dict[_Pair, Mapping[str, Any]]:
    return {(row["group"], row["service"]): row for row in outcome.told.get("totals", ())}


def _main_pair(outcomes: Sequence[Outcome]) -> _Pair | None:
    """Return the group and service that most plans are about: what provinces can be compared by."""
    counted = Counter(pair for outcome in outcomes for pair in _rows(outcome))
    return min(counted, key=lambda pair: (-counted[pair], pair)) if counted else None


def _is_province(outcome: Outcome) -> bool:
    """Whether a plan is about a province of today; a province of the past would be counted twice beside it."""
    return outcome.status != "failed" and outcome.told["province_vintage"] == units.NEW


def _ranking(outcomes: Sequence[Outcome], pair: _Pair | None, lang: Lang) -> Exhibit:
    """Rank the provinces of today by need; the other plans follow without a rank."""
    told = []
    for outcome in (outcome for outcome in outcomes if outcome.status != "failed"):
        row = _rows(outcome).get(pair) if pair else None
        need = None if row is None or row["masked"] else row["need"]
        told.append((not _is_province(outcome), -(need or 0), outcome.name, outcome, row))
    rows: list[tuple[Cell, ...]] = []
    for rank, (other, *_, outcome, row) in enumerate(sorted(told, key=lambda each: each[:3]), start=1):
        about, need = outcome.told, _count(row, "need", lang)
        per: Cell = "–"
        if isinstance(need, int) and about["population"]:
            per = round(10_000 * need / about["population"], 1)
        served, gap = _served(row, lang)
        covered = MASKED if row and row["masked"] else share(row and row["covered"], row and row["need"])
        listed = "all" if about["facilities_known"] else "part" if about["facilities"] else "none"
        rows.append((
            "–" if other else rank, about["province"], outcome.name, about["communes"],
            _known(about["population"], lang), need, per, served, gap, covered,
            say(f"batch.listed_{listed}", lang, count=about["facilities"]),
        ))  # fmt: skip
    who = {} if pair is None else {"group": name("group", pair[0], lang), "service": name("service", pair[1], lang)}
    exhibit = Exhibit(
        label=say("batch.ranking", lang, **who) if who else say("batch.ranking_none", lang),
        sheet=say("batch.sheet_ranking", lang),
        unit=say("table.unit.people", lang),
        headings=columns(
            lang, ("rank", "code", 6), ("province", "text", 22), ("plan", "text", 22), ("communes", "number", 9),
            ("population", "number", 12), ("need", "number", 10), ("per_people", "number", 10),
            ("served", "number", 11), ("gap", "number", 11), ("coverage", "number", 9), ("listed", "text", 22),
        ),
        rows=tuple(rows),
        source=say("report.source_model", lang),
    )  # fmt: skip
    return noted(exhibit, lang, "ranking")


def _known(value: Any, lang: Lang) -> Cell:
    return say("report.unknown", lang) if value is None else round(float(value))


def _count(row: Mapping[str, Any] | None, column: str, lang: Lang) -> Cell:
    if row is None:
        return "–"
    return MASKED if row["masked"] else _known(row[column], lang)


def _served(row: Mapping[str, Any] | None, lang: Lang) -> tuple[Cell, Cell]:
    """Return who is served and who is not; where no size is known, nobody can say."""
    if row is None or row["masked"]:
        return (_count(row, "served", lang), _count(row, "served", lang))
    if not row["sized"] or row["served"] is None:
        return (say("report.unknown", lang),) * 2
    return round(float(row["served"])), round(float(row["full"]) + float(row["out_of_reach"]))


def _details(outcomes: Sequence[Outcome], lang: Lang) -> Exhibit:
    """List every group and service of every plan."""
    rows = []
    for outcome in outcomes:
        for (group, service), row in sorted(_rows(outcome).items()):
            served, gap = _served(row, lang)
            rows.append((
                outcome.told["province"], outcome.name, name("service", service, lang), name("group", group, lang),
                _count(row, "need", lang), served, gap,
            ))  # fmt: skip
    exhibit = Exhibit(
        label=say("batch.details", lang),
        sheet=say("batch.sheet_details", lang),
        unit=say("table.unit.people", lang),
        headings=columns(
            lang, ("number", "code", 6), ("province", "text", 22), ("plan", "text", 22), ("service", "text", 22),
            ("group", "text", 22), ("need", "number", 11), ("served", "number", 11), ("gap", "number", 11),
        ),
        rows=numbered(rows),
        source=say("report.source_model", lang),
    )  # fmt: skip
    return noted(exhibit, lang, "not_added")


def _failures(outcomes: Sequence[Outcome], lang: Lang) -> Exhibit:
    """List what could not be answered, and why."""
    rows: list[tuple[Cell, ...]] = []
    for outcome in (outcome for outcome in outcomes if outcome.status == "failed"):
        why = [": ".join(filter(None, (" ".join(sentences.place(c, lang)).strip(), sentences.complaint(c, lang))))
               for c in outcome.complaints]  # fmt: skip
        rows.append((outcome.name, "; ".join(why) or outcome.error))
    exhibit = Exhibit(
        label=say("batch.failures", lang),
        sheet=say("batch.sheet_failures", lang),
        unit="",
        headings=columns(lang, ("number", "code", 6), ("plan", "text", 26), ("reason", "text", 70)),
        rows=numbered(rows),
        source=say("report.source_model", lang),
    )
    return noted(exhibit, lang)


def _map(outcomes: Sequence[Outcome], pair: _Pair | None, lang: Lang, *, internal: bool) -> maps.PrintMap | str:
    """Draw the country, or say why it is not drawn."""
    about = [outcome for outcome in outcomes if _is_province(outcome)]
    if pair is None or not about:
        return say("batch.no_map", lang)
    values = {}
    for outcome in about:
        row = _rows(outcome).get(pair)
        if row is not None and not row["masked"]:
            values[outcome.told["province_code"]] = float(row["need"])
    who = {"group": name("group", pair[0], lang), "service": name("service", pair[1], lang)}
    try:
        return maps.national_map(
            values,
            title=say("map.national.title", lang, **who),
            legend=say("map.national.legend", lang),
            source=say("map.national.source", lang, version=mangluoi.__version__),
            lang=lang,
            internal=internal,
        )
    except DisclosureError:
        return say("batch.map_refused", lang)
