"""Small multiples: the same classes and the same scale everywhere, every panel with its own figures; insets at sea."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable

import numpy as np
import pytest
import shapely
from made_up_province import PAYLOADS
from matplotlib.figure import Figure
from matplotlib.text import Text

from mangluoi.maps import drawing, extent, group_maps, multiples, print_maps, scenario_maps
from mangluoi.maps.ground import ground
from mangluoi.maps.print import PrintMap
from mangluoi.scenario.disclosure import Disclosed

Province = Callable[..., Disclosed]


def _words(figure: Figure) -> str:
    return "\n".join(text.get_text() for text in figure.findobj(Text))


def _named(d: Disclosed, name: str, **changes: object) -> Disclosed:
    return dataclasses.replace(d, plan=d.plan.replace(name=name), **changes)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def by_group(province: Province) -> PrintMap:
    """Return the sheet of all groups."""
    return group_maps(province())[0]


def _at_sea(d: Disclosed) -> Disclosed:
    cells = d.cells.copy()
    cells.loc[19, "geometry"] = shapely.Point(114.45, 9.7).buffer(0.014)
    return dataclasses.replace(d, cells=cells)


def test_every_group_has_its_panel(by_group: PrintMap) -> None:
    """Each pair of group and service is named once, with the figure of the whole province below it."""
    shown = _words(by_group.figure)
    for wanted in (
        "Người cao tuổi – Chăm sóc, nuôi dưỡng tại cơ sở", "Người khuyết tật – Chăm sóc, phục hồi chức năng ban ngày",
        "Toàn tỉnh: 3.923 người", "Toàn tỉnh: 390 người", "Chú giải", "Tỷ lệ 1:", "Nguồn: Kế hoạch thử nghiệm.",
        "không có số liệu", "được che (≤ 10 người mỗi xã)",
    ):  # fmt: skip
        assert shown.replace("\n", " ").count(wanted) == 1, wanted


def test_panels_share_one_scale(by_group: PrintMap) -> None:
    """A metre is as long in each panel, and as long as the scale says."""
    panels = by_group.figure.axes[1:]
    assert len(panels) == 2
    said = float(re.search(r"1:([\d.]+)", _words(by_group.figure))[1].replace(".", ""))  # type: ignore[index]
    for axes in panels:
        metres = np.ptp(axes.get_xlim())
        on_paper = axes.get_position().width * by_group.figure.get_figwidth() * 0.0254
        assert metres / on_paper == pytest.approx(said)


def test_the_same_answer_gives_the_same_bytes(by_group: PrintMap, province: Province) -> None:
    """Two sheets are equal byte by byte."""
    assert group_maps(province())[0].pdf() == by_group.pdf()


def test_plans_are_drawn_side_by_side(province: Province) -> None:
    """One panel a plan under its name; what a plan lacks leaves it out, and one plan alone makes no comparison."""
    d = province()
    none = d.states.iloc[:0]
    plans = [_named(d, "hien-trang", actions=d.actions.iloc[:0]), _named(d, "xay-moi"), _named(d, "khong", states=none)]
    (sheet,) = scenario_maps(plans)
    shown = _words(sheet.figure)
    assert sheet.name == "so-sanh-thieu-hut"
    assert "hien-trang" in shown
    assert "xay-moi" in shown
    assert "khong" not in shown.split("\n")
    assert scenario_maps(plans[:1]) == []
    assert "Phương án được chọn" in shown


def test_classes_of_minutes_are_those_of_all_plans(province: Province) -> None:
    """Beyond the nearest limit of search, nothing is told apart: one plan looked no farther."""
    d = province()
    near = dataclasses.replace(
        d.plan, name="gan", services=tuple(dataclasses.replace(s, max_minutes=30.0) for s in d.plan.services)
    )
    looked = d.minutes.assign(minutes=lambda m: m["minutes"].where(m["minutes"] <= 120))
    plans = [
        _named(d, "xa", actions=d.actions.iloc[:0]),
        dataclasses.replace(d, plan=near, minutes=looked, actions=d.actions.iloc[:0]),
    ]
    (sheet,) = scenario_maps(plans, kind="minutes")
    shown = _words(sheet.figure)
    assert "trên 120 phút hoặc không đến được" in shown
    assert "đến 180 phút" not in shown


def test_many_plans_take_several_sheets(province: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    """What finds no room on a sheet stands on the next; nothing is lost."""
    monkeypatch.setattr(multiples, "_MOST", 2)
    d = province()
    sheets = scenario_maps([_named(d, f"kich-ban-{i:02d}") for i in range(3)], kind="minutes")
    assert [len(sheet.figure.axes) - 1 for sheet in sheets] == [2, 1]
    assert [sheet.name for sheet in sheets] == ["so-sanh-thoi-gian", "so-sanh-thoi-gian-2"]


def test_internal_sheets_are_stamped(province: Province) -> None:
    """Every sheet of an internal answer bears the stamp, also where plans stand beside each other; no public one."""
    inside = province(profile="internal")
    plans = [_named(inside, "a"), _named(province(), "b")]
    stamped = [*group_maps(inside), *scenario_maps(plans, kind="minutes")]
    assert len(stamped) > 1
    assert all("NỘI BỘ" in _words(sheet.figure) for sheet in stamped)
    assert not any("NỘI BỘ" in _words(sheet.figure) for sheet in group_maps(province()))


def test_nothing_leaves_the_paper(province: Province) -> None:
    """Names of 300 characters are cut, not run over the edge."""
    sheets = group_maps(province(names=PAYLOADS, profile="internal"))
    sheets += scenario_maps([_named(province(), f"{name}{i}") for i, name in enumerate(PAYLOADS[::5])])
    for sheet in sheets:
        with drawing.style():
            sheet.figure.canvas.draw()
        paper = sheet.figure.bbox
        for text in (text for text in sheet.figure.findobj(Text) if text.get_text()):
            at = text.get_window_extent()
            assert at.x0 >= paper.x0, text.get_text()
            assert at.x1 <= paper.x1, text.get_text()
            assert at.y0 >= paper.y0, text.get_text()


def test_an_archipelago_stands_in_an_inset(province: Province) -> None:
    """The mainland fills the sheet; the islands are framed and named on each, with the class of their cell."""
    d = _at_sea(province())
    assert ground(d).at_sea[19] == "Trường Sa"
    assert extent.archipelago_of(d.cells.geometry)[:19] == ("",) * 19
    without = ground(province())
    for sheet in [print_maps(d)[3], *group_maps(d)]:
        shown = _words(sheet.figure).replace("\n", " ")
        assert "Quần đảo Trường Sa (Việt Nam)" in shown
        inset = next(axes for axes in sheet.figure.axes if axes.get_gid() == "inset-Trường Sa")
        assert np.ptp(inset.get_xlim()) > 600_000
        assert np.ptp(sheet.figure.axes[1].get_xlim()) < 600_000
    assert without.at_sea == ("",) * 20


def test_a_site_on_an_island_stands_in_the_inset(province: Province) -> None:
    """Nothing that has a place is lost from the sheet."""
    d = _at_sea(province())
    sites = d.sites.copy()
    sites.loc[2, ["lon", "lat"]] = [114.45, 9.7]
    sheet = print_maps(dataclasses.replace(d, sites=sites))[0]
    inset = next(axes for axes in sheet.figure.axes if axes.get_gid() == "inset-Trường Sa")
    assert "3" in [text.get_text() for text in inset.texts]
