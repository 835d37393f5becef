"""What must be masked in the tables of one result, or of several about the same people that are published together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mangluoi.scenario.hiding import keys
from mangluoi.scenario.masking import LARGEST_MASKED, NEVER_MASKED, Masks, mask_communes
from mangluoi.scenario.travel import BAND_EDGES

if TYPE_CHECKING:
    from mangluoi.scenario.result import Result

__all__ = ["of_results"]


def of_results(given: Sequence[tuple[Result, pd.DataFrame, pd.DataFrame]]) -> list[Masks]:
    """Find what is masked by commune in results about the same people that are published together.

    The sums by band follow from the published minutes. Every result's services stand beside the others' as if they
    were services of one result, so a commune must be hidden among the communes that agree in all of them; what one
    result masks, all mask.

    Parameters
    ----------
    given
        Results on the same units, each with its people and its states by commune, from which groups and services
        that are not given by commune have been taken out.

    Returns
    -------
    list of Masks
        One for each result, in the same order.
    """
    people, states = _stacked(given)
    placed = [_placed(result) for result, _, _ in given]
    banded = {
        (group, service): placed[_number(service)][_plain(service)]
        for group, service in {*keys(states, "group", "service")}
        if _plain(service) in placed[_number(service)]
    }
    labels = _labels()
    forced: dict[tuple[str, str], set[str]] = {}
    while True:
        masks = mask_communes(people, states, banded, labels, limit=LARGEST_MASKED, forced=forced)
        together: dict[tuple[str, str], set[str]] = {}
        for (group, service), hidden in masks.states.items():
            together.setdefault((group, _plain(service)), set()).update(hidden)
        spread = {(g, s): together[g, _plain(s)] for g, s in masks.states}
        if all(spread[key] == masks.states[key] for key in spread):
            break
        forced = spread
    return [_own(masks, number, result, states, banded) for number, (result, _, _) in enumerate(given)]


def _stacked(given: Sequence[tuple[Result, pd.DataFrame, pd.DataFrame]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Put results side by side: people once (the smaller count where they differ), services tagged by result."""
    people = pd.concat([part for _, part, _ in given], ignore_index=True)
    people = people[people["group"] != NEVER_MASKED]
    # Where two results count one commune differently, the smaller count, but for none, decides whether it is hidden.
    counted = people.assign(nobody=people["people"] == 0).sort_values(["nobody", "people"], kind="stable")
    counted = counted.drop_duplicates(["unit_code", "group"])[["unit_code", "group", "people"]]
    parts = [part.assign(service=f"{number}/" + part["service"]) for number, (_, _, part) in enumerate(given)]
    states = pd.concat(parts, ignore_index=True)
    return counted.sort_values(["group", "unit_code"], ignore_index=True), states[states["group"] != NEVER_MASKED]


def _number(service: str) -> int:
    return int(service.split("/", 1)[0])


def _plain(service: str) -> str:
    return service.split("/", 1)[1]


def _labels() -> tuple[str, ...]:
    ends = BAND_EDGES
    return (*(f"{low:g}-{high:g}" for low, high in zip((0, *ends[:-1]), ends, strict=True)), f">{ends[-1]:g}")


def _placed(result: Result) -> dict[str, pd.Series]:
    """Return for each service the band of each commune, by the minutes that are published."""
    found = {}
    for service, rows in result.nearest.groupby("service", sort=True):
        minutes = rows["minutes"].fillna(np.inf).to_numpy(dtype=float)
        at = np.searchsorted(np.asarray(BAND_EDGES), minutes, side="left")
        found[str(service)] = pd.Series(at, index=rows["unit_code"].to_numpy())
    return found


def _own(
    masks: Masks, number: int, result: Result, states: pd.DataFrame, banded: Mapping[tuple[str, str], pd.Series]
) -> Masks:
    """Take one result's masks out of those of all."""

    def mine(service: str) -> bool:
        return _number(service) == number

    own = Masks(
        people=masks.people,
        states={(g, _plain(s)): hidden for (g, s), hidden in masks.states.items() if mine(s)},
        bands={(g, _plain(s), band) for g, s, band in masks.bands if mine(s)},
        totals={(g, _plain(s)) for g, s in masks.totals if mine(s)},
    )
    names = _labels()
    for (group, tagged), band in banded.items():
        if not mine(tagged):
            continue
        # A group that fewer sites take has other bands than the minutes say: no sum is known, so none is given.
        service = _plain(tagged)
        rows = states[(states["group"] == group) & (states["service"] == tagged)]
        need = rows["need"].astype(float).groupby(rows["unit_code"].map(band).to_numpy()).sum()
        given = result.bands[(result.bands["group"] == group) & (result.bands["service"] == service)]
        place = given["band"].map({name: float(at) for at, name in enumerate(names)})
        apart = given["people"].astype(float) - place.map(need).fillna(0.0)
        if own.states[group, service] and (apart.abs() > 0.5).any():
            own.bands |= {(group, service, name) for name in names}
    return own
