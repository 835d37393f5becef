"""The answer to a siting question, with its proof or its bound."""

from __future__ import annotations

import html
from dataclasses import dataclass

import pandas as pd

from mangluoi.siting.audit import Audit
from mangluoi.siting.clashes import Clash

__all__ = ["Solution"]


@dataclass(frozen=True, eq=False)
class Solution:
    """What to do, how good it is, and how good anything could be.

    Parameters
    ----------
    chosen
        ``action_id``, ``kind``, ``site_id``, ``service``, ``added`` (places) and ``cost_vnd`` of each chosen action.
    status
        {"optimal", "bounded", "time_limit", "interrupted", "infeasible"}; optimal is said only with a proof.
    objective, bound
        What the answer reaches by the audit, and what no answer can surpass.
    gap
        Their distance, relative to the bound.
    seconds
        Time spent solving.
    cheapest
        Whether it is proven that no other choice reaches the objective for less.
    out_of_question
        Ids of actions that nobody could use, left out before solving.
    audit
        The answer re-measured by `access`, without the solver; None for questions without capacity, whose objective
        is itself re-measured by `access`.
    assignment
        Who is served where after the actions: ALLOCATION rows; without capacity each point's nearest open site, with
        ``point_id``, ``site_id``, ``minutes`` and ``need``.
    seed
        Seed of what is drawn at random.
    unreachable
        Points that no site can serve, left out of what was asked.
    clash
        Where the question has no answer: a smallest set of requirements that cannot hold together.
    """

    chosen: pd.DataFrame
    status: str
    objective: float
    bound: float
    gap: float
    seconds: float
    cheapest: bool
    out_of_question: tuple[str, ...]
    audit: Audit | None
    assignment: pd.DataFrame
    seed: int | None = None
    unreachable: tuple[str, ...] = ()
    clash: Clash | None = None

    @property
    def cost_vnd(self) -> float:
        """What the chosen actions cost together."""
        return float(self.chosen["cost_vnd"].sum())

    def __repr__(self) -> str:
        return (
            f"Solution({self.status}: objective {self.objective:,.10g}, bound {self.bound:,.10g}, gap {self.gap:.2%}, "
            f"{len(self.chosen)} actions for {self.cost_vnd:,.0f} VND, {self.seconds:.2f} s)"
        )

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(repr(self))}</p>{self.chosen.to_html(index=False, escape=True)}"
