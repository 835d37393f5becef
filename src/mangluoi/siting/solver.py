"""The one door to the solver: HiGHS, through SciPy.

Huangfu, Q. and Hall, J. A. J. (2018), "Parallelizing the dual revised simplex method", *Mathematical Programming
Computation* 10.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

__all__ = ["Answer", "Model", "minimise"]


@dataclass(frozen=True, eq=False)
class Model:
    """Minimise ``cost @ x`` with ``matrix @ x`` between `low` and `high`, and x between `lower` and `upper`.

    Parameters
    ----------
    cost, matrix, low, high, upper
        As above.
    whole
        Whether each variable must be whole.
    lower
        None stands for zero.
    """

    cost: NDArray[np.float64]
    matrix: csr_array
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    upper: NDArray[np.float64]
    whole: NDArray[np.bool_]
    lower: NDArray[np.float64] | None = None


@dataclass(frozen=True, eq=False)
class Answer:
    """What came out.

    Parameters
    ----------
    values
        The variables, or None where no answer was found.
    status
        {"optimal", "time_limit", "infeasible"}; the second also where a limit of nodes was reached.
    objective, bound
        Value of the answer (infinite without one) and the proven least value.
    seconds
        Time spent.
    """

    values: NDArray[np.float64] | None
    status: str
    objective: float
    bound: float
    seconds: float


def minimise(
    model: Model, *, time_limit_s: float | None = None, relative_gap: float = 0.0, node_limit: int | None = None
) -> Answer:
    """Solve a model.

    Parameters
    ----------
    model
        The model.
    time_limit_s
        When to stop with the best answer so far. None waits for the proof.
    relative_gap
        Distance of answer and bound, relative to the answer, at which the answer counts as proven.
    node_limit
        After how many nodes of the search tree to stop. Unlike a time limit it stops at the same answer on every
        machine.

    Raises
    ------
    RuntimeError
        If the solver fails, or the model is unbounded, which is a bug of its builder.
    """
    start = time.perf_counter()
    found = milp(
        model.cost,
        integrality=model.whole.astype(np.int64),
        bounds=Bounds(np.zeros(model.upper.size) if model.lower is None else model.lower, model.upper),
        constraints=LinearConstraint(model.matrix, model.low, model.high),
        options={
            "mip_rel_gap": relative_gap,
            "time_limit": np.inf if time_limit_s is None else time_limit_s,
            "node_limit": np.iinfo(np.int32).max if node_limit is None else node_limit,
        },
    )
    seconds = time.perf_counter() - start
    status = {0: "optimal", 1: "time_limit", 2: "infeasible"}.get(int(found.status))
    if status is None:
        raise RuntimeError(f"the solver gave up: {found.message}")
    values = None if found.x is None else np.asarray(found.x, dtype=float)
    objective = float("inf") if values is None else float(model.cost @ values)
    bound = getattr(found, "mip_dual_bound", None)
    if bound is None:
        bound = objective if status == "optimal" else float("-inf")
    return Answer(values, status, objective, float(bound), seconds)
