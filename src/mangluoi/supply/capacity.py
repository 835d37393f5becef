"""Capacity: how many people a service at a site can hold, as far as it is known."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from mangluoi.errors import Complaint, InputError
from mangluoi.tables import CAPACITY, check

__all__ = ["occupancy", "usable"]


def usable(
    capacity: pd.DataFrame, *, where_capacity_unknown: Literal["exclude", "residents"] | None = None
) -> pd.DataFrame:
    """Return the places that may be counted on.

    Parameters
    ----------
    capacity
        CAPACITY rows.
    where_capacity_unknown
        {"exclude", "residents"}: what a site × service without a declared capacity counts for. Excluded, it holds no
        known place: it still covers the people around it, who then meet a full house. With residents, as many
        places as it has residents, a floor, and none where those are unknown too. None refuses an unknown capacity.

    Returns
    -------
    DataFrame
        ``site_id``, ``service``, ``capacity`` (whole) and ``basis`` (declared, residents, unknown), on the caller's
        index.

    Raises
    ------
    InputError
        If a capacity is unknown and `where_capacity_unknown` is None; every such site × service is named.
    """
    typed = check(CAPACITY, capacity)
    declared = typed["capacity"].notna()
    if where_capacity_unknown is None and not declared.all():
        raise InputError(
            [
                Complaint("capacity_unknown", column="capacity", value=f"{row.site_id} / {row.service}")
                for row in typed[~declared].itertuples()
            ]
        )
    places, basis = typed["capacity"], np.where(declared, "declared", "unknown")
    if where_capacity_unknown == "residents":
        stand_in = ~declared & typed["residents"].notna()
        places, basis = places.fillna(typed["residents"]), np.where(stand_in, "residents", basis)
    return pd.DataFrame(
        {
            "site_id": typed["site_id"],
            "service": typed["service"],
            "capacity": places.fillna(0).astype("int64"),
            "basis": pd.Series(basis, index=typed.index),
        }
    )


def occupancy(capacity: pd.DataFrame) -> pd.Series:
    """Return residents ÷ declared capacity; above 1 is shown, not clipped.

    Parameters
    ----------
    capacity
        CAPACITY rows.

    Returns
    -------
    Series
        On the caller's index; missing where either figure is missing or the declared capacity is zero.
    """
    typed = check(CAPACITY, capacity)
    places = typed["capacity"].astype("Float64").astype(float)
    residents = typed["residents"].astype("Float64").astype(float)
    return (residents / places.where(places > 0)).rename("occupancy")
