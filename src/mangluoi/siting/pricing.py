"""Prices for the rows that blocks share, and the bounds that they give.

Each block alone is solved at prices for the shared rows. The best values of the blocks bound the whole, and hold for
every answer.

Dantzig, G. and Wolfe, P. (1960), "Decomposition principle for linear programs", *Operations Research* 8; Marsten, R.,
Hogan, W. and Blankenship, J. (1975), "The boxstep method for large-scale optimization", *Operations Research* 23;
Geoffrion, A. (1974), "Lagrangean relaxation for integer programming", *Mathematical Programming Study* 2.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack, vstack
from scipy.sparse.csgraph import connected_components

from mangluoi.siting import solver
from mangluoi.siting.solver import Model
from mangluoi.siting.tree import Bounds, Tree

__all__ = ["Block", "Left", "agreed", "price", "split", "tightened", "within"]

# How often prices are bettered, how far they may move at a time, and the progress below which they rest.
_ROUNDS, _BOX, _PROGRESS = 4, 0.02, 1e-5
# How much lower than its solver's bound a block's value is taken to be, and how much that may come to.
_CARE, _UNSURE = 1e-7, 1e-3

#: Seconds left, or None for as long as it takes.
Left = Callable[[], float | None]


@dataclass(eq=False)
class Block:
    """One block: its columns, its model without the shared rows, what it takes of them, and its answers so far.

    Its whole variables are numbered among those of the whole model.
    """

    columns: NDArray[np.int64]
    whole: NDArray[np.int64]
    model: Model
    shared: csr_array
    answers: list[NDArray[np.float64]] = field(default_factory=list)
    bounds: list[tuple[NDArray[np.float64], float]] = field(default_factory=list)

    @functools.cached_property
    def tree(self) -> Tree:
        """The block's relaxation, kept warm."""
        return Tree(self.model)


def split(model: Model, shared: NDArray[np.int64]) -> list[Block]:
    """Return the blocks that a model falls into without some rows; blocks of nothing whole are one."""
    matrix = csr_array(model.matrix)
    own = np.setdiff1d(np.arange(matrix.shape[0]), shared)
    inside = matrix[own]
    links = inside.tocoo()
    nodes = own.size + inside.shape[1]
    graph = csr_array((np.ones(links.nnz), (links.row, own.size + links.col)), shape=(nodes, nodes))
    _, label = connected_components(graph, directed=False)
    deciding = np.bincount(label[own.size :], weights=model.whole, minlength=label.max() + 1) > 0
    label = np.where(deciding[label], label, -1)
    row_label, column_label = label[: own.size], label[own.size :]
    number = np.cumsum(model.whole) - 1
    blocks = []
    for part in np.unique(column_label):
        columns, rows = np.flatnonzero(column_label == part), own[row_label == part]
        inner = Model(
            cost=model.cost[columns],
            matrix=csr_array(matrix[rows][:, columns]),
            low=model.low[rows],
            high=model.high[rows],
            upper=model.upper[columns],
            whole=model.whole[columns],
            lower=model.least[columns],
        )
        blocks.append(Block(columns, number[columns[inner.whole]], inner, csr_array(matrix[shared][:, columns])))
    return blocks


def price(
    model: Model,
    blocks: list[Block],
    shared: NDArray[np.int64],
    prices: NDArray[np.float64],
    whole: bool,
    left: Left,
) -> float | None:
    """Solve the blocks at prices of the shared rows, and better the prices as long as that lifts the bound.

    Returns
    -------
    float or None
        The bound, that of the prices that come first in each block; None where time ran out, a block alone has no
        answer, or the prices are too high for a proof.
    """
    low, high = model.low[shared], model.high[shared]
    best, at = -math.inf, prices
    for _ in range(_ROUNDS):
        used = np.flatnonzero(prices)
        bound = float(np.where(prices > 0, low, high)[used] @ prices[used])
        for block in blocks:
            block.tree.charge(block.model.cost - prices @ block.shared)
            answer = block.tree.search(block.tree.limits, left=left)
            if answer.values is None or answer.status != "optimal":
                return None
            value = answer.bound - _care(prices, answer.bound)
            block.bounds.append((prices, value))
            block.answers.append(answer.values)
            bound += value
        if bound > best:
            best, at = bound, prices
            for block in blocks:
                block.bounds.insert(0, block.bounds.pop())
                block.answers.insert(0, block.answers.pop())
        new = _next(blocks, low, high, at)
        if new is None or new[1] - best < _PROGRESS * max(1.0, abs(best)):
            break
        if (whole and math.ceil(new[1] - 1e-6) <= math.ceil(best)) or np.allclose(new[0], prices, rtol=1e-7):
            break
        prices = new[0]
    # Prices so high that their rounding outweighs what they prove have led to wrong proofs.
    rounding = sum(_care(*block.bounds[0]) for block in blocks)
    return best if rounding <= _UNSURE * max(1.0, abs(best)) else None


def _care(prices: NDArray[np.float64], value: float) -> float:
    """Return how far rounding may carry a value at some prices: rows that are broken by a trifle are paid for too."""
    return _CARE * (1.0 + abs(value)) + 10 * _CARE * float(np.abs(prices).sum())


