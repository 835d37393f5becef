"""What the command line answers to the shell."""

from __future__ import annotations

__all__ = ["DONE", "INFEASIBLE", "INTERRUPTED", "PROBLEM", "USAGE"]

DONE, PROBLEM, USAGE, INFEASIBLE, INTERRUPTED = 0, 1, 2, 3, 130
