"""Assumed speeds and legal caps."""

from __future__ import annotations

import pytest

from mangluoi import roads, shipped
from mangluoi.errors import InputError
from mangluoi.roads import modes, speeds


def test_no_assumed_speed_is_above_the_law() -> None:
    """Every assumed speed is at most the cap of its profile and class."""
    for name in roads.profiles():
        profile = modes.find_profile(name)
        assert not profile.lowered
        for (highway, _), kph in profile.kph.items():
            cap = speeds.cap_kph(profile.travels, highway)
            assert cap is None or kph <= cap, (name, highway)


def test_every_figure_has_a_source_and_a_status() -> None:
    """No row of the files goes without."""
    for name in ("caps", "assumptions", "estimate"):
        frame = shipped.frame(f"roads/{name}.csv")
        assert frame["source"].notna().all()
        assert frame["status"].isin(["assumption", "sourced"]).all()


def test_mountain_is_never_faster_than_plain() -> None:
    """The same road takes at least as long in the mountains."""
    for name in roads.profiles():
        kph = modes.find_profile(name).kph
        for (highway, terrain), speed in kph.items():
            assert speed <= kph[highway, "plain"], (name, highway, terrain)


def test_motorways_are_closed_to_motorbikes() -> None:
    """A class that is closed has no speed, and no default instead."""
    assert modes.speed_kph("motorbike", "motorway", "plain") is None


@pytest.mark.parametrize(
    ("profile", "highway", "terrain"),
    [("moto", "primary", "plain"), ("car", "avenue", "plain"), ("car", "path", "hill")],
)
def test_unknown_words_are_refused(profile: str, highway: str, terrain: str) -> None:
    """An unknown profile, class or terrain is an error, never a default."""
    with pytest.raises(InputError):
        modes.speed_kph(profile, highway, terrain)


def test_profiles_are_those_of_the_file() -> None:
    """Three profiles ship."""
    assert roads.profiles() == ["car", "motorbike", "walk"]