def within(blocks: list[Block], limits: Bounds, sought: float, bound: float, left: Left) -> Bounds:
    """Return limits of the whole variables without choices that alone lift the bound above a value.

    A block is asked for its best answer in which one choice is not as in its best of all. Where that is dearer by more
    than the distance of bound and value, no answer of the whole as good as that makes it.
    """
    lower, upper = limits[0].copy(), limits[1].copy()
    room = sought - bound + _care(blocks[0].bounds[0][0], sought)
    for block in blocks:
        prices, value = block.bounds[0]
        base = np.rint(block.answers[0][block.tree.whole])
        block.tree.charge(block.model.cost - prices @ block.shared)
        free = np.ptp(np.array([answer[block.tree.whole] for answer in block.answers]), axis=0) > 0.5
        free |= (block.tree.limits[1] - block.tree.limits[0] > 1) | (lower[block.whole] == upper[block.whole])
        for at in range(base.size):
            if free[at] or ((seconds := left()) is not None and seconds <= 0):
                continue
            other = block.tree.limits
            other[0][at] = other[1][at] = other[0][at] + other[1][at] - base[at]
            leaf = block.tree.search(other, known=value + room, left=left)
            if leaf.values is not None:
                free |= np.abs(leaf.values[block.tree.whole] - base) > 0.5
            elif leaf.status == "optimal":
                lower[block.whole[at]] = upper[block.whole[at]] = base[at]
    return lower, upper


def _next(
    blocks: list[Block], low: NDArray[np.float64], high: NDArray[np.float64], near: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float] | None:
    """Return prices near to the best ones at which the answers so far promise most, and what they promise.

    The answers of each block are mixed so that the shared rows hold; to break a row costs as much as its price may be.
    """
    count = low.size
    reach = _BOX * np.maximum(np.abs(near), 1e-9)
    most = np.where(np.isfinite(low), near + reach, np.minimum(near + reach, 0.0))
    least = np.where(np.isfinite(high), near - reach, np.maximum(near - reach, 0.0))
    costs = [float(block.model.cost @ values) for block in blocks for values in block.answers]
    uses = np.column_stack([block.shared @ values for block in blocks for values in block.answers])
    picks = np.repeat(np.arange(len(blocks)), [len(block.answers) for block in blocks])
    pick = csr_array((np.ones(picks.size), (picks, np.arange(picks.size))), shape=(len(blocks), picks.size))
    slack = csr_array(np.eye(count))
    ones = np.ones(len(blocks))
    columns = picks.size + 2 * count
    master = Model(
        cost=np.concatenate([costs, most, -least]),
        matrix=csr_array(
            vstack([hstack([csr_array(uses), slack, -slack]), hstack([pick, csr_array((len(blocks), 2 * count))])])
        ),
        low=np.concatenate([low, ones]),
        high=np.concatenate([high, ones]),
        upper=np.full(columns, np.inf),
        whole=np.zeros(columns, bool),
    )
    found = solver.relaxed(master)
    return None if found is None else (found.prices[:count], found.value)


def agreed(tree: Tree, blocks: list[Block]) -> tuple[Bounds, float]:
    """Return the limits of the whole variables where blocks and relaxation agree, and the value of the relaxation."""
    lower, upper = tree.limits
    value, values = tree.relax((lower, upper))
    if values is None:
        return (lower, upper), 0.0
    low, high = np.full(values.size, np.inf), np.full(values.size, -np.inf)
    for block in blocks:
        low[block.columns] = np.min(block.answers, axis=0)
        high[block.columns] = np.max(block.answers, axis=0)
    whole = tree.whole
    least, most = np.minimum(low[whole], values[whole]), np.maximum(high[whole], values[whole])
    same = (upper - lower <= 1) & (most - least < 1e-6)
    lower[same] = upper[same] = np.rint(least[same])
    return (lower, upper), value


def tightened(model: Model, blocks: list[Block], shared: NDArray[np.int64]) -> Model:
    """Return the model with what each block costs, and takes of the shared rows, as columns, and its bounds as rows."""
    columns, each = model.cost.size, 1 + shared.size
    width = len(blocks) * each
    parts, rows, sides = [], [], []
    for number, block in enumerate(blocks):
        both = vstack([csr_array(block.model.cost[None, :]), block.shared]).tocoo()
        parts.append(csr_array((both.data, (both.row, block.columns[both.col])), shape=(each, columns)))
        for prices, value in block.bounds:
            row = np.zeros(width)
            scale = max(1.0, float(np.abs(prices).max()))
            row[number * each : (number + 1) * each] = np.array([1.0, *-prices]) / scale
            rows.append(row)
            sides.append(value / scale)
    own = np.setdiff1d(np.arange(model.low.size), shared)
    total = csr_array(np.tile(np.eye(each)[1:], len(blocks)))
    none = np.zeros(width)
    left = vstack([csr_array(model.matrix)[own], *parts, csr_array((shared.size + len(rows), columns))])
    right = vstack(
        [csr_array((own.size, width)), -csr_array(np.eye(width)), total, csr_array(np.array(rows))],
    )
    return Model(
        cost=np.concatenate([np.zeros(columns), np.tile(np.eye(each)[0], len(blocks))]),
        matrix=csr_array(hstack([left, right])),
        low=np.concatenate([model.low[own], none, model.low[shared], sides]),
        high=np.concatenate([model.high[own], none, model.high[shared], np.full(len(sides), np.inf)]),
        upper=np.concatenate([model.upper, np.full(width, np.inf)]),
        whole=np.concatenate([model.whole, none.astype(bool)]),
        lower=np.concatenate([model.least, np.full(width, -np.inf)]),
    )
