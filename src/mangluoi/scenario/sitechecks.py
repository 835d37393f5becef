"""What contradicts itself in the rules of choosing sites."""

from __future__ import annotations

from collections.abc import Iterator

from mangluoi.errors import Complaint
from mangluoi.scenario.contradictions import at_least
from mangluoi.scenario.siterules import AnswerRules

__all__ = ["in_answers"]


def in_answers(answers: AnswerRules) -> Iterator[Complaint]:
    """Complain of numbers of answers below none, and of a frontier that leads nowhere."""
    yield from at_least(answers.frontier, "answers.frontier")
    if not answers.frontier_up_to > 0:
        where = "answers.frontier_up_to"
        yield Complaint("below_range", column=where, value=answers.frontier_up_to, details={"low": 0})
