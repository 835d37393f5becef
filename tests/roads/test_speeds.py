"""Assumed speeds and legal caps."""

from __future__ import annotations

import pytest

from mangluoi import roads, shipped
from mangluoi.errors import InputError
from mangluoi.roads import speeds


def test_no_assumed_speed_is_above_the_law() -> None:
    """Every assumed speed is at most the cap of its profile and class."""
    for (profile, highway, _), kph in speeds.table().items():
        cap = speeds.cap_kph(profile, highway)
        assert cap is None or kph <= cap, (profile, highway)


def test_every_figure_has_a_source_and_a_status() -> None:
    """No row of the files goes without."""
    for name in ("speeds", "caps", "assumptions", "estimate"):
        frame = shipped.frame(f"roads/{name}.csv")
        assert frame["source"].notna().all()
        assert frame["status"].isin(["assumption", "sourced"]).all()


def test_mountain_is_never_faster_than_plain() -> None:
    """The same road takes at least as long in the mountains."""
    for (profile, highway, terrain), kph in speeds.table().items():
        if terrain == "mountain":
            assert kph <= speeds.table()[profile, highway, "plain"]


def test_motorways_are_closed_to_motorbikes() -> None:
    """A class that is closed has no speed, and no default instead."""
    assert speeds.speed_kph("motorbike", "motorway", "plain") is None


@pytest.mark.parametrize(
    ("profile", "highway", "terrain"),
    [("moto", "primary", "plain"), ("car", "avenue", "plain"), ("car", "path", "hill")],
)
def test_unknown_words_are_refused(profile: str, highway: str, terrain: str) -> None:
    """An unknown profile, class or terrain is an error, never a default."""
    with pytest.raises(InputError):
        speeds.speed_kph(profile, highway, terrain)


def test_profiles_are_those_of_the_file() -> None:
    """Three profiles ship."""
    assert roads.profiles() == ["car", "motorbike", "walk"]
