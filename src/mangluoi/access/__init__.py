"""What is within reach: coverage, travel-time bands, allocation of people to places, and the gap."""

from mangluoi.access import decay as decay
from mangluoi.access import fairness as fairness
from mangluoi.access.allocation import Allocation as Allocation
from mangluoi.access.allocation import allocate as allocate
from mangluoi.access.bands import bands as bands
from mangluoi.access.bands import nearest_minutes as nearest_minutes
from mangluoi.access.bands import summary as summary
from mangluoi.access.catchment import catchment as catchment
from mangluoi.access.coverage import coverage as coverage
from mangluoi.access.gap import gap as gap
from mangluoi.access.location import coverage_interval as coverage_interval
from mangluoi.access.location import moved_minutes as moved_minutes
from mangluoi.access.marginal import another_place as another_place
from mangluoi.access.marginal import another_site as another_site
from mangluoi.access.usage import usage as usage

__all__ = [
    "Allocation",
    "allocate",
    "another_place",
    "another_site",
    "bands",
    "catchment",
    "coverage",
    "coverage_interval",
    "decay",
    "fairness",
    "gap",
    "moved_minutes",
    "nearest_minutes",
    "summary",
    "usage",
]
