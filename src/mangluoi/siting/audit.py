"""The audit: a solution re-measured by `access`, without the solver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mangluoi import access
from mangluoi.access import allocation, reach
from mangluoi.errors import ConservationError
from mangluoi.siting.floors import Floor, parts

__all__ = [
    "After", "Audit", "after", "by_row", "confirm", "confirm_budget", "confirm_floors", "confirm_flows",
    "confirm_share", "covered", "measure", "served", "weighed",
]  # fmt: skip

# Parts of a person: the solver's tolerance, for each of the rows that a flow is part of.
_FORGIVEN = 1e-5


@dataclass(frozen=True, eq=False)
class After:
    """The network after the actions.

    Parameters
    ----------
    capacity
        ``site_id``, ``service`` and ``capacity`` of what is open.
    admissible
        Who may be taken where, or None where all are.
    pools
        ``pool`` and ``capacity`` of what several services share, or None.
    """

    capacity: pd.DataFrame
    admissible: pd.DataFrame | None
    pools: pd.DataFrame | None = None


@dataclass(frozen=True, eq=False)
class Audit:
    """The network before and after the actions, measured the same way.

    Parameters
    ----------
    before, after
        Allocations, see `access.allocate`.
    covered_before, covered_after
        People within the threshold of an open, admissible site.
    """

    before: access.Allocation
    after: access.Allocation
    covered_before: float
    covered_after: float

    @property
    def served_before(self) -> float:
        """People served before the actions."""
        return float(self.before.states["served"].sum())

    @property
    def served_after(self) -> float:
        """People served after the actions."""
        return float(self.after.states["served"].sum())


def after(
    need: pd.DataFrame,
    capacity: pd.DataFrame,
    admissible: pd.DataFrame | None,
    chosen: pd.DataFrame,
    actions: pd.DataFrame | None = None,
    pools: pd.DataFrame | None = None,
) -> After:
    """Carry out actions on the tables themselves.

    Parameters
    ----------
    need
        NEED rows; an upgrade for all groups admits those that it lists.
    capacity, admissible
        As in `access.allocate`.
    chosen
        ``action_id``, ``kind``, ``site_id``, ``service`` and ``added`` places of each chosen action.
    actions
        ACTIONS rows, which say where places are taken from and who is admitted. None where nothing is.
    pools
        As in `access.allocate`; what a service of a pool gains or gives away, the pool gains or gives away.
    """
    keys = ("site_id", "service", "capacity")
    today = {
        (str(site), str(service)): float(amount)
        for site, service, amount in capacity[list(keys)].itertuples(index=False, name=None)
    }
    details = {} if actions is None else {str(row["action_id"]): row for row in actions.to_dict("records")}
    places = dict(today)
    closed: set[tuple[str, str]] = set()
    admitted: list[tuple[str, str, str | None]] = []
    shared = {} if pools is None else dict(zip(pools["pool"], pools["capacity"].astype(float), strict=True))
    pool_of = {}
    if shared and "pool" in capacity.columns:
        named = capacity.dropna(subset="pool")
        slots = zip(named["site_id"].astype(str), named["service"].astype(str), strict=True)
        pool_of = dict(zip(slots, named["pool"], strict=True))
    for row in chosen.to_dict("records"):
        more = details.get(str(row["action_id"]), {})
        site, service, kind, added = str(row["site_id"]), str(row["service"]), str(row["kind"]), float(row["added"])
        source = (_text(more.get("from_site_id")) or site, _text(more.get("from_service")) or service)
        if kind in ("close", "merge"):
            closed.add(source)
        if kind == "reprofile":
            places[source] -= added
        if kind == "upgrade":
            admitted.append((site, service, _text(more.get("group"))))
        elif kind != "close":
            places[site, service] = places.get((site, service), 0.0) + added
        if kind in ("build", "expand", "reprofile", "merge") and (site, service) in pool_of:
            shared[pool_of[site, service]] += added
        if kind in ("reprofile", "merge") and source in pool_of:
            shared[pool_of[source]] -= added
    # A service without a known place stands until it is closed; one whose places have all moved away does not.
    left = [
        (*slot, amount)
        for slot, amount in sorted(places.items())
        if slot not in closed and (amount > 0 or today.get(slot) == 0)
    ]
    frame = pd.DataFrame(left, columns=list(keys))
    taken = _admitting(need, admissible, admitted)
    if pools is None:
        return After(frame, taken)
    slots = zip(frame["site_id"], frame["service"], strict=True)
    frame = frame.assign(pool=pd.Series([pool_of.get(slot) for slot in slots], index=frame.index, dtype=object))
    return After(frame, taken, pd.DataFrame({"pool": list(shared), "capacity": list(shared.values())}))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _admitting(
    need: pd.DataFrame, admissible: pd.DataFrame | None, admitted: list[tuple[str, str, str | None]]
) -> pd.DataFrame | None:
    """Add whom upgrades admit to who may be taken where; a column that is absent there speaks of all."""
    if admissible is None or not admitted:
        return admissible
    combos = need[["group", "service"]].drop_duplicates()
    columns = [name for name in ("site_id", "group", "service") if name in admissible.columns]
    wide = admissible[columns].drop_duplicates()
    if "service" not in columns:
        wide = wide.merge(combos, on="group") if "group" in columns else wide.merge(combos, how="cross")
    elif "group" not in columns:
        wide = wide.merge(combos, on="service")
    more = [
        (site, one, service)
        for site, service, group in admitted
        for one in (combos.loc[combos["service"] == service, "group"] if group is None else [group])
    ]
    extra = pd.DataFrame(more, columns=["site_id", "group", "service"])
    return pd.concat([wide[extra.columns], extra], ignore_index=True).drop_duplicates(ignore_index=True)


def measure(
    need: pd.DataFrame,
    times: pd.DataFrame,
    chosen: pd.DataFrame,
    *,
    capacity: pd.DataFrame,
    max_minutes: float | Mapping[str, float],
    admissible: pd.DataFrame | None = None,
    actions: pd.DataFrame | None = None,
    pools: pd.DataFrame | None = None,
) -> Audit:
    """Measure what the chosen actions do.

    Parameters
    ----------
    need, times, capacity, max_minutes, admissible
        As in `access.allocate`.
    chosen, actions, pools
        As in `after`.
    """
    columns = ["site_id", "service", "capacity", *([] if pools is None else ["pool"])]
    today = After(capacity[columns], admissible, pools)
    then = after(need, capacity, admissible, chosen, actions, pools)

    def one(network: After) -> tuple[access.Allocation, float]:
        result = access.allocate(
            need, network.capacity, times, max_minutes=max_minutes, admissible=network.admissible, pools=network.pools
        )
        states = result.states
        return result, float(np.where(states["out_of_reach"] > 0, 0.0, states["need"]).sum())

    (first, covered_first), (second, covered_second) = one(today), one(then)
    return Audit(first, second, covered_first, covered_second)


def covered(
    need: pd.DataFrame, times: pd.DataFrame, network: After, max_minutes: float | Mapping[str, float], *, by: int = 1
) -> pd.Series:
    """Return the people of each row of need who are within the threshold of at least so many open sites."""
    opened = allocation.open_services(network.capacity, network.admissible)
    if by == 1:
        return access.coverage(need, times, max_minutes=max_minutes, admissible=opened)
    pairs = reach.build(need, times, max_minutes=max_minutes, admissible=opened)
    count = np.zeros(len(need), dtype=np.int64)
    for _, rows, links in pairs.by_combo():
        sites = np.bincount(pairs.point[links], minlength=pairs.points.size)
        known = rows[pairs.row_point[rows] >= 0]
        count[known] = sites[pairs.row_point[known]]
    return need["need"].where(pd.Series(count >= by, index=need.index), 0).rename("covered")


def confirm(audit: Audit, objective: float) -> None:
    """Refuse an answer whose measure is not what the solver said.

    Raises
    ------
    ConservationError
        If the people served by the audit are not the solver's.
    """
    if abs(audit.served_after - objective) > 1e-6 * max(1.0, objective):
        raise ConservationError(f"the solver serves {objective:g} people, the audit {audit.served_after:g}")


def confirm_budget(cost_vnd: float, budget_vnd: float) -> None:
    """Refuse an answer that costs more than the budget.

    Raises
    ------
    ConservationError
        If it does, by more than the rounding of a sum.
    """
    if cost_vnd > budget_vnd * (1 + 1e-12):
        raise ConservationError(f"the chosen actions cost {cost_vnd:,.0f} VND, the budget is {budget_vnd:,.0f}")


def confirm_flows(
    flows: pd.DataFrame,
    need: pd.DataFrame,
    times: pd.DataFrame,
    network: After,
    max_minutes: float | Mapping[str, float],
) -> float:
    """Refuse flows that the network cannot carry, and return the minutes of all people in them together.

    Raises
    ------
    ConservationError
        If somebody goes to a place that is closed, not admissible or beyond the threshold, or more go somewhere than
        live at the one end or fit in at the other.
    """
    opened = allocation.open_services(network.capacity, network.admissible)
    pairs = reach.build(need, times, max_minutes=max_minutes, admissible=opened)
    minutes: dict[tuple[str, str, str, str], float] = {}
    for (group, service), rows, links in pairs.by_combo():
        wanted = {int(pairs.row_point[row]) for row in rows}
        for link in links[np.isin(pairs.point[links], list(wanted))]:
            key = (str(pairs.points[pairs.point[link]]), group, str(pairs.sites[pairs.site[link]]), service)
            minutes[key] = float(pairs.minutes[link])
    known = [minutes.get(key) for key in flows.iloc[:, :4].itertuples(index=False, name=None)]
    if any(one is None for one in known):
        raise ConservationError("people are sent where no open, admissible site is within the threshold")
    for keys, limit, column in (
        (["point_id", "group", "service"], need, "need"),
        (["site_id", "service"], network.capacity, "capacity"),
    ):
        used = flows.groupby(keys, sort=True)["served"].sum().reset_index()
        both = used.merge(limit[[*keys, column]], on=keys, how="left")
        if not (both["served"] <= both[column] + _FORGIVEN).all():
            raise ConservationError(f"more people are served than the {column} allows")
    if network.pools is not None:
        of = network.capacity.set_index(["site_id", "service"])["pool"].dropna()
        drawn = flows.groupby(flows.set_index(["site_id", "service"]).index.map(of.to_dict()))["served"].sum()
        room = network.pools.set_index("pool")["capacity"]
        if not (drawn <= room.reindex(drawn.index) + _FORGIVEN).all():
            raise ConservationError("more people are served than the pools allow")
    return float(np.sort(flows["served"].to_numpy(dtype=float) * np.array(known, dtype=float)).sum())


def served(
    need: pd.DataFrame, times: pd.DataFrame, network: After, max_minutes: float | Mapping[str, float]
) -> pd.Series:
    """Return the people of each row of need who are served by what is open."""
    result = access.allocate(
        need, network.capacity, times, max_minutes=max_minutes, admissible=network.admissible, pools=network.pools
    )
    return result.states["served"].astype(float)


def by_row(need: pd.DataFrame, flows: pd.DataFrame) -> pd.Series:
    """Return the people served of each row of need."""
    keys = ["point_id", "group", "service"]
    total = flows.groupby(keys, sort=True)["served"].sum()
    index = pd.MultiIndex.from_frame(need[keys])
    return pd.Series(total.reindex(index).fillna(0.0).to_numpy(dtype=float), index=need.index, name="served")


def weighed(people: pd.Series, weight: NDArray[np.float64]) -> float:
    """Return the sum of people by their weight; the order of rows does not change its last digits."""
    return float(np.sort(people.to_numpy(dtype=float) * weight).sum())


def confirm_floors(need: pd.DataFrame, people: pd.Series, floors: Sequence[Floor]) -> None:
    """Refuse an answer that leaves a part of the province below its floor.

    Raises
    ------
    ConservationError
        If it does.
    """
    for floor in floors:
        sums = pd.DataFrame({"part": parts(need, floor), "need": need["need"], "people": people})
        by_part = sums.groupby("part", sort=True).sum()
        short = by_part["people"] < floor.at_least * by_part["need"] - 1e-6
        if short.any():
            raise ConservationError(f"{', '.join(by_part.index[short])}: less than {floor.at_least:.1%} of the need")


def confirm_share(people: float, wanted: float) -> None:
    """Refuse an answer that reaches fewer people than it should.

    Raises
    ------
    ConservationError
        If it does.
    """
    if people < wanted - 1e-6 * max(1.0, wanted):
        raise ConservationError(f"{wanted:g} people should be reached, the audit finds {people:g}")
