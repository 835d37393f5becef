"""The one door to the solver: HiGHS.

SciPy carries the same solver, but can neither start from a known answer nor be interrupted with the best answer so
far; hence highspy. (It cannot be loaded into one process with ortools.)

Huangfu, Q. and Hall, J. A. J. (2018), "Parallelizing the dual revised simplex method", *Mathematical Programming
Computation* 10.
"""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass

import highspy
import numpy as np
from highspy import HighsModelStatus, HighsVarType
from numpy.typing import NDArray
from scipy.sparse import csr_array

__all__ = ["Answer", "Limits", "Model", "Relaxed", "engine_of", "minimise", "relaxed"]


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

    @property
    def least(self) -> NDArray[np.float64]:
        """Lower limit of each variable."""
        return np.zeros(self.cost.size) if self.lower is None else self.lower

    @property
    def limits(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Lower and upper limits of the whole variables."""
        return self.least[self.whole], self.upper[self.whole]


#: Numbers of variables, and the lower and upper limits of each.
Limits = tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]


@dataclass(frozen=True, eq=False)
class Answer:
    """What came out.

    Parameters
    ----------
    values
        The variables, or None where no answer was found.
    status
        {"optimal", "time_limit", "interrupted", "infeasible"}; "time_limit" also where a limit of nodes was reached.
    objective, bound
        Value of the answer (infinite without one) and the proven least value.
    seconds
        Time spent.
    limits
        Limits of the whole variables that every answer as good keeps to; None where none were sought.
    """

    values: NDArray[np.float64] | None
    status: str
    objective: float
    bound: float
    seconds: float
    limits: Limits | None = None


@dataclass(frozen=True, eq=False)
class Relaxed:
    """The answer to a model whose variables need not be whole: its value, its variables, and the price of each row."""

    value: float
    values: NDArray[np.float64]
    prices: NDArray[np.float64]


_STATUS = {
    HighsModelStatus.kOptimal: "optimal",
    HighsModelStatus.kTimeLimit: "time_limit",
    HighsModelStatus.kSolutionLimit: "time_limit",
    HighsModelStatus.kInterrupt: "interrupted",
    HighsModelStatus.kInfeasible: "infeasible",
    # Every variable of our models is bounded, so presolve's "unbounded or infeasible" leaves one of the two.
    HighsModelStatus.kUnboundedOrInfeasible: "infeasible",
}

# The rule of presolve that puts one variable of an equation in terms of the others: among whole variables in steps,
# such as places that come ten at a time, it has lost answers (version 1.15.1).
_AGGREGATOR = 1 << 12


def minimise(
    model: Model,
    *,
    time_limit_s: float | None = None,
    relative_gap: float = 0.0,
    node_limit: int | None = None,
    start: NDArray[np.float64] | None = None,
) -> Answer:
    """Solve a model. Ctrl-C stops with the best answer so far.

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
    start
        An answer to begin from. One that does not fit is ignored.

    Raises
    ------
    RuntimeError
        If the solver fails, or the model is unbounded, which is a bug of its builder.
    """
    began = time.perf_counter()
    if not model.cost.size:
        fits = bool((model.low <= 0).all() and (model.high >= 0).all())
        return Answer(
            values=np.zeros(0) if fits else None,
            status="optimal" if fits else "infeasible",
            objective=0.0 if fits else float("inf"),
            bound=0.0 if fits else float("inf"),
            seconds=time.perf_counter() - began,
        )
    engine = engine_of(model)
    engine.setOptionValue("mip_rel_gap", relative_gap)
    if time_limit_s is not None:
        engine.setOptionValue("time_limit", max(time_limit_s, 1e-3))
    if node_limit is not None:
        engine.setOptionValue("mip_max_nodes", node_limit)
    if start is not None:
        known = highspy.HighsSolution()
        known.col_value = list(start)
        engine.setSolution(known)
        # Beside a good answer, models solved on the side to find another one take longer than the proof.
        for name in ("rins", "rens", "root_reduced_cost"):
            engine.setOptionValue(f"mip_heuristic_run_{name}", False)
    _run(engine)
    if model.whole.any() and _doubtful(engine, relative_gap):
        engine.clearSolver()
        engine.setOptionValue("presolve", "off")
        _run(engine)
    seconds = time.perf_counter() - began

    status = _STATUS.get(engine.getModelStatus())
    if status is None:
        raise RuntimeError(f"the solver gave up: {engine.modelStatusToString(engine.getModelStatus())}")
    found = engine.getInfo()
    feasible = found.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    values = np.asarray(engine.getSolution().col_value, dtype=float) if feasible and status != "infeasible" else None
    objective = float("inf") if values is None else float(model.cost @ values)
    if status == "infeasible":
        bound = float("inf")
    elif model.whole.any():
        bound = float(found.mip_dual_bound)
    else:
        bound = objective if status == "optimal" else float("-inf")
    return Answer(values, status, objective, min(bound, objective), seconds)


def _doubtful(engine: highspy.Highs, relative_gap: float) -> bool:
    """Return whether presolve may have found something other than the truth.

    It has called possible models infeasible, up to version 1.15.1 at least (HiGHS issue 3296). Where an answer to begin
    from was given, that then comes back as the best one, without a bound.
    """
    status = _STATUS.get(engine.getModelStatus())
    found = engine.getInfo()
    apart = found.objective_function_value - found.mip_dual_bound
    allowed = 1e-5 + (relative_gap + 1e-6) * abs(found.objective_function_value)
    return status == "infeasible" or (status == "optimal" and not apart <= allowed)


def relaxed(model: Model) -> Relaxed | None:
    """Solve a model as if no variable had to be whole; None where that has no answer, or Ctrl-C came between."""
    engine = engine_of(dataclasses.replace(model, whole=np.zeros(model.cost.size, dtype=bool)))
    _run(engine)
    if engine.getModelStatus() != HighsModelStatus.kOptimal:
        return None
    found = engine.getSolution()
    values = np.asarray(found.col_value, dtype=float)
    return Relaxed(float(model.cost @ values), values, np.asarray(found.row_dual, dtype=float))


def engine_of(model: Model) -> highspy.Highs:
    """Return the solver with a model in it, silent and on one thread."""
    matrix = csr_array(model.matrix)
    columns = model.cost.size
    problem = highspy.HighsLp()
    problem.num_col_, problem.num_row_ = columns, matrix.shape[0]
    problem.col_cost_ = model.cost
    problem.col_lower_ = model.least
    problem.col_upper_ = model.upper
    problem.row_lower_, problem.row_upper_ = model.low, model.high
    problem.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    problem.a_matrix_.num_col_, problem.a_matrix_.num_row_ = columns, matrix.shape[0]
    problem.a_matrix_.start_ = matrix.indptr
    problem.a_matrix_.index_ = matrix.indices
    problem.a_matrix_.value_ = matrix.data
    if model.whole.any():
        problem.integrality_ = [HighsVarType.kInteger if one else HighsVarType.kContinuous for one in model.whole]
    engine = highspy.Highs()  # type: ignore[no-untyped-call]
    engine.setOptionValue("output_flag", False)
    # One thread gives the same answer on every machine.
    engine.setOptionValue("threads", 1)
    engine.setOptionValue("presolve_rule_off", _AGGREGATOR)
    if engine.passModel(problem) == highspy.HighsStatus.kError:
        raise RuntimeError("the solver refuses the model")
    return engine


def _run(engine: highspy.Highs) -> None:
    """Run the solver beside the main thread, so that Ctrl-C reaches it; it then stops at its next look."""
    engine.HandleUserInterrupt = True
    engine.startSolve()
    finished = False
    while not finished:
        try:
            finished, _ = engine.wait(0.1)
        except KeyboardInterrupt:
            engine.cancelSolve()  # type: ignore[no-untyped-call]
