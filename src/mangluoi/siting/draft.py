"""A model while it is written: columns and rows in named blocks, turned into sparse arrays at the end."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array, hstack

from mangluoi.siting.solver import Model

__all__ = ["Draft", "Entry", "Requirement"]

#: Rows within a block, columns of the draft, and coefficients; scalars stand for as many of the same.
Entry = tuple[Any, Any, Any]

#: What a row is demanded for: a kind and what it is about, such as ("budget", "") or ("required", "build_d").
Requirement = tuple[str, str]


class Draft:
    """Columns and rows of a model. Rows that a planner may give up carry the requirement that they stand for."""

    def __init__(self) -> None:
        self._lower: list[NDArray[np.float64]] = []
        self._upper: list[NDArray[np.float64]] = []
        self._whole: list[NDArray[np.bool_]] = []
        self._row: list[NDArray[np.int64]] = []
        self._column: list[NDArray[np.int64]] = []
        self._value: list[NDArray[np.float64]] = []
        self._low: list[NDArray[np.float64]] = []
        self._high: list[NDArray[np.float64]] = []
        self._wanted: list[tuple[Requirement | None, int]] = []
        self._shared: list[NDArray[np.int64]] = []
        self.size = 0
        self.rows = 0
        #: Whether it is about flows of people, which the solver's own cutting planes take long over.
        self.flows = False

    def columns(
        self, count: int, *, upper: ArrayLike, lower: ArrayLike = 0.0, whole: bool = False
    ) -> NDArray[np.int64]:
        """Add columns and return their numbers."""
        self._lower.append(np.broadcast_to(np.asarray(lower, dtype=float), count))
        self._upper.append(np.broadcast_to(np.asarray(upper, dtype=float), count))
        self._whole.append(np.full(count, whole))
        self.size += count
        return np.arange(self.size - count, self.size, dtype=np.int64)

    def constrain(
        self,
        count: int,
        entries: Iterable[Entry],
        *,
        low: ArrayLike = -np.inf,
        high: ArrayLike = np.inf,
        wanted: Requirement | None = None,
        shared: bool = False,
    ) -> NDArray[np.int64]:
        """Add rows with Σ coefficient × column between `low` and `high`, and return their numbers.

        Parameters
        ----------
        count
            How many rows.
        entries
            See `Entry`; several for one row and column are added up.
        low, high
            Sides of all rows or of each.
        wanted
            The requirement that the rows stand for; None for what is part of the problem itself.
        shared
            Whether the rows are about everything, such as a budget, so that the rest may fall into blocks.
        """
        for row, column, value in entries:
            rows, columns, values = np.broadcast_arrays(
                np.asarray(row, dtype=np.int64), np.asarray(column, dtype=np.int64), np.asarray(value, dtype=float)
            )
            self._row.append(np.ravel(rows) + self.rows)
            self._column.append(np.ravel(columns))
            self._value.append(np.ravel(values))
        self._low.append(np.broadcast_to(np.asarray(low, dtype=float), count))
        self._high.append(np.broadcast_to(np.asarray(high, dtype=float), count))
        self._wanted.append((wanted, count))
        self.rows += count
        numbers = np.arange(self.rows - count, self.rows, dtype=np.int64)
        if shared:
            self._shared.append(numbers)
        return numbers

    def total(
        self,
        cost: NDArray[np.float64],
        *,
        low: float = -np.inf,
        high: float = np.inf,
        wanted: Requirement | None = None,
    ) -> None:
        """Bound a cost over all columns by one row."""
        columns = np.flatnonzero(cost)
        self.constrain(1, [(0, columns, cost[columns])], low=low, high=high, wanted=wanted, shared=True)

    @property
    def shared(self) -> NDArray[np.int64]:
        """The rows that are about everything."""
        return _joined(self._shared, int)

    def zeros(self) -> NDArray[np.float64]:
        """Return a cost of nothing."""
        return np.zeros(self.size)

    @property
    def requirements(self) -> list[Requirement]:
        """The requirements of its rows, in the order in which they were added."""
        return list(dict.fromkeys(wanted for wanted, _ in self._wanted if wanted is not None))

    def model(self, cost: NDArray[np.float64], *, without: Collection[Requirement] = ()) -> Model:
        """Return the model with a cost to be minimised.

        Parameters
        ----------
        cost
            Cost of each column; columns added since it was made cost nothing.
        without
            Requirements whose rows are left free.
        """
        low, high = _joined(self._low), _joined(self._high)
        free = np.repeat([wanted in without for wanted, _ in self._wanted], [count for _, count in self._wanted])
        low, high = np.where(free, -np.inf, low), np.where(free, np.inf, high)
        triplets = (_joined(self._value), (_joined(self._row, int), _joined(self._column, int)))
        return Model(
            cost=np.concatenate([cost, np.zeros(self.size - cost.size)]),
            matrix=csr_array(triplets, shape=(self.rows, self.size)),
            low=low,
            high=high,
            upper=_joined(self._upper),
            whole=_joined(self._whole, bool).astype(bool),
            lower=_joined(self._lower),
        )

    def _rows_of(self, requirement: Requirement) -> NDArray[np.int64]:
        sizes = [count for _, count in self._wanted]
        starts = np.cumsum([0, *sizes])
        own = [np.arange(starts[at], starts[at + 1]) for at, (one, _) in enumerate(self._wanted) if one == requirement]
        return np.concatenate([np.zeros(0, np.int64), *own])

    def above(self, requirement: Requirement) -> bool:
        """Say whether a requirement limits from above."""
        return bool(np.isfinite(_joined(self._high)[self._rows_of(requirement)]).all())

    def sides(self, requirement: Requirement) -> list[float]:
        """Return the finite side of each row of a requirement."""
        own = self._rows_of(requirement)
        low, high = _joined(self._low)[own], _joined(self._high)[own]
        return [float(side) for side in np.where(np.isfinite(high), high, low)]

    def relaxed(self, requirement: Requirement) -> tuple[Model, int]:
        """Return the model that gives in on a requirement as little as possible, and the column of how much."""
        plain = self.model(self.zeros())
        own = self._rows_of(requirement)
        sign = -1.0 if self.above(requirement) else 1.0
        column = csr_array((np.full(own.size, sign), (own, np.zeros(own.size, int))), shape=(self.rows, 1))
        model = Model(
            cost=np.append(plain.cost, 1.0),
            matrix=csr_array(hstack([plain.matrix, column])),
            low=plain.low,
            high=plain.high,
            upper=np.append(plain.upper, np.inf),
            whole=np.append(plain.whole, False),
            lower=np.append(plain.lower if plain.lower is not None else np.zeros(self.size), 0.0),
        )
        return model, self.size


def _joined(parts: list, kind: type = float) -> NDArray:  # type: ignore[type-arg]
    return np.concatenate([np.zeros(0, kind), *parts])
