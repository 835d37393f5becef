"""Plan a Vietnamese province's network of social-assistance facilities.

Examples
--------
>>> import mangluoi as ml
>>> plan = ml.read_plan("plans/nghe-an.toml")  # doctest: +SKIP
>>> result = ml.run(plan)  # doctest: +SKIP
>>> ml.reports.write(result, "out/nghe-an")  # doctest: +SKIP
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mangluoi import access as access
    from mangluoi import demand as demand
    from mangluoi import errors as errors
    from mangluoi import gazetteer as gazetteer
    from mangluoi import maps as maps
    from mangluoi import reports as reports
    from mangluoi import roads as roads
    from mangluoi import scenario as scenario
    from mangluoi import siting as siting
    from mangluoi import sources as sources
    from mangluoi import supply as supply
    from mangluoi import tables as tables
    from mangluoi.scenario import Plan as Plan
    from mangluoi.scenario import Result as Result
    from mangluoi.scenario import compare as compare
    from mangluoi.scenario import locate as locate
    from mangluoi.scenario import plan_with as plan_with
    from mangluoi.scenario import read_plan as read_plan
    from mangluoi.scenario.run import run as run
    from mangluoi.widget import explore as explore

    __version__: str

_FOLDERS = (
    "access", "demand", "errors", "gazetteer", "maps", "reports", "roads", "scenario", "siting", "sources", "supply",
    "tables",
)  # fmt: skip
_NAMES = {
    "Plan": "scenario", "Result": "scenario", "compare": "scenario", "explore": "widget", "locate": "scenario",
    "plan_with": "scenario", "read_plan": "scenario", "run": "scenario",
}  # fmt: skip

__all__ = [*_FOLDERS, *_NAMES, "__version__"]


def __getattr__(name: str) -> Any:
    """Import a part when it is first used, so that `mangluoi --help` answers at once."""
    if name in _FOLDERS:
        return importlib.import_module(f"mangluoi.{name}")
    if name == "__version__":
        return importlib.import_module("importlib.metadata").version("mangluoi")
    if name in _NAMES:
        return getattr(importlib.import_module(f"mangluoi.{_NAMES[name]}"), name)
    raise AttributeError(f"module 'mangluoi' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
