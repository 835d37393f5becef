"""Branch and bound over warm linear relaxations: for models whose relaxation is nearly tight, and dear to cut further.

HiGHS spends seconds on cutting planes for the flows of people before it branches; where the bound is good already, its
simplex, begun anew from the last basis at each node, proves the rest in a fraction of that.

Achterberg, T., Koch, T. and Martin, A. (2005), "Branching rules revisited", *Operations Research Letters* 33.
"""

from __future__ import annotations

import dataclasses
import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from highspy import HighsModelStatus
from numpy.typing import NDArray

from mangluoi.siting import solver
from mangluoi.siting.solver import Model

__all__ = ["Bounds", "Leaf", "Tree", "Unsteady"]

# Variables tried at a node, and trials after which the past is trusted.
_TRIED, _TRUSTED = 4, 1
# How far from whole a variable may be before it is branched on, and in an answer; and the least progress.
_WHOLE, _EXACT, _FORGIVEN = 1e-6, 1e-9, 1e-9

# Ends of a relaxation that say what it is.
_SURE = (HighsModelStatus.kOptimal, HighsModelStatus.kInfeasible)

#: Lower and upper limits of the whole variables.
Bounds = tuple[NDArray[np.float64], NDArray[np.float64]]


class Unsteady(RuntimeError):
    """The relaxation could not be solved: its numbers are of too many sizes for the simplex."""


@dataclass(frozen=True, eq=False)
class Leaf:
    """What a search found.

    Parameters
    ----------
    values
        The best answer below the value that was known; None where there is none.
    value, bound
        Value of the best answer, known or found, and the proven least value.
    status
        {"optimal", "time_limit", "interrupted"}
    """

    values: NDArray[np.float64] | None
    value: float
    bound: float
    status: str


@dataclass(frozen=True, eq=False)
class _Node:
    bound: float
    limits: Bounds
    values: NDArray[np.float64] | None = None


