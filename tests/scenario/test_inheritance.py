"""Scenarios that inherit: only the difference is written, and the plan is as if it stood in one file."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from mangluoi.errors import PlanError
from mangluoi.scenario.plan import Plan, read_plan


def scenario(folder: Path, text: str, *, name: str = "scenario.toml") -> Path:
    place = folder / name
    place.write_text(text, encoding="utf-8")
    return place


def problems(error: pytest.ExceptionInfo[PlanError]) -> set[tuple[str, str | None]]:
    return {(c.problem, c.column) for c in error.value.complaints}


def without_name(plan: Plan) -> Plan:
    return dataclasses.replace(plan, name="x")


def test_a_scenario_that_changes_nothing_is_its_base(tmp_path):
    """A file with only base and name is the base under another name."""
    got = read_plan(scenario(tmp_path, 'base = "nghe-an"\nname = "x"\n'))
    assert got == without_name(read_plan("nghe-an"))


def test_an_entry_with_the_same_keys_changes_only_what_it_names(tmp_path):
    """Max minutes of one service changes; its basis, the other services and everything else stay."""
    base = read_plan("kon-tum")
    got = read_plan(
        scenario(tmp_path, 'base = "kon-tum"\nname = "x"\n[[services]]\nservice = "residential"\nmax_minutes = 60\n')
    )
    changed = dataclasses.replace(base.services[0], max_minutes=60.0)
    assert got == without_name(base.replace(services=(changed, *base.services[1:])))


def test_entries_are_added_dropped_and_replaced_whole(tmp_path):
    """A new entry joins the list, drop takes one out, replace takes a whole list from the scenario."""
    base = read_plan("kon-tum")
    added = '[[needs]]\ngroup = "elderly_alone"\nservice = "residential"\nrate = 0.1\nbasis = "Giả định thử"\n'
    added += '[[growth]]\ngroup = "elderly_alone"\nrate = 0.0\nbasis = "Giả định thử"\n'
    dropped = '[[needs]]\ngroup = "beneficiary"\nservice = "counselling"\ndrop = true\n'
    got = read_plan(scenario(tmp_path, f'base = "kon-tum"\nname = "x"\nreplace = ["actions"]\n{added}{dropped}'))
    assert [(rule.group, rule.service) for rule in got.needs] == [
        (base.needs[0].group, base.needs[0].service),
        ("elderly_alone", "residential"),
    ]
    assert got.actions == ()


def test_tables_are_joined_key_by_key(tmp_path):
    """[supply] of the scenario changes one key and keeps the base's others."""
    base = read_plan("kon-tum")
    got = read_plan(scenario(tmp_path, 'base = "kon-tum"\nname = "x"\n[supply]\ninclude_drug_rehab = true\n'))
    assert got.supply == dataclasses.replace(base.supply, include_drug_rehab=True)


def test_a_scenario_may_inherit_from_a_scenario(tmp_path):
    """The nearest file wins."""
    scenario(tmp_path, 'base = "kon-tum"\nname = "a"\nbudget_vnd = 1e9\ntime_limit_s = 7\n', name="a.toml")
    got = read_plan(scenario(tmp_path, 'base = "a.toml"\nname = "b"\nbudget_vnd = 2e9\n', name="b.toml"))
    assert (got.name, got.budget_vnd, got.time_limit_s) == ("b", 2e9, 7.0)


def test_files_of_the_base_count_from_the_base(tmp_path):
    """A base in another folder keeps pointing at its own workbook, by a relative path."""
    (tmp_path / "goc").mkdir()
    (tmp_path / "moi").mkdir()
    base = 'base = "kon-tum"\nname = "a"\n[inputs]\nworkbook = "so-lieu.xlsx"\n'
    scenario(tmp_path / "goc", base, name="a.toml")
    got = read_plan(scenario(tmp_path / "moi", 'base = "../goc/a.toml"\nname = "b"\n'))
    assert got.inputs.workbook == "../goc/so-lieu.xlsx"
    assert (got.folder / got.inputs.workbook).resolve() == (tmp_path / "goc" / "so-lieu.xlsx").resolve()


def test_a_circle_is_named(tmp_path):
    """Two files that inherit from each other are refused instead of read forever."""
    scenario(tmp_path, 'base = "b.toml"\nname = "a"\n', name="a.toml")
    with pytest.raises(PlanError) as error:
        read_plan(scenario(tmp_path, 'base = "a.toml"\nname = "b"\n', name="b.toml"))
    assert problems(error) == {("base_circle", "base")}


def test_every_mistake_of_a_scenario_is_named_at_once(tmp_path):
    """An entry that is not there, an unknown list, an entry that fits two and a missing name come in one error."""
    base = read_plan("nghe-an").to_toml()
    twice = base + base[base.index("[[actions]]") :].split("\n\n")[0] + "\n"
    scenario(tmp_path, twice, name="goc.toml")
    first = read_plan("nghe-an").actions[0]
    entry = f'[[actions]]\nkind = "{first.kind}"\nservice = "{first.service}"\n'
    entry += "max_added = 5\n"
    text = 'base = "goc.toml"\nreplace = ["service"]\n' + entry
    text += '[[needs]]\ngroup = "child"\nservice = "day"\ndrop = true\n'
    with pytest.raises(PlanError) as error:
        read_plan(scenario(tmp_path, text))
    assert problems(error) == {
        ("missing_key", "name"),
        ("not_in_list", "replace"),
        ("ambiguous_entry", "actions[1]"),
        ("nothing_to_drop", "needs[1]"),
    }


def test_a_missing_base_is_named(tmp_path):
    """The complaint names the base that was asked for."""
    with pytest.raises(PlanError) as error:
        read_plan(scenario(tmp_path, 'base = "khong-co.toml"\nname = "x"\n'))
    assert [(c.problem, c.file) for c in error.value.complaints] == [("missing_file", "khong-co.toml")]
