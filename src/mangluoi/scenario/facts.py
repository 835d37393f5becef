"""The facts of a plan on one set of units: its area, its people, its supply, and where each of them is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd

from mangluoi import demand, gazetteer, shipped, sources, supply
from mangluoi.errors import Complaint, InputError, PlanError, UnknownUnitError
from mangluoi.scenario import origin, siteplaces
from mangluoi.scenario.caveat import Notice
from mangluoi.scenario.plan import Plan
from mangluoi.tables import FACILITIES, PEOPLE, SITES

__all__ = ["Area", "Facts", "Supply", "area", "gather", "people_by_commune", "read_tables", "supply_on_map"]

# An address and coordinates contradict each other where they lie this much farther apart than the address is vague.
_APART_M = 20_000.0


@dataclass(frozen=True)
class Area:
    """The province of a plan on the plan's vintage: its communes, their points and their cells."""

    province_name: str
    units: pd.DataFrame
    cells: gpd.GeoDataFrame
    unlocated: pd.DataFrame

    @property
    def codes(self) -> list[str]:
        """Codes of the communes, sorted."""
        return [str(code) for code in self.units["unit_code"]]


@dataclass(frozen=True)
class Supply:
    """Facilities in scope, their sites with a place on the map, and what they offer."""

    facilities: pd.DataFrame
    sites: pd.DataFrame
    capacity: pd.DataFrame
    unlocated: pd.DataFrame
    notices: tuple[Notice, ...]


@dataclass(frozen=True)
class Facts:
    """All facts of a plan, checked."""

    area: Area
    supply: Supply
    totals: pd.DataFrame
    people: pd.DataFrame
    places: Mapping[tuple[str, str], origin.Place] = field(default_factory=dict)


def gather(plan: Plan) -> Facts:
    """Read, check and place everything that a plan stands on.

    Raises
    ------
    InputError
        With every complaint about supply and people together.
    """
    where = area(plan)
    tables, file = read_tables(plan)
    found: list[Complaint] = []
    here = people = None
    try:
        here = supply_on_map(plan, where, tables, file=file)
    except InputError as error:
        found += error.complaints
    try:
        people = people_by_commune(plan, where, tables["people"], file=file)
    except InputError as error:
        found += error.complaints
    if found or here is None or people is None:
        raise InputError(found)
    return Facts(where, here, tables["people"], people, origin.places_of_rows(tables, file))


def area(plan: Plan) -> Area:
    """Return the area of a plan.

    Raises
    ------
    PlanError
        If the province is not known.
    """
    try:
        home = gazetteer.units.communes_of(plan.province_code, plan.province_vintage)
    except UnknownUnitError as error:
        details = {"target": f"units {plan.province_vintage}"}
        raise PlanError(
            [Complaint("unknown_reference", column="province_code", value=plan.province_code, details=details)]
        ) from error
    codes = home
    if plan.vintage != plan.province_vintage:
        codes = gazetteer.crosswalk.restate_area(home, plan.province_vintage, plan.vintage)
    provinces = gazetteer.units.units(plan.province_vintage, level="province").set_index("unit_code")["name"]
    listed = gazetteer.units.units(plan.vintage)
    names = listed[listed["level"] != "commune"].set_index(["unit_code"])["name"]
    # Island districts without communes are smallest units too.
    smallest = listed[listed["unit_code"].isin(codes) & listed["level"].isin(["commune", "district"])]
    placed = gazetteer.points.points(codes, plan.vintage)
    cells = gazetteer.cells.cells(plan.vintage, codes)
    cell_of = cells[["unit_code", "members"]].explode("members").set_index("members")["unit_code"]
    units = (
        smallest[["unit_code", "vintage", "name", "kind", "parent_code", "area_km2"]]
        .merge(placed.points[["unit_code", "lon", "lat", "located_within_m"]], on="unit_code", how="left")
        .sort_values("unit_code", ignore_index=True)
    )
    units["above"] = units["parent_code"].map(names)
    units["cell_code"] = units["unit_code"].map(cell_of)
    cells = cells.rename(columns={"unit_code": "cell_code"})[["cell_code", "name", "approximate", "geometry"]]
    return Area(str(provinces[plan.province_code]), units, cells, placed.unlocated)


def read_tables(plan: Plan) -> tuple[dict[str, pd.DataFrame], str | None]:
    """Read the tables of a plan: from its workbook, or the shipped ones of its province.

    Returns
    -------
    tables, file
        FACILITIES, SITES, CAPACITY and PEOPLE by name, and the path of the workbook.
    """
    if not plan.inputs.workbook:
        return sources.figures.embedded(plan.province_code, vintage=plan.province_vintage), None
    place = sources.catalogue.find(plan.inputs.workbook, plan.folder)
    return sources.read_workbook(place, vocabulary=shipped.vocabulary()), str(place)


