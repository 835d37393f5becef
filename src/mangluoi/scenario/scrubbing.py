"""Taking the names of confidential places out of everything that is shown, wherever somebody wrote them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import pandas as pd

from mangluoi.scenario.confidential import Secret, unchecked

__all__ = ["scrubbed"]

_T = TypeVar("_T")


def scrubbed(value: _T, secret: Secret) -> _T:
    """Return a value in whose texts no confidential site, facility or address is named.

    Parameters
    ----------
    value
        Text, or anything that is made of texts: tuples, mappings, frozen dataclasses, tables.
    secret
        What must not be named.
    """
    return value if not secret.names else _walk(value, secret.without_names)


def _walk(value: Any, clean: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, pd.DataFrame):
        return _frame(value, clean)
    if isinstance(value, Mapping):
        return {_walk(key, clean): _walk(each, clean) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(_walk(each, clean) for each in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        found = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        changed = {name: _walk(each, clean) for name, each in found.items()}
        kept = {name: each for name, each in changed.items() if each is not found[name]}
        return unchecked(value, **kept) if kept else value
    return value


def _frame(frame: pd.DataFrame, clean: Callable[[str], str]) -> pd.DataFrame:
    """Clean the columns of text; each text is looked at once."""
    shown = frame
    for name in frame.columns:
        if frame[name].dtype != object and not isinstance(frame[name].dtype, pd.StringDtype):
            continue
        texts = {text: clean(text) for text in set(filter(_is_text, frame[name]))}
        if any(text != after for text, after in texts.items()):
            shown = shown.assign(**{name: frame[name].map(lambda each, texts=texts: texts.get(each, each))})
    return shown


def _is_text(value: object) -> bool:
    return isinstance(value, str)
