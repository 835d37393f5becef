"""The figures that ship with the package, for the provinces of the source documents."""

from __future__ import annotations

import pandas as pd

from mangluoi import shipped
from mangluoi.errors import UnknownUnitError
from mangluoi.sources import consistency
from mangluoi.tables import CAPACITY, FACILITIES, PEOPLE, SITES, Table, check

__all__ = ["embedded"]


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
        The list that the code belongs to; the shipped figures stand in the list of mid-2025.

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
    facilities = _shipped(FACILITIES, "facilities/facilities.csv")
    facilities = facilities[facilities["province_code"] == province_code]
    sites = _shipped(SITES, "facilities/sites.csv")
    sites = sites[sites["facility_id"].isin(facilities["facility_id"])]
    capacity = _shipped(CAPACITY, "facilities/capacity.csv")
    capacity = capacity[capacity["site_id"].isin(sites["site_id"])]
    people = _shipped(PEOPLE, "people/people.csv")
    here = {code for code in parents if consistency.province_above(code, vintage) == province_code}
    people = people[people["unit_code"].isin(here) & (people["vintage"] == vintage)]
    found = {"facilities": facilities, "sites": sites, "capacity": capacity, "people": people}
    return {name: frame.reset_index(drop=True) for name, frame in found.items()}
