"""Rules of what is sought when sites are chosen, what must hold, and which answers are worked out besides."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["AnswerRules"]


@dataclass(frozen=True)
class AnswerRules:
    """Which answers besides the plan itself are worked out; each takes solving again, so what is dear can be left out.

    Parameters
    ----------
    frontier
        At how many budgets, in even steps up to `frontier_up_to`, the most people are sought; 0: at none.
    frontier_up_to
        The largest of these budgets, in times the plan's.
    """

    frontier: int = 6
    frontier_up_to: float = 2.0
