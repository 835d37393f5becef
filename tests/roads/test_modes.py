"""Profiles read from TOML: the ones that ship, and a user's own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from test_osm import STEP_KM, minutes, write_osm

from mangluoi import roads, shipped
from mangluoi.errors import InputError
from mangluoi.roads import modes

OWN = """
name = "ambulance"
travels = "car"
[speed]
status = "assumption"
source = "Measured by nobody"
primary = { plain = 60, mountain = 40 }
track = { plain = 10, mountain = 5 }
trunk = { plain = 95, mountain = 50 }
[surface]
status = "assumption"
source = "Measured by nobody"
gravel = 30
mud = 0
[grade]
status = "assumption"
source = "Measured by nobody"
percent = [-10, 0, 10]
factor = [0.8, 1, 0.5]
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_users_own_profile_is_used(tmp_path: Path) -> None:
    """Its speeds make the minutes, its name the mode, and a class that it does not have is closed."""
    path = write_osm(tmp_path / "a.osm")
    for profile in (write(tmp_path, OWN), str(write(tmp_path, OWN)), roads.read_profile(write(tmp_path, OWN))):
        network = roads.read_network(path, profile=profile)
        found = roads.travel_times(network, ["1"], ["3"], max_minutes=60)
        assert found["minutes"].item() == pytest.approx(2 * STEP_KM / 60 * 60, rel=1e-3)
        assert found["mode"].item() == "ambulance"
        assert "4" not in network.node_ids


def test_a_speed_above_the_law_is_lowered_and_named(tmp_path: Path) -> None:
    """95 km/h by car on a road without a divider becomes 80, and the network says so where it has such a road."""
    profile = roads.read_profile(write(tmp_path, OWN))
    assert profile.kph["trunk", "plain"] == 80
    assert dict(profile.lowered) == {("trunk", "plain"): 95}
    path = write_osm(tmp_path / "a.osm", {10: ([1, 2, 3], {"highway": "trunk"})})
    remarks = roads.read_network(path, profile=profile).remarks
    assert remarks["done"].tolist() == ["95 km/h: 80 taken"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('travels = "car"', 'travels = "kar"', "car"),
        ('travels = "car"', "", "travels"),
        ("primary =", "primry =", "primary"),
        ("{ plain = 60, mountain = 40 }", "{ plain = 60 }", r"speed\.primary\.mountain"),
        ("{ plain = 60, mountain = 40 }", "{ plain = 60, mountain = 40, hill = 1 }", "hill"),
        ("{ plain = 60, mountain = 40 }", "60", r"speed\.primary"),
        ("plain = 60", "plain = nan", r"speed\.primary\.plain"),
        ("plain = 60", "plain = 0", r"speed\.primary\.plain"),
        ("plain = 60", "plain = -5", r"speed\.primary\.plain"),
        ("plain = 60", 'plain = "fast"', r"speed\.primary\.plain"),
        ("gravel = 30", "gravel = inf", r"surface\.gravel"),
        ("factor = [0.8, 1, 0.5]", "factor = [0.8, 1]", r"grade\.percent"),
        ("percent = [-10, 0, 10]", "percent = [0, 0, 10]", r"grade\.percent"),
        ("[grade]", '[grade]\nrule = "naismith"', r"grade\.rule"),
        ("[surface]", "[surfaces]", "surface"),
        ('[speed]\nstatus = "assumption"', "[speed]", r"speed\.status"),
        ("name =", "name", "TOML"),
    ],
)
def test_whatever_is_not_known_is_an_error(tmp_path: Path, old: str, new: str, message: str) -> None:
    """A misspelt, missing or senseless key or figure is refused with its place in the file."""
    assert old in OWN
    with pytest.raises(InputError, match=message):
        roads.read_profile(write(tmp_path, OWN.replace(old, new)))


def test_motorbikes_cannot_be_let_onto_expressways(tmp_path: Path) -> None:
    """The law closes them, whatever a file says."""
    text = OWN.replace('travels = "car"', 'travels = "motorbike"').replace("primary =", "motorway =")
    with pytest.raises(InputError, match="expressways"):
        roads.read_profile(write(tmp_path, text))


def test_a_surface_limits_and_closes(tmp_path: Path) -> None:
    """Gravel holds a fast road to 30, mud closes it, an unknown surface is taken for paved and named."""
    profile = roads.read_profile(write(tmp_path, OWN))
    for surface, kph in (("gravel", 30), ("asphalt", 60), ("mud", None), ("lava", 60)):
        path = write_osm(
            tmp_path / "a.osm",
            {10: ([1, 2, 3], {"highway": "primary", "surface": surface}), 11: ([3, 4], {"highway": "primary"})},
        )
        network = roads.read_network(path, profile=profile)
        if kph is None:
            assert "1" not in network.node_ids
            assert network.notes["ways_closed"] == 1
        else:
            assert minutes(network, "1", "3") == pytest.approx(2 * STEP_KM / kph * 60, rel=1e-3)
        assert network.notes["surfaces_unread"] == (surface == "lava")


def test_toblers_walker_is_fastest_going_gently_down() -> None:
    """On foot, level ground takes the profile's own time, 5 % down the least, and steep ground much more."""
    walk = modes.find_profile("walk")
    assert walk.pace(0.0) == pytest.approx(1)
    grades = np.linspace(-0.5, 0.5, 1001)
    assert grades[np.argmin(walk.pace(grades))] == pytest.approx(-0.05)
    # 6·exp(−3.5·0.15) = 3.55 km/h at 10 % up, against 5.04 on level ground.
    assert walk.pace(0.1) == pytest.approx(5.0368 / 3.5493, rel=1e-4)


def test_a_vehicle_loses_half_its_speed_at_fifteen_percent() -> None:
    """Grades up to 7 % change nothing; steeper figures than 15 % are held to it."""
    for name in ("motorbike", "car"):
        pace = modes.find_profile(name).pace(np.array([-0.4, -0.15, -0.07, 0.0, 0.07, 0.11, 0.15, 0.4]))
        assert pace.tolist() == pytest.approx([2, 2, 1, 1, 1, 1 / 0.75, 2, 2])


def test_every_shipped_profile_says_where_its_figures_come_from() -> None:
    """Each file is read by the same door, and names at least one source."""
    for name in roads.profiles():
        profile = modes.find_profile(name)
        assert profile.name == name == profile.travels
        assert profile.sources
        assert shipped.path(f"roads/profiles/{name}.toml").is_file()
    assert len(roads.speed_sources()) == 2


def test_another_profile_is_another_cache(tmp_path: Path) -> None:
    """A changed figure in a user's own file is not answered by what was kept for the old one."""
    path, folder = write_osm(tmp_path / "a.osm"), tmp_path / "cache"
    slow = roads.read_network(path, profile=write(tmp_path, OWN), cache=folder)
    text = OWN.replace("plain = 60", "plain = 75")
    fast = roads.read_network(path, profile=write(tmp_path, text), cache=folder)
    assert minutes(fast, "1", "3") < minutes(slow, "1", "3")
