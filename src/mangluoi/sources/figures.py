"""The figures that ship with the package, for the provinces of the source documents."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pandas as pd

from mangluoi import shipped
from mangluoi.errors import UnknownUnitError
from mangluoi.sources import consistency
from mangluoi.tables import CAPACITY, FACILITIES, PEOPLE, SITES, Table, check

__all__ = ["LISTED", "embedded", "made_of"]

#: The list of units that the shipped figures stand in.
LISTED = "2025-06-30"


@cache
def _homes(_folder: Path, vintage: str) -> Mapping[str, tuple[str, ...]]:
    """Return the provinces of the list of the figures that went to each province of a later list."""
    steps = shipped.frame("boundaries/crosswalk.csv")
    steps = steps[(steps["from_vintage"] == LISTED) & (steps["to_vintage"] == vintage)]
    went = pd.DataFrame(
        {
            "old": [consistency.province_above(code, LISTED) for code in steps["from_code"]],
            "new": [consistency.province_above(code, vintage) for code in steps["to_code"]],
            "share": steps["share"].astype(float),
        }
    )
    # A commune at a border may have gone elsewhere; a province went where most of it did.
    most = went.groupby(["old", "new"])["share"].sum().reset_index().sort_values(["old", "share", "new"])
    to = most.drop_duplicates("old", keep="last")
    return {str(new): tuple(sorted(rows["old"])) for new, rows in to.groupby("new")}


def made_of(province_code: str, *, vintage: str) -> tuple[str, ...]:
    """Return the codes, in the list of the figures, of the provinces that a province was made of.

    Parameters
    ----------
    province_code
        Two digits, in the list of `vintage`.
    vintage
        The list that the code belongs to.
    """
    if vintage == LISTED:
        return (province_code,)
    return _homes(shipped.folder(), vintage).get(province_code, ())


def _shipped(table: Table, name: str) -> pd.DataFrame:
    """Read a shipped table that may carry further columns beside the declared ones."""
    raw = shipped.frame(name)
    numeric = [c.name for c in table.columns if c.kind in ("whole", "number") and c.name in raw.columns]
    raw[numeric] = raw[numeric].apply(pd.to_numeric)
    further = [column for column in raw.columns if column not in table.names]
    checked = check(table, raw.drop(columns=further), vocabulary=shipped.vocabulary(), file=name)
    return checked.join(raw[further])


def embedded(province_code: str, *, vintage: str = "2025-06-30") -> dict[str, pd.DataFrame]:
    """Return the shipped facilities, sites, capacities and people of a province.

    Parameters
    ----------
    province_code
        Two digits, in the list of `vintage`.
    vintage
        The list that the code belongs to. The shipped figures stand in the list of mid-2025; a province of a later
        list gets those of the provinces that it was made of, and people of a group only where all of them give it.

    Returns
    -------
    dict of DataFrame
        By the name of the table, as `tables.INPUTS` declares them; facilities carry ``province_code`` and
        ``confidence`` besides, and people have rows for the province and its districts as well as for communes.
        Tables of a province without shipped figures are empty.

    Raises
    ------
    UnknownUnitError
        If the vintage has no such province.
    """
    parents = consistency.unit_parents(vintage)
    if province_code not in parents or parents[province_code] is not None:
        raise UnknownUnitError(f"no province has the code {province_code!r} in the list of {vintage}")
    homes = made_of(province_code, vintage=vintage)
    facilities = _shipped(FACILITIES, "facilities/facilities.csv")
    facilities = facilities[facilities["province_code"].isin(homes)]
    sites = _shipped(SITES, "facilities/sites.csv")
    sites = sites[sites["facility_id"].isin(facilities["facility_id"])]
    capacity = _shipped(CAPACITY, "facilities/capacity.csv")
    capacity = capacity[capacity["site_id"].isin(sites["site_id"])]
    people = _shipped(PEOPLE, "people/people.csv")
    people = people[people["vintage"] == LISTED]
    above = people["unit_code"].map(lambda code: consistency.province_above(code, LISTED))
    people = people[above.isin(homes)]
    counted = above.reindex(people.index).groupby(people["group"]).nunique()
    people = people[people["group"].map(counted) == len(homes)]
    found = {"facilities": facilities, "sites": sites, "capacity": capacity, "people": people}
    return {name: frame.reset_index(drop=True) for name, frame in found.items()}
