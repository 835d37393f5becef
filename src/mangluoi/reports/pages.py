"""The report as one page that opens in a browser with no network."""

from __future__ import annotations

import base64
import html
from collections.abc import Iterable, Sequence
from typing import Any

from mangluoi.reports.charts import Chart
from mangluoi.reports.exhibits import Cell, Exhibit, written
from mangluoi.reports.exhibits import Heading as Column
from mangluoi.reports.sentences import printable
from mangluoi.reports.story import Block, Heading, Item, Line, Picture, Title, story
from mangluoi.reports.words import Lang, say
from mangluoi.scenario.disclosure import Disclosed

__all__ = ["page", "paper"]

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_STYLE = """
:root { color-scheme: light; }
body { font: 17px/1.5 "Times New Roman", "Liberation Serif", "Noto Serif", serif; color: #000; background: #fff;
  max-width: 60rem; margin: 0 auto; padding: 1rem 1.5rem 4rem; }
header { text-align: center; margin: 1.5rem 0 2rem; }
h1 { font-size: 1.35rem; margin: .2rem 0 .6rem; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .5rem; }
p, li { text-align: justify; }
header p { text-align: center; font-style: italic; margin: .2rem 0; }
header p.kind { font-weight: bold; font-style: normal; }
ul { list-style: "– "; padding-left: 1.4rem; }
figure { margin: 1.6rem 0; }
figure.table { overflow-x: auto; }
figure.chart svg { display: block; width: 100%; max-width: 46rem; height: auto; margin: 0 auto; }
summary { font-size: .85rem; cursor: pointer; }
figure.long { max-height: 40rem; overflow: auto; border: 1px solid #bbb; padding: 0 .5rem .5rem; }
figure img { max-width: 100%; height: auto; display: block; margin: 0 auto; }
figcaption { text-align: center; font-weight: bold; margin: .5rem 0; }
figure.map figcaption, figure.chart > figcaption { font-weight: normal; font-style: italic; }
.unit { text-align: right; font-style: italic; font-size: .85rem; margin: 0; }
.note { font-style: italic; font-size: .85rem; margin: .15rem 0; }
table { border-collapse: collapse; width: 100%; font-size: .82rem; line-height: 1.3; }
th, td { border: 1px solid #555; padding: .2rem .4rem; vertical-align: middle; }
thead th { background: #eee; position: sticky; top: 0; }
td.number { text-align: right; white-space: nowrap; }
td.code, td.said { text-align: center; }
tr.total td { font-weight: bold; }
.stamp { position: fixed; top: 0; left: 0; right: 0; text-align: center; font-weight: bold; color: #900;
  background: #fff; border-bottom: 1px solid #900; z-index: 9; }
@page { size: A4; margin: 20mm 15mm 20mm 30mm; }
@media print { body { font-size: 13pt; max-width: none; padding: 0; }
  figure.long { max-height: none; overflow: visible; border: 0; padding: 0; } figure.table { overflow: visible; }
  table { font-size: 9pt; } thead { display: table-header-group; } tr, figure.map { break-inside: avoid; }
  figure.chart svg { break-inside: avoid; }
  summary { display: none; }
  h2, h3, figcaption { break-after: avoid; } thead th { position: static; } }
"""
# Longer tables scroll inside a frame on the screen; in print they run on.
_LONG = 60


def page(d: Disclosed, pictures: Sequence[Picture] = (), charts: Sequence[Chart] = (), *, lang: Lang = "vi") -> str:
    """Write the report as one self-contained HTML page.

    Parameters
    ----------
    d
        What may be shown; the profile ``internal`` is stamped on top.
    pictures
        Print maps, put into the page.
    charts
        Charts, drawn in the page, each with its figures below it.
    lang
        {"vi", "en"}
    """
    return paper(story(d, pictures, charts, lang=lang), d.plan.title, lang=lang, internal=d.profile == "internal")


def paper(blocks: Iterable[Block], title: str, *, lang: Lang = "vi", internal: bool = False) -> str:
    """Write blocks as one self-contained HTML page.

    Parameters
    ----------
    blocks
        What stands on it, in order.
    title
        What the window is called.
    lang
        {"vi", "en"}
    internal
        Whether it is stamped.
    """
    parts: list[str] = []
    listing = False
    for block in blocks:
        if isinstance(block, Item) != listing:
            parts.append("</ul>" if listing else "<ul>")
            listing = not listing
        parts.append(_html(block, lang))
    stamp = f'<div class="stamp">{_safe(say("report.stamp", lang))}</div>' if internal else ""
    return (
        f'<!DOCTYPE html>\n<html lang="{lang}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_safe(title)}</title><style>{_STYLE}</style></head><body>{stamp}<main>\n"
        + "\n".join(parts)
        + ("</ul>" if listing else "")
        + "\n</main></body></html>\n"
    )


def _safe(text: str) -> str:
    return html.escape(printable(text))


def _html(block: Any, lang: Lang) -> str:
    if isinstance(block, Title):
        lines = "".join(f"<p>{_safe(line)}</p>" for line in block.lines)
        return f'<header><p class="kind">{_safe(block.kind)}</p><h1>{_safe(block.title)}</h1>{lines}</header>'
    if isinstance(block, Heading):
        return f"<h{block.level + 1}>{_safe(block.text)}</h{block.level + 1}>"
    if isinstance(block, Line):
        return f"<p>{_safe(block.text)}</p>"
    if isinstance(block, Item):
        return f"<li>{_safe(block.text)}</li>"
    if isinstance(block, Picture):
        data = base64.b64encode(block.png).decode()
        caption = _safe(block.caption)
        return (
            f'<figure class="map"><img alt="{caption}" src="data:image/png;base64,{data}">'
            f"<figcaption>{caption}</figcaption></figure>"
        )
    if isinstance(block, Chart):
        return _chart(block, lang)
    return _table(block, lang)


def _chart(chart: Chart, lang: Lang) -> str:
    """Draw a chart; its figures are a table that opens below it."""
    return (
        f'<figure class="chart">{chart.drawing.svg}<figcaption>{_safe(chart.caption)}</figcaption>'
        f'<p class="note">{_safe(chart.source)}</p><details><summary>{_safe(say("charts.figures", lang))}</summary>'
        f"{_table(chart.figures, lang)}</details></figure>"
    )


def _table(exhibit: Exhibit, lang: Lang) -> str:
    head = "".join(f'<th scope="col">{_safe(heading.text)}</th>' for heading in exhibit.headings)
    first_total = len(exhibit.rows) - exhibit.totals
    body = "\n".join(
        f"<tr{' class=total' if place >= first_total else ''}>"
        + "".join(_cell(cell, heading, lang) for cell, heading in zip(row, exhibit.headings, strict=True))
        + "</tr>"
        for place, row in enumerate(exhibit.rows)
    )
    notes = "".join(f'<p class="note">{_safe(text)}</p>' for text in (exhibit.source, *exhibit.notes))
    unit = f'<p class="unit">{_safe(say("report.unit", lang, unit=exhibit.unit))}</p>' if exhibit.unit else ""
    kind = "table long" if len(exhibit.rows) > _LONG else "table"
    # What scrolls must be reached by the keyboard too.
    return (
        f'<figure class="{kind}" tabindex="0"><figcaption>{_safe(exhibit.label)}</figcaption>{unit}'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{notes}</figure>"
    )


def _cell(cell: Cell, heading: Column, lang: Lang) -> str:
    kind = "said" if heading.kind == "number" and isinstance(cell, str) else heading.kind
    return f'<td class="{kind}">{_safe(written(cell, lang))}</td>'
