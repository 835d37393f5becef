"""Which rows of the inputs, and which rules of the plan, each row of Biểu 1–6 stands on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from mangluoi import gazetteer
from mangluoi.scenario.facts import Facts
from mangluoi.scenario.plan import Plan, TargetRule
from mangluoi.tables import CAPACITY, FACILITIES, PEOPLE, SITES

__all__ = ["traces"]

_COLUMNS = ["form", "row", "group", "table", "key", "as_of", "source", "site_id"]
_COUNTS = {"people": "people", "capacity": "usable"}
_Row = tuple[int, str, str, str, str, str, str, str]


def traces(plan: Plan, given: Facts, admissible: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the inputs that each row of Biểu 1–6 stands on.

    Parameters
    ----------
    plan
        The question; its rules are named by their place in it, such as ``needs[1]``.
    given
        Its facts.
    admissible
        site_id, group and service: who may be taken where.

    Returns
    -------
    DataFrame
        form (1 to 6); row: the commune's code, ``site / service``, ``service / group``, or the number of the target;
        group (Biểu 1: of the figure); table and key of the input row, its as_of and source; site_id, where the row is
        about a site; file, sheet and line: where the input row stands; count: what it gives (people, or usable places).
    """
    rows = [
        *_people(plan, given), *_facilities(given), *_balance(plan, given, admissible),
        *_everybody(plan, given, admissible), *_forecast(plan), *_targets(plan, given),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=_COLUMNS)
    keys = list(zip(table["table"], table["key"], strict=True))
    where = [given.places.get(key, ("", "", 0)) for key in keys]
    for number, name in enumerate(("file", "sheet", "line")):
        table[name] = [place[number] for place in where]
    # A road file is its own row; the estimated network stands on shipped tables.
    table.loc[table["table"] == "roads", "file"] = plan.inputs.roads or "roads/estimate.csv"
    counts = _counts(given)
    return table.assign(count=pd.array([counts.get(key) for key in keys], dtype="Int64"))


def _counts(given: Facts) -> dict[tuple[str, str], int | None]:
    """Return what each row of people and capacity gives, by table and key."""
    found: dict[tuple[str, str], int | None] = {}
    for name, frame, keys in (
        (PEOPLE.name, given.totals, ["unit_code", "vintage", "group"]),
        (CAPACITY.name, given.supply.capacity, ["site_id", "service"]),
    ):
        texts = zip(*(frame[key].astype(str) for key in keys), strict=True)
        known = frame[_COUNTS[name]]
        if "basis" in frame.columns:
            # A place of unknown size is none that holds nobody.
            known = known.astype("Int64").mask(frame["basis"] == "unknown")
        for parts, value in zip(texts, known, strict=True):
            found[name, " / ".join(parts)] = None if pd.isna(value) else int(value)
    return found


def _text(value: object) -> str:
    return "" if value is None or value != value else str(value)


def _people(plan: Plan, given: Facts) -> Iterator[_Row]:
    """Yield for every commune and group the given counts that its figure was counted, spread or carried from."""
    for vintage, rows in given.totals.groupby("vintage", sort=True):
        parts = _parts_of(plan, given, str(vintage))
        lineage = gazetteer.units.lineage(str(vintage))
        counted = {
            (str(row.unit_code), str(row.group)): (str(row.unit_code), _text(row.as_of), _text(row.source))
            for row in rows.itertuples()
        }
        groups = sorted(set(rows["group"]))
        for code in given.area.codes:
            for group in groups:
                found = {
                    counted[above, group]
                    for origin in parts[code]
                    for above in (origin, *(_text(unit) for unit in lineage.loc[origin]))
                    if (above, group) in counted
                }
                for unit, as_of, source in sorted(found):
                    key = f"{unit} / {vintage} / {group}"
                    yield 1, code, str(group), PEOPLE.name, key, as_of, source, ""


def _parts_of(plan: Plan, given: Facts, vintage: str) -> Mapping[str, list[str]]:
    """Return the communes of a vintage that each commune of the area holds a part of."""
    codes = given.area.codes
    if vintage == plan.vintage:
        return {code: [code] for code in codes}
    shares = gazetteer.crosswalk.shares(vintage, plan.vintage)
    mine = shares[shares["to_code"].isin(codes) & (shares["share"] > 0)]
    found: dict[str, list[str]] = {code: [] for code in codes}
    for origin, code in zip(mine["from_code"], mine["to_code"], strict=True):
        found[str(code)].append(str(origin))
    return found


def _facilities(given: Facts) -> Iterator[_Row]:
    here = given.supply
    owners = here.facilities.set_index("facility_id")[["as_of", "source"]].to_dict("index")
    for site in here.sites.sort_values("site_id").itertuples():
        owner = owners[str(site.facility_id)]
        name = str(site.site_id)
        offered = here.capacity[here.capacity["site_id"] == site.site_id].sort_values("service")
        for place in offered.itertuples():
            row = f"{name} / {place.service}"
            yield 2, row, "", CAPACITY.name, row, _text(place.as_of), _text(place.source), name
        yield 2, name, "", SITES.name, name, "", _text(site.source), name
        key = str(site.facility_id)
        yield 2, name, "", FACILITIES.name, key, _text(owner["as_of"]), _text(owner["source"]), name


