"""The command line: arguments in, calls, exit codes. Nothing heavy is imported before a command needs it.

Each verb is a module of this folder with a function ``add(verbs)``, and one line in `mangluoi.cli.door`.
"""

from __future__ import annotations

from mangluoi.cli.door import main

__all__ = ["main"]
