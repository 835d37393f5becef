"""PBF files, read from their bytes here and by osmium for comparison."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mangluoi import roads
from mangluoi.errors import InputError
from mangluoi.roads import modes, osm, pbf, ways

osmium = pytest.importorskip("osmium")

HCMC = Path(__file__).parents[3] / "shared" / "data" / "roads" / "hcmc_2018" / "hcm_2018.osm.pbf"

NODES = {i: (105.0 + 0.001 * i, 19.0 - 0.0003 * (i % 7)) for i in range(1, 40)}
WAYS = {
    10: ([1, 2, 3], {"highway": "primary", "name": "Đường số 1", "maxspeed": "40"}),
    11: ([3, 4, 5, 9, 8], {"highway": "secondary_link", "oneway": "yes", "surface": "asphalt"}),
    12: ([4, 30], {"route": "ferry", "duration": "00:20"}),
    13: ([5, 6, 7, 5], {"highway": "residential"}),
    14: ([6, 99], {"highway": "track"}),
    15: ([1, 7], {"waterway": "river"}),
    16: ([1, 7], {"route": "bus"}),
}


def write(path: Path, *, packing: str = "", last_first: bool = False) -> Path:
    """Write the ways above, with a bollard on node 2; ways first where asked for."""
    kinds = osmium.osm.mutable
    nodes = [
        kinds.Node(id=i, location=place, tags={"barrier": "bollard"} if i == 2 else {}) for i, place in NODES.items()
    ]
    drawn = [kinds.Way(id=i, nodes=refs, tags=tags) for i, (refs, tags) in WAYS.items()]
    with osmium.SimpleWriter(osmium.io.File(str(path), f"pbf{packing}")) as writer:
        for thing in drawn + nodes[::-1] if last_first else nodes + drawn:
            (writer.add_way if isinstance(thing, kinds.Way) else writer.add_node)(thing)
    return path


def assert_same(path: Path) -> None:
    mine, theirs = osm.read_map(path), osm.read_by_osmium(path)
    assert mine.way_id == theirs.way_id
    assert mine.tags == theirs.tags
    assert mine.count == theirs.count
    assert mine.refs == theirs.refs
    places = [dict(zip(m.node_id, zip(m.lon, m.lat, strict=True), strict=True)) for m in (mine, theirs)]
    assert places[0] == places[1]
    used = set(mine.refs)
    assert mine.barriers == {node: tags for node, tags in theirs.barriers.items() if node in used}


@pytest.mark.parametrize("packing", ["", ",pbf_dense_nodes=false", ",pbf_compression=none", ",add_metadata=all"])
@pytest.mark.parametrize("last_first", [False, True])
def test_bytes_say_what_osmium_says(tmp_path: Path, packing: str, last_first: bool) -> None:
    """Dense or single nodes, packed or not, in whatever order: ways, tags, places and barriers are osmium's."""
    path = write(tmp_path / "a.osm.pbf", packing=packing, last_first=last_first)
    if last_first:
        # osmium locates only nodes that come before their ways.
        assert osm.read_map(path).way_id == [10, 11, 12, 13, 14]
        assert sorted(osm.read_map(path).node_id) == [1, 2, 3, 4, 5, 6, 7, 8, 9, 30]
    else:
        assert_same(path)


def test_what_is_not_read_here_is_left_to_osmium(tmp_path: Path) -> None:
    """A file packed in a rare way is unsupported here, and is read all the same."""
    try:
        path = write(tmp_path / "a.osm.pbf", packing=",pbf_compression=lz4")
    except (RuntimeError, ValueError):
        pytest.skip("this osmium writes no lz4")
    with pytest.raises(pbf.UnsupportedError):
        pbf.read_roads(path, keys=ways.TAGS)
    assert osm.read_map(path).way_id == [10, 11, 12, 13, 14]


def test_no_rule_asks_for_a_tag_that_is_not_read() -> None:
    """Whatever a rule looks up is among the keys that the reading keeps."""

    class Watched(dict[str, str]):
        def get(self, key: str, default: object = None) -> object:  # type: ignore[override]
            assert key in ways.TAGS
            return super().get(key, default)  # type: ignore[arg-type]

        def __contains__(self, key: object) -> bool:
            assert key in ways.TAGS
            return super().__contains__(key)

        def __getitem__(self, key: str) -> str:
            assert key in ways.TAGS
            return super().__getitem__(key)

    for name in roads.profiles():
        profile = modes.find_profile(name)
        for tags in (tags for _, tags in WAYS.values()):
            watched = Watched(tags)
            ways.highway_of(watched)
            ways.blocks(watched, profile=profile)
            ways.unpaved(watched)
            ways.spans(watched)
            ways.unread_sign(watched)
            ways.unread_surface(watched, profile=profile)
            ways.read_rule(watched, profile=profile, terrain="plain")


@pytest.mark.parametrize("packing", ["", ",pbf_compression=none"])
def test_a_file_cut_short_anywhere_is_refused(tmp_path: Path, packing: str) -> None:
    """Whatever byte a file ends at, it is unreadable, never half a map and never a crash."""
    whole = write(tmp_path / "a.osm.pbf", packing=packing).read_bytes()
    path = tmp_path / "short.osm.pbf"
    first = 4 + int.from_bytes(whole[:4], "big")
    for size in [*range(0, first, 3), *range(first, len(whole), max(1, len(whole) // 60))]:
        path.write_bytes(whole[:size])
        try:
            found = osm.read_map(path)
        except InputError:
            continue
        # Cut between two blocks, a file is whole and has fewer roads.
        assert found.way_id == []


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spot=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255), packed=st.booleans())
def test_a_damaged_byte_is_an_error_or_another_map(tmp_path: Path, spot: float, byte: int, packed: bool) -> None:
    """Nothing but `InputError` comes out of a damaged file."""
    kept = tmp_path / f"whole{packed}.osm.pbf"
    if not kept.exists():
        write(kept, packing="" if packed else ",pbf_compression=none")
    content = bytearray(kept.read_bytes())
    content[int(spot * len(content))] = byte
    path = tmp_path / "damaged.osm.pbf"
    path.write_bytes(bytes(content))
    try:
        found = pbf.read_roads(path, keys=ways.TAGS)
    except ValueError:
        return
    assert len(found.refs) == found.count.sum()
    assert len(found.way_id) == len(found.tags)
    assert np.isin(found.node_id, found.refs).all()


@pytest.mark.shared
@pytest.mark.skipif(not HCMC.is_file(), reason="the real roads do not lie beside the checkout")
def test_a_real_city_is_read_as_by_osmium() -> None:
    """The whole map of Ho Chi Minh City: the same ways, tags, places and barriers."""
    assert_same(HCMC)