def _balance(plan: Plan, given: Facts, admissible: pd.DataFrame) -> Iterator[_Row]:
    """Yield what Biểu 3 and 4 stand on: people, by Biểu 1; the rules of need and travel; the sites that take them."""
    here = given.supply
    located = set(here.sites.loc[here.sites["lon"].notna(), "site_id"])
    places = here.capacity.set_index(["site_id", "service"])
    services = {rule.service: number for number, rule in enumerate(plan.services, start=1)}
    for number, need in enumerate(plan.needs, start=1):
        row = f"{need.service} / {need.group}"
        takes = admissible[(admissible["service"] == need.service) & (admissible["group"] == need.group)]
        for form in (3, 4):
            yield form, row, need.group, "form", f"1 / {need.group}", "", "", ""
            yield form, row, need.group, "plan", f"needs[{number}]", plan.as_of, need.basis, ""
            rule = plan.service(need.service)
            yield form, row, need.group, "plan", f"services[{services[need.service]}]", plan.as_of, rule.basis, ""
            yield form, row, need.group, "roads", plan.inputs.roads or "estimate", "", "", ""
            for site in sorted(set(takes["site_id"]) & located):
                place = places.loc[(site, need.service)]
                key = f"{site} / {need.service}"
                yield (
                    form,
                    row,
                    need.group,
                    CAPACITY.name,
                    key,
                    _text(place["as_of"]),
                    _text(place["source"]),
                    str(site),
                )


def _everybody(plan: Plan, given: Facts, admissible: pd.DataFrame) -> Iterator[_Row]:
    """Yield what the population of Biểu 4 stands on, for services of which it is not said to need any."""
    here = given.supply
    located = set(here.sites.loc[here.sites["lon"].notna(), "site_id"])
    needed = {(need.service, need.group) for need in plan.needs}
    for number, rule in enumerate(plan.services, start=1):
        if (rule.service, "population") in needed:
            continue
        row = f"{rule.service} / population"
        yield 4, row, "population", "form", "1 / population", "", "", ""
        yield 4, row, "population", "plan", f"services[{number}]", plan.as_of, rule.basis, ""
        yield 4, row, "population", "roads", plan.inputs.roads or "estimate", "", "", ""
        groups = sorted({need.group for need in plan.needs if need.service == rule.service}) or ["population"]
        takes = admissible[(admissible["service"] == rule.service) & admissible["group"].isin(groups)]
        places = here.capacity[here.capacity["service"] == rule.service].set_index("site_id")
        for site in sorted(set(takes["site_id"]) & located):
            place = places.loc[site]
            about = (_text(place["as_of"]), _text(place["source"]), str(site))
            yield 4, row, "population", CAPACITY.name, f"{site} / {rule.service}", *about


def _forecast(plan: Plan) -> Iterator[_Row]:
    if not plan.forecast.years:
        return
    for need in plan.needs:
        row = f"{need.service} / {need.group}"
        yield 5, row, need.group, "form", f"1 / {need.group}", "", "", ""
        for number, rule in enumerate(plan.growth, start=1):
            if rule.group == need.group:
                yield 5, row, need.group, "plan", f"growth[{number}]", plan.as_of, rule.basis, ""


def _targets(plan: Plan, given: Facts) -> Iterator[_Row]:
    """Yield for every target its own source and the rows of supply that it is measured on."""
    here = given.supply
    for number, target in enumerate(plan.targets, start=1):
        row = str(number)
        yield 6, row, target.group, "plan", f"targets[{number}]", plan.as_of, target.source, ""
        if target.kind == "share_served":
            groups = sorted({need.group for need in plan.needs if need.service == target.service})
            for group in [target.group] if target.group else groups:
                yield 6, row, group, "form", f"3 / {target.service} / {group}", "", "", ""
            continue
        if target.kind in ("share_nonpublic", "share_offering", "count_facilities"):
            for owner in here.facilities.sort_values("facility_id").itertuples():
                sites = sorted(here.sites.loc[here.sites["facility_id"] == owner.facility_id, "site_id"])
                first = str(sites[0]) if sites else ""
                key = str(owner.facility_id)
                yield 6, row, "", FACILITIES.name, key, _text(owner.as_of), _text(owner.source), first
        for place in here.capacity[_measured(target, given)].sort_values(["site_id", "service"]).itertuples():
            key = f"{place.site_id} / {place.service}"
            yield 6, row, "", CAPACITY.name, key, _text(place.as_of), _text(place.source), str(place.site_id)


def _measured(target: TargetRule, given: Facts) -> pd.Series:
    """Say which rows of capacity a target is measured on."""
    here = given.supply
    rows = (here.capacity["service"] == target.service) if target.service else here.capacity["service"] == ""
    if target.facility_id:
        own = here.sites.loc[here.sites["facility_id"] == target.facility_id, "site_id"]
        rows = rows & here.capacity["site_id"].isin(own)
    return rows
