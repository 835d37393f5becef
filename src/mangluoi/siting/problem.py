"""The siting problem as arrays with labels: who could be served where, today and after every action."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mangluoi.access import allocation, intake, reach
from mangluoi.errors import Complaint, InputError
from mangluoi.siting import actions as offers
from mangluoi.siting.actions import Actions, Slot
from mangluoi.siting.floors import Floor, FloorRows, floor_rows

__all__ = ["Problem", "build"]


@dataclass(frozen=True, eq=False)
class Problem:
    """People, slots and actions.

    A slot is a service at a site, open today or after an action. People with the same reachable slots are one class:
    whom a place serves matters for the number served only through the slots that could serve them.

    Parameters
    ----------
    people
        People of each class, of shape ``(classes,)``.
    weight
        What serving one of them counts.
    places
        Places of each slot today, of shape ``(slots,)``.
    stands
        Whether each slot is open today, with or without a place.
    link_class, link_slot
        Which class can use which slot.
    link_minutes
        Travel time of each link; zero where classes were merged whatever their minutes.
    link_gate
        Which of `gates` must be opened first, or -1.
    gates
        Positions of the actions of which any one admits people who are not admitted today.
    slots
        ``site_id`` and ``service`` of each slot.
    offer
        The actions as arrays.
    budget_vnd
        What all actions together may cost; infinite where nothing limits them together.
    budgets_vnd
        What the actions of each authority may cost together.
    out_of_question
        Ids of actions whose slot nobody can use.
    row_class
        The class of each row of need, or -1 where nobody in it can be served.
    floors
        The rows of the equity floors.
    unreached
        People, weighted, in no class.
    pool
        The pool of places that each slot shares, or -1.
    pooled
        Places of each pool today.
    """

    people: NDArray[np.float64]
    weight: NDArray[np.float64]
    places: NDArray[np.float64]
    stands: NDArray[np.bool_]
    link_class: NDArray[np.int64]
    link_slot: NDArray[np.int64]
    link_minutes: NDArray[np.float64]
    link_gate: NDArray[np.int64]
    gates: tuple[tuple[int, ...], ...]
    slots: tuple[Slot, ...]
    offer: Actions
    budget_vnd: float
    budgets_vnd: Mapping[str, float]
    out_of_question: tuple[str, ...]
    row_class: NDArray[np.int64]
    floors: tuple[FloorRows, ...]
    unreached: float
    pool: NDArray[np.int64]
    pooled: NDArray[np.float64]

    @property
    def actions(self) -> pd.DataFrame:
        """ACTIONS rows sorted by id."""
        return self.offer.table

    @property
    def action_slot(self) -> NDArray[np.int64]:
        """The slot that each action adds to, or -1."""
        return self.offer.target

    @property
    def min_added(self) -> NDArray[np.float64]:
        """Fewest places of each action, if it is done at all."""
        return self.offer.min_added

    @property
    def max_added(self) -> NDArray[np.float64]:
        """Most places of each action."""
        return self.offer.max_added

    @property
    def fixed_vnd(self) -> NDArray[np.float64]:
        """Cost of each action, if it is done at all."""
        return self.offer.fixed_vnd

    @property
    def per_place_vnd(self) -> NDArray[np.float64]:
        """Cost of each place that an action adds."""
        return self.offer.per_place_vnd

    @property
    def whole(self) -> bool:
        """Whether people and places are whole."""
        return all(bool((part == np.rint(part)).all()) for part in (self.people, self.places, self.pooled))

    @property
    def weighted(self) -> bool:
        """Whether people count differently."""
        return bool((self.weight != 1).any())


def build(
    need: pd.DataFrame,
    times: pd.DataFrame,
    *,
    capacity: pd.DataFrame,
    actions: pd.DataFrame,
    budget_vnd: float | Mapping[str, float] | None,
    max_minutes: float | Mapping[str, float] | None,
    admissible: pd.DataFrame | None = None,
    keep_minutes: bool = False,
    weights: pd.DataFrame | None = None,
    floors: Sequence[Floor] = (),
    required: Collection[str] = (),
    forbidden: Collection[str] = (),
    pools: pd.DataFrame | None = None,
) -> Problem:
    """Build the problem from tables; the order of their rows does not matter.

    Parameters
    ----------
    need, times, capacity, max_minutes, admissible
        As in `access.allocate`; times lead to candidate sites too, and `admissible` says whom they would take. A
        threshold of None cuts nothing off.
    actions
        ACTIONS rows.
    budget_vnd
        What all actions together may cost, or those of each authority; the authority "" stands for all together. None
        does not limit them.
    keep_minutes
        Whether people must also be equally far from their slots to be one class.
    weights
        ``weight`` and any of ``group`` and ``service``: what serving one person counts; 1 where nothing is said.
    floors
        Equity floors.
    required, forbidden
        Ids of actions that must be done, must not be.
    pools
        As in `access.allocate`: places that several services share.

    Raises
    ------
    InputError
        If a table cannot be used, the budget is not above zero, an action contradicts itself, or no action could
        serve anybody.
    """
    _check_budget(budget_vnd)
    intake.check_capacity(capacity)
    intake.check_need(need)
    if pools is not None:
        intake.check_pools(pools, capacity)
    keys = zip(capacity["site_id"].astype(str), capacity["service"].astype(str), strict=True)
    open_now = {key: float(places) for key, places in zip(keys, capacity["capacity"], strict=True)}
    table, targets, sources = offers.read(actions, open_now=open_now, required=required, forbidden=forbidden)

    slots = sorted({*open_now, *targets})
    number = {slot: position for position, slot in enumerate(slots)}
    places = np.array([open_now.get(slot, 0.0) for slot in slots])
    target = np.array([number[slot] for slot in targets], dtype=np.int64)
    source = np.array([-1 if slot is None else number[slot] for slot in sources], dtype=np.int64)
    offer = offers.arrays(table, target=target, source=source, places=places)

    known, gate_of = _admission(need, table, pd.DataFrame(slots, columns=["site_id", "service"]), admissible)
    pairs = reach.build(need, times, max_minutes=max_minutes, admissible=known)
    weight = row_weights(need, weights)
    labels, rows_of_floors = floor_rows(need, floors)
    merged = _classes(need, pairs, number, gate_of, weight, labels, keep_minutes=keep_minutes)

    pool = _pool_of(slots, capacity, pools)
    # What a service of a pool gains, all that share it gain.
    reached = np.flatnonzero(np.isin(np.arange(len(slots)), merged.link_slot) | np.isin(pool, _shared(pool, merged)))
    used = (table["kind"] == "close").to_numpy() | np.isin(offer.target, reached)
    for gate in np.unique(merged.link_gate[merged.link_gate >= 0]):
        used[list(gate_of.gates[gate])] = True
    if len(table) and not used.any():
        raise InputError([Complaint("nobody_in_reach")])
    amounts = need["need"].to_numpy(dtype=float)
    several = budget_vnd if isinstance(budget_vnd, Mapping) else {"": math.inf if budget_vnd is None else budget_vnd}
    return Problem(
        people=merged.people,
        weight=merged.weight,
        places=places,
        stands=np.array([slot in open_now for slot in slots], dtype=bool),
        link_class=merged.link_class,
        link_slot=merged.link_slot,
        link_minutes=merged.link_minutes,
        link_gate=merged.link_gate,
        gates=gate_of.gates,
        slots=tuple(slots),
        offer=offer,
        budget_vnd=float(several.get("", math.inf)),
        budgets_vnd={str(name): float(amount) for name, amount in several.items() if name},
        out_of_question=tuple(table["action_id"][~used]),
        row_class=merged.row_class,
        floors=tuple(rows.of_classes(merged.labels[:, at]) for at, rows in enumerate(rows_of_floors)),
        unreached=float((amounts * weight)[merged.row_class < 0].sum()),
        pool=pool,
        pooled=np.zeros(0) if pools is None else pools.sort_values("pool")["capacity"].to_numpy(dtype=float),
    )


def _shared(pool: NDArray[np.int64], merged: _Classes) -> NDArray[np.int64]:
    """Return the pools of which somebody can use a slot."""
    drawn = pool[merged.link_slot]
    return np.unique(drawn[drawn >= 0])


def _pool_of(slots: list[Slot], capacity: pd.DataFrame, pools: pd.DataFrame | None) -> NDArray[np.int64]:
    """Return the position of each slot's pool among the pools sorted by name, or -1."""
    if pools is None or "pool" not in capacity.columns:
        return np.full(len(slots), -1, dtype=np.int64)
    position = {name: at for at, name in enumerate(sorted(pools["pool"]))}
    named = capacity.dropna(subset="pool")
    keys = zip(named["site_id"].astype(str), named["service"].astype(str), strict=True)
    of = dict(zip(keys, named["pool"], strict=True))
    return np.array([position[of[slot]] if slot in of else -1 for slot in slots], dtype=np.int64)


