"""The audit: a solution re-measured by `access`, without the solver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from mangluoi import access
from mangluoi.access import allocation
from mangluoi.errors import ConservationError

__all__ = ["Audit", "confirm", "confirm_budget", "measure"]


@dataclass(frozen=True, eq=False)
class Audit:
    """The network before and after the actions, measured the same way.

    Parameters
    ----------
    before, after
        Allocations, see `access.allocate`.
    covered_before, covered_after
        People within the threshold of an open, admissible site.
    """

    before: access.Allocation
    after: access.Allocation
    covered_before: float
    covered_after: float

    @property
    def served_before(self) -> float:
        """People served before the actions."""
        return float(self.before.states["served"].sum())

    @property
    def served_after(self) -> float:
        """People served after the actions."""
        return float(self.after.states["served"].sum())


def measure(
    need: pd.DataFrame,
    times: pd.DataFrame,
    chosen: pd.DataFrame,
    *,
    capacity: pd.DataFrame,
    max_minutes: float | Mapping[str, float],
    admissible: pd.DataFrame | None = None,
) -> Audit:
    """Measure what the chosen actions do.

    Parameters
    ----------
    need, times, capacity, max_minutes, admissible
        As in `access.allocate`.
    chosen
        ``site_id``, ``service`` and ``added`` places of each chosen action.
    """
    before = capacity[["site_id", "service", "capacity"]]
    both = pd.concat([before, chosen[["site_id", "service"]].assign(capacity=chosen["added"])], ignore_index=True)
    after = both.groupby(["site_id", "service"], sort=True)["capacity"].sum().reset_index()

    def one(places: pd.DataFrame) -> tuple[access.Allocation, float]:
        result = access.allocate(need, places, times, max_minutes=max_minutes, admissible=admissible)
        opened = allocation.open_services(places, admissible)
        covered = access.coverage(need, times, max_minutes=max_minutes, admissible=opened)
        return result, float(covered.sum())

    (first, covered_first), (second, covered_second) = one(before), one(after)
    return Audit(first, second, covered_first, covered_second)


def confirm(audit: Audit, objective: float) -> None:
    """Refuse an answer whose measure is not what the solver said.

    Raises
    ------
    ConservationError
        If the people served by the audit are not the solver's.
    """
    if abs(audit.served_after - objective) > 1e-6 * max(1.0, objective):
        raise ConservationError(f"the solver serves {objective:g} people, the audit {audit.served_after:g}")


def confirm_budget(cost_vnd: float, budget_vnd: float) -> None:
    """Refuse an answer that costs more than the budget.

    Raises
    ------
    ConservationError
        If it does, by more than the rounding of a sum.
    """
    if cost_vnd > budget_vnd * (1 + 1e-12):
        raise ConservationError(f"the chosen actions cost {cost_vnd:,.0f} VND, the budget is {budget_vnd:,.0f}")
