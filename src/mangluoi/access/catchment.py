"""Catchment ratios: places per person, counting who else competes for them.

The three-step variants inflate access where sites are dense, and are not offered.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mangluoi.access import intake, reach
from mangluoi.access.allocation import open_services
from mangluoi.access.decay import Decay

__all__ = ["catchment"]

Method = Literal["2sfca", "e2sfca", "balanced", "spatial_availability"]


def catchment(
    demand: pd.DataFrame,
    supply: pd.DataFrame,
    times: pd.DataFrame,
    *,
    method: Method = "2sfca",
    max_minutes: float | Mapping[str, float],
    decay: Decay | None = None,
    admissible: pd.DataFrame | None = None,
    modes: pd.DataFrame | None = None,
) -> pd.Series:
    """Return the ratio of places to people for each row of demand.

    With f the decay within the threshold (1 everywhere for ``2sfca``), D people and S places:

    * ``2sfca``, ``e2sfca``: A_i = Σ_j f_ij S_j ÷ Σ_k f_kj D_k (Luo and Wang 2003; with decay, Luo and Qi 2009).
    * ``balanced``: the weights are standardised, f_ij ÷ Σ_j f_ij where people are counted at sites and f_ij ÷ Σ_i f_ij
      where ratios return to people, so that neither is counted twice (Paez, Higgins and Vivona 2019).
    * ``spatial_availability``: V_i = Σ_j S_j · D_i f_ij ÷ Σ_k D_k f_kj, *places* rather than a ratio; they sum to all
      places within reach of anybody (Soukhov et al. 2023). V_i ÷ D_i is the ratio of ``e2sfca``.

    Parameters
    ----------
    demand
        ``point_id`` and ``need``, and ``group`` and ``service`` where they matter.
    supply
        ``site_id`` and ``capacity``, and ``service`` where demand has it.
    times
        TRAVEL_TIMES rows from points to sites.
    method
        {"2sfca", "e2sfca", "balanced", "spatial_availability"}
    max_minutes
        Threshold in minutes, for all services or by service.
    decay
        Weight of minutes, see `access.decay`; required by every method but ``2sfca``, which has none.
    admissible
        ``site_id`` and any of ``group`` and ``service``: who may be taken where.
    modes
        As in `coverage`.

    Returns
    -------
    Series
        On demand's index: places per person (places for ``spatial_availability``); zero where nothing is within reach.

    Raises
    ------
    InputError
        As `coverage`.
    ValueError
        If the method is not known, or the decay does not go with it.

    References
    ----------
    Luo and Wang (2003), *Environment and Planning B* 30; Luo and Qi (2009), *Health & Place* 15; Paez, Higgins and
    Vivona (2019), *PLoS ONE* 14(6); Soukhov, Paez, Higgins and Mohamed (2023), *PLoS ONE* 18(1).
    """
    if method not in ("2sfca", "e2sfca", "balanced", "spatial_availability"):
        raise ValueError(f"unknown method {method!r}; the 3SFCA is not offered, since it inflates")
    if (decay is None) != (method == "2sfca"):
        raise ValueError(f"the method {method} {'takes no' if method == '2sfca' else 'needs a'} decay")
    plain = {name: "" for name in ("group", "service") if name not in demand.columns}
    need = demand.assign(**plain)
    offered = supply if "service" in supply.columns else supply.assign(service="")
    intake.check_capacity(offered)
    opened = open_services(offered, admissible)
    pairs = reach.build(need, times, max_minutes=max_minutes, admissible=opened, modes=modes)

    people = need["need"].to_numpy(dtype=float)
    result = np.zeros(len(need))
    for service in pairs.services:
        here = offered[offered["service"] == service]
        places = pd.Series(here["capacity"].to_numpy(dtype=float), index=here["site_id"]).reindex(pairs.sites)
        row, link = pairs.rows_and_links(service)
        site = pairs.site[link]
        weight = np.ones(link.size) if decay is None else decay(pairs.minutes[link])
        result += _ratio(method, people, places.fillna(0.0).to_numpy(dtype=float), row, site, weight)
    return pd.Series(result, index=demand.index, name=method)


def _ratio(
    method: Method,
    people: NDArray[np.float64],
    places: NDArray[np.float64],
    row: NDArray[np.int64],
    site: NDArray[np.int64],
    weight: NDArray[np.float64],
) -> NDArray[np.float64]:
    counted, returned = weight, weight
    if method == "balanced":
        counted = _over(weight, _sums(row, weight, people.size)[row])
        returned = _over(weight, _sums(site, weight, places.size)[site])
    queue = _sums(site, counted * people[row], places.size)
    ratio = _over(places, queue)
    result = _sums(row, returned * ratio[site], people.size)
    return result * people if method == "spatial_availability" else result


def _sums(at: NDArray[np.int64], values: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    return np.bincount(at, values, size).astype(np.float64)


def _over(top: NDArray[np.float64], bottom: NDArray[np.float64]) -> NDArray[np.float64]:
    """Divide; nothing over nobody is nothing, since such a site has no one to count it."""
    return np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0)
