"""What is sought: the aims that a question may be asked with."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from mangluoi.errors import Complaint, InputError

__all__ = ["SERVED", "Aim"]


@dataclass(frozen=True)
class Aim:
    """What is sought.

    Parameters
    ----------
    what
        "served", "covered": the most people, by their weight. "cheapest", "fewest": the least money or the fewest
        actions for `share`. "minutes": the fewest minutes of all people served together. "total": the least money,
        where every minute of a person costs `vnd_per_minute`.
    share
        With the last four: the share of all need, by its weight, to be served or covered.
    measure
        With "cheapest" and "fewest": whether that share is to be served or covered.
    times_covered
        With coverage: by how many open sites each must be reached.
    vnd_per_minute
        With "total".
    """

    what: Literal["served", "covered", "cheapest", "fewest", "minutes", "total"]
    share: float | None = None
    measure: Literal["served", "covered"] = "served"
    times_covered: int = 1
    vnd_per_minute: float = 0.0

    def __post_init__(self) -> None:
        found = []
        if (self.share is not None) != (self.what not in ("served", "covered")):
            if self.share is None:
                found.append(Complaint("missing_key", column="share"))
            else:
                condition = {"condition": 'what is not "served" or "covered"'}
                found.append(Complaint("unused_key", column="share", details=condition))
        elif self.share is not None and not 0 <= self.share <= 1:
            problem, key, side = ("above_range", "high", 1) if self.share > 1 else ("below_range", "low", 0)
            found.append(Complaint(problem, column="share", value=self.share, details={key: side}))
        if self.times_covered < 1:
            found.append(Complaint("below_range", column="times_covered", value=self.times_covered, details={"low": 1}))
        if not (self.vnd_per_minute >= 0 and math.isfinite(self.vnd_per_minute)):
            found.append(Complaint("negative", column="vnd_per_minute", value=self.vnd_per_minute))
        if found:
            raise InputError(found)

    @property
    def covers(self) -> bool:
        """Whether places do not matter."""
        return self.what == "covered" or (self.what in ("cheapest", "fewest") and self.measure == "covered")

    @property
    def by_minutes(self) -> bool:
        """Whether minutes matter."""
        return self.what in ("minutes", "total")


#: The default aim: the most people served.
SERVED = Aim("served")
