"""Where to act: the best actions for a budget, with proof."""

from mangluoi.siting.cover_frontier import CoverFrontier as CoverFrontier
from mangluoi.siting.cover_frontier import cover_frontier as cover_frontier
from mangluoi.siting.coverage_doors import max_cover as max_cover
from mangluoi.siting.coverage_doors import p_center as p_center
from mangluoi.siting.coverage_doors import set_cover as set_cover
from mangluoi.siting.doors import max_served as max_served
from mangluoi.siting.large_doors import max_served_large as max_served_large
from mangluoi.siting.median_door import p_median as p_median
from mangluoi.siting.problem import Problem as Problem
from mangluoi.siting.solution import Solution as Solution

__all__ = [
    "CoverFrontier",
    "Problem",
    "Solution",
    "cover_frontier",
    "max_cover",
    "max_served",
    "max_served_large",
    "p_center",
    "p_median",
    "set_cover",
]
