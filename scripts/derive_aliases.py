"""Derive ``data/boundaries/aliases.csv``: names that units had before, or are called by, beside the official ones.

The former names come from the PyPI package ``vietnamadminunits`` 1.0.4 (MIT), whose list of mid-2025 carries, for
each unit, those that merged into it in the years before (without diacritics). Customary names, and what that list
lacks, stand below with their reason.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

OLD, NEW = "2025-06-30", "2025-07-01"
SOURCE = "vietnamadminunits 1.0.4"
CUSTOM = "cách viết thông dụng"
KINDS = {
    "phuong": "phường", "thitran": "thị trấn", "xa": "xã", "huyen": "huyện", "quan": "quận", "thixa": "thị xã",
    "thanhpho": "thành phố",
}  # fmt: skip
CUSTOMARY = [
    ("79", OLD, "", "HCM", CUSTOM), ("79", NEW, "", "HCM", CUSTOM),
    ("79", OLD, "", "TPHCM", CUSTOM), ("79", NEW, "", "TPHCM", CUSTOM),
    ("79", OLD, "", "Sài Gòn", CUSTOM), ("79", NEW, "", "Sài Gòn", CUSTOM),
    ("01", OLD, "", "HN", CUSTOM), ("01", NEW, "", "HN", CUSTOM),
    ("46", OLD, "tỉnh", "Thừa Thiên Huế", "tên tỉnh trước ngày 01/01/2025"),
    ("46", NEW, "tỉnh", "Thừa Thiên Huế", "tên tỉnh trước ngày 01/01/2025"),
    ("77", OLD, "", "BRVT", CUSTOM), ("77", OLD, "", "Vũng Tàu", CUSTOM), ("77", OLD, "", "Bà Rịa", CUSTOM),
    ("17464", OLD, "thị trấn", "Diễn Châu", "tên trước khi sáp nhập với xã Diễn Thành; đề án 2023 của Nghệ An còn ghi"),
]  # fmt: skip


def former_names(database: Path) -> list[tuple[str, str, str, str, str]]:
    """Return the former names of districts and communes: code, vintage, kind, alias, source."""
    found: dict[tuple[str, str], set[str]] = {}
    query = "select districtCode, districtAlias, wardCode, wardAlias from admin_units_legacy"
    with closing(sqlite3.connect(database)) as opened:
        for district, district_alias, ward, ward_alias in opened.execute(query):
            for code, width, alias in ((district, 3, district_alias), (ward, 5, ward_alias)):
                if alias:
                    short = code.zfill(width)
                    found.setdefault((short, OLD), set()).update(json.loads(alias))
    rows: list[tuple[str, str, str, str, str]] = []
    for (code, vintage), aliases in sorted(found.items()):
        # What stands behind an abbreviation also stands behind the word in full.
        words = {word for word in aliases if word.isascii() and not re.match(r"tx|tp|tt|district|[qpf]0?\d", word)}
        split = {word: (kind, word[len(kind) :]) for word in words for kind in KINDS if word.startswith(kind)}
        # "quanguyen" is no quận: it is what is left of "huyenquanguyen".
        short = {rest for _, rest in split.values()}
        for word in sorted(words - short):
            kind, rest = split.get(word, ("", word))
            if not rest.startswith("0"):
                rows.append((code, vintage, KINDS.get(kind, ""), rest, SOURCE))
    return rows


def main() -> None:
    """Write the file."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("database", type=Path, help="dataset.db of vietnamadminunits 1.0.4")
    arguments.add_argument("-o", "--output", type=Path, default=Path("data/boundaries/aliases.csv"))
    given = arguments.parse_args()
    rows = [*CUSTOMARY, *former_names(given.database)]
    with given.output.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["unit_code", "vintage", "kind", "alias", "source"])
        writer.writerows(sorted(set(rows)))


if __name__ == "__main__":
    main()
