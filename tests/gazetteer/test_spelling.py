"""Slips of the keyboard: exactly those that one letter can explain."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from mangluoi.gazetteer.spelling import SpellingIndex, one_slip_apart

WORDS = ["".join(letters) for n in range(4) for letters in itertools.product("ab", repeat=n)]


def by_definition(typed, meant):
    """Make every text that one dropped, added, changed or swapped letter gives."""
    made = {typed}
    for i in range(len(typed) + 1):
        made |= {typed[:i] + letter + typed[i:] for letter in "ab"}
        if i < len(typed):
            made |= {typed[:i] + typed[i + 1 :]} | {typed[:i] + letter + typed[i + 1 :] for letter in "ab"}
        if i + 1 < len(typed):
            made.add(typed[:i] + typed[i + 1] + typed[i] + typed[i + 2 :])
    return meant in made


def test_one_slip_is_what_its_definition_says():
    """On all pairs of short words the test agrees with making every slip."""
    for typed, meant in itertools.product(WORDS, WORDS):
        assert one_slip_apart(typed, meant) == by_definition(typed, meant), (typed, meant)


@given(st.lists(st.text("abcd", max_size=6), max_size=20), st.text("abcd", max_size=6))
def test_index_finds_what_comparing_finds(words, typed):
    """Looking up gives the same words as comparing with each."""
    assert SpellingIndex(words).near(typed) == sorted({word for word in words if one_slip_apart(typed, word)})
