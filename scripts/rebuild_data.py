"""Derive ``data/boundaries/`` from two public packages: units, the crosswalk of July 2025, the outline.

Inputs are the PyPI package ``vietnamadminunits`` 1.0.4 (MIT) and ``countries-10m.json`` of the npm package
``world-atlas`` 2.0.2 (Natural Earth, public domain). The same inputs give the same bytes; whatever does not
add up stops the run before anything is written. The package mixes up units of one name: `drop_namesakes`,
`place_communes` and `measure_communes` find where, and each row that they repair says so in ``source``.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import importlib.util
import json
import math
import sqlite3
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import astuple, dataclass, fields
from decimal import Decimal
from itertools import accumulate, pairwise, permutations
from pathlib import Path
from statistics import median
from typing import Any

import shapely
import shapely.geometry

OLD, NEW = "2025-06-30", "2025-07-01"
COUNTS = {OLD: {"province": 63, "district": 696, "commune": 10_035}, NEW: {"province": 34, "commune": 3_321}}
SOURCE = "vietnamadminunits 1.0.4"
SHA256 = {
    "dataset.db": "147cbbf81c8964bb594e1dda7ebab5649bce21efbfd6cb508cab7fefca62257d",
    "converter_2025.json": "84f0848bf401b047775cbb49768c181a9271f77e4a4ec706d293b09bcb4faddd",
    "countries-10m.json": "3bc6f1d367a9bcec479841bae0e76092f512838411d0cef124e92eec4db45f79",
}
KINDS = ("tỉnh", "thành phố", "quận", "huyện", "thị xã", "thị trấn", "phường", "đặc khu", "xã")
KIN_KM, SPREAD_KM = 30.0, 150.0
HOANG_SA, TRUONG_SA = (110.5, 15.5, 113.5, 17.5), (110.5, 6.0, 118.0, 12.5)  # boxes, west to north
NOTE = "The last list, of mid-2025, stands in for earlier years: units merged before then are not in it."
VINTAGES: list[tuple[object, ...]] = [
    ("vintage", "name_vi", "name_en", "valid_from", "valid_to", "legal_basis", "note"),
    (OLD, "Trước 1/7/2025: 63 tỉnh", "Before 1 July 2025: 63 provinces", "", OLD, "", NOTE),
    (NEW, "Từ 1/7/2025: 34 tỉnh", "From 1 July 2025: 34 provinces", NEW, "", "Quyết định 19/2025/QĐ-TTg", ""),
]


@dataclass
class Unit:
    """One row of a units file; the fields are its columns."""

    unit_code: str
    vintage: str
    level: str
    parent_code: str
    name: str
    kind: str
    lon: float | None = None
    lat: float | None = None
    area_km2: float | None = None
    source: str = SOURCE


Row = Mapping[str, Any]
Origins = Mapping[str, tuple[str, ...]]  # old code -> keys of its province, district, commune
Pairs = set[tuple[str, str]]  # old code, new code


def refuse(what: str, culprits: Iterable[object]) -> None:
    """Stop the run if there is any culprit, and list them."""
    if listed := sorted(set(map(str, culprits))):
        raise SystemExit(f"rebuild_data: {what} ({len(listed)}): {', '.join(listed)}")


def read_rows(database: Path, table: str) -> list[Row]:
    """Read a table of the package's database."""
    with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        rows = connection.execute(f"SELECT * FROM {table}")
        return [dict(zip((column[0] for column in rows.description), row, strict=True)) for row in rows]


