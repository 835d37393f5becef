"""Where to act: the best actions for a budget, with proof."""

from mangluoi.siting import candidates as candidates
from mangluoi.siting.aim import Aim as Aim
from mangluoi.siting.aims import solve as solve
from mangluoi.siting.conformance import Rule as Rule
from mangluoi.siting.cover_frontier import CoverFrontier as CoverFrontier
from mangluoi.siting.cover_frontier import cover_frontier as cover_frontier
from mangluoi.siting.coverage_doors import max_cover as max_cover
from mangluoi.siting.coverage_doors import p_center as p_center
from mangluoi.siting.coverage_doors import set_cover as set_cover
from mangluoi.siting.curves import every_step as every_step
from mangluoi.siting.curves import frontier as frontier
from mangluoi.siting.curves import price_of_equity as price_of_equity
from mangluoi.siting.doors import max_served as max_served
from mangluoi.siting.farthest import least_worst as least_worst
from mangluoi.siting.farthest import worst_off as worst_off
from mangluoi.siting.flips import cost_flip as cost_flip
from mangluoi.siting.flips import near_optimal as near_optimal
from mangluoi.siting.flips import need_flips as need_flips
from mangluoi.siting.flips import threshold_flips as threshold_flips
from mangluoi.siting.floors import Floor as Floor
from mangluoi.siting.large_doors import max_served_large as max_served_large
from mangluoi.siting.median_door import p_median as p_median
from mangluoi.siting.phases import Phase as Phase
from mangluoi.siting.phases import phased as phased
from mangluoi.siting.problem import Problem as Problem
from mangluoi.siting.question import Question as Question
from mangluoi.siting.reasons import reasons as reasons
from mangluoi.siting.solution import Solution as Solution

__all__ = [
    "Aim",
    "CoverFrontier",
    "Floor",
    "Phase",
    "Problem",
    "Question",
    "Rule",
    "Solution",
    "candidates",
    "cost_flip",
    "cover_frontier",
    "every_step",
    "frontier",
    "least_worst",
    "max_cover",
    "max_served",
    "max_served_large",
    "near_optimal",
    "need_flips",
    "p_center",
    "p_median",
    "phased",
    "price_of_equity",
    "reasons",
    "set_cover",
    "solve",
    "threshold_flips",
    "worst_off",
]
