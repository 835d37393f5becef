"""Models that fall into blocks but for a few rows, such as services that share one budget: proof by decomposition.

`pricing` bounds the whole by its blocks. No answer within some distance of that bound makes a choice that alone lifts
it by more: with those choices ruled out, little of the model is left, and is proven by branching. Where the bound is
not that near, it is written into the model as rows, and where the blocks' answers and its relaxation agree is where a
good answer is looked for first.
"""

from __future__ import annotations

import dataclasses
import math
import time

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from mangluoi.siting import pricing, shrinking, solver
from mangluoi.siting.pricing import Block, Left
from mangluoi.siting.shrinking import Shrunk
from mangluoi.siting.solver import Answer, Model
from mangluoi.siting.tree import Bounds, Leaf, Tree, Unsteady

__all__ = ["minimise"]

# Models of fewer whole variables are solved as they are; more shared rows than this are too many prices to find.
_FEW_WHOLE, _MOST_SHARED = 60, 16
# A block with more of the whole variables than this is as hard as the whole; so is one beside blocks of a few only.
_LARGEST, _FEW_EACH = 0.5, 8
# How long, and to what share, a first answer is looked for where the bound is not near.
_NODES, _ROUGH = 60, 3e-5
# How near to the bound an answer is expected, how much further at the next try, and up to where choices are ruled out.
_GUESS, _WIDER, _NARROW = 4e-4, 4.0, 5e-3
_WHOLE, _FORGIVEN = 1e-6, 1e-9


