"""How the questions without capacity are answered: one way to state a choice, its proof and its assignment."""

from __future__ import annotations

import math
import time

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mangluoi.siting import uncapped
from mangluoi.siting.solution import Solution

__all__ = ["is_whole", "needed", "solution"]


def needed(demand: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of demand with people in them, as NEED rows."""
    need = uncapped.need_of(demand)
    return need[need["need"] > 0]


def is_whole(people: NDArray[np.float64]) -> bool:
    """Return whether people are whole: then a bound less than one person away is a proof."""
    return bool((people == np.rint(people)).all())


def solution(
    question: uncapped.Uncapped,
    chosen: NDArray[np.bool_],
    *,
    status: str,
    objective: float,
    bound: float,
    start: float,
    seed: int | None,
) -> Solution:
    """Return the answer to a question.

    Parameters
    ----------
    question
        The question.
    chosen
        Which sites are open.
    status, objective, bound
        See `Solution`; a proven answer is its own bound.
    start
        When the work began, by the clock of `time.perf_counter`.
    seed
        Carried into the answer.
    """
    proven = status == "optimal"
    larger = max(abs(objective), abs(bound))
    gap = abs(objective - bound) / larger if math.isfinite(larger) and larger > 0 else 0.0 if larger == 0 else math.nan
    return Solution(
        chosen=uncapped.table(question, chosen),
        status=status,
        objective=objective,
        bound=objective if proven else bound,
        gap=0.0 if proven else gap,
        seconds=time.perf_counter() - start,
        cheapest=False,
        out_of_question=(),
        audit=None,
        assignment=uncapped.nearest(question, chosen),
        seed=seed,
        unreachable=question.unreachable,
    )
