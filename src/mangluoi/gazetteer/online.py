"""Online geocoders: an optional last step, off unless asked for, through the cache, never for confidential rows."""

from __future__ import annotations

import importlib
import inspect
import json
import urllib.parse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mangluoi import webcache
from mangluoi.errors import Complaint, DisclosureError, InputError, MissingExtraError, OfflineError
from mangluoi.tables import LAT_RANGE, LON_RANGE, nearest

__all__ = ["geocoder"]

_AGENT = "mangluoi (planning of social-assistance facilities)"
_KEY_NAMES = ("api_key", "apikey", "access_token", "auth_token", "key", "token")


def geocoder(
    service: str,
    *,
    key: str | None = None,
    offline: bool = False,
    folder: Path | None = None,
    opener: webcache.Opener | None = None,
) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Return a function that asks an online service where addresses are; needs the extra `online`.

    Parameters
    ----------
    service
        The address of a Nominatim server, such as the office's own, or the name of another service that geopy knows
        ("opencage", "here", …), which needs a key.
    key
        Of the service.
    offline
        Whether only answers that are kept from before may be used.
    folder
        Of the cache; `webcache.default_folder` if None.
    opener
        What opens connections, in place of the web.

    Returns
    -------
    callable
        Takes a frame with ``address`` (and, if it likes, ``confidential``) and returns one on the same index with
        ``lon``, ``lat`` and ``located_by``; missing where the service has no answer within the country. It raises
        DisclosureError, before anything is sent, if a row is marked confidential.

    Raises
    ------
    MissingExtraError
        If geopy is not installed.
    InputError
        If the service is not known, or lacks its key.
    """
    try:
        geocoders: Any = importlib.import_module("geopy.geocoders")
        adapters: Any = importlib.import_module("geopy.adapters")
    except ImportError as error:
        raise MissingExtraError("geopy", "online") from error
    fetch = webcache.fetch if opener is None else _with(opener)

    class Cached(adapters.BaseSyncAdapter):  # type: ignore[misc]
        """Hands geopy's requests to the one door to the web."""

        def get_text(self, url: str, *, timeout: float, headers: dict[str, str]) -> str:
            content: bytes = fetch(
                url, folder=folder, offline=offline, headers=headers, hidden=key or "", wait_s=timeout
            )
            return content.decode("utf-8")

        def get_json(self, url: str, *, timeout: float, headers: dict[str, str]) -> Any:
            return json.loads(self.get_text(url, timeout=timeout, headers=headers))

    asked, options = _service(geocoders, service, key, Cached)

    def find(rows: pd.DataFrame) -> pd.DataFrame:
        if "confidential" in rows.columns and rows["confidential"].fillna(False).astype(bool).any():
            raise DisclosureError("confidential_online")
        found = [_answer(asked, str(text), options) for text in rows["address"]]
        made = pd.DataFrame(found, columns=["lon", "lat"], index=rows.index, dtype="float64")
        by = ["online" if lon == lon else None for lon, _ in found]
        return made.assign(located_by=pd.Series(by, index=rows.index, dtype="object"))

    return find


def _with(opener: webcache.Opener) -> Callable[..., bytes]:
    def fetch(address: str, **settings: Any) -> bytes:
        return webcache.fetch(address, opener=opener, pause_s=0.0, **settings)

    return fetch


def _service(geocoders: Any, service: str, key: str | None, adapter: Any) -> tuple[Any, dict[str, Any]]:
    """Return geopy's object for a service, and what every question to it says besides the address."""
    parts = urllib.parse.urlsplit(service)
    if parts.scheme in ("http", "https"):
        domain = (parts.netloc + parts.path).rstrip("/")
        made = geocoders.Nominatim(
            domain=domain, scheme=parts.scheme, user_agent=_AGENT, timeout=30, adapter_factory=adapter
        )
        return made, {"country_codes": "vn", "exactly_one": True}
    known = geocoders.SERVICE_TO_GEOCODER
    if service not in known:
        told = {"nearest": nearest(service, sorted(known))}
        raise InputError([Complaint("not_in_list", column="service", value=service, details=told)])
    kind = known[service]
    named = next((name for name in _KEY_NAMES if name in inspect.signature(kind).parameters), None)
    if named is None or not key:
        raise InputError([Complaint("missing_key", column="key", value=service)])
    return kind(**{named: key}, user_agent=_AGENT, timeout=30, adapter_factory=adapter), {"exactly_one": True}


def _answer(asked: Any, address: str, options: dict[str, Any]) -> tuple[float, float]:
    errors: Any = importlib.import_module("geopy.exc")
    try:
        found = asked.geocode(address, **options)
    except OfflineError:
        raise
    except (errors.GeopyError, ValueError, KeyError, TypeError) as error:
        # geopy says what the service said, which may repeat the key.
        raise OfflineError("web_geocoder", said=type(error).__name__) from None
    if found is None:
        return np.nan, np.nan
    lon, lat = float(found.longitude), float(found.latitude)
    inside = LON_RANGE[0] <= lon <= LON_RANGE[1] and LAT_RANGE[0] <= lat <= LAT_RANGE[1]
    return (lon, lat) if inside else (np.nan, np.nan)
