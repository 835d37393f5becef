"""Each shipped plan, answered in each set of units."""

from __future__ import annotations

import pytest

from mangluoi.scenario import Result
from real_answers import answer


@pytest.fixture(params=["binh-phuoc", "dong-thap", "kon-tum", "nghe-an", "yen-bai"])
def plan_name(request: pytest.FixtureRequest) -> str:
    """Each shipped plan."""
    return str(request.param)


@pytest.fixture(params=["2025-06-30", "2025-07-01"])
def vintage(request: pytest.FixtureRequest) -> str:
    """Each set of units."""
    return str(request.param)


@pytest.fixture
def result(plan_name: str, vintage: str) -> Result:
    """The answer to each shipped plan in each set of units."""
    return answer(plan_name, vintage)
