"""Capacity by norm: how many people land, bedrooms and staff would allow, and which of them binds."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mangluoi.errors import Complaint, InputError
from mangluoi.supply.norms import applicable
from mangluoi.tables import CAPACITY, check

__all__ = ["by_norm"]

_MEASURES = ("land", "bedroom", "staff")
_COLUMN = {"land": "land_m2", "bedroom": "bedroom_m2", "staff": "staff"}


def by_norm(
    capacity: pd.DataFrame,
    norms: pd.DataFrame,
    *,
    land: str | pd.Series | None = None,
    bedroom: str | pd.Series | None = None,
    staff: str | pd.Series | None = None,
    allow_from_memory: bool = False,
) -> pd.DataFrame:
    """Return how many people each service at a site could hold by the norms that are named.

    Land and bedroom area are divided by the square metres that a person needs, staff are multiplied by the clients
    that one may have; the least of the three that are known binds. Land and staff of a site with several services
    must be given per service; they are not divided here.

    Parameters
    ----------
    capacity
        CAPACITY rows.
    norms
        As `norms` returns them.
    land, bedroom, staff
        Id of the norm that applies, for all rows or by row on the index of `capacity` (a norm differs between town
        and country, and between groups). None leaves that measure out.
    allow_from_memory
        Whether a norm without a source may be applied.

    Returns
    -------
    DataFrame
        On the index of `capacity`: ``site_id``, ``service``, ``by_land``, ``by_bedroom``, ``by_staff`` (whole people,
        missing where the measure or its norm is missing), ``by_norm`` (the least of them), ``binding`` (land, bedroom
        or staff, the first where equal), ``declared`` and ``above_norm``, whether more is declared than the norms
        allow.

    Raises
    ------
    InputError
        If a norm is not known, is from memory, or measures something else.

    References
    ----------
    Decree 103/2017/NĐ-CP art. 24; Circulars 33/2017/TT-BLĐTBXH art. 5 and 09/2024/TT-BLĐTBXH art. 6.
    """
    typed = check(CAPACITY, capacity)
    chosen = {
        name: named if isinstance(named, pd.Series) else pd.Series(named, index=typed.index, dtype=object)
        for name, named in zip(_MEASURES, (land, bedroom, staff), strict=True)
        if named is not None
    }
    wanted = sorted({str(one) for named in chosen.values() for one in named.dropna()})
    known = norms if allow_from_memory else applicable(norms, ids=wanted)
    known = known.set_index("id")
    _check_units(chosen, known)

    table = typed[["site_id", "service"]]
    for name in _MEASURES:
        amount = typed[_COLUMN[name]].astype("Float64").astype(float)
        if name not in chosen:
            allowed = pd.Series(np.nan, index=typed.index)
        else:
            value = chosen[name].reindex(typed.index).map(known["value"]).astype(float)
            allowed = amount * value if name == "staff" else amount / value
        # 59.999999 people of 1,800 m² at 30 m² are 60: the guard is against the rounding of a division only.
        table = table.assign(**{f"by_{name}": np.floor(allowed + 1e-9)})
    allowed_by = table[[f"by_{name}" for name in _MEASURES]].set_axis(_MEASURES, axis=1)
    least = allowed_by.min(axis=1)
    binding = allowed_by.fillna(np.inf).idxmin(axis=1).where(least.notna())
    declared = typed["capacity"].astype("Float64").astype(float)
    return table.assign(by_norm=least, binding=binding, declared=declared, above_norm=declared > least)


def _check_units(chosen: dict[str, pd.Series], known: pd.DataFrame) -> None:
    found = []
    for name, named in chosen.items():
        for one in sorted({str(value) for value in named.dropna()}):
            if one not in known.index:
                found.append(Complaint("unknown_reference", value=one, details={"target": "norms.csv"}))
                continue
            unit = str(known.loc[one, "unit"])
            fits = unit.startswith("clients/") if name == "staff" else unit == "m2/person"
            if not fits:
                details = {"reason": "norm_of_another_kind", "norm": one, "unit": unit, "measure": name}
                found.append(Complaint("contradiction", value=one, details=details))
    if found:
        raise InputError(found)
