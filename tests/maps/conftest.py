"""The made-up province, for every test of the maps."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from made_up_province import make_province

from mangluoi.scenario.disclosure import Disclosed


@pytest.fixture(scope="session")
def province() -> Callable[..., Disclosed]:
    """Return the maker of the made-up province."""
    return make_province
