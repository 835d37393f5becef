"""The door to the solver: proofs, limits, starts and Ctrl-C."""

from __future__ import annotations

import os
import signal
import threading

import numpy as np
import pytest
from scipy.sparse import csr_array

from mangluoi.siting import solver


def knapsack(size=3):
    """Return a model that takes the best of some things of which only so much fits."""
    worth = np.arange(1.0, size + 1)
    return solver.Model(
        cost=-worth,
        matrix=csr_array(worth[None, :] + 1.0),
        low=np.array([-np.inf]),
        high=np.array([5.0]),
        upper=np.ones(size),
        whole=np.ones(size, bool),
    )


def covering():
    """Return a covering model that takes minutes."""
    draw = np.random.default_rng(0)
    rows, columns = 200, 400
    return solver.Model(
        cost=draw.random(columns) + 0.5,
        matrix=csr_array((draw.random((rows, columns)) < 0.1).astype(float)),
        low=np.full(rows, 2.0),
        high=np.full(rows, np.inf),
        upper=np.ones(columns),
        whole=np.ones(columns, bool),
    )


def test_an_answer_carries_its_proof():
    """1 + 2 fit into 5 (2 + 3), 3 alone (4): both are worth 3, and more than 3 is proven impossible."""
    answer = solver.minimise(knapsack())
    assert (answer.status, answer.objective, answer.bound) == ("optimal", -3, -3)


def test_a_start_is_taken_up_and_a_wrong_one_ignored():
    """Starting from the best answer, or from one that does not fit, changes no value."""
    for start in ([0.0, 0.0, 1.0], [1.0, 1.0, 1.0]):
        assert solver.minimise(knapsack(), start=np.array(start)).objective == -3


def test_a_time_limit_leaves_an_answer_and_a_bound():
    """The bound is below the answer, and says how good anything could be."""
    answer = solver.minimise(covering(), time_limit_s=1.0)
    assert answer.status == "time_limit"
    assert answer.values is not None
    assert 0 < answer.bound < answer.objective


@pytest.mark.skipif(os.name == "nt", reason="a process cannot send itself Ctrl-C alone on Windows")
def test_ctrl_c_leaves_the_best_answer_so_far():
    """The status says that it was interrupted; answer and bound are kept."""
    bell = threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT))
    bell.start()
    answer = solver.minimise(covering(), time_limit_s=60)
    assert answer.status == "interrupted"
    assert answer.values is not None
    assert 0 < answer.bound < answer.objective


def test_infeasible_is_said_only_without_presolve():
    """The solver's presolve calls this model infeasible (HiGHS 1.12 to 1.15), though doing nothing fulfils it."""
    rows = [
        ({0: -1, 4: 1}, -np.inf, 0), ({1: -2, 5: 1}, -np.inf, 0), ({6: 1}, -np.inf, 0), ({3: -4, 7: 1}, -np.inf, 0),
        ({0: -1, 4: 1}, 0, np.inf), ({1: -2, 5: 1}, 0, np.inf), ({6: 1}, 0, np.inf), ({3: -2, 7: 1}, 0, np.inf),
        ({0: -1, 4: 1, 8: -1}, 0, 0), ({1: -2, 5: 1, 9: -2}, 0, 0), ({6: 1, 10: -1}, 0, 0),
        ({3: -2, 7: 1, 11: -1}, 0, 0), ({2: 1}, -np.inf, 1), ({4: 10, 7: 10}, -np.inf, 9), ({2: 1, 12: 1}, 1, 1),
        ({12: -1, 13: 2}, -np.inf, 1), ({14: 2}, -np.inf, 1), ({15: 2}, -np.inf, 1),
    ]  # fmt: skip
    matrix = np.zeros((len(rows), 16))
    for number, (entries, _, _) in enumerate(rows):
        matrix[number, list(entries)] = list(entries.values())
    model = solver.Model(
        cost=np.zeros(16),
        matrix=csr_array(matrix),
        low=np.array([low for _, low, _ in rows], float),
        high=np.array([high for _, _, high in rows], float),
        upper=np.array([1, 1, 1, 1, 1, 2, 0, 4, 1, 1, 0, 4, 1, 1, 1, 1], float),
        whole=np.array([column not in (4, 5, 6, 7) for column in range(16)]),
    )
    assert solver.minimise(model).status == "optimal"


def test_a_model_without_columns_is_answered():
    """Nothing to decide: possible if zero fulfils every row."""
    nothing = np.zeros(0)
    for low, status in ((-1.0, "optimal"), (1.0, "infeasible")):
        model = solver.Model(
            nothing, csr_array((1, 0)), np.array([low]), np.array([np.inf]), nothing, np.zeros(0, bool)
        )
        assert solver.minimise(model).status == status
