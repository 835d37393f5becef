"""The JSON Schema says what the reader accepts."""

from __future__ import annotations

import datetime as dt
import tomllib
from typing import Any

import jsonschema
import pytest

from mangluoi import shipped
from mangluoi.errors import PlanError
from mangluoi.scenario.plan import read_plan
from mangluoi.scenario.schema import schema

NAMES = sorted(place.stem for place in shipped.plans_folder().glob("*.toml"))


def as_json(value: Any) -> Any:
    """TOML dates are text to an editor's checker."""
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    return value.isoformat() if isinstance(value, dt.date) else value


def complaints(text: str) -> list[str]:
    checker = jsonschema.Draft202012Validator(schema())
    return [error.message for error in checker.iter_errors(as_json(tomllib.loads(text)))]


def test_the_schema_is_a_schema():
    """It keeps the rules of its own draft."""
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("name", NAMES)
def test_shipped_plans_and_what_they_write_keep_the_schema(name: str):
    """A plan as it ships, and as it is written with every default, is accepted."""
    assert complaints((shipped.plans_folder() / f"{name}.toml").read_text(encoding="utf-8")) == []
    assert complaints(read_plan(name).to_toml()) == []


@pytest.mark.parametrize(
    "text",
    [
        'base = "kon-tum"\nname = "x"\n',
        'base = "kon-tum"\nname = "x"\n[roads]\nmargin_km = 10\n',
        'base = "kon-tum"\nname = "x"\n[[needs]]\ngroup = "beneficiary"\nservice = "counselling"\ndrop = true\n',
        'base = "kon-tum"\nname = "x"\n[[services]]\nservice = "residential"\nmax_minutes = 60\n',
    ],
)
def test_what_the_reader_takes_the_schema_takes(text: str, tmp_path):
    """Scenarios that are read are accepted."""
    place = tmp_path / "x.toml"
    place.write_text(text, encoding="utf-8")
    read_plan(place)
    assert complaints(text) == []


@pytest.mark.parametrize(
    "text",
    [
        'name = "x"\n',
        'base = "kon-tum"\n',
        'base = "kon-tum"\nname = "x"\nbuget_vnd = 1\n',
        'base = "kon-tum"\nname = "x"\n[roads]\nterrain = "hilly"\n',
        'base = "kon-tum"\nname = "x"\n[[services]]\nservice = "residental"\nmax_minutes = 60\n',
        'base = "kon-tum"\nname = "x"\n[[services]]\nservice = "residential"\nmax_minutes = "60"\n',
        'base = "kon-tum"\nname = "x"\n[[services]]\nmax_minutes = 60\n',
    ],
)
def test_what_the_schema_refuses_the_reader_refuses(text: str, tmp_path):
    """Unknown and missing keys, unknown ids and wrong types are refused by both."""
    place = tmp_path / "x.toml"
    place.write_text(text, encoding="utf-8")
    with pytest.raises(PlanError):
        read_plan(place)
    assert complaints(text) != []


def test_every_key_says_what_it_means():
    """Each key of the plan and of its tables that has a docstring entry carries it as its description."""
    top = schema()["properties"]
    assert [name for name, described in top.items() if "description" not in described] == []
