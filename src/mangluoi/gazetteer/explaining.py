"""What an answer says of itself, in the words that readers see; those stand in ``reports/words`` alone."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["explained"]

# The texts are read as the data that they are: this folder does not import the one that owns them.
_WORDS = Path(__file__).parents[1] / "reports" / "words" / "locate.toml"


@cache
def _words() -> Mapping[str, Any]:
    return tomllib.loads(_WORDS.read_text(encoding="utf-8"))


@cache
def _fit(causes: tuple[str, ...], lang: str) -> str:
    words = _words()["fit"]
    return "; ".join(words[cause][lang] for cause in causes or ("exact",))


def explained(reason: str, causes: Iterable[str] = (), *, lang: str = "vi") -> str:
    """Say why an address has no place, or what in it does not fit the place that it was given.

    Parameters
    ----------
    reason
        One of `answering.REASONS`; empty where there is a place.
    causes
        Names of `matching.COSTS`; repeated ones are said once.
    lang
        {"vi", "en"}
    """
    if reason:
        return str(_words()["reason"][reason][lang])
    return _fit(tuple(sorted(set(causes))), lang)