def minimise(
    model: Model,
    *,
    shared: NDArray[np.int64],
    whole: bool = False,
    largest: float = math.inf,
    time_limit_s: float | None = None,
    relative_gap: float = 0.0,
    node_limit: int | None = None,
    count: NDArray[np.float64] | None = None,
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
    time_limit_s, relative_gap, node_limit, start
        See `solver.minimise`.
    count
        A cost whose values are whole in every answer: what it is at least is found first.
    """
    began = time.perf_counter()

    def left() -> float | None:
        return None if time_limit_s is None else time_limit_s - (time.perf_counter() - began)

    begin = start if start is not None and _fits(model, start) else None
    small = shrinking.shrink(model)
    inner, apart = small.model, np.isin(small.rows, shared)
    if count is not None:
        inner = _counted(inner, count[small.columns], float(count @ small.decided))
        apart = np.append(apart, np.full(inner.low.size - apart.size, shared.size > 0))
    shared = np.flatnonzero(apart)
    step = 1.0 if whole and small.cost == round(small.cost) else 0.0
    known = math.inf if begin is None else float(model.cost @ begin) - small.cost
    blocks = _apart(inner, shared)
    relaxed = solver.relaxed(inner) if begin is not None or (blocks and node_limit is None) else None
    near = max(step, relative_gap * abs(known + small.cost) if begin is not None else 0.0)
    if relaxed is not None and relaxed.value > known - max(near * (1 - 1e-3), _FORGIVEN * max(1.0, abs(known))):
        return _answer(model, small, begin, Leaf(None, known, known, "optimal"), began)
    found = _by_blocks(inner, blocks, shared, relaxed, known, near, step, node_limit, left)
    # That there is no answer at all is not said without the solver's own word.
    if found is not None and (found[0].values is not None or begin is not None or found[0].status != "optimal"):
        return _answer(model, small, begin, found[0], began, found[1])
    answer = solver.minimise(
        inner,
        time_limit_s=left(),
        relative_gap=max(relative_gap, 0.5 / max(largest, 1.0) if step else 0.0),
        node_limit=node_limit,
        start=None if begin is None else begin[small.columns],
    )
    leaf = Leaf(answer.values, min(answer.objective, known), answer.bound, answer.status)
    return _answer(model, small, begin, leaf, began)


def _counted(model: Model, count: NDArray[np.float64], decided: float) -> Model:
    """Return the model with a row that a whole count is no less than its relaxation says, rounded up."""
    free = solver.relaxed(dataclasses.replace(model, cost=count))
    if free is None:
        return model
    return dataclasses.replace(
        model,
        matrix=csr_array(vstack([model.matrix, csr_array(count[None, :])])),
        low=np.append(model.low, math.ceil(free.value + decided - _WHOLE) - decided),
        high=np.append(model.high, np.inf),
    )


def _by_blocks(
    model: Model,
    blocks: list[Block],
    shared: NDArray[np.int64],
    relaxed: solver.Relaxed | None,
    known: float,
    near: float,
    step: float,
    node_limit: int | None,
    left: Left,
) -> tuple[Leaf, Bounds | None] | None:
    """Search with the help of blocks; None where there are none, or they are of no help."""
    if not blocks or relaxed is None or (node_limit is not None and math.isinf(known)):
        return None
    try:
        if node_limit is not None:
            tree = Tree(model)
            return tree.search(tree.limits, known=known, step=near, node_limit=node_limit, left=left), None
        bound = pricing.price(model, blocks, shared, relaxed.prices[shared], step > 0, left)
        return None if bound is None else _proven(model, blocks, shared, bound, known, step, left)
    except Unsteady:
        return None


def _apart(model: Model, shared: NDArray[np.int64]) -> list[Block]:
    """Return the blocks of a model; none where it is better solved as it is."""
    deciding = int(model.whole.sum())
    if deciding < _FEW_WHOLE or not 0 < shared.size <= _MOST_SHARED:
        return []
    blocks = pricing.split(model, shared)
    sizes = sorted(int(block.model.whole.sum()) for block in blocks)
    return blocks if sizes[-1] <= _LARGEST * deciding and sizes[-2] >= _FEW_EACH else []


def _proven(
    model: Model,
    blocks: list[Block],
    shared: NDArray[np.int64],
    bound: float,
    known: float,
    step: float,
    left: Left,
) -> tuple[Leaf, Bounds]:
    """Find the best answer, and the limits that every answer as good keeps to, from the bound of the blocks.

    No answer within some distance of the bound makes a choice that alone lifts the bound by more. So all of them lie
    within narrow limits; where these hold none, the distance grows, up to the answer that is known.
    """
    first: NDArray[np.float64] | None = None
    tight = pricing.tightened(model, blocks, shared)
    lowest = math.ceil(bound - _WHOLE) if step else bound
    if lowest - bound + step > _NARROW * abs(bound):
        tree = Tree(tight)
        agreed, value = pricing.agreed(tree, blocks)
        rough = tree.search(agreed, known=known, step=max(step, _ROUGH * abs(value)), node_limit=_NODES, left=left)
        first, known = None if rough.values is None else rough.values[: model.cost.size], rough.value
        if rough.status == "interrupted" or known - step * (1 - 1e-3) < bound:
            status = "interrupted" if rough.status == "interrupted" else "optimal"
            return Leaf(first, known, min(bound, known) if status != "optimal" else known, status), model.limits
    room = _GUESS * abs(bound)
    while True:
        target = min(known, lowest + step + room)
        narrow = target - step - bound <= _NARROW * abs(bound)
        if not narrow:
            target = known
        limits = pricing.within(blocks, model.limits, target - step, bound, left) if narrow else model.limits
        small = shrinking.shrink(model if narrow else tight, limits)
        tree = Tree(small.model)
        leaf = tree.search(tree.limits, known=target - small.cost, step=step, left=left)
        if leaf.values is not None:
            values, value = small.widened(leaf.values)[: model.cost.size], leaf.value + small.cost
            if narrow and leaf.status == "optimal":
                limits = pricing.within(blocks, limits, value, bound, left)
            return Leaf(values, value, max(leaf.bound + small.cost, bound), leaf.status), limits
        if leaf.status != "optimal" or target >= known:
            reached = known if leaf.status == "optimal" else max(leaf.bound + small.cost, bound)
            return Leaf(first, known, min(reached, known), leaf.status), limits
        room *= _WIDER


def _answer(
    model: Model,
    small: Shrunk,
    begin: NDArray[np.float64] | None,
    leaf: Leaf,
    began: float,
    limits: Bounds | None = None,
) -> Answer:
    """Return the answer to a model from what a search in the shrunk model found, or from where it began."""
    seconds = time.perf_counter() - began
    values = begin if leaf.values is None else small.widened(leaf.values)
    if values is None:
        status = "infeasible" if leaf.status == "optimal" else leaf.status
        return Answer(None, status, math.inf, leaf.bound + small.cost, seconds)
    objective = float(model.cost @ values)
    bound = min(leaf.bound + small.cost, objective)
    if limits is None:
        return Answer(values, leaf.status, objective, bound, seconds)
    whole = np.flatnonzero(model.whole).astype(np.int32)
    lower, upper = small.decided.copy(), small.decided.copy()
    own = small.columns[small.model.whole]
    lower[own], upper[own] = limits
    return Answer(values, leaf.status, objective, bound, seconds, (whole, lower[whole], upper[whole]))


def _fits(model: Model, values: NDArray[np.float64]) -> bool:
    """Return whether an answer is one."""
    used = model.matrix @ values
    care = 1e-6 * np.maximum(1.0, np.abs(used))
    return bool(
        (used >= model.low - care).all()
        and (used <= model.high + care).all()
        and (values >= model.least - 1e-6).all()
        and (values <= model.upper + 1e-6).all()
        and (np.abs(values - np.rint(values))[model.whole] <= 1e-6).all()
    )
