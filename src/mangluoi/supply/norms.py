"""The norms of Vietnamese law, as data with article, source and status."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from mangluoi import shipped
from mangluoi.errors import Complaint, InputError

__all__ = ["applicable", "norms"]

_FROM_MEMORY = "from_memory"


def norms() -> pd.DataFrame:
    """Return the norms that ship.

    Returns
    -------
    DataFrame
        ``id``, ``value``, ``unit``, ``scope`` (who it binds), ``article``, ``status`` (sourced; sourced_old_text: the
        source quotes a text since replaced; guidance: not law; from_memory: no source was found), ``source`` and
        ``seen``, the month in which the source was read.
    """
    frame = shipped.frame("norms/norms.csv")
    return frame.assign(value=pd.to_numeric(frame["value"]).astype(float))


def applicable(norms: pd.DataFrame, *, ids: Collection[str] | None = None) -> pd.DataFrame:
    """Return the norms that may be applied: one from memory may be shown, never applied.

    Parameters
    ----------
    norms
        As `norms` returns them.
    ids
        The norms that are wanted. None takes every one that may be applied.

    Raises
    ------
    InputError
        If a wanted norm is not known or is from memory only.
    """
    if ids is None:
        return norms[norms["status"] != _FROM_MEMORY].reset_index(drop=True)
    status = dict(zip(norms["id"], norms["status"], strict=True))
    complaints = []
    for wanted in sorted(ids):
        if wanted not in status:
            complaints.append(Complaint("unknown_reference", value=wanted, details={"target": "norms.csv"}))
        elif status[wanted] == _FROM_MEMORY:
            details = {"reason": "norm_from_memory", "norm": wanted}
            complaints.append(Complaint("contradiction", value=wanted, details=details))
    if complaints:
        raise InputError(complaints)
    return norms[norms["id"].isin(list(ids))].reset_index(drop=True)
