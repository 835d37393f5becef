"""What is within reach: coverage, travel-time bands, allocation of people to places, and the gap."""

from mangluoi.access.allocation import Allocation as Allocation
from mangluoi.access.allocation import allocate as allocate
from mangluoi.access.bands import bands as bands
from mangluoi.access.bands import nearest_minutes as nearest_minutes
from mangluoi.access.bands import summary as summary
from mangluoi.access.coverage import coverage as coverage
from mangluoi.access.gap import gap as gap

__all__ = ["Allocation", "allocate", "bands", "coverage", "gap", "nearest_minutes", "summary"]