def row_weights(need: pd.DataFrame, weights: pd.DataFrame | None) -> NDArray[np.float64]:
    """Return what serving one person of each row of need counts.

    Raises
    ------
    InputError
        If a weight is below zero or not a number, or two speak of the same people.
    """
    found = np.full(len(need), np.nan)
    if weights is None:
        return np.ones(len(need))
    complaints = []
    for row, entry in enumerate(weights.to_dict("records"), start=2):
        value = float(entry["weight"])
        if not math.isfinite(value) or value < 0:
            problem = "negative" if value < 0 else "not_a_number"
            complaints.append(Complaint(problem, row=row, column="weight", value=entry["weight"]))
            continue
        mine = np.ones(len(need), dtype=bool)
        for column in ("group", "service"):
            if column in weights.columns:
                mine &= (need[column] == entry[column]).to_numpy()
        if np.isfinite(found[mine]).any():
            complaints.append(Complaint("duplicate_key", row=row, column="weight", value=value, details={"first": 2}))
        found[mine] = value
    if complaints:
        raise InputError(complaints)
    return np.where(np.isnan(found), 1.0, found)


def _check_budget(budget_vnd: float | Mapping[str, float] | None) -> None:
    given = budget_vnd if isinstance(budget_vnd, Mapping) else {"": budget_vnd}
    found = []
    for name, amount in sorted(given.items()):
        column = f"budget_vnd.{name}" if name else "budget_vnd"
        if amount is None:
            continue
        if not math.isfinite(amount):
            found.append(Complaint("not_a_number", column=column, value=amount))
        elif amount <= 0:
            found.append(Complaint("no_budget", column=column, value=f"{amount:.0f}"))
    if found:
        raise InputError(found)


