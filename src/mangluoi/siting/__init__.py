"""Where to act: the best actions for a budget, with proof."""

from mangluoi.siting.doors import max_served as max_served
from mangluoi.siting.problem import Problem as Problem
from mangluoi.siting.solution import Solution as Solution

__all__ = ["Problem", "Solution", "max_served"]
