"""A model without what is decided: columns of one value, and rows that cannot be broken, are left out.

Once it is known of many actions whether they are done, the people who would go to places that are not built, and the
rows about them, are most of a model. What is left is solved in a fraction of the time, at every node of a search.

Andersen, E. and Andersen, K. (1995), "Presolving in linear programming", *Mathematical Programming* 71.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from mangluoi.siting.solver import Model

__all__ = ["Shrunk", "shrink"]

# Passes over the model; how far a row may be from being broken by rounding alone.
_PASSES, _CARE = 3, 1e-9


@dataclass(frozen=True, eq=False)
class Shrunk:
    """A model without what is decided.

    Parameters
    ----------
    model
        What is left.
    columns, rows
        The columns and rows of the whole model that are left.
    decided
        A value of each column of the whole model; that of the columns that are left does not count.
    cost
        What the decided columns cost.
    """

    model: Model
    columns: NDArray[np.int64]
    rows: NDArray[np.int64]
    decided: NDArray[np.float64]
    cost: float

    def widened(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return an answer to the whole model from one to what is left."""
        wide = self.decided.copy()
        wide[self.columns] = values
        return wide


def shrink(model: Model, limits: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None) -> Shrunk:
    """Leave out what is decided; the answers, and their values, are those of the whole model.

    Parameters
    ----------
    model
        The model.
    limits
        Lower and upper limits of its whole variables, narrower than its own; None keeps these.
    """
    lower, upper = model.least.copy(), model.upper.copy()
    if limits is not None:
        lower[model.whole], upper[model.whole] = limits
    matrix, low, high = csr_array(model.matrix, copy=True), model.low, model.high
    matrix.eliminate_zeros()
    rows, columns = np.arange(low.size), np.arange(upper.size)
    decided = np.zeros(upper.size)
    for _ in range(_PASSES):
        kept = np.flatnonzero(~_idle(matrix, low, high, lower[columns], upper[columns]))
        matrix, low, high, rows = csr_array(matrix[kept]), low[kept], high[kept], rows[kept]
        kept = _as_limits(matrix, low, high, columns, model.whole, lower, upper)
        matrix, low, high, rows = csr_array(matrix[kept]), low[kept], high[kept], rows[kept]
        free = upper[columns] > lower[columns]
        decided[columns[~free]] = lower[columns[~free]]
        part = matrix @ np.where(free, 0.0, lower[columns])
        low, high = low - part, high - part
        matrix, columns = csr_array(matrix[:, np.flatnonzero(free)]), columns[free]
        if free.all():
            break
    left = Model(
        cost=model.cost[columns],
        matrix=matrix,
        low=low,
        high=high,
        upper=upper[columns],
        whole=model.whole[columns],
        lower=lower[columns],
    )
    return Shrunk(left, columns, rows, decided, float(model.cost @ decided))


def _idle(
    matrix: csr_array,
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    lower: NDArray[np.float64],
    upper: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """Return which rows hold within the limits of the variables, whatever their values."""
    least, most = _reach(matrix, lower, upper)
    return np.asarray(
        (least >= low - _CARE * np.maximum(1.0, np.abs(low))) & (most <= high + _CARE * np.maximum(1.0, np.abs(high)))
    )


def _reach(
    matrix: csr_array, lower: NDArray[np.float64], upper: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the least and the most that each row can come to."""
    up = matrix.data > 0
    ends = (np.where(up, lower[matrix.indices], upper[matrix.indices]),
            np.where(up, upper[matrix.indices], lower[matrix.indices]))  # fmt: skip
    ones = np.ones(matrix.shape[1])
    least, most = (csr_array((matrix.data * end, matrix.indices, matrix.indptr), matrix.shape) @ ones for end in ends)
    return least, most


def _as_limits(
    matrix: csr_array,
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    columns: NDArray[np.int64],
    whole: NDArray[np.bool_],
    lower: NDArray[np.float64],
    upper: NDArray[np.float64],
) -> NDArray[np.int64]:
    """Turn rows about one undecided column into limits of it, in place, and return the other rows.

    A row that leaves the column no value stays, so that the solver says so.
    """
    free = upper[columns] > lower[columns]
    undecided = csr_array((free[matrix.indices].astype(float), matrix.indices, matrix.indptr), matrix.shape)
    single = undecided @ np.ones(free.size) == 1
    part = matrix @ np.where(free, 0.0, lower[columns])
    entries = matrix.tocoo()
    of = single[entries.row] & free[entries.col]
    row, column, value = entries.row[of], columns[entries.col[of]], entries.data[of]
    ends = (low - part)[row] / value, (high - part)[row] / value
    least, most = np.where(value > 0, ends[0], ends[1]), np.where(value > 0, ends[1], ends[0])
    least[whole[column]] = np.ceil(least[whole[column]] - _CARE)
    most[whole[column]] = np.floor(most[whole[column]] + _CARE)
    new = lower.copy(), upper.copy()
    np.maximum.at(new[0], column, least)
    np.minimum.at(new[1], column, most)
    possible = new[0] <= new[1] + _CARE * np.maximum(1.0, np.abs(new[0]))
    touched = np.zeros(lower.size, dtype=bool)
    touched[column] = True
    agreed = touched & possible
    lower[agreed], upper[agreed] = new[0][agreed], np.maximum(new[0], new[1])[agreed]
    gone = np.zeros(low.size, dtype=bool)
    gone[row[agreed[column]]] = True
    return np.flatnonzero(~gone)
