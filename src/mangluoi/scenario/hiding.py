"""Taking masked counts out of tables."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from mangluoi.scenario.masking import LARGEST_MASKED, LARGEST_MASKED_SENSITIVE, NEVER_MASKED, Masks, extend, small

__all__ = ["counted", "hide", "hide_bands", "hide_small", "keys", "withhold"]


def keys(frame: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    """Return the values of some columns, row by row."""
    return list(zip(*(frame[name] for name in columns), strict=True))


def hide(frame: pd.DataFrame, counts: list[str], masked: list[bool]) -> pd.DataFrame:
    """Return the table with whole counts, without those of the masked rows, and with ``masked``."""
    shown = frame.assign(masked=np.asarray(masked, dtype=bool))
    shown[counts] = shown[counts].round().astype("Int64")
    shown.loc[shown["masked"], counts] = pd.NA
    return shown


def _limit(group: str, sensitive: set[str]) -> int:
    return LARGEST_MASKED_SENSITIVE if group in sensitive else LARGEST_MASKED


def hide_small(
    frame: pd.DataFrame, counts: list[str], sensitive: set[str], *, also: list[bool] | None = None
) -> pd.DataFrame:
    """Mask provincial rows with a small count whole, so that no count follows from the others of its row."""
    values = frame[counts].astype("Float64").fillna(0).to_numpy(dtype=float)
    masked = [
        group != NEVER_MASKED and bool(small(row[None, :], _limit(group, sensitive))[0])
        for group, row in zip(frame["group"], values, strict=True)
    ]
    return hide(frame, counts, [a or b for a, b in zip(masked, also or masked, strict=True)])


def hide_bands(bands: pd.DataFrame, totals: pd.DataFrame, masks: Masks, sensitive: set[str]) -> pd.DataFrame:
    """Mask small bands, those that would give a commune back, and all of a group whose total is masked."""
    bands = bands.reset_index(drop=True)
    values = bands[["people"]].astype(float).to_numpy()
    closed = set(keys(totals[totals["masked"]], "group", "service"))
    masked = np.zeros(len(bands), dtype=bool)
    found = keys(bands, "group", "service")
    for group, service in sorted(set(found)):
        rows = np.flatnonzero([key == (group, service) for key in found])
        if group == NEVER_MASKED:
            continue
        limit = _limit(group, sensitive)
        withheld = [(group, service, band) in masks.bands for band in bands["band"].iloc[rows]]
        masked[rows] = small(values[rows], limit) | withheld
        if not extend(masked, rows, values, limit) or (group, service) in closed:
            masked[rows] = True
    shown = hide(bands, ["people"], masked.tolist())
    shown.loc[shown["masked"], "share"] = np.nan
    return shown


def withhold(totals: pd.DataFrame, services: Collection[str]) -> pd.DataFrame:
    """Take out of provincial counts all that follows from where the sites of some services are; need stays.

    From exact counts of covered or served people whoever knows the method can tell where a site must be.
    """
    hidden = totals["service"].isin(list(services))
    shown = totals.assign(masked=totals["masked"] | hidden)
    counts = [name for name in totals.columns if name not in ("group", "service", "need", "unlocated", "masked")]
    shown[counts] = shown[counts].mask(hidden)
    return shown


def counted(detail: Any, **frames: pd.DataFrame) -> dict[str, int]:
    """Count the masked rows of the main tables, by name, and of all tables behind them together as ``detail``."""
    behind = (getattr(detail, field.name) for field in dataclasses.fields(detail))
    masked = (frame["masked"] for frame in behind if isinstance(frame, pd.DataFrame) and "masked" in frame)
    found = {name: int(frame["masked"].sum()) for name, frame in frames.items()}
    return {**found, "detail": sum(int(rows.sum()) for rows in masked)}
