"""`mangluoi data`: the data that ship, and open data that can be fetched."""

from __future__ import annotations

import argparse

from mangluoi.cli import exits, showing
from mangluoi.cli.parsing import Verbs
from mangluoi.reports.words import say

__all__ = ["add"]


def add(verbs: Verbs) -> None:
    """Add the verb and its own verbs."""
    datas = verbs.group("data")
    datas.add("list", _list)
    datas.close()


def _list(options: argparse.Namespace) -> int:
    from mangluoi import sources
    from mangluoi.reports import sentences

    rows = sources.catalogue.catalogue()
    if options.json:
        print(rows.to_json(orient="records", force_ascii=False, indent=2))
        return exits.DONE
    table = showing.table(
        [say(f"cli.heading.{name}", options.lang) for name in ("dataset", "kind", "licence", "date", "note")]
    )
    columns = ["dataset", "kind", "licence", "date", f"note_{options.lang}"]
    for row in rows[columns].astype(object).where(rows[columns].notna(), "").to_dict("records"):
        row["kind"] = sentences.known("data_kind", row["kind"], options.lang)
        row["licence"] = sentences.known("licence", row["licence"], options.lang)
        table.add_row(*(str(row[name]) for name in columns))
    showing.print_table(table)
    return exits.DONE
