"""What a reader of the figures must know, one thing at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Notice"]


@dataclass(frozen=True)
class Notice:
    """Something that a reader of the figures must know, as a key of ``reports/words`` and its fields."""

    key: str
    fields: Mapping[str, Any] = field(default_factory=dict)
