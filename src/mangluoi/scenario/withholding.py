"""What may be shown of the tables behind the main figures.

Figures of single sites and communes that sum people over a catchment would give a masked commune back to whoever
knows the roads. So they are shown in public only for services of which every commune's counts are public already, and
never for services that a confidential site offers.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import pandas as pd

from mangluoi.scenario.detail import Detail
from mangluoi.scenario.masking import LARGEST_MASKED, LARGEST_MASKED_SENSITIVE, NEVER_MASKED

__all__ = ["Door", "shown_detail"]

_OF_PEOPLE = ["within_reach", "served", "occupancy", "mean_minutes", "longest_minutes", "served_gain", "minutes_change"]


@dataclass(frozen=True)
class Door:
    """What decides over what is shown.

    Parameters
    ----------
    sites
        Confidential sites.
    withheld
        Services that they give away.
    masked
        (group, service) whose provincial figures are masked.
    exposed
        Services of which some commune is masked, or some group is given for the province only.
    groups
        Groups whose provincial count is masked.
    counted
        Groups of which some commune's count is masked.
    hidden
        (commune, group) whose count is masked.
    vintage
        The list that the communes belong to.
    sensitive
        Groups that need protection.
    public
        Whether small counts are masked.
    """

    sites: Collection[str]
    withheld: Collection[str]
    masked: Collection[tuple[str, str]]
    exposed: Collection[str]
    groups: Collection[str]
    counted: Collection[str]
    hidden: Collection[tuple[str, str]]
    vintage: str
    sensitive: Collection[str]
    public: bool

    def few(self, group: str, values: pd.Series) -> bool:
        """Say whether any of the counts of a group is too small to be shown."""
        if not self.public or group == NEVER_MASKED:
            return False
        limit = LARGEST_MASKED_SENSITIVE if group in self.sensitive else LARGEST_MASKED
        size = values.astype(float).abs()
        return bool(((size > 0) & (size <= limit)).any())


def shown_detail(detail: Detail, door: Door) -> Detail:
    """Return what may be shown of a detail; a row of which something is masked says so in ``masked``.

    Parameters
    ----------
    detail
        As it was computed.
    door
        What decides.
    """

    def told(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[~frame["service"].isin(list(door.withheld))].reset_index(drop=True)

    norms, exposed = detail.by_norm, set(door.exposed) if door.public else set()
    return dataclasses.replace(
        detail,
        ranges=_ranges(told(detail.ranges), door),
        usage=_usage(told(detail.usage), door),
        new_sites=_new_sites(told(detail.new_sites), door),
        by_band=_by_band(told(detail.by_band), door),
        ratios=_masked(told(detail.ratios), ["need", "ratio"], lambda row: row["service"] in exposed),
        fairness=_fairness(told(detail.fairness), exposed),
        by_norm=norms[~norms["site_id"].isin(list(door.sites))].reset_index(drop=True),
        forecast=_forecast(detail.forecast, door),
        distinct=_distinct(detail.distinct, door),
        traces=_traces(detail.traces, door),
        curve=_curve(told(detail.curve), door),
        mean_minutes=_mean_minutes(told(detail.mean_minutes), door),
    )


def _masked(frame: pd.DataFrame, columns: list[str], hides: Callable[[dict[Any, Any]], bool]) -> pd.DataFrame:
    """Empty columns of the rows that a rule hides."""
    hidden = pd.Series([hides(row) for row in frame.to_dict("records")], index=frame.index, dtype=bool)
    shown = frame.assign(masked=hidden)
    for name in columns:
        if name in shown.columns:
            shown[name] = shown[name].astype(float).mask(hidden)
    return shown


def _ranges(frame: pd.DataFrame, door: Door) -> pd.DataFrame:
    """Mask rows with a small count whole; where some commune is masked, keep only what other tables publish too.

    A mean of minutes, a count at other places or by another rule is one more sum over communes with known weights.
    Such rows say ``withheld``.
    """
    shared = ["need", "need_lower", "need_upper", "covered", "served"]
    others = [
        "covered_lower", "covered_upper", "served_lower", "served_upper", "served_nearest", "reached", "mean_minutes",
        "median_minutes", "p90_minutes",
    ]  # fmt: skip
    counts = [name for name in (*shared, *others) if not name.endswith("minutes")]

    def hides(row: dict[Any, Any]) -> bool:
        apart = [pd.Series(row)[counts], pd.Series([row["served"] - row["served_nearest"]])]
        key = (str(row["group"]), str(row["service"]))
        return door.public and (key in door.masked or any(door.few(key[0], values) for values in apart))

    def bares(row: dict[Any, Any]) -> bool:
        return door.public and row["service"] in door.exposed and row["group"] != NEVER_MASKED

    narrow = _masked(frame, others, bares)
    whole = _masked(frame, counts, hides)["masked"]
    shown = narrow.rename(columns={"masked": "withheld"}).assign(masked=whole)
    for name in (*shared, *others):
        if name in shown.columns:
            shown[name] = shown[name].astype(float).mask(whole)
    return shown


def _fairness(frame: pd.DataFrame, exposed: Collection[str]) -> pd.DataFrame:
    measures = [name for name in frame.columns if name != "service"]
    return _masked(frame, measures, lambda row: row["service"] in exposed)


def _usage(frame: pd.DataFrame, door: Door) -> pd.DataFrame:
    frame = frame[~frame["site_id"].isin(list(door.sites))].reset_index(drop=True)
    # Sites of one service sum to what is served in the province, so one small count hides those of all.
    small = {
        str(service)
        for service, rows in frame.groupby("service")
        if door.few("", pd.concat([rows["within_reach"], rows["served"]]))
    }
    return _masked(frame, _OF_PEOPLE, lambda row: door.public and row["service"] in {*door.exposed, *small})


def _new_sites(frame: pd.DataFrame, door: Door) -> pd.DataFrame:
    gains = ["served_gain", "covered_gain"]

    def hides(row: dict[Any, Any]) -> bool:
        return door.public and (row["service"] in door.exposed or door.few("", pd.Series(row)[gains]))

    return _masked(frame, gains, hides)


def _by_band(frame: pd.DataFrame, door: Door) -> pd.DataFrame:
    counts = ["need", "served", "full", "out_of_reach", "unlocated"]
    small = {
        (group, service)
        for (group, service), rows in frame.groupby(["group", "service"])
        if door.few(str(group), pd.concat([rows[name] for name in counts]))
    }

    def hides(row: dict[Any, Any]) -> bool:
        key = (row["group"], row["service"])
        bare = row["service"] in door.exposed and row["group"] != NEVER_MASKED
        return door.public and (key in {*door.masked, *small} or bare)

    return _masked(frame, counts, hides)


def _curve(frame: pd.DataFrame, door: Door) -> pd.DataFrame:
    """Hide a curve whole where any step of it is a small count, or where some commune is masked.

    Minutes of communes are public, so each step of a curve is the sum of the communes at those minutes.
    """
    columns = ["need", "covered", "covered_after"]
    small = set()
    for (group, service), rows in frame.groupby(["group", "service"]):
        steps = [rows[name].diff().fillna(rows[name]) for name in columns[1:]]
        rest = [rows["need"] - rows[name] for name in columns[1:]]
        if door.few(str(group), pd.concat([*steps, *rest, rows["covered_after"] - rows["covered"]])):
            small.add((group, service))

    def hides(row: dict[Any, Any]) -> bool:
        key = (row["group"], row["service"])
        bare = row["service"] in door.exposed and row["group"] != NEVER_MASKED
        return door.public and (key in {*door.masked, *small} or bare)

    return _masked(frame, columns, hides)


def _mean_minutes(frame: pd.DataFrame, door: Door) -> pd.DataFrame:
    def hides(row: dict[Any, Any]) -> bool:
        bare = row["service"] in door.exposed and row["group"] != NEVER_MASKED
        few = door.few(str(row["group"]), pd.Series([row["people"]]))
        return door.public and (bare or few or (row["group"], row["service"]) in door.masked)

    return _masked(frame, ["people", "before", "after"], hides)


def _forecast(frame: pd.DataFrame, door: Door) -> pd.DataFrame:
    counts = ["people", "need", "lower", "upper"]

    def hides(row: dict[Any, Any]) -> bool:
        hidden = row["group"] in door.groups or (row["group"], row["service"]) in door.masked
        return door.public and (hidden or door.few(str(row["group"]), pd.Series(row)[counts]))

    return _masked(frame, counts, hides)


def _distinct(frame: pd.DataFrame, door: Door) -> pd.DataFrame:
    counts = ["summed", "lower", "upper"]

    def hides(row: dict[Any, Any]) -> bool:
        groups = list(row["groups"])
        values = pd.Series(row)[counts].astype(float)
        apart = pd.Series([values["summed"] - values["upper"], values["upper"] - values["lower"]])
        # What groups are together is worked out commune by commune, so it says something of each.
        closed = bool({*door.groups, *door.counted, *door.sensitive} & set(groups))
        return door.public and (closed or door.few("", apart))

    return _masked(frame, counts, hides)


def _traces(frame: pd.DataFrame, door: Door) -> pd.DataFrame:
    """Drop what confidential sites stand behind, and in which communes people who need protection are counted."""
    hidden = frame["site_id"].isin(list(door.sites))
    hidden |= (frame["form"] == 1) & frame["group"].isin(list(door.sensitive))
    shown = frame[~hidden].reset_index(drop=True)
    return _without_counts(shown, door) if door.public and len(shown) else shown


def _without_counts(frame: pd.DataFrame, door: Door) -> pd.DataFrame:
    """Keep a given count of people only where a table publishes just that: of a commune itself, or of the province."""
    keys = frame["key"].astype(str).str.split(" / ")
    unit, vintage, group = (keys.str[n].fillna("") for n in range(3))
    own = (unit == frame["row"]) & (vintage == door.vintage)
    own &= ~pd.Series([pair in door.hidden for pair in zip(unit, group, strict=True)], index=frame.index, dtype=bool)
    of_people = frame["table"] == "people"
    single = frame[of_people & (unit.str.len() == 2)].groupby("group")["key"].nunique()
    whole = (unit.str.len() == 2) & frame["group"].map(single).eq(1) & ~frame["group"].isin(list(door.groups))
    told = own | whole | (frame["group"] == NEVER_MASKED)
    return frame.assign(count=frame["count"].mask(of_people & ~told))
