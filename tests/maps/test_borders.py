"""The lines of a map: one border for the province, each border between communes once."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from mangluoi.maps.borders import borders


def test_each_inner_border_is_drawn_once() -> None:
    """Two squares side by side share one line; the rest is the outline."""
    lines = borders(np.array([shapely.box(0, 0, 1000, 1000), shapely.box(1000, 0, 2000, 1000)]), 1.0)
    assert lines.inner.length == pytest.approx(1000, abs=25)
    assert lines.outline.length == pytest.approx(6000)
    assert lines.whole.area == pytest.approx(2e6)


@pytest.mark.parametrize("gap", [0.4, 3.0, 8.0])
def test_a_crack_between_neighbours_is_no_border_of_the_province(gap: float) -> None:
    """Cells that miss each other by metres leave neither a hole nor a cut in the outline."""
    shapes = np.array([shapely.box(0, 0, 1000, 1000), shapely.box(1000 + gap, 0, 2000, 1000)])
    lines = borders(shapes, 1.0)
    assert lines.outline.length == pytest.approx(6000, abs=5)
    assert shapely.get_num_geometries(lines.whole) == 1


def test_islands_and_lakes_keep_their_borders() -> None:
    """What is really apart stays apart."""
    lake = shapely.box(0, 0, 1000, 1000) - shapely.box(400, 400, 600, 600)
    lines = borders(np.array([lake, shapely.box(3000, 0, 3100, 100)]), 1.0)
    assert lines.outline.length == pytest.approx(4000 + 800 + 400)
    assert lines.inner.length == 0
