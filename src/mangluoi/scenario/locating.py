"""A list of addresses as it comes, put on the map: every row located, doubtful, unlocated or refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from mangluoi import gazetteer, sources
from mangluoi.gazetteer import coordinates
from mangluoi.scenario import decisions
from mangluoi.sources import consistency
from mangluoi.tables import ADDRESSES

__all__ = ["DOUBTFUL", "LOCATED", "UNLOCATED", "Located", "locate"]

#: What became of an address.
LOCATED, DOUBTFUL, UNLOCATED = "located", "doubtful", "unlocated"

# What the file says of a place, before anything is found; addresses of confidential rows leave with none of it.
_SAID = ("row_id", "name", "address")
_SECRET = (
    "key", *_SAID, "unit_code", "vintage", "unit_name", "province_name", "lon", "lat", "located_by", "located_within_m",
    "confidence", "candidates", "points", "read_as", "distance_m",
)  # fmt: skip


@dataclass(frozen=True)
class Located:
    """A list of addresses after it was put on the map.

    Parameters
    ----------
    places
        One row per address: ``row`` of the file, ``key`` (see `decisions.key_of`), ``row_id``, ``name``, ``address``
        (what was looked for), ``confidential``, ``status`` (located, doubtful, unlocated), ``decided`` (whether a
        person said so), the columns of `gazetteer.locate`, ``read_as`` and ``distance_m`` (how given coordinates
        were read and how far they lie from the commune), and ``points``: the points that a person may choose, each
        with how it was read, longitude and latitude. Of a confidential row nothing stands there but its row
        and status.
    reading
        What became of every row of the file.
    file
        Name of the file.
    cells
        Cells of the communes of the provinces that the places are in, to draw a map on.
    below
        Confidence under which an answer is doubtful.
    """

    places: pd.DataFrame
    reading: sources.Reading
    file: str
    cells: gpd.GeoDataFrame
    below: float

    @property
    def counts(self) -> dict[str, int]:
        """How many addresses are located, doubtful and unlocated."""
        found = self.places["status"].value_counts()
        return {status: int(found.get(status, 0)) for status in (LOCATED, DOUBTFUL, UNLOCATED)}


def locate(
    path: str | Path,
    *,
    sheet: str | None = None,
    province: str | None = None,
    vintage: str | None = None,
    columns: Mapping[str, str] | None = None,
    drop: Collection[str] = (),
    decided: pd.DataFrame | None = None,
    online: Callable[[pd.DataFrame], pd.DataFrame] | None = None,
    encoding: str | None = None,
    below: float = 0.97,
) -> Located:
    """Put the addresses of a file on the map, without a network.

    Parameters
    ----------
    path
        Any file that `sources.read_table` reads, with addresses, names of communes or coordinates in it.
    sheet
        Name of the sheet, where several hold addresses.
    province
        Code or name of the province that the list is about.
    vintage
        The list of units that is preferred where an address fits several.
    columns
        What headings mean, where `Reading.columns` shows that they were taken for something else.
    drop
        Headings to leave out, among them personal ones.
    decided
        What a person has decided before, as `decisions.read` returns it.
    online
        A last step for what is not located, off unless given: gets ``address`` on the index of `places`, never of a
        confidential row, and returns ``lon``, ``lat`` and ``located_by`` for those that it found.
    encoding
        Of the file's text, where it is known.
    below
        Confidence under which an answer is doubtful.

    Raises
    ------
    InputError
        If the file cannot be read.
    UnknownUnitError
        If the province or the vintage is not known.
    """
    reading = sources.read_table(
        path, ADDRESSES, sheet=sheet, columns=columns, drop=drop, encoding=encoding
    )  # fmt: skip
    given = reading.frame
    named = [
        consistency.sounds_confidential(name, kind) for name, kind in zip(given["name"], given["type"], strict=True)
    ]
    secret = given["confidential"].fillna(False).astype(bool) | pd.Series(named, index=given.index, dtype=bool)
    address = _addresses(given)
    found = gazetteer.locate(address, names=given["name"], province=province, vintage=vintage)
    places = found.assign(read_as="", distance_m=np.nan)
    _use_coordinates(places, given)
    known = decisions.checked([], file="") if decided is None else decided
    ids = given["row_id"].fillna(given["name"])
    keys = [decisions.key_of(row_id, text) for row_id, text in zip(ids, address, strict=True)]
    places, by_person = decisions.apply(places, keys, known)
    if online is not None:
        _ask_online(places, address[~secret & places["lon"].isna()], online)
    places["points"] = pd.Series(_points(places, given), index=places.index, dtype="object")
    places.loc[address.isna() & places["lon"].isna() & ~places["reason"].isin(["ambiguous"]), "reason"] = "no_address"
    doubtful = (places["confidence"] < below) | (places["reason"] != "")
    places.insert(0, "row", list(reading.frame_rows))
    places.insert(1, "key", keys)
    for position, name in enumerate(_SAID, start=2):
        places.insert(position, name, address if name == "address" else given[name])
    places["confidential"], places["decided"] = secret, by_person
    places["status"] = np.where(places["lon"].isna(), UNLOCATED, np.where(doubtful, DOUBTFUL, LOCATED))
    cells = _cells(places[~secret])
    for name in _SECRET:
        places.loc[secret, name] = np.nan if places[name].dtype.kind == "f" else None
    return Located(places, reading, Path(path).name, cells, below)


def _addresses(given: pd.DataFrame) -> pd.Series:
    """Put the parts of an address that stand in columns of their own together, the address itself first."""
    parts = given[["address", "unit_name", "district_name", "province_name"]]
    texts = [
        ", ".join(str(part) for part in row if not pd.isna(part)) for row in parts.itertuples(index=False, name=None)
    ]
    return pd.Series([text or None for text in texts], index=given.index, dtype="object")


def _use_coordinates(places: pd.DataFrame, given: pd.DataFrame) -> None:
    """Put rows with coordinates where these say, each read against the commune that its address names."""
    with_point = given["lon"].notna() & given["lat"].notna()
    for vintage in [*sorted(places.loc[with_point, "vintage"].dropna().unique()), None]:
        rows = with_point & (
            places["vintage"].isna() if vintage is None else places["vintage"].eq(vintage).fillna(False)
        )
        if not rows.any():
            continue
        known = gazetteer.units.lineage(vintage or gazetteer.units.NEW).index
        codes = [code if code in known else None for code in places.loc[rows, "unit_code"]]
        read = coordinates.resolve(
            given.loc[rows, "lon"], given.loc[rows, "lat"], codes, vintage or gazetteer.units.NEW
        )
        places.loc[rows, ["read_as", "distance_m", "reason"]] = read[["read_as", "distance_m", "reason"]]
        taken = read.index[read["lon"].notna()]
        places.loc[taken, ["lon", "lat"]] = read.loc[taken, ["lon", "lat"]]
        places.loc[taken, "located_by"] = "given"
        # How sure a point is that lies outside its commune, nobody has measured.
        places.loc[taken, "located_within_m"] = np.nan
        places.loc[taken, "confidence"] = np.where(read.loc[taken, "reason"] == "", 1.0, np.nan)


def _points(places: pd.DataFrame, given: pd.DataFrame) -> list[tuple[tuple[str, float, float], ...]]:
    """Return the points among which a person may choose: those of every zone that fits, or the one that is doubtful."""
    found: list[tuple[tuple[str, float, float], ...]] = []
    columns = (places[name] for name in ("reason", "read_as", "lon", "lat"))
    for reason, read_as, lon, lat, x, y in zip(*columns, given["lon"], given["lat"], strict=True):
        if reason == "ambiguous" and "|" in str(read_as):
            zones = dict.fromkeys(re.findall(r"EPSG:(\d+)", str(read_as)))
            read = [
                (zone, coordinates.resolve([x], [y], [None], gazetteer.units.NEW, zone=int(zone))) for zone in zones
            ]
            found.append(
                tuple(
                    (str(one["read_as"].iloc[0]), float(one["lon"].iloc[0]), float(one["lat"].iloc[0]))
                    for _, one in read
                    if one["lon"].notna().all()
                )
            )
        elif reason in ("outside_commune", "online") and not pd.isna(lon):
            found.append(((str(read_as or ""), float(lon), float(lat)),))
        else:
            found.append(())
    return found


def _ask_online(places: pd.DataFrame, address: pd.Series, online: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    asked = address.dropna()
    if asked.empty:
        return
    found = online(asked.to_frame("address"))
    for label, lon, lat, by in found.loc[found["lon"].notna(), ["lon", "lat", "located_by"]].itertuples(name=None):
        places.loc[[label], "lon"], places.loc[[label], "lat"] = float(lon), float(lat)
        places.loc[[label], "located_by"] = str(by)
        # A stranger's answer is never more than doubtful.
        places.loc[[label], "reason"] = "online"


def _cells(places: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the cells of the provinces that the places lie in, on today's list."""
    codes: set[str] = set()
    seen = places.dropna(subset=["unit_code", "vintage"])
    for vintage, part in seen.groupby("vintage"):
        lineage = gazetteer.units.lineage(str(vintage))
        inside = lineage["province_code"].isin(set(lineage["province_code"].reindex(part["unit_code"]).dropna()))
        communes = [str(code) for code in lineage.index[inside]]
        new = gazetteer.units.NEW
        codes |= set(communes if vintage == new else gazetteer.crosswalk.restate_area(communes, str(vintage), new))
    return (
        gazetteer.cells.cells(gazetteer.units.NEW, sorted(codes)) if codes else gpd.GeoDataFrame(geometry=[], crs=4326)
    )
