"""How often an answer is right, by what in the address does not fit it."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["DOUBTS", "confidence_of"]

# The share of answers that are wrong where nothing speaks against them.
_LEAST_DOUBT = 0.001
#: The share of answers that are wrong where this speaks against them (see `matching.COSTS`). As measured in
#: ``benchmarks/geocoding`` over spoilt addresses and communes struck from the lists; for what is rare there, cautious.
DOUBTS = {
    "no_diacritics": 0.001,
    "wrong_diacritics": 0.01,
    "other_diacritics": 0.10,
    "other_name": 0.50,
    "former_name": 0.02,
    "other_kind": 0.20,
    "kind_slip": 0.002,
    "slip": 0.005,
    "other_word": 0.20,
    "other_list": 0.015,
    "no_district": 0.002,
    "other_district": 0.30,
    "no_province": 0.001,
    "nothing_above": 0.005,
    "by_context": 0.005,
    "bare_alone": 0.01,
    "out_of_order": 0.001,
    "second_commune": 0.25,
    "unread_before": 0.02,
    "unknown_between": 0.10,
    "outside_hint": 0.30,
    "undivided": 0.005,
    "list_form": 0.01,
}


def confidence_of(causes: Iterable[str]) -> float:
    """Return the share of right answers among those with these reasons for doubt, taken as independent."""
    right = 1 - _LEAST_DOUBT
    for cause in sorted(causes):
        right *= 1 - DOUBTS[cause]
    return round(right, 4)
