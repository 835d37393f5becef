"""The widget needs the extra `notebook`, which the tests' own extra brings; on a user's machine it may be absent."""

from __future__ import annotations

import importlib.util
import os

import pytest


@pytest.fixture(autouse=True, scope="module")
def _with_widgets() -> None:
    """Skip where ipywidgets is not installed, but never where everything is meant to be."""
    if importlib.util.find_spec("ipywidgets") is None and not os.environ.get("CI"):
        pytest.skip("ipywidgets is not installed: pip install 'mangluoi[notebook]'")