def make_units(rows: Sequence[Row], vintage: str) -> dict[str, Unit]:
    """Turn the package's rows, one per commune, into provinces, districts and communes by code."""
    units: dict[str, Unit] = {}
    clashes = []
    for row in rows:
        parent = ""
        for prefix, level in (("province", "province"), ("district", "district"), ("ward", "commune")):
            if code := row.get(f"{prefix}Code"):  # no districts now; five islands without communes before
                name = " ".join(unicodedata.normalize("NFC", row[prefix]).split())
                kind = next((kind for kind in KINDS if name.lower().startswith(f"{kind} ")), "")
                unit = Unit(code, vintage, level, parent, name, kind)
                clashes += [code] * (units.setdefault(code, unit) != unit)
                parent = code
    refuse("codes with two names or parents", clashes)
    widths = {"province": 2, "district": 3, "commune": 5}
    refuse("ill-formed units", (c for c, u in units.items() if not u.kind or len(c) != widths[u.level]))
    counts = Counter(unit.level for unit in units.values())
    refuse(f"counts are not {COUNTS[vintage]}", [] if counts == COUNTS[vintage] else [dict(counts)])
    return units


def read_pairs(old: Sequence[Row], new: Sequence[Row], converter: Row) -> tuple[Origins, Pairs]:
    """Read who became what, by the package's key columns (never by names or its address parser)."""
    columns = ("provinceKey", "districtKey", "wardKey")
    origins = {row["wardCode"] or row["districtCode"]: tuple(row[c] or "" for c in columns) for row in old}
    olds, news = defaultdict(list), defaultdict(list)
    for code, keys in origins.items():
        olds["_".join(keys)].append(code)
    for row in new:
        news[row["provinceKey"], row["wardKey"]].append(row["wardCode"])
    refuse("keys of several units", (codes for codes in (*olds.values(), *news.values()) if len(codes) > 1))
    links = []  # (old key, (new province key, new commune key))
    for province, wards in converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        links += [(key, (province, ward)) for ward, keys in wards.items() for key in keys]
    times = Counter(key for key, _ in links)
    for province, splits in converter["DICT_PROVINCE_WARD_DIVIDED"].items():
        times.update(splits.keys())
        links += [(key, (province, part["newWardKey"])) for key, parts in splits.items() for part in parts]
    refuse("old units converted twice", (key for key, n in times.items() if n > 1))
    refuse("unknown old keys", {key for key, _ in links} - olds.keys())
    refuse("targets that do not exist", {target for _, target in links} - news.keys())
    homes = converter["DICT_PROVINCE"]
    refuse("in a foreign province", (key for key, to in links if key.split("_")[0] not in homes[to[0]]))
    return origins, {(olds[key][0], news[target][0]) for key, target in links}


def drop_namesakes(origins: Origins, pairs: Pairs) -> Pairs:
    """Find the pairs that exist only because another old commune has the same name.

    The package also gives communes the target of a namesake elsewhere in the new province: phường 4 of Sa Đéc
    gets phường Cao Lãnh, where phường 4 of Cao Lãnh went. Of namesakes with one target, the true one has
    neighbours that went there: communes of its old district or, where none has, of its old province.
    """
    named = defaultdict(list)
    for origin, target in sorted(pairs):
        named[target, origins[origin][2]].append(origin)
    groups = [(target, group) for (target, _), group in named.items() if len(group) > 1]
    doubtful = {(origin, target) for target, group in groups for origin in group}
    sure = {(target, origins[origin][:width]) for origin, target in pairs - doubtful for width in (1, 2)}
    dropped = set()
    for target, group in groups:
        kept = [origin for origin in group if (target, origins[origin][:2]) in sure]
        kept = kept or [origin for origin in group if (target, origins[origin][:1]) in sure]
        refuse(f"namesakes that became {target} and cannot be told apart", group if len(kept) != 1 else [])
        dropped |= {(origin, target) for origin in group if origin not in kept}
    return dropped


def make_crosswalk(pairs: Pairs, repaired: set[str]) -> list[tuple[object, ...]]:
    """Give each target of an old unit an equal share, as decimals that sum to exactly 1."""
    targets = defaultdict(list)
    for origin, target in sorted(pairs):
        targets[origin].append(target)
    rows: list[tuple[object, ...]] = []
    for origin, codes in targets.items():
        share = (Decimal(1) / len(codes)).quantize(Decimal("1e-12")).normalize()
        shares = [share] * (len(codes) - 1) + [1 - share * (len(codes) - 1)]
        refuse("shares do not sum to 1", [origin] if sum(shares) != 1 or min(shares) <= 0 else [])
        source = SOURCE + "; namesake's target dropped" * (origin in repaired)
        end = ("whole" if len(codes) == 1 else "equal", source)
        rows += [(origin, OLD, code, NEW, part, *end) for code, part in zip(codes, shares, strict=True)]
    return [("from_code", "from_vintage", "to_code", "to_vintage", "share", "basis", "source"), *rows]


