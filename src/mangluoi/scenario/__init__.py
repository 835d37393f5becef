"""Question and answer: the plan, the run, the result, and what of it may be shown."""

from mangluoi.scenario.disclosure import Disclosed, disclose
from mangluoi.scenario.plan import Plan, read_plan
from mangluoi.scenario.result import Notice, Result
from mangluoi.scenario.run import run

__all__ = ["Disclosed", "Notice", "Plan", "Result", "disclose", "read_plan", "run"]