class Tree:
    """A model whose relaxation stays warm between searches."""

    def __init__(self, model: Model) -> None:
        self._engine = solver.engine_of(dataclasses.replace(model, whole=np.zeros(model.cost.size, dtype=bool)))
        # Every start is warm but the first; presolve would throw the basis away.
        self._engine.setOptionValue("presolve", "off")
        # Whether a model without variables has its rows; None where there are some.
        self._nothing = None if model.cost.size else bool((model.low <= 0).all() and (model.high >= 0).all())
        #: The numbers of the whole variables.
        self.whole = np.flatnonzero(model.whole).astype(np.int32)
        self._limits = model.limits
        self._single = self._limits[1] - self._limits[0] <= 1
        self._step = 0.0
        # What moving a variable to its next whole value, down or up, has cost for each unit, and how often.
        self._loss = np.zeros((2, self.whole.size))
        self._known = np.zeros((2, self.whole.size))

    def charge(self, cost: NDArray[np.float64]) -> None:
        """Let the variables cost something else."""
        self._engine.changeColsCost(cost.size, np.arange(cost.size, dtype=np.int32), cost)

    @property
    def limits(self) -> Bounds:
        """Lower and upper limits of the whole variables."""
        return self._limits[0].copy(), self._limits[1].copy()

    def relax(self, limits: Bounds) -> tuple[float, NDArray[np.float64] | None]:
        """Return value and variables of the relaxation within some limits; infinite where there is no answer."""
        if self._nothing is not None:
            return (0.0, np.zeros(0)) if self._nothing else (math.inf, None)
        self._engine.changeColsBounds(self.whole.size, self.whole, *limits)
        self._engine.run()
        status = self._engine.getModelStatus()
        if status not in _SURE:
            # The last basis was no good place to begin from.
            for presolve in ("off", "on"):
                self._engine.clearSolver()
                self._engine.setOptionValue("presolve", presolve)
                self._engine.run()
                status = self._engine.getModelStatus()
                if status in _SURE:
                    break
            self._engine.setOptionValue("presolve", "off")
        if status == HighsModelStatus.kInfeasible:
            return math.inf, None
        if status != HighsModelStatus.kOptimal:
            raise Unsteady(f"the solver gave up: {self._engine.modelStatusToString(status)}")
        value = float(self._engine.getInfo().objective_function_value)
        return value, np.asarray(self._engine.getSolution().col_value, dtype=float)

    def fixed(self, limits: Bounds, value: float, known: float) -> Bounds:
        """Return the limits without what the reduced costs of the last relaxation rule out for any better answer."""
        if self._nothing is not None:
            return limits
        solution = self._engine.getSolution()
        slope = np.asarray(solution.col_dual, dtype=float)[self.whole]
        now = np.asarray(solution.col_value, dtype=float)[self.whole]
        room = self._limit(known) - value + _WHOLE * max(1.0, abs(value))
        if not math.isfinite(room):
            return limits
        lower, upper = limits[0].copy(), limits[1].copy()
        stays = np.abs(slope) > room
        upper[stays & (slope > 0) & (now <= lower + _WHOLE)] = lower[stays & (slope > 0) & (now <= lower + _WHOLE)]
        lower[stays & (slope < 0) & (now >= upper - _WHOLE)] = upper[stays & (slope < 0) & (now >= upper - _WHOLE)]
        return lower, upper

    def _limit(self, known: float) -> float:
        """Return the value that a better answer must not surpass."""
        return known - max(self._step * (1 - 1e-3), _FORGIVEN * max(1.0, abs(known))) if math.isfinite(known) else known

    def search(
        self,
        limits: Bounds,
        *,
        known: float = math.inf,
        step: float = 0.0,
        node_limit: int | None = None,
        left: Callable[[], float | None] = lambda: None,
    ) -> Leaf:
        """Find the best answer within some limits that is better than a known value, and prove it.

        Parameters
        ----------
        limits
            Limits of the whole variables.
        known
            Value of a known answer.
        step
            Answers that are better by less than this are not sought.
        node_limit
            After how many nodes to stop.
        left
            Seconds left; None for as long as it takes.
        """
        self._step = step
        best: NDArray[np.float64] | None = None
        heap: list[tuple[float, int, _Node]] = []
        node: _Node | None = None
        at, count, status = math.inf, 0, "optimal"
        try:
            value, values = self.relax(limits)
            node = _Node(value, self.fixed(limits, value, known) if values is not None else limits, values)
            at = value
            while node is not None or heap:
                if node is None:
                    node = heapq.heappop(heap)[2]
                at = node.bound
                if at > self._limit(known):
                    node = None
                    continue
                seconds = left()
                if (seconds is not None and seconds <= 0) or (node_limit is not None and count >= node_limit):
                    status = "time_limit"
                    break
                count += 1
                children = self._children(node, known, _WHOLE)
                if children is None:
                    value, values = self._exactly(node)
                    if values is not None and value <= self._limit(known):
                        known, best = value, values
                    if value <= at + _FORGIVEN * max(1.0, abs(at)):
                        node = None
                        continue
                    children = self._children(node, known, _EXACT) or []
                node = None
                for number, child in enumerate(sorted(children, key=lambda one: one.bound)):
                    if number == 0:
                        node = child
                    else:
                        heapq.heappush(heap, (child.bound, count, child))
        except KeyboardInterrupt:
            status = "interrupted"
        if status == "optimal":
            return Leaf(best, known, known, status)
        waiting = [at, known, *(one[0] for one in heap)]
        return Leaf(best, known, min(waiting if at <= known else waiting[1:]), status)

    def _exactly(self, node: _Node) -> tuple[float, NDArray[np.float64] | None]:
        """Return the answer of a node whose whole variables are nearly whole with them whole: it may be none then."""
        if node.values is None:
            return math.inf, None
        now = node.values[self.whole]
        near = np.rint(now)
        if np.abs(now - near).max(initial=0.0) <= _EXACT:
            return node.bound, node.values
        return self.relax((near, near))

    def _children(self, node: _Node, known: float, care: float) -> list[_Node] | None:
        """Return the two halves of a node that may hold something better; None where its relaxation is an answer.

        What is no farther from whole than `care` is taken to be whole.
        """
        if node.values is None:
            return []
        now = node.values[self.whole]
        part = now - np.floor(now + care)
        part[part < care] = 0.0
        broken = np.flatnonzero((part > 0) & self._single)
        if not broken.size:
            broken = np.flatnonzero(part > 0)
        if not broken.size:
            return None
        best: tuple[float, int, list[_Node] | None] | None = None
        for at in self._ordered(broken, part).tolist():
            pair = None
            if self._known[:, at].min() < _TRUSTED:
                pair = self._halves(node, at, float(part[at]), math.floor(now[at] + care))
                down, up = (half.bound - node.bound for half in pair)
            else:
                loss = self._loss[:, at] / self._known[:, at]
                down, up = float(loss[0] * part[at]), float(loss[1] * (1.0 - part[at]))
            score = 5 * max(min(down, up), 1e-6) + min(max(down, up), 1e12)
            if best is None or score > best[0]:
                best = (score, at, pair)
            if pair is not None and any(half.bound > self._limit(known) for half in pair):
                best = (score, at, pair)
                break
        assert best is not None
        _, at, pair = best
        if pair is None:
            pair = self._halves(node, at, float(part[at]), math.floor(now[at] + care))
        return [half for half in pair if half.bound <= self._limit(known)]

    def _ordered(self, broken: NDArray[np.int64], part: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the variables to be tried at a node: those of the highest cost so far, unknown ones first."""
        known = self._known[:, broken]
        loss = self._loss[:, broken] / np.maximum(known, 1.0)
        down, up = loss[0] * part[broken], loss[1] * (1.0 - part[broken])
        score = 5 * np.minimum(down, up) + np.maximum(down, up)
        unknown = known.min(axis=0) == 0
        key = np.where(unknown, np.minimum(part[broken], 1.0 - part[broken]), score)
        return np.asarray(broken[np.lexsort((broken, -key, ~unknown))][:_TRIED])

    def _halves(self, node: _Node, at: int, part: float, floor: int) -> list[_Node]:
        """Return both halves of a node, and learn from what each costs."""
        found = []
        for side, way in ((0, part), (1, 1.0 - part)):
            lower, upper = node.limits[0].copy(), node.limits[1].copy()
            (upper, lower)[side][at] = floor + side
            value, values = self.relax((lower, upper))
            if values is not None:
                self._loss[side, at] += max(value - node.bound, 0.0) / way
                self._known[side, at] += 1
            found.append(_Node(max(value, node.bound), (lower, upper), values))
        return found
