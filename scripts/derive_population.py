"""Derive the population rows of ``data/people/people.csv`` from the census of 1 April 2019, district by district.

The input is ``vn_pop_dist.csv`` of github.com/duynguyen158/vietnam-population-district (© 2020 Duy Nguyen; may be
copied with its notice), a transcription of Biểu 1 of the census results. The districts of 2019 are carried onto those
of mid-2025 by the changes named here; the rows of provinces that are named in `_KEPT` stay as they are.

Run: ``python scripts/derive_population.py vn_pop_dist.csv``
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from pathlib import Path

_DATA = Path(__file__).parents[1] / "data"
_VINTAGE = "2025-06-30"
_NATION = 96_208_984
_SOURCE = (
    "Tổng cục Thống kê: Kết quả toàn bộ Tổng điều tra dân số và nhà ở 1/4/2019, Biểu 1 "
    "(bản chép duynguyen158/vietnam-population-district)"
)
#: Provinces whose rows were made by hand from the same source.
_KEPT = ("15", "40", "62", "70", "87")
#: Districts of 2019 that are part of another district in mid-2025.
_JOINED = {
    "044": "045", "046": "047", "050": "049", "151": "148", "204": "193", "221": "213", "358": "356", "369": "374",
    "405": "380", "448": "445", "483": "482", "519": "509", "526": "525", "681": "682", "683": "682", "752": "753",
    "762": "769", "763": "769",
}  # fmt: skip
#: Districts of 2019 that were divided: their people are shared by the number of communes of mid-2025.
_DIVIDED = {"219": ("219", "224"), "474": ("474", "475")}


def main(place: str) -> None:
    """Rewrite people.csv, or stop where anything is not as expected."""
    with Path(place).open(encoding="utf-8-sig", newline="") as file:
        counted = {row["district_code"].zfill(3): int(row["total"]) for row in csv.DictReader(file)}
    if sum(counted.values()) != _NATION:
        sys.exit(f"the districts sum to {sum(counted.values()):,}, the census counted {_NATION:,}")
    with (_DATA / f"boundaries/units-{_VINTAGE}.csv").open(encoding="utf-8", newline="") as file:
        units = list(csv.DictReader(file))
    above = {row["unit_code"]: row["parent_code"] for row in units if row["level"] == "district"}
    communes = Counter(row["parent_code"] for row in units if row["level"] == "commune")
    # What no unit of mid-2025 is called any more belongs to one of the changes above.
    homeless = sorted(set(counted) - set(above) - set(_JOINED) - {"413"})
    if homeless:
        sys.exit(f"no district of {_VINTAGE} has the code {homeless}")
    rows: dict[str, tuple[int, str]] = {}
    for home in sorted(above):
        parts = [home, *(old for old, new in sorted(_JOINED.items()) if new == home)]
        known = [code for code in parts if code in counted]
        if above[home] in _KEPT or not known or any(home in shares for shares in _DIVIDED.values()):
            continue
        joined = [code for code in known if code != home]
        note = f"; gồm cả huyện cũ {', '.join(joined)}" if joined else ""
        rows[home] = (sum(counted[code] for code in known), _SOURCE + note)
    for old, homes in _DIVIDED.items():
        number = {home: communes[home] for home in homes}
        first = round(counted[old] * number[homes[0]] / sum(number.values()))
        note = f"; huyện cũ {old} ({counted[old]} người) chia theo số xã {':'.join(str(n) for n in number.values())}"
        rows[homes[0]] = (first, _SOURCE + note)
        rows[homes[1]] = (counted[old] - first, _SOURCE + note)
    target = _DATA / "people/people.csv"
    with target.open(encoding="utf-8", newline="") as file:
        table = list(csv.reader(file))
    kept = [
        row for row in table[1:] if row[2] != "population" or above.get(row[0]) in _KEPT or row[0] in _KEPT
    ]  # fmt: skip
    made = [
        [code, _VINTAGE, "population", str(n), "", "", "stock", "2019-04-01", why] for code, (n, why) in rows.items()
    ]
    population = sorted([row for row in kept if row[2] == "population"] + made)
    total = sum(int(row[3]) for row in population)
    if total != _NATION:
        sys.exit(f"the rows would sum to {total:,} instead of {_NATION:,}")
    with target.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(
            [table[0], *population, *(row for row in kept if row[2] != "population")]
        )


if __name__ == "__main__":
    main(sys.argv[1])
