"""Purpose and implementation: what the plan says is said, what it does not say is left for the office to add."""

from __future__ import annotations

import dataclasses
import io

import docx
import pandas as pd
import pytest

from mangluoi.reports import blank, mandate
from mangluoi.reports.document import document
from mangluoi.reports.story import Heading, story
from mangluoi.scenario.disclosure import Disclosed
from mangluoi.scenario.plan import PayerRule, PhaseRule

TO_ADD = "[Cơ quan lập đề án bổ sung: "


def sections(parts) -> dict[str, list[str]]:
    return dict(parts)


def test_what_the_plan_does_not_say_is_for_the_office(disclosed: Disclosed):
    """Without payers and phases the report says so, and each part has one marked place to fill in."""
    told = sections([*mandate.purpose(disclosed, "vi"), *mandate.duties(disclosed, "vi")])
    marked = {
        key: sum(line.startswith(TO_ADD) and line.endswith(".]") for line in lines) for key, lines in told.items()
    }
    assert marked == {
        "purpose_what": 1, "purpose_rules": 1, "duties_money": 1, "duties_phases": 1, "duties_offices": 1,
        "duties_checks": 0,
    }  # fmt: skip
    assert "Kế hoạch tính chưa nêu cấp nào chi trả cho từng việc." in told["duties_money"]
    assert "Kế hoạch tính không chia giai đoạn." in told["duties_phases"]
    assert "Tổng kinh phí ước tính của các việc được chọn: 8.600 triệu đồng" in told["duties_money"][0]


def test_payers_and_phases_of_the_plan_are_told(disclosed: Disclosed):
    """Who may spend how much, and the money of each phase with its basis."""
    rules = disclosed.plan.actions
    names = ("tỉnh", "xã hội hóa")
    paid = dataclasses.replace(
        disclosed.plan,
        actions=tuple(dataclasses.replace(rule, authority=by) for rule, by in zip(rules, names, strict=True)),
        payers=(PayerRule("tỉnh", 5e9, "QĐ 1"), PayerRule("xã hội hóa", 3e9, "QĐ 2")),
    )
    told = sections(mandate.duties(dataclasses.replace(disclosed, plan=paid), "vi"))
    assert any("tỉnh 5.000 triệu đồng; xã hội hóa 3.000 triệu đồng" in line for line in told["duties_money"])
    phased = dataclasses.replace(disclosed.plan, phases=(PhaseRule("2026–2027", 20e9, 2, "Nghị quyết 9"),))
    told = sections(mandate.duties(dataclasses.replace(disclosed, plan=phased), "vi"))
    assert told["duties_phases"][0] == "Giai đoạn 2026–2027: kinh phí 20.000 triệu đồng. Căn cứ: Nghị quyết 9."


def test_what_to_verify_follows_from_what_is_not_known(disclosed: Disclosed):
    """Places to build at, sizes that nobody gave, sites that are roughly or not located, estimates by commune."""
    told = " ".join(sections(mandate.duties(disclosed, "vi"))["duties_checks"])
    assert "xã Ba. Mô hình chỉ chọn đến cấp xã" in told
    assert "30 m² một người ở nông thôn" in told
    assert "Địa chỉ của: Nhà B; hiện chưa xác định được vị trí" in told
    nothing = dataclasses.replace(
        disclosed,
        capacity=disclosed.capacity.assign(basis="declared"),
        sites=disclosed.sites.assign(lon=105.0, located_by="given"),
        people=disclosed.people.assign(estimated=False),
        actions=disclosed.actions.iloc[:0],
        minutes=pd.DataFrame({"service": ["residential"], "minutes": [3.0]}),
    )
    assert sections(mandate.duties(nothing, "vi"))["duties_checks"] == []


@pytest.mark.parametrize("name", ["mangluoi_muc_dich", "mangluoi_to_chuc"])
def test_a_part_stands_where_its_bookmark_does(disclosed: Disclosed, name: str):
    """An own blank may give these parts a place of their own; without it they stand in order."""
    key = next(key for key, mark in blank.SECTIONS.items() if mark == name)
    heading = next(block.text for block in story(disclosed) if isinstance(block, Heading) and block.key == key)
    made = blank.opened(blank.make_blank(whole=True))
    blank._marked(made.paragraphs[-2].insert_paragraph_before("Phần riêng của Sở"), name, 70, f"[{name}]")
    kept = io.BytesIO()
    made.save(kept)
    texts = [p.text for p in docx.Document(io.BytesIO(document(disclosed, template=kept.getvalue()))).paragraphs]
    assert texts.count(heading) == 1
    assert texts.index("VII. PHƯƠNG PHÁP, DỮ LIỆU VÀ HẠN CHẾ") < texts.index(heading)
    assert not any("[mangluoi" in text for text in texts)
