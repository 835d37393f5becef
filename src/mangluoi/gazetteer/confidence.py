"""How often an answer was right, by how well the address fitted."""

from __future__ import annotations

from bisect import bisect_right

__all__ = ["confidence_of"]

# Cost of the answer from which on, and the share of such answers that were right; see benchmarks/geocoding.
_MEASURED = ((0.0, 0.999), (0.03, 0.995), (0.06, 0.99), (0.09, 0.98), (0.12, 0.96), (0.15, 0.93))


def confidence_of(cost: float) -> float:
    """Return the measured share of right answers among those of about this cost (see `matching.COSTS`)."""
    return _MEASURED[bisect_right([least for least, _ in _MEASURED], cost) - 1][1]
