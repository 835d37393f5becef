"""Admission: which groups a site may take for which service, by the type of its facility."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from mangluoi import shipped
from mangluoi.errors import Complaint, InputError

__all__ = ["admissible", "in_scope", "of_province"]


def admissible(
    sites: pd.DataFrame,
    facilities: pd.DataFrame,
    offered: pd.DataFrame,
    *,
    groups: Collection[str] | None = None,
    matrix: pd.DataFrame | None = None,
    refused: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return who may be taken where.

    Parameters
    ----------
    sites
        ``site_id`` and ``facility_id``.
    facilities
        ``facility_id`` and ``type``.
    offered
        ``site_id`` and ``service``: what each site offers, such as CAPACITY rows.
    groups
        The groups of interest. None takes every known group.
    matrix
        ``type``, ``family`` and ``service``: the families of groups that a type may take for a service. None takes
        the one that ships, an interpretation of the types' names in Decree 103/2017/NĐ-CP art. 5–6 and of Decree
        20/2021/NĐ-CP art. 24.
    refused
        ``site_id``, ``group`` and perhaps ``service``: whom a site does not take although its type may, such as for
        limits of age or sex.

    Returns
    -------
    DataFrame
        ``site_id``, ``group``, ``service``, sorted. A service that the matrix does not know for the type of the
        facility admits nobody.

    Raises
    ------
    InputError
        If a site names an unknown facility, or something is offered at an unknown site, or a group is not known.
    """
    known = shipped.frame("norms/groups.csv")[["group", "family"]]
    allowed = shipped.frame("norms/admissible.csv") if matrix is None else matrix
    complaints = [
        Complaint("unknown_reference", column="facility_id", value=value, details={"target": "facilities"})
        for value in sorted(set(sites["facility_id"]) - set(facilities["facility_id"]))
    ]
    complaints += [
        Complaint("unknown_reference", column="site_id", value=value, details={"target": "sites"})
        for value in sorted(set(offered["site_id"]) - set(sites["site_id"]))
    ]
    complaints += [
        Complaint("unknown_reference", column="group", value=value, details={"target": "groups.csv"})
        for value in sorted(set(groups or ()) - set(known["group"]))
    ]
    if refused is not None:
        complaints += [
            Complaint("unknown_reference", column=name, value=value, details={"target": target})
            for name, target, ids in (("site_id", "sites", sites["site_id"]), ("group", "groups.csv", known["group"]))
            for value in sorted(set(refused[name]) - set(ids))
        ]
    if complaints:
        raise InputError(complaints)

    wanted = known if groups is None else known[known["group"].isin(list(groups))]
    typed = (
        offered[["site_id", "service"]]
        .merge(sites[["site_id", "facility_id"]], on="site_id")
        .merge(facilities[["facility_id", "type"]], on="facility_id")
    )
    pairs = typed.merge(allowed[["type", "family", "service"]], on=["type", "service"]).merge(wanted, on="family")
    columns = ["site_id", "group", "service"]
    if refused is not None:
        keys = [name for name in columns if name in refused.columns]
        no = pd.MultiIndex.from_frame(refused[keys])
        pairs = pairs[~pd.MultiIndex.from_frame(pairs[keys]).isin(no)]
    return pairs[columns].drop_duplicates().sort_values(columns, ignore_index=True)


def in_scope(
    facilities: pd.DataFrame, *, include_drug_rehab: bool = False, authorities: Collection[str] | None = None
) -> pd.DataFrame:
    """Return the facilities that a plan of the social-assistance network is about.

    Facilities of other networks (nursing centres for people of merit) are left out. Drug rehabilitation has been
    under the police since 1 March 2025, so a plan of the health sector leaves it out unless told otherwise.

    Parameters
    ----------
    facilities
        With ``type``.
    include_drug_rehab
        Whether drug rehabilitation counts.
    authorities
        Whose facilities count, by ``authority``. None counts all.

    Returns
    -------
    DataFrame
        The rows in scope, on the caller's index.

    Raises
    ------
    InputError
        If a type is not known, or an authority that matters.
    """
    types = shipped.frame("norms/facility_types.csv")
    unknown = sorted(set(facilities["type"]) - set(types["type"]))
    if unknown:
        raise InputError(
            [
                Complaint("unknown_reference", column="type", value=value, details={"target": "facility_types.csv"})
                for value in unknown
            ]
        )
    inside = set(types.loc[types["in_network"] == "yes", "type"]) - (set() if include_drug_rehab else {"drug"})
    found = facilities[facilities["type"].isin(list(inside))]
    if authorities is None:
        return found
    silent = found[found["authority"].isna()]
    if len(silent):
        raise InputError(
            [Complaint("missing_value", column="authority", value=value) for value in sorted(silent["facility_id"])]
        )
    return found[found["authority"].isin(list(authorities))]


def of_province(sites: pd.DataFrame, *, province_code: str, admit_across_border: bool = False) -> pd.DataFrame:
    """Return the sites that people of a province may use.

    Parameters
    ----------
    sites
        With ``province_code``, the province that each stands in.
    province_code
        The province of the people.
    admit_across_border
        Whether sites of other provinces take them too.

    Returns
    -------
    DataFrame
        The rows, on the caller's index.

    Raises
    ------
    InputError
        If the province of a site is not known and the border matters.
    """
    if admit_across_border:
        return sites
    lost = sites[sites["province_code"].isna()]
    if len(lost):
        raise InputError(
            [Complaint("missing_value", column="province_code", value=value) for value in sorted(lost["site_id"])]
        )
    return sites[sites["province_code"] == province_code]
