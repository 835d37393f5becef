"""Where to act: the best actions for a budget, with proof."""

from mangluoi.siting.aim import Aim as Aim
from mangluoi.siting.aims import solve as solve
from mangluoi.siting.conformance import Rule as Rule
from mangluoi.siting.coverage_doors import max_cover as max_cover
from mangluoi.siting.coverage_doors import p_center as p_center
from mangluoi.siting.coverage_doors import set_cover as set_cover
from mangluoi.siting.doors import max_served as max_served
from mangluoi.siting.floors import Floor as Floor
from mangluoi.siting.median_door import p_median as p_median
from mangluoi.siting.problem import Problem as Problem
from mangluoi.siting.question import Question as Question
from mangluoi.siting.solution import Solution as Solution

__all__ = [
    "Aim",
    "Floor",
    "Problem",
    "Question",
    "Rule",
    "Solution",
    "max_cover",
    "max_served",
    "p_center",
    "p_median",
    "set_cover",
    "solve",
]
