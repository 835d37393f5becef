"""A placeholder type until the contraction order is built."""

from __future__ import annotations


class Hierarchy:
    pass
