"""Classes of a map: their limits, colours and hatches.

The colours grow darker from class to class, so that colour-blind readers and a grey copy can tell them apart; the
hatches do the same on a black-and-white copy.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from mangluoi.reports import words
from mangluoi.reports.words import Lang
from mangluoi.viettext import format_number

__all__ = ["Band", "count_bands", "minutes_bands", "position"]

Role = Literal["class", "zero", "unreachable", "masked", "no_data"]

#: Upper ends of the travel-time classes, in minutes.
MINUTES = (30, 60, 90, 120)
_STEPS = [digit * 10**power for power in range(1, 8) for digit in (1, 2, 5)]
_MOST_LIMITS = 4
_MASKED_UP_TO = 10

_RAMPS = {
    "minutes": ("#ffffd9", "#c7e9b4", "#7fcdbb", "#2c7fb8", "#253494"),
    "gap": ("#fef0d9", "#fdcc8a", "#fc8d59", "#d7301f", "#7f0000"),
    "need": ("#e6e2f0", "#cbc9e2", "#9e9ac8", "#756bb1", "#54278f"),
    "people": ("#dceef5", "#b3cde3", "#8c96c6", "#8856a7", "#4d004b"),
}
_HATCHES = ("", "..", "//", "xx", "++")
_ZERO = "#f4f4f4"
_SPECIAL: dict[Role, tuple[str, str]] = {
    "unreachable": ("#4d4d4d", "||"),
    "masked": ("#ffffff", "oo"),
    "no_data": ("#ffffff", "\\\\\\"),
}


@dataclass(frozen=True)
class Band:
    """One class of a map.

    Parameters
    ----------
    label
        What the legend calls it.
    role
        {"class", "zero", "unreachable", "masked", "no_data"}
    colour
        Fill, as ``#rrggbb``.
    hatch
        Pattern over it, as matplotlib names it; empty: none.
    upper
        Largest value that belongs to it; infinite for the last class, missing where it is no class of numbers.
    """

    label: str
    role: Role
    colour: str
    hatch: str = ""
    upper: float | None = None


def _special(role: Role, lang: Lang) -> Band:
    colour, hatch = _SPECIAL[role]
    label = "" if role == "unreachable" else words.say(f"map.band.{role}", lang)
    return Band(label, role, colour, hatch)


def minutes_bands(furthest: float, lang: Lang) -> tuple[Band, ...]:
    """Return the classes of travel time: ≤ 30, 30–60, 60–90, 90–120, above; beyond reach; not known.

    Parameters
    ----------
    furthest
        How far, in minutes, ways were looked for: what is farther cannot be told from what has no way at all.
    """
    labels = [words.say("map.band.minutes_first", lang, high=MINUTES[0])]
    labels += [words.say("map.band.minutes_between", lang, low=low, high=high) for low, high in pairwise(MINUTES)]
    labels.append(words.say("map.band.minutes_between", lang, low=MINUTES[-1], high=round(furthest)))
    classes = [
        Band(label, "class", colour, hatch, upper)
        for label, colour, hatch, upper in zip(
            labels, _RAMPS["minutes"], _HATCHES, [*MINUTES, float("inf")], strict=True
        )
    ]
    beyond = replace(
        _special("unreachable", lang), label=words.say("map.band.unreachable", lang, minutes=round(furthest))
    )
    shown = classes if furthest > MINUTES[-1] else classes[:-1]
    return (*shown, beyond, _special("no_data", lang))


def count_bands(
    kind: Literal["gap", "need", "people"], values: Iterable[float], lang: Lang, *, masks: bool
) -> tuple[Band, ...]:
    """Return classes of counts with round limits that fit the values.

    Parameters
    ----------
    kind
        {"gap", "need", "people"}: which colours.
    values
        The counts to be shown; zeros are a class of their own.
    masks
        Whether counts of 1 to 10 are withheld: there is a class for them then, and the first of the others begins at
        11, unless counts of a group that is never masked are smaller.
    """
    known = list(values)
    largest = max(known, default=0.0)
    begins = _MASKED_UP_TO + 1 if masks and not any(0 < value <= _MASKED_UP_TO for value in known) else 1
    limits = [step for step in _STEPS if begins <= step < largest][-_MOST_LIMITS:]
    lows = [begins, *(limit + 1 for limit in limits)]
    colours = _RAMPS[kind]
    # With few classes the colours still reach from light to dark.
    picks = [round(i * (len(colours) - 1) / max(len(limits), 1)) for i in range(len(lows))] if limits else [2]
    classes = []
    for pick, low, high in zip(picks, lows, [*limits, None], strict=True):
        texts = {"low": format_number(low, lang=lang), "high": format_number(high, lang=lang)}
        key = "count_between" if high is not None else "count_last"
        label = words.say(f"map.band.{key}", lang, **texts)
        upper = float("inf") if high is None else float(high)
        classes.append(Band(label, "class", colours[pick], _HATCHES[pick], upper))
    zero = Band(words.say("map.band.zero", lang), "zero", _ZERO, "--", 0.0)
    held_back = (_special("masked", lang),) if masks else ()
    return (zero, *held_back, *classes, _special("no_data", lang))


def position(bands: tuple[Band, ...], value: float) -> int:
    """Return which class of numbers a value belongs to."""
    return next(i for i, band in enumerate(bands) if band.upper is not None and value <= band.upper)
