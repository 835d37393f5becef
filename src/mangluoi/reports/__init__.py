"""Documents that a planner hands on: report, workbook, page, and the empty workbook to fill in.

The parts load when they are first used, so that `mangluoi.reports.words` stays cheap for those who need only text.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mangluoi.reports.blank import blank_of as blank_of
    from mangluoi.reports.blank import write_blank as write_blank
    from mangluoi.reports.review import read_review as read_review
    from mangluoi.reports.review import write_review as write_review
    from mangluoi.reports.side_by_side import write_comparison as write_comparison
    from mangluoi.reports.stress_files import write_stress as write_stress
    from mangluoi.reports.template import write_template as write_template
    from mangluoi.reports.tracing import trace as trace
    from mangluoi.reports.writer import write as write

_HOMES = {
    "blank_of": "blank",
    "read_review": "review",
    "trace": "tracing",
    "write": "writer",
    "write_blank": "blank",
    "write_comparison": "side_by_side",
    "write_review": "review",
    "write_stress": "stress_files",
    "write_template": "template",
}

__all__ = [
    "blank_of", "read_review", "trace", "write", "write_blank", "write_comparison", "write_review", "write_stress",
    "write_template",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f"mangluoi.reports.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'mangluoi.reports' has no attribute {name!r}")