@dataclass(frozen=True, eq=False)
class _Gates:
    """Which actions admit whom: numbers of gates by slot and combination of group and service."""

    gates: tuple[tuple[int, ...], ...]
    number: dict[tuple[Slot, str], int]


def _admission(
    need: pd.DataFrame, table: pd.DataFrame, slots: pd.DataFrame, admissible: pd.DataFrame | None
) -> tuple[pd.DataFrame, _Gates]:
    """Return who may be taken where, after every upgrade too, and which upgrades admit whom."""
    base = allocation.open_services(slots, admissible)
    upgrades = table[table["kind"] == "upgrade"]
    if upgrades.empty:
        return base, _Gates((), {})
    combos = need[["group", "service"]].drop_duplicates()
    every = slots.merge(combos, on="service")
    today = set(every.merge(base)[["site_id", "service", "group"]].itertuples(index=False, name=None))
    opens: dict[tuple[Slot, str], list[int]] = {}
    for at, site, service, group in upgrades[["site_id", "service", "group"]].itertuples(name=None):
        mine = combos.loc[combos["service"] == service, "group"] if pd.isna(group) else [group]
        for one in mine:
            if (site, service, one) not in today:
                opens.setdefault(((site, service), str(one)), []).append(int(at))
    gates = sorted({tuple(own) for own in opens.values()})
    wide = [*today, *((site, service, group) for (site, service), group in opens)]
    number = {key: gates.index(tuple(own)) for key, own in opens.items()}
    return pd.DataFrame(sorted(wide), columns=["site_id", "service", "group"]), _Gates(tuple(gates), number)


@dataclass(frozen=True, eq=False)
class _Classes:
    people: NDArray[np.float64]
    weight: NDArray[np.float64]
    labels: NDArray[np.int64]
    link_class: NDArray[np.int64]
    link_slot: NDArray[np.int64]
    link_minutes: NDArray[np.float64]
    link_gate: NDArray[np.int64]
    row_class: NDArray[np.int64]


def _classes(
    need: pd.DataFrame,
    pairs: reach.Reach,
    number: dict[Slot, int],
    gates: _Gates,
    weight: NDArray[np.float64],
    labels: NDArray[np.int64],
    *,
    keep_minutes: bool,
) -> _Classes:
    """Merge rows of need that can use the same slots (in the same minutes) and count the same."""
    amounts = need["need"].to_numpy(dtype=float)
    together: dict[tuple[bytes, bytes, bytes, float, bytes], list[int]] = {}
    for (group, service), rows, links in pairs.by_combo():
        slot_of_site = np.array([number.get((str(site), service), -1) for site in pairs.sites], dtype=np.int64)
        gate_of_site = np.array(
            [gates.number.get(((str(site), service), group), -1) for site in pairs.sites], dtype=np.int64
        )
        point, slot, gate = pairs.point[links], slot_of_site[pairs.site[links]], gate_of_site[pairs.site[links]]
        minutes = pairs.minutes[links].astype(float) if keep_minutes else np.zeros(links.size)
        order = np.lexsort((slot, point))
        point, slot, gate, minutes = point[order], slot[order], gate[order], minutes[order]
        starts = np.searchsorted(point, np.arange(pairs.points.size + 1))
        for row in rows:
            at = pairs.row_point[row]
            if at < 0 or amounts[row] <= 0 or starts[at] == starts[at + 1]:
                continue
            own = slice(starts[at], starts[at + 1])
            key = (
                slot[own].tobytes(), minutes[own].tobytes(), gate[own].tobytes(), float(weight[row]),
                bytes(labels[row].tobytes()),
            )  # fmt: skip
            together.setdefault(key, []).append(int(row))
    keys = sorted(together)
    row_class = np.full(len(need), -1, dtype=np.int64)
    for position, key in enumerate(keys):
        row_class[together[key]] = position
    first = np.array([together[key][0] for key in keys], dtype=np.int64)

    def joined(parts: list[bytes], kind: type) -> NDArray[Any]:
        return np.concatenate([np.zeros(0, kind), *(np.frombuffer(part, kind) for part in parts)])

    sizes = [len(key[0]) // 8 for key in keys]
    return _Classes(
        # Sorted, so that the order of rows does not change the last digits of a sum.
        people=np.array([np.sort(amounts[together[key]]).sum() for key in keys], dtype=float),
        weight=weight[first],
        labels=labels[first],
        link_class=np.repeat(np.arange(len(keys)), sizes).astype(np.int64),
        link_slot=joined([key[0] for key in keys], np.int64),
        link_minutes=joined([key[1] for key in keys], np.float64),
        link_gate=joined([key[2] for key in keys], np.int64),
        row_class=row_class,
    )
