"""For all tests: those on real data run only where the data lie beside the checkout, and sockets can be watched."""

from __future__ import annotations

import importlib
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from chromium import Browser, installed

REAL = Path(__file__).parents[2] / "shared" / "data"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave tests on real data out where there are none: they are no part of the project, so nothing is skipped."""
    if REAL.is_dir():
        return
    left_out = [item for item in items if item.get_closest_marker("shared")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("shared")]


def pytest_report_header() -> str | None:
    """Say so."""
    return None if REAL.is_dir() else "tests on real data (marked shared) are left out: it does not lie beside"


@pytest.fixture
def sockets(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Refuse every socket and keep what was asked for; an attempt that somebody catches on the way is kept too."""
    # urllib3, which folium brings, looks on its import whether this machine knows IPv6, on a socket that goes nowhere.
    importlib.import_module("urllib3")
    asked: list[object] = []

    def refuse(*args: object, **options: object) -> None:
        asked.append((args, options))
        raise OSError("no socket may be opened")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refuse)
    return asked


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Return one running Chromium for all pages, or skip where there is none."""
    program = installed()
    if program is None:
        pytest.skip("no Chromium on this machine")
    running = Browser(program, tmp_path_factory.mktemp("chromium"))
    yield running
    running.close()
