"""Models that fall into blocks but for a few rows, such as services that share one budget: a bound by decomposition.

Each block alone is solved at prices for the shared rows. The best values of the blocks bound the whole, and hold for
every answer: written into the model as rows, they lift its relaxation to the bound of Dantzig and Wolfe, from where
little is left to prove. Where the blocks' answers and that relaxation agree is where a good answer is looked for first.

Dantzig, G. and Wolfe, P. (1960), "Decomposition principle for linear programs", *Operations Research* 8; Marsten, R.,
Hogan, W. and Blankenship, J. (1975), "The boxstep method for large-scale optimization", *Operations Research* 23;
Geoffrion, A. (1974), "Lagrangean relaxation for integer programming", *Mathematical Programming Study* 2.
"""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack, vstack
from scipy.sparse.csgraph import connected_components

from mangluoi.siting import solver
from mangluoi.siting.solver import Answer, Model
from mangluoi.siting.tree import Leaf, Tree, Unsteady

__all__ = ["minimise"]

# Models of fewer whole variables are solved as they are; more shared rows than this are too many prices to find.
_FEW_WHOLE, _MOST_SHARED = 60, 16
# A block with more of the whole variables than this is as hard as the whole.
_LARGEST = 0.5
# How often prices are bettered, how far they may move at a time, and the progress below which they rest.
_ROUNDS, _BOX, _PROGRESS = 4, 0.02, 1e-5
# How much lower than its solver's bound a block's value is taken to be, and how long a first answer is looked for.
_CARE, _NODES, _ROUGH = 1e-7, 60, 3e-5
# How near the bound must be to the best answer for single choices to be ruled out by it.
_NARROW = 1e-3

_Left = Callable[[], float | None]


@dataclass(eq=False)
class _Block:
    """One block: its columns, its model without the shared rows, what it takes of them, and its answers so far."""

    columns: NDArray[np.int64]
    model: Model
    shared: csr_array
    tree: Tree
    answers: list[NDArray[np.float64]] = field(default_factory=list)
    bounds: list[tuple[NDArray[np.float64], float]] = field(default_factory=list)


def minimise(
    model: Model,
    *,
    shared: NDArray[np.int64],
    whole: bool = False,
    largest: float = math.inf,
    time_limit_s: float | None = None,
    node_limit: int | None = None,
    start: NDArray[np.float64] | None = None,
) -> Answer:
    """Solve a model; one that falls into blocks by the bounds of its blocks.

    Parameters
    ----------
    model
        The model.
    shared
        Rows without which the model may fall into blocks.
    whole, largest
        Whether every answer's cost is whole, and then a limit on how far from zero it is.
    time_limit_s, node_limit, start
        See `solver.minimise`.
    """
    began = time.perf_counter()

    def left() -> float | None:
        return None if time_limit_s is None else time_limit_s - (time.perf_counter() - began)

    try:
        answer = _by_blocks(model, shared, whole, node_limit, start, left)
    except Unsteady:
        answer = None
    if answer is not None:
        return dataclasses.replace(answer, seconds=time.perf_counter() - began)
    return solver.minimise(
        model,
        time_limit_s=left(),
        relative_gap=0.5 / max(largest, 1.0) if whole else 0.0,
        node_limit=node_limit,
        start=start,
    )


def _by_blocks(
    model: Model,
    shared: NDArray[np.int64],
    whole: bool,
    node_limit: int | None,
    start: NDArray[np.float64] | None,
    left: _Left,
) -> Answer | None:
    """Solve a model by the bounds of its blocks; None where it does not fall into any, or they are of no help."""
    free = model.whole & (model.upper > (0.0 if model.lower is None else model.lower))
    deciding = int(free.sum())
    suits = deciding >= _FEW_WHOLE and 0 < shared.size <= _MOST_SHARED
    blocks = _split(model, shared) if suits else []
    if max((int(block.model.whole.sum()) for block in blocks), default=0) > _LARGEST * deciding:
        blocks = []
    begin = start if blocks and start is not None and _fits(model, start) else None
    known = math.inf if begin is None else float(model.cost @ begin)
    if node_limit is not None and begin is not None:
        leaf = Tree(model).search(_limits(model), known=known, node_limit=node_limit, left=left)
        return _answer(model, begin if leaf.values is None else leaf.values, leaf)
    relaxed = solver.relaxed(model) if blocks and node_limit is None else None
    bound = None if relaxed is None else _price(model, blocks, shared, relaxed.prices[shared], whole, left)
    if bound is None:
        return None
    tree = Tree(_tightened(model, blocks, shared))
    step = 1.0 if whole else 0.0
    limits, value = _agreed(tree, blocks)
    first = tree.search(limits, known=known, step=max(step, _ROUGH * abs(value)), node_limit=_NODES, left=left)
    values = begin if first.values is None else first.values
    limits = tree.limits
    if first.value - bound <= _NARROW * abs(first.value):
        limits = _within(tree, blocks, first.value, bound, left)
    if first.status == "interrupted":
        leaf = first
    elif first.value - step * (1 - 1e-3) < bound:
        leaf = dataclasses.replace(first, bound=first.value, status="optimal")
    else:
        leaf = tree.search(limits, known=first.value, step=step, left=left)
    values = values if leaf.values is None else leaf.values
    # That there is no answer at all is not said without the solver's own word.
    return None if values is None and leaf.status == "optimal" else _answer(model, values, leaf, (tree.whole, *limits))


