"""Online geocoders: off by default, through the cache, never for confidential rows; tested without a network."""

from __future__ import annotations

import contextlib
import json
import sys
import urllib.parse
from pathlib import Path

import pandas as pd
import pytest

from mangluoi.errors import DisclosureError, InputError, MangluoiError, MissingExtraError, OfflineError
from mangluoi.gazetteer import online

ROWS = pd.DataFrame({"address": ["12 Lê Lợi, Vinh", "ngõ lạ", "Paris"]}, index=[7, 8, 9])


class Nominatim:
    """A server that knows one address in the country and one outside."""

    known = {"12 Lê Lợi, Vinh": (105.68, 18.67), "Paris": (2.35, 48.86)}  # noqa: RUF012

    def __init__(self) -> None:
        self.asked: list[dict[str, list[str]]] = []

    def __call__(self, address: str, _headers: object, _wait_s: float) -> bytes:
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(address).query)
        self.asked.append(query)
        at = self.known.get(query["q"][0])
        found = [] if at is None else [{"lon": str(at[0]), "lat": str(at[1]), "display_name": "x"}]
        return json.dumps(found).encode()


@pytest.fixture(autouse=True)
def _geopy() -> None:
    pytest.importorskip("geopy")


def test_answers_within_the_country_are_taken(tmp_path: Path):
    """What the server knows in the country is taken; what it does not know, or elsewhere, stays missing."""
    server = Nominatim()
    found = online.geocoder("https://nominatim.so-y-te.vn", folder=tmp_path, opener=server)(ROWS)
    assert found.index.tolist() == [7, 8, 9]
    assert found.loc[7, ["lon", "lat", "located_by"]].tolist() == [105.68, 18.67, "online"]
    assert found.loc[[8, 9], "lon"].isna().all()
    assert [query["countrycodes"] for query in server.asked] == [["vn"]] * 3


def test_a_second_run_asks_nothing(tmp_path: Path):
    """Answers are kept: a second run, even offline, gives the same without asking."""
    server = Nominatim()
    first = online.geocoder("https://n.vn", folder=tmp_path, opener=server)(ROWS)
    again = online.geocoder("https://n.vn", folder=tmp_path, opener=server, offline=True)(ROWS)
    pd.testing.assert_frame_equal(first, again)
    assert len(server.asked) == 3


def test_offline_is_refused(tmp_path: Path):
    """Without kept answers, offline is an error of the package."""
    with pytest.raises(OfflineError):
        online.geocoder("https://n.vn", folder=tmp_path, opener=Nominatim(), offline=True)(ROWS)


def test_confidential_rows_are_refused_before_anything_is_sent(tmp_path: Path):
    """One confidential row stops the question; the server hears nothing."""
    server = Nominatim()
    with pytest.raises(DisclosureError):
        online.geocoder("https://n.vn", folder=tmp_path, opener=server)(ROWS.assign(confidential=[False, True, False]))
    assert server.asked == []


def test_services_by_key(tmp_path: Path):
    """Other services are named and need their key; an unknown one names the nearest."""
    with pytest.raises(InputError, match="required"):
        online.geocoder("opencage", folder=tmp_path)
    with pytest.raises(InputError, match="opencage"):
        online.geocoder("opencag", folder=tmp_path)
    asked: list[str] = []

    def answer(address: str, _headers: object, _wait_s: float) -> bytes:
        asked.append(address)
        return json.dumps({"results": [{"formatted": "x", "geometry": {"lng": 105.0, "lat": 18.0}}]}).encode()

    found = online.geocoder("opencage", key="KHOA", folder=tmp_path, opener=answer)(ROWS.iloc[:1])
    assert found["lon"].tolist() == [105.0]
    assert "KHOA" in asked[0]


def test_what_a_service_answers_may_be_anything(tmp_path: Path):
    """An answer that is no answer is no place, or an error of the package."""
    for content in (b"<html>", b"{}", b'[{"lon": "x", "lat": "y", "display_name": ""}]', b"\xff", b'{"error": "no"}'):
        ask = online.geocoder("https://n.vn", folder=tmp_path / content.hex(), opener=lambda *_, c=content: c)
        with contextlib.suppress(MangluoiError):
            assert ask(ROWS.iloc[:1])["lon"].isna().all()


def test_the_extra_is_named(monkeypatch: pytest.MonkeyPatch):
    """Without geopy the extra is named."""
    monkeypatch.setitem(sys.modules, "geopy.geocoders", None)
    with pytest.raises(MissingExtraError, match=r"mangluoi\[online\]"):
        online.geocoder("https://n.vn")
