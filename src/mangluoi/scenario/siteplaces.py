"""Where the sites of a plan are, and whether they lie in its province."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from mangluoi import gazetteer
from mangluoi.errors import Complaint, PlanError
from mangluoi.projection import great_circle_m
from mangluoi.scenario import decisions
from mangluoi.scenario.caveat import Notice
from mangluoi.scenario.plan import Plan
from mangluoi.tables import SITES
from mangluoi.viettext import fold

__all__ = ["full_names", "is_outside", "locate"]

# Commune borders are not known, only points: a place belongs outside the province where the province's nearest
# commune is this much farther off than the country's nearest one.
_OUTSIDE_TIMES, _OUTSIDE_M = 2.0, 5_000.0


def full_names(sites: pd.DataFrame, facilities: pd.DataFrame) -> list[str]:
    """Put the facility before the name of a site that says nothing by itself, such as "Cơ sở chính".

    A name that begins with the facility's, or ends as it does, stands as it is; so does that of a confidential site.

    Parameters
    ----------
    sites
        facility_id, name, confidential.
    facilities
        facility_id, name.
    """
    owners = facilities.set_index("facility_id")["name"]
    named = []
    for owner, name, confidential in zip(
        sites["facility_id"].map(owners), sites["name"], sites["confidential"], strict=True
    ):
        end = " ".join(fold(str(name)).split()[-2:])
        alone = bool(confidential) or str(name).startswith(str(owner)) or end in fold(str(owner))
        named.append(str(name) if alone else f"{owner} – {name}")
    return named


def locate(plan: Plan, sites: pd.DataFrame) -> tuple[pd.DataFrame, list[Notice]]:
    """Put sites where their coordinates, their address or the plan says, and tell what is assumed or not known.

    Raises
    ------
    PlanError
        If the plan assumes a place for a site that is not known.
    """
    assumed = {rule.site: rule for rule in plan.locations}
    unknown = sorted(set(assumed) - set(sites["site_id"]))
    if unknown:
        target = {"target": SITES.sheet}
        raise PlanError(
            [Complaint("unknown_reference", column="locations.site", value=site, details=target) for site in unknown]
        )
    address = sites["address"].astype(object).where(sites["address"].notna(), None)
    keys = [decisions.key_of(*each) for each in zip(sites["site_id"], address, strict=True)]
    known = decisions.read(decisions.file_beside(plan.folder, plan.name))
    found, decided = decisions.apply(_named(plan, address), keys, known)
    without = sites["site_id"].isin(assumed) & address.isna()
    stand_in = pd.Series([assumed[s].address if w else None for s, w in zip(sites["site_id"], without, strict=True)])
    stand_in = stand_in.astype(object)
    guess = _named(plan, stand_in)
    use_guess = stand_in.notna() & found["lon"].isna() & guess["lon"].notna()
    named = [
        "unit_code",
        "vintage",
        "unit_name",
        "lon",
        "lat",
        "located_by",
        "located_within_m",
        "reason",
        "candidates",
    ]
    where = found[named].where(~use_guess, guess[named])
    where.loc[use_guess, "located_by"] = "assumed"
    # Who decided saw the coordinates of the list, too.
    given = sites["lon"].notna() & sites["lat"].notna() & ~np.array(decided, dtype=bool)
    placed = sites.drop(columns=["lon", "lat"]).join(where)
    apart = great_circle_m(sites["lon"], sites["lat"], found["lon"].astype(float), found["lat"].astype(float))
    placed["apart_m"] = np.nan_to_num(apart - found["located_within_m"].astype(float).fillna(0.0).to_numpy())
    placed.loc[decided, "apart_m"] = 0.0
    placed.loc[given, ["lon", "lat"]] = sites.loc[given, ["lon", "lat"]]
    placed.loc[given, "located_by"] = "given"
    placed.loc[given, "located_within_m"] = np.nan
    open_to_all = ~placed["confidential"].astype(bool)
    by_person = int((np.array(decided, dtype=bool) & open_to_all).sum())
    notices = [Notice("sites_decided", {"count": by_person})] if by_person else []
    for site in placed.to_dict("records"):
        if site["confidential"]:
            continue
        if pd.isna(site["lon"]):
            notices.append(Notice("site_unlocated", {"name": site["name"], "reason": site["reason"]}))
        elif site["located_by"] == "assumed":
            basis = assumed[site["site_id"]].basis
            notices.append(Notice("site_assumed", {"name": site["name"], "basis": basis}))
        elif site["located_by"] == "district":
            within = float(site["located_within_m"]) / 1000
            notices.append(Notice("site_district", {"name": site["name"], "within_km": within}))
    return placed, notices


def _named(plan: Plan, addresses: pd.Series) -> pd.DataFrame:
    """Find what addresses name, in the plan's province where they say no other: as `mangluoi locate --plan` does."""
    return gazetteer.locate(addresses, province=plan.province_code, vintage=plan.province_vintage)


def is_outside(site: Mapping[Any, Any], cell_codes: pd.Series, communes: Callable[[str], pd.DataFrame]) -> bool:
    """Say whether a located site lies outside an area: by its unit where its address named one, else by its point.

    Parameters
    ----------
    site
        A row of `locate`.
    cell_codes
        The new communes of the area.
    communes
        The communes of the area on any vintage: unit_code and district_code.
    """
    if pd.isna(site["lon"]):
        return False
    if site["located_by"] == "given":
        country = gazetteer.units.units(gazetteer.units.NEW, level="commune")
        inside = country["unit_code"].isin(cell_codes)
        apart = pd.Series(great_circle_m(country["lon"], country["lat"], site["lon"], site["lat"]), country.index)
        return bool(apart[inside].min() > _OUTSIDE_TIMES * apart.min() + _OUTSIDE_M)
    code, vintage = str(site["unit_code"]), str(site["vintage"])
    listed = communes(vintage)
    return code not in {*listed["unit_code"], *listed["district_code"]}