def _answer(
    model: Model, values: NDArray[np.float64] | None, leaf: Leaf, limits: solver.Limits | None = None
) -> Answer:
    if values is None:
        return Answer(None, leaf.status, math.inf, leaf.bound, 0.0)
    values = values[: model.cost.size]
    objective = float(model.cost @ values)
    return Answer(values, leaf.status, objective, min(leaf.bound, objective), 0.0, limits)


def _limits(model: Model) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    lower = np.zeros(model.cost.size) if model.lower is None else model.lower
    return lower[model.whole], model.upper[model.whole]


def _fits(model: Model, values: NDArray[np.float64]) -> bool:
    """Return whether an answer is one."""
    lower = np.zeros(model.cost.size) if model.lower is None else model.lower
    used = model.matrix @ values
    care = 1e-6 * np.maximum(1.0, np.abs(used))
    return bool(
        (used >= model.low - care).all()
        and (used <= model.high + care).all()
        and (values >= lower - 1e-6).all()
        and (values <= model.upper + 1e-6).all()
        and (np.abs(values - np.rint(values))[model.whole] <= 1e-6).all()
    )


def _split(model: Model, shared: NDArray[np.int64]) -> list[_Block]:
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
    lower = np.zeros(model.cost.size) if model.lower is None else model.lower
    blocks = []
    for number in np.unique(column_label):
        columns, rows = np.flatnonzero(column_label == number), own[row_label == number]
        inner = Model(
            cost=model.cost[columns],
            matrix=csr_array(matrix[rows][:, columns]),
            low=model.low[rows],
            high=model.high[rows],
            upper=model.upper[columns],
            whole=model.whole[columns],
            lower=lower[columns],
        )
        blocks.append(_Block(columns, inner, csr_array(matrix[shared][:, columns]), Tree(inner)))
    return blocks


def _price(
    model: Model,
    blocks: list[_Block],
    shared: NDArray[np.int64],
    prices: NDArray[np.float64],
    whole: bool,
    left: _Left,
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
    return best if rounding <= _NARROW * max(1.0, abs(best)) else None


def _care(prices: NDArray[np.float64], value: float) -> float:
    """Return how far rounding may carry a value at some prices: rows that are broken by a trifle are paid for too."""
    return _CARE * (1.0 + abs(value)) + 10 * _CARE * float(np.abs(prices).sum())


def _within(
    tree: Tree, blocks: list[_Block], known: float, bound: float, left: _Left
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the limits of the whole variables without choices that alone lift the bound above the best answer.

    A block is asked for its best answer in which one choice is not as in its best of all. Where that is dearer by more
    than the distance of bound and known answer, no answer of the whole as good as that makes it.
    """
    lower, upper = tree.limits
    room = known - bound + _care(blocks[0].bounds[0][0], known)
    number = np.full(int(tree.whole.max()) + 1, -1)
    number[tree.whole] = np.arange(tree.whole.size)
    for block in blocks:
        prices, value = block.bounds[0]
        base = np.rint(block.answers[0][block.tree.whole])
        block.tree.charge(block.model.cost - prices @ block.shared)
        free = np.ptp(np.array([answer[block.tree.whole] for answer in block.answers]), axis=0) > 0.5
        free |= block.tree.limits[1] - block.tree.limits[0] > 1
        for at in range(base.size):
            if free[at] or ((seconds := left()) is not None and seconds <= 0):
                continue
            limits = block.tree.limits
            limits[0][at] = limits[1][at] = 1.0 - base[at]
            leaf = block.tree.search(limits, known=value + room, left=left)
            if leaf.values is not None:
                free |= np.abs(leaf.values[block.tree.whole] - base) > 0.5
            elif leaf.status == "optimal":
                own = number[block.columns[block.tree.whole[at]]]
                lower[own] = upper[own] = base[at]
    return lower, upper


def _next(
    blocks: list[_Block], low: NDArray[np.float64], high: NDArray[np.float64], near: NDArray[np.float64]
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


def _agreed(tree: Tree, blocks: list[_Block]) -> tuple[tuple[NDArray[np.float64], NDArray[np.float64]], float]:
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


def _tightened(model: Model, blocks: list[_Block], shared: NDArray[np.int64]) -> Model:
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
        lower=np.concatenate([np.zeros(columns) if model.lower is None else model.lower, np.full(width, -np.inf)]),
    )
