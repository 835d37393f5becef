"""Names one slip of the keyboard away from what was typed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

__all__ = ["SpellingIndex", "one_slip_apart"]


def one_slip_apart(typed: str, meant: str) -> bool:
    """Tell whether one letter was dropped, added, changed or swapped with its neighbour (or none was)."""
    if typed == meant:
        return True
    longer, shorter = (typed, meant) if len(typed) >= len(meant) else (meant, typed)
    if len(longer) - len(shorter) > 1:
        return False
    first = next((i for i, (a, b) in enumerate(zip(longer, shorter, strict=False)) if a != b), len(shorter))
    if len(longer) > len(shorter):
        return longer[first + 1 :] == shorter[first:]
    if longer[first + 1 :] == shorter[first + 1 :]:
        return True
    return longer[first : first + 2] == shorter[first : first + 2][::-1] and longer[first + 2 :] == shorter[first + 2 :]


class SpellingIndex:
    """The words of a list by what is left of each when one letter is dropped.

    Two words one slip apart have such a remainder in common, or one is a remainder of the other, so that a look-up
    needs as many steps as the word has letters, however long the list.

    Parameters
    ----------
    words
        The words; each once.

    References
    ----------
    Mor, M. and Fraenkel, A. S. (1982), A hash code method for detecting and correcting spelling errors,
    *Communications of the ACM* 25(12).
    """

    def __init__(self, words: Iterable[str]) -> None:
        found: dict[str, list[str]] = defaultdict(list)
        for word in sorted(set(words)):
            for remainder in _remainders(word):
                found[remainder].append(word)
        self._words_of = dict(found)

    def near(self, typed: str) -> list[str]:
        """Return the words that are one slip from what was typed, or equal to it, sorted."""
        candidates = {word for remainder in _remainders(typed) for word in self._words_of.get(remainder, ())}
        return sorted(word for word in candidates if one_slip_apart(typed, word))


def _remainders(word: str) -> set[str]:
    return {word} | {word[:i] + word[i + 1 :] for i in range(len(word))}
