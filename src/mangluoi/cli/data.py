"""`mangluoi data`: the data that ship, and open data that can be fetched."""

from __future__ import annotations

import argparse
from pathlib import Path

from mangluoi.cli import exits, showing
from mangluoi.cli.parsing import Verbs
from mangluoi.reports.words import say

__all__ = ["add"]


def add(verbs: Verbs) -> None:
    """Add the verb and its own verbs."""
    datas = verbs.group("data")
    datas.add("list", _list)
    get = datas.add("get", _get)
    get.add_argument("name", help=verbs.say("data_name"))
    get.add_argument("--address", help=verbs.say("data_address"))
    get.add_argument("--sha256", help=verbs.say("data_sha256"))
    get.add_argument("--offline", action="store_true", help=verbs.say("data_offline"))
    put = datas.add("add", _add)
    put.add_argument("file", help=verbs.say("data_file"))
    put.add_argument("--name", required=True, help=verbs.say("data_name"))
    for fact in ("licence", "date", "source", "sha256"):
        put.add_argument(f"--{fact}", help=verbs.say(f"data_{fact}"))
    datas.close()


def _list(options: argparse.Namespace) -> int:
    from mangluoi import sources
    from mangluoi.reports import sentences

    rows = sources.catalogue.catalogue()
    if options.json:
        print(rows.to_json(orient="records", force_ascii=False, indent=2))
        return exits.DONE
    table = showing.table(
        [say(f"cli.heading.{name}", options.lang) for name in ("dataset", "kind", "licence", "date", "note", "here")]
    )
    columns = ["dataset", "kind", "licence", "date", f"note_{options.lang}", "here"]
    for row in rows[columns].astype(object).where(rows[columns].notna(), "").to_dict("records"):
        row["kind"] = sentences.known("data_kind", row["kind"], options.lang)
        row["licence"] = sentences.known("licence", row["licence"], options.lang)
        table.add_row(*(str(row[name]) for name in columns))
    showing.print_table(table)
    return exits.DONE


def _get(options: argparse.Namespace) -> int:
    from mangluoi import sources

    with showing.arrival(options.name, options) as arrived:
        place = sources.catalogue.get(
            options.name, address=options.address, sha256=options.sha256, offline=options.offline, progress=arrived
        )
    return _told(options, options.name, place)


def _add(options: argparse.Namespace) -> int:
    from mangluoi import sources

    place = sources.catalogue.add(
        options.file, dataset=options.name, licence=options.licence, date=options.date, source=options.source,
        sha256=options.sha256,
    )  # fmt: skip
    return _told(options, options.name, place)


def _told(options: argparse.Namespace, name: str, place: Path) -> int:
    told = {"dataset": name, "file": str(place)}
    showing.tell(options, told, say("cli.data_here", options.lang, name=name, place=place))
    return exits.DONE