def people_by_commune(plan: Plan, where: Area, totals: pd.DataFrame, *, file: str | None) -> pd.DataFrame:
    """Bring the people that were given onto the communes of the plan's vintage, none lost.

    Counts of a commune stay; counts of a district or the province are spread, the population equally over the
    communes of a district, that of a whole province in proportion to the shipped census of its districts, and other
    groups in proportion to the population so estimated. Counts on another vintage are carried over by the crosswalk.

    Returns
    -------
    DataFrame
        unit_code, vintage, group, people, lower, upper, basis, as_of (the earliest of the group), estimated.

    Raises
    ------
    InputError
        If a unit is outside the province.
    """
    _refuse_outside(plan, where, totals, file)
    parts = []
    for vintage, given in totals.groupby("vintage", sort=True):
        communes = _communes(plan, where, str(vintage))
        is_population = given["group"] == "population"
        census = _census(plan, where, communes, str(vintage))
        population = _population(given[is_population], communes, census)
        parts.append(population)
        weights = census
        if not population.empty:
            weights = population.set_index("unit_code")["people"].astype(float).reindex(communes["unit_code"])
        if not is_population.all():
            parts.append(demand.spread(given[~is_population], communes, weights=weights))
    if not parts:
        raise InputError([Complaint("empty_table", file, PEOPLE.sheet)])
    spread = pd.concat(parts, ignore_index=True)
    marks = spread.groupby("group").agg(
        basis=("basis", lambda b: b.iloc[0] if b.nunique() == 1 else "population"), estimated=("estimated", "any")
    )
    carried = _carry(plan, spread)
    moved = spread["vintage"].ne(plan.vintage).groupby(spread["group"]).any()
    carried["basis"] = carried["group"].map(marks["basis"])
    carried["as_of"] = carried["group"].map(totals.groupby("group")["as_of"].min())
    carried["estimated"] = carried["group"].map(marks["estimated"] | moved).astype(bool)
    return carried.sort_values(["group", "unit_code"], ignore_index=True)


def _carry(plan: Plan, spread: pd.DataFrame) -> pd.DataFrame:
    """Carry people and their bounds onto the plan's vintage; a bound that is not known for all stays unknown."""
    keys = ["unit_code", "vintage", "group"]
    carried = gazetteer.convert(spread[[*keys, "people"]], value="people", to_vintage=plan.vintage)
    for bound in ("lower", "upper"):
        known = spread.groupby("group")[bound].transform(lambda values: values.notna().all())
        if known.any():
            rows = gazetteer.convert(
                spread.loc[known, [*keys, bound]].astype({bound: "int64"}), value=bound, to_vintage=plan.vintage
            )
            carried = carried.merge(rows, on=keys, how="left", validate="one_to_one")
        else:
            carried[bound] = pd.NA
    return carried.astype({"people": "Int64", "lower": "Int64", "upper": "Int64"})


def _communes(plan: Plan, where: Area, vintage: str) -> pd.DataFrame:
    """Return the area's communes on any vintage, with the district and province above them."""
    codes = where.codes
    if vintage != plan.vintage:
        codes = gazetteer.crosswalk.restate_area(codes, plan.vintage, vintage)
    if vintage == plan.province_vintage:
        codes = gazetteer.units.communes_of(plan.province_code, vintage)
    above = gazetteer.units.lineage(vintage).loc[sorted(codes)].reset_index()
    return above.assign(vintage=vintage)[["unit_code", "vintage", "district_code", "province_code"]]


def _population(rows: pd.DataFrame, communes: pd.DataFrame, census: pd.Series | None) -> pd.DataFrame:
    """Spread the population that was given: of a district equally, of the province as the census found them."""
    whole = rows["unit_code"].isin(communes["province_code"])
    if census is None or rows.empty or not whole.all():
        return demand.spread(rows, communes)
    return demand.spread(rows, communes, weights=census).assign(basis="census")


def _census(plan: Plan, where: Area, communes: pd.DataFrame, vintage: str) -> pd.Series | None:
    """Estimate the population of communes from what ships; None where nothing does."""
    people = sources.figures.embedded(plan.province_code, vintage=plan.province_vintage)["people"]
    rows = people[people["group"] == "population"]
    if rows.empty:
        return None
    home = str(rows["vintage"].iloc[0])
    spread = demand.spread(rows, communes if home == vintage else _communes(plan, where, home))
    if home != vintage:
        counts = spread[["unit_code", "vintage", "people"]]
        spread = gazetteer.convert(counts, value="people", to_vintage=vintage)
    return spread.set_index("unit_code")["people"].astype(float).reindex(communes["unit_code"])


def _refuse_outside(plan: Plan, where: Area, totals: pd.DataFrame, file: str | None) -> None:
    found = []
    lists = totals.groupby("group")["vintage"].nunique()
    for group in sorted(lists.index[lists > 1]):
        found.append(Complaint("two_vintages", file, PEOPLE.sheet, None, PEOPLE["group"].heading, group))
    for vintage, given in totals.groupby("vintage", sort=True):
        communes = _communes(plan, where, str(vintage))
        inside = {str(code) for name in ("unit_code", "district_code", "province_code") for code in communes[name]}
        for row in given.index[~given["unit_code"].isin(inside)]:
            found.append(
                Complaint(
                    "outside_province", file, PEOPLE.sheet, int(row) if file else None, PEOPLE["unit_code"].heading,
                    given.at[row, "unit_code"], {"province": where.province_name},
                )
            )  # fmt: skip
    if found:
        raise InputError(found)