def distance_km(a: Sequence[float], b: Sequence[float]) -> float:
    """Return the distance of two (lon, lat) points, good to 1 % within a province."""
    return 111.2 * math.hypot(b[1] - a[1], (b[0] - a[0]) * math.cos(math.radians((a[1] + b[1]) / 2)))


def place_communes(new: Mapping[str, Unit], given: Mapping[str, Row], origins: Origins, pairs: Pairs) -> None:
    """Give the new communes their points, except the points that cannot be theirs.

    Communes that took land of one old district are kin. A point further than `KIN_KM` from all kin is that of
    another place. Where two such communes of one province have each other's point, the points are exchanged;
    else they stay empty. Special zones are islands and need not lie near their kin.
    """
    points = {code: (row["wardLon"], row["wardLat"]) for code, row in given.items() if row["wardLon"]}
    refuse("outside Vietnam", (c for c, (x, y) in points.items() if not (102 <= x <= 118 and 6 <= y <= 24)))
    members = defaultdict(set)
    for origin, target in pairs:
        members[origins[origin][:2]].add(target)

    def off(code: str, point: Sequence[float], ignored: Iterable[str] = ()) -> float:
        kin = set[str]().union(*(group for group in members.values() if code in group))
        others = kin.intersection(points).difference([code], ignored)
        return min((distance_km(point, points[other]) for other in others), default=0.0)

    mainland = {code for code in points if new[code].kind != "đặc khu"}
    lost = sorted(code for code in mainland if off(code, points[code]) > KIN_KM)
    partners = defaultdict(list)
    for a, b in permutations(lost, 2):
        exchanged = max(off(a, points[b], lost), off(b, points[a], lost))
        if new[a].parent_code == new[b].parent_code and exchanged < KIN_KM:
            partners[a].append(b)
    refuse("exchangeable in two ways", (code for code, others in partners.items() if len(others) > 1))
    for code, point in points.items():
        new[code].lon, new[code].lat = point
    for code in lost:
        partner = partners[code][0] if code in partners else ""
        new[code].lon, new[code].lat = points[partner] if partner else (None, None)
        repair = f"point exchanged with {partner}" if partner else "point withheld"
        new[code].source += f"; {repair}"
        print(f"{code} {new[code].name}: {off(code, points[code]):.0f} km from its nearest kin; {repair}")
    for code in sorted(mainland.difference(lost)):
        own = [points[other] for other in points if new[other].parent_code == new[code].parent_code]
        middle = [median(point[axis] for point in own) for axis in (0, 1)]
        if (far := distance_km(points[code], middle)) > SPREAD_KM:
            print(f"{code} {new[code].name}: {far:.0f} km from the median point of its province")


def measure_communes(new: Mapping[str, Unit], given: Mapping[str, Row]) -> None:
    """Give the new communes their areas, except those that may be another's or are zero.

    The package repeats one area for communes of one name in several provinces: at most one is right.
    """
    alike = defaultdict(list)
    for code, row in given.items():
        folded = unicodedata.normalize("NFD", row["wardShort"].lower()).encode("ascii", "ignore")
        alike[folded, row["wardAreaKm2"]].append(new[code])
    for (_, area), units in alike.items():
        for unit in units:
            if area and len(units) == 1 and unit.source == SOURCE:
                unit.area_km2 = area
            else:
                unit.source += "; area unknown"


