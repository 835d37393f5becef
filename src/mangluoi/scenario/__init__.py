"""Question and answer: the plan, the run, the result, and what of it may be shown."""

from mangluoi.scenario.comparison import Comparison, compare
from mangluoi.scenario.disclosure import Disclosed, disclose, disclose_together
from mangluoi.scenario.locating import Located, locate
from mangluoi.scenario.plan import Plan, read_plan
from mangluoi.scenario.result import Notice, Result
from mangluoi.scenario.run import run
from mangluoi.scenario.saving import save_scenario
from mangluoi.scenario.stress_door import DisclosedStress, disclose_stress
from mangluoi.scenario.stressing import Stress, stress
from mangluoi.scenario.variation import plan_with

__all__ = [
    "Comparison", "Disclosed", "DisclosedStress", "Located", "Notice", "Plan", "Result", "Stress", "compare",
    "disclose", "disclose_stress", "disclose_together", "locate", "plan_with", "read_plan", "run", "save_scenario",
    "stress",
]  # fmt: skip
