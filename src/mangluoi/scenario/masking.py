"""Which counts a public output leaves out, so that neither they nor what stands beside them gives a small one back.

A published sum over a known set of communes gives a masked commune back where it is the only masked one of the set.
The tables publish such sums in several ways: for the province, for each travel-time band (the table of minutes says
which communes are in it), within and beyond the threshold (`covered`, `out_of_reach`), before and after. Communes that
agree in all of them make an *atom*; every published sum is a sum of atoms. So it is enough that in each atom what is
masked is at least two communes that hold together more than the limit. Where an atom cannot reach that, the sums that
cut it out are withheld: first its travel-time band (together with another band), then the provincial total.

References
----------
L. Willenborg, T. de Waal, Elements of Statistical Disclosure Control (2001), ch. 6 (complementary suppression);
ResDAC, CMS cell size suppression policy (no cell of 1–10).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

__all__ = [
    "AFTER_COLUMNS",
    "LARGEST_MASKED",
    "LARGEST_MASKED_SENSITIVE",
    "NEVER_MASKED",
    "STATE_COLUMNS",
    "Masks",
    "extend",
    "mask_communes",
    "small",
]

#: Counts from 1 to this are masked (practice of the US Centers for Medicare & Medicaid Services: no cell of 1–10).
LARGEST_MASKED = 10
#: The same for groups marked sensitive, which are given for the province only.
LARGEST_MASKED_SENSITIVE = 20

#: Published figures and what follows from them by printed rates; see `mangluoi.scenario.disclosure`.
NEVER_MASKED = "population"

STATE_COLUMNS = ("need", "served", "full", "out_of_reach", "unlocated")
AFTER_COLUMNS = ("served_after", "full_after", "out_of_reach_after")

_Bools = np.ndarray[Any, np.dtype[np.bool_]]
_Ints = np.ndarray[Any, np.dtype[np.intp]]
_Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass
class Masks:
    """What is masked: communes of people by group, of states by group and service, bands and provincial totals."""

    people: dict[str, set[str]] = field(default_factory=dict)
    states: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    bands: set[tuple[str, str, str]] = field(default_factory=set)
    totals: set[tuple[str, str]] = field(default_factory=set)


def small(values: _Floats, limit: int) -> _Bools:
    """Say for each row whether any of its counts is from 1 to the limit."""
    return np.asarray(((values > 0) & (values <= limit)).any(axis=1), dtype=np.bool_)


def extend(masked: _Bools, within: _Ints, values: _Floats, limit: int) -> bool:
    """Mask further rows of a set whose sums are published, the smallest first, until the masked ones are safe.

    They are where they are none, or at least two that hold in each column nothing or more than the limit.

    Parameters
    ----------
    masked
        By row; changed in place.
    within
        Positions of the set, in the order in which equal rows are taken.
    values
        Counts by row; a row without any holds nothing that could be given back.

    Returns
    -------
    bool
        Whether the set is safe; if not, no further row of it would help.
    """
    size = values.max(axis=1)
    while True:
        held = [row for row in within if masked[row] and size[row] > 0]
        if not held:
            return True
        together = values[held].sum(axis=0)
        few = (together > 0) & (together <= limit)
        if len(held) >= 2 and not few.any():
            return True
        spare = [row for row in within if not masked[row] and (values[row, few].sum() if few.any() else size[row]) > 0]
        if not spare:
            return False
        masked[min(spare, key=lambda row: size[row])] = True


def mask_communes(
    people: pd.DataFrame,
    states: pd.DataFrame,
    bands: Mapping[tuple[str, str], pd.Series],
    labels: tuple[str, ...],
    *,
    limit: int,
    forced: Mapping[tuple[str, str], set[str]] | None = None,
) -> Masks:
    """Find what must be masked in the tables by commune, and which sums must be withheld with them.

    Parameters
    ----------
    people
        unit_code, group, people.
    states
        unit_code, group, service and whole counts (`STATE_COLUMNS`, `AFTER_COLUMNS`).
    bands
        Position in `labels` of each commune's travel-time band, by group and service and indexed by unit_code; a
        group and service is absent where no sum by these bands is published.
    labels
        Names of the bands, ascending.
    limit
        Largest count that is masked.
    forced
        Communes that are masked in any case, by group and service.
    """
    masks = Masks()
    for group in sorted({*people["group"], *states["group"]}):
        own = states[states["group"] == group]
        counted = people[people["group"] == group].set_index("unit_code")["people"]
        _mask_group(masks, str(group), counted, own, bands, labels, limit, forced or {})
    return masks


@dataclass
class _Service:
    """The states of one group and service on the communes, and which sums of them are still published."""

    values: _Floats
    band: _Ints | None
    forced: _Bools
    withheld: set[int] = field(default_factory=set)
    closed: bool = False

    def place(self) -> _Ints:
        """Return for each commune the set that it belongs to, of those whose sums are published."""
        band = np.full(len(self.values), -2, dtype=np.intp)
        if self.band is not None:
            band = np.where(np.isin(self.band, sorted(self.withheld)), -1, self.band)
        if self.closed:
            return band
        column = dict(zip((*STATE_COLUMNS, *AFTER_COLUMNS), self.values.T, strict=True))
        beyond = (column["out_of_reach"] > 0) + 2 * (column["out_of_reach_after"] > 0) + 4 * (column["unlocated"] > 0)
        return np.asarray(16 * band + beyond, dtype=np.intp)

    def coarsen(self, rows: _Ints) -> bool:
        """Withhold the bands of these rows, and one more where that changes nothing; then the total."""
        if self.closed:
            return False
        every = set() if self.band is None else set(self.band.tolist())
        more = set() if self.band is None else set(self.band[rows].tolist())
        if more <= self.withheld or len(self.withheld | more) < 2:
            around = sorted(every - self.withheld - more, key=lambda b: (min((abs(b - m) for m in more), default=0), b))
            more |= set(around[:1])
        if more <= self.withheld:
            self.closed = True
        self.withheld |= more
        return True


def _mask_group(
    masks: Masks,
    group: str,
    counted: pd.Series,
    own: pd.DataFrame,
    bands: Mapping[tuple[str, str], pd.Series],
    labels: tuple[str, ...],
    limit: int,
    forced: Mapping[tuple[str, str], set[str]],
) -> None:
    codes = sorted({*counted.index, *own["unit_code"]})
    given = counted.reindex(codes).astype("Float64").fillna(0)
    people = np.asarray(given.to_numpy(dtype=float), dtype=np.float64)[:, None]
    columns = [*STATE_COLUMNS, *AFTER_COLUMNS]
    services: dict[str, _Service] = {}
    for service, rows in own.groupby("service", sort=True):
        values = rows.set_index("unit_code")[columns].reindex(codes).astype("Float64").fillna(0).to_numpy(dtype=float)
        band = bands.get((group, str(service)))
        place = None if band is None else band.reindex(codes).fillna(len(labels) - 1).to_numpy(dtype=np.intp)
        services[str(service)] = _Service(values, place, np.isin(codes, sorted(forced.get((group, str(service)), ()))))
    while True:
        of_people, unsafe = _safe_people(people, list(services.values()), limit)
        of_service = {}
        for name, service_ in services.items():
            of_service[name], more = _safe_states(of_people, service_, limit)
            unsafe += more
        apart = [
            service_.coarsen(np.concatenate([rows for other, rows in unsafe if other is service_]))
            for service_ in services.values()
            if any(other is service_ for other, _ in unsafe)
        ]
        if not any(apart):
            break
    masks.people[group] = {code for code, hide in zip(codes, of_people, strict=True) if hide}
    for name, service_ in services.items():
        hidden = of_service[name]
        masks.states[group, name] = {code for code, hide in zip(codes, hidden, strict=True) if hide}
        masks.bands |= {(group, name, labels[number]) for number in service_.withheld}
        if service_.closed:
            masks.totals.add((group, name))


def _safe_people(people: _Floats, services: list[_Service], limit: int) -> tuple[_Bools, list[tuple[_Service, _Ints]]]:
    """Mask people so that every atom of every service is safe: need is people times a rate that is printed."""
    masked = small(people, limit)
    places = np.array([service.place() for service in services]).T if services else np.zeros((len(people), 1))
    unsafe = []
    for rows in _sets(places):
        if not extend(masked, rows, people, limit):
            unsafe += [(service, rows[masked[rows]]) for service in services]
    return masked, unsafe


def _safe_states(hidden: _Bools, service: _Service, limit: int) -> tuple[_Bools, list[tuple[_Service, _Ints]]]:
    """Mask the states of one service where people are masked or a count is small, and what must go with them."""
    values = service.values
    masked = hidden | service.forced | small(values, limit)
    need = values[:, :1]
    unsafe = []
    for rows in _sets(service.place()[:, None]):
        if not extend(masked, rows, need, limit):
            unsafe.append((service, rows[masked[rows]]))
    everywhere = np.arange(len(values), dtype=np.intp)
    for counts in ((1, 2), (5, 6)):
        # Nobody is served beyond the threshold, which everybody can see: those communes hide nothing there.
        within = everywhere[values[:, list(counts)].sum(axis=1) > 0]
        if not extend(masked, within, values[:, list(counts)], limit) and not service.closed:
            service.closed = True
    # What the last step masked may have left an atom with one commune.
    for rows in _sets(service.place()[:, None]):
        if not extend(masked, rows, need, limit):
            unsafe.append((service, rows[masked[rows]]))
    return masked, unsafe


def _sets(places: np.ndarray[Any, Any]) -> Iterable[_Ints]:
    """Return the positions of the rows that are equal."""
    _, number = np.unique(places, axis=0, return_inverse=True)
    number = number.reshape(-1)
    return [np.flatnonzero(number == n) for n in range(int(number.max(initial=-1)) + 1)]