def make_outline(topology: Row) -> str:
    """Decode Vietnam (id 704) from TopoJSON: delta-coded arcs, joined to rings, scaled to degrees."""
    scale, shift = topology["transform"]["scale"], topology["transform"]["translate"]

    def line(index: int) -> list[tuple[float, ...]]:
        steps = accumulate(topology["arcs"][max(index, ~index)], lambda a, b: [a[0] + b[0], a[1] + b[1]])
        points = [tuple(round(step[i] * scale[i] + shift[i], 5) for i in (0, 1)) for step in steps]
        return points[::-1] if index < 0 else points

    def ring(indices: Sequence[int]) -> list[tuple[float, ...]]:
        lines = [line(index) for index in indices]
        refuse("arcs that do not meet", (b[0] for a, b in pairwise([*lines, lines[0]]) if a[-1] != b[0]))
        return [point for part in lines for point in part[:-1]]

    (country,) = (g for g in topology["objects"]["countries"]["geometries"] if g.get("id") == "704")
    polygons = [(ring(shell), [ring(hole) for hole in holes]) for shell, *holes in country["arcs"]]
    shape = shapely.make_valid(shapely.MultiPolygon(polygons), method="structure", keep_collapsed=False)
    shape = shapely.orient_polygons(shapely.transform(shape, lambda points: points.round(5)))
    refuse("outline is not valid", [] if shape.is_valid else [shapely.is_valid_reason(shape)])
    properties = {
        "source": "Natural Earth 4.1.0, 1:10m admin-0 countries, from npm world-atlas 2.0.2",
        "licence": "public domain",
        "date": "2018",
        "has_hoang_sa": shape.intersects(shapely.box(*HOANG_SA)),
        "has_truong_sa": shape.intersects(shapely.box(*TRUONG_SA)),
    }
    feature = {"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(shape)}
    return json.dumps({"type": "FeatureCollection", "features": [feature]}, ensure_ascii=False) + "\n"


def main() -> None:
    """Read the inputs, derive and check everything, then write."""
    package = importlib.util.find_spec("vietnamadminunits")
    installed = Path(package.origin).parent if package and package.origin else None
    parser = argparse.ArgumentParser(description="Derive data/boundaries/ (see the top of the file).")
    parser.add_argument("--adminunits", type=Path, default=installed, required=not installed, help="package")
    parser.add_argument("--world-atlas", type=Path, required=True, help="its file countries-10m.json")
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "data" / "boundaries")
    options = parser.parse_args()
    database, converter = (options.adminunits / "data" / name for name in list(SHA256)[:2])
    for path, digest in zip((database, converter, options.world_atlas), SHA256.values(), strict=True):
        refuse("not the file of SHA256", [path] * (hashlib.sha256(path.read_bytes()).hexdigest() != digest))
    old_rows, new_rows = read_rows(database, "admin_units_legacy"), read_rows(database, "admin_units")
    old, new = make_units(old_rows, OLD), make_units(new_rows, NEW)
    given = {row["wardCode"]: row for row in new_rows}
    origins, pairs = read_pairs(old_rows, new_rows, json.loads(converter.read_text(encoding="utf-8")))
    dropped = drop_namesakes(origins, pairs)
    for origin, target in sorted(dropped):
        print(f"{origin} {old[origin].name} did not become {target} {new[target].name}: a namesake did")
    pairs -= dropped
    refuse("old units without a target", origins.keys() - {origin for origin, _ in pairs})
    refuse("new communes without an origin", given.keys() - {target for _, target in pairs})
    place_communes(new, given, origins, pairs)
    measure_communes(new, given)
    tables = {"vintages": VINTAGES, "crosswalk": make_crosswalk(pairs, {origin for origin, _ in dropped})}
    for vintage, units in ((OLD, old), (NEW, new)):
        rows = [astuple(units[code]) for code in sorted(units)]
        tables[f"units-{vintage}"] = [tuple(field.name for field in fields(Unit)), *rows]
    outline = make_outline(json.loads(options.world_atlas.read_text(encoding="utf-8")))
    options.out.mkdir(parents=True, exist_ok=True)
    for name, lines in tables.items():
        with (options.out / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(lines)
    (options.out / "outline.geojson").write_text(outline, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