def supply_on_map(plan: Plan, where: Area, tables: Mapping[str, pd.DataFrame], *, file: str | None) -> Supply:
    """Bring supply into the plan's scope and put its sites on the map.

    A site stands where its coordinates say, else at the unit that its address names, else where the plan assumes it,
    else it is listed as unlocated with the reason.

    Raises
    ------
    InputError
        If a site lies outside the province.
    """
    facilities = supply.in_scope(
        tables["facilities"],
        include_drug_rehab=plan.supply.include_drug_rehab,
        authorities=plan.supply.authorities or None,
    )
    facilities = facilities.sort_values("facility_id", ignore_index=True)
    _refuse_unknown_targets(plan, facilities)
    sites = tables["sites"][tables["sites"]["facility_id"].isin(facilities["facility_id"])]
    owner = facilities.set_index("facility_id")[["type", "ownership"]]
    sites = sites.join(owner, on="facility_id").sort_values("site_id")
    sites["name"] = siteplaces.full_names(sites, facilities)
    rows_of_file = [int(row) if file else None for row in sites.index]
    sites, notices = siteplaces.locate(plan, sites.reset_index(drop=True))
    sites["across_border"] = [
        siteplaces.is_outside(site, where.cells["cell_code"], lambda vintage: _communes(plan, where, vintage))
        for site in sites.to_dict("records")
    ]
    notices += [
        Notice("site_across_border", {"name": str(site["name"])})
        for site in sites[sites["across_border"]].to_dict("records")
        if not site["confidential"]
    ]
    kinds = shipped.frame("norms/facility_types.csv")
    secret = set(kinds.loc[kinds["confidential"] == "yes", "type"])
    found = []
    for row, site in zip(rows_of_file, sites.to_dict("records"), strict=True):
        if site["type"] in secret and not site["confidential"]:
            at = (file, SITES.sheet, row, SITES["confidential"].heading, site["type"])
            found.append(Complaint("shelter_not_confidential", *at))
        # Where a confidential site is must not be read in a complaint either.
        shown = site["site_id"] if site["confidential"] or pd.isna(site["address"]) else site["address"]
        at = (file, SITES.sheet, row, SITES["address"].heading, shown)
        if site["across_border"] and not plan.supply.admit_across_border:
            found.append(Complaint("outside_province", *at, {"province": where.province_name}))
        elif site["apart_m"] > _APART_M:
            found.append(Complaint("address_contradicts", *at, {"distance_km": round(site["apart_m"] / 1000)}))
    if found:
        raise InputError(found)
    lost = sites[sites["lon"].isna()]
    unlocated = pd.DataFrame(
        {
            "kind": "site",
            "id": lost["site_id"],
            "name": lost["name"],
            "reason": lost["reason"],
            "candidates": lost["candidates"],
        }
    ).reset_index(drop=True)
    offered = tables["capacity"][tables["capacity"]["site_id"].isin(sites["site_id"])].reset_index(drop=True)
    places = supply.usable(offered, where_capacity_unknown=plan.supply.where_capacity_unknown)
    offered = offered.assign(
        usable=places["capacity"].to_numpy(), basis=places["basis"].to_numpy(), occupancy=supply.occupancy(offered)
    ).sort_values(["site_id", "service"], ignore_index=True)
    columns = [
        "site_id", "facility_id", "name", "address", "type", "ownership", "confidential", "unit_code", "vintage",
        "unit_name", "lon", "lat", "located_by", "located_within_m", "across_border", "source",
    ]  # fmt: skip
    silent = sites[~sites["site_id"].isin(offered["site_id"]) & ~sites["confidential"].astype(bool)]
    notices += [Notice("site_without_service", {"name": str(name)}) for name in silent["name"]]
    notices += _later_than(plan, facilities, offered)
    return Supply(facilities, sites[columns], offered, unlocated, tuple(notices))


def _later_than(plan: Plan, facilities: pd.DataFrame, offered: pd.DataFrame) -> list[Notice]:
    """Say how many rows are of a later date than the one that the plan asks about."""
    dates = pd.concat([facilities["as_of"], offered["as_of"]]).dropna()
    later = int((dates.str.slice(0, len(plan.as_of)) > plan.as_of).sum())
    return [Notice("rows_after_as_of", {"count": later, "as_of": plan.as_of})] if later else []


def _refuse_unknown_targets(plan: Plan, facilities: pd.DataFrame) -> None:
    known = set(facilities["facility_id"])
    found = [
        Complaint(
            "unknown_reference", column=f"targets[{number}].facility_id", value=target.facility_id,
            details={"target": FACILITIES.sheet},
        )
        for number, target in enumerate(plan.targets, start=1)
        if target.facility_id and target.facility_id not in known
    ]  # fmt: skip
    if found:
        raise PlanError(found)
