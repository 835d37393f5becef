"""Every figure of Biểu 1–6 comes from input rows that are named, and is what those rows give when worked out anew.

The figures are recomputed here from the CSV files and the plan by plain loops and a graph library, not by the package's
own demand, access or scorecard.
"""

from __future__ import annotations

import csv
import dataclasses
import math
from fractions import Fraction

import networkx as nx
import pandas as pd
import pytest

from mangluoi import shipped
from mangluoi.reports import decisions, details, figures
from mangluoi.scenario import Result, disclose, run
from mangluoi.scenario.plan import ForecastRules, GrowthRule
from real_answers import answer

OLD = "2025-06-30"
NAMES = ["kon-tum", "nghe-an", "yen-bai"]


def table(name: str) -> list[dict[str, str]]:
    with (shipped.folder() / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def divided(weights: dict[str, int], total: int) -> dict[str, int]:
    """Divide a whole number by largest remainder in exact fractions; equal remainders go by the code."""
    whole = sum(weights.values())
    quota = {code: Fraction(weight * total, whole) for code, weight in weights.items()}
    parts = {code: math.floor(share) for code, share in quota.items()}
    order = sorted(quota, key=lambda code: (parts[code] - quota[code], code))
    for code in order[: total - sum(parts.values())]:
        parts[code] += 1
    return parts


def half_up(value: Fraction) -> int:
    return math.floor(value + Fraction(1, 2))


class Worked:
    """Everything worked out again from the files."""

    def __init__(self, result: Result) -> None:
        plan = result.plan
        self.plan, self.result = plan, result
        units = table(f"boundaries/units-{OLD}.csv")
        above = {row["unit_code"]: row["parent_code"] for row in units}
        self.communes = sorted(result.units["unit_code"])
        inside = set(self.communes) | {above[code] for code in self.communes} | {plan.province_code}
        given = [row for row in table("people/people.csv") if row["unit_code"] in inside and row["vintage"] == OLD]
        members = {code: [code] for code in self.communes}
        members[plan.province_code] = self.communes
        for code in self.communes:
            members.setdefault(above[code], []).append(code)
        self.people: dict[str, dict[str, int]] = {}
        self.rows: dict[tuple[str, str], str] = {}
        for group in ["population", *sorted({row["group"] for row in given} - {"population"})]:
            counts: dict[str, int] = {}
            for row in given:
                if row["group"] == group:
                    mine = members[row["unit_code"]]
                    even = dict.fromkeys(mine, 1)
                    weights = even if group == "population" else {c: self.people["population"][c] for c in mine}
                    counts |= divided(weights, int(row["people"]))
                    self.rows |= {(code, group): row["unit_code"] for code in mine}
            self.people[group] = counts
        self.dates = {group: min(r["as_of"] for r in given if r["group"] == group) for group in self.people}
        self.need = {(rule.group, rule.service): self.needed(self.people[rule.group], rule.rate) for rule in plan.needs}

    def needed(self, people: dict[str, int], rate: float) -> dict[str, int]:
        return divided(people, half_up(Fraction(str(rate)) * sum(people.values())))

    def places(self) -> dict[tuple[str, str], int | None]:
        """Return the places of each service at each located site of the plan's scope; None where nothing is known."""
        located = set(self.result.sites.loc[self.result.sites["lon"].notna(), "site_id"])
        found: dict[tuple[str, str], int | None] = {}
        for row in table("facilities/capacity.csv"):
            if row["site_id"] in located:
                size = row["capacity"]
                if not size and self.plan.supply.where_capacity_unknown == "residents":
                    size = row["residents"]
                found[row["site_id"], row["service"]] = int(size) if size else None
        return found

    def takers(self, group: str, service: str) -> set[str]:
        """Return the sites whose type may take a group for a service."""
        family = next(row["family"] for row in table("norms/groups.csv") if row["group"] == group)
        kinds = {
            row["type"] for row in table("norms/admissible.csv") if (row["family"], row["service"]) == (family, service)
        }
        owners = {row["facility_id"] for row in table("facilities/facilities.csv") if row["type"] in kinds}
        return {row["site_id"] for row in table("facilities/sites.csv") if row["facility_id"] in owners}

    def minutes(self, group: str, service: str) -> dict[str, dict[str, float]]:
        """Return by commune the minutes to each site that takes the group and offers the service."""
        mine = {site for site, offered in self.places() if offered == service} & self.takers(group, service)
        profile = self.plan.service(service).profile
        times = self.result.times[(self.result.times["mode"] == profile) & self.result.times["to_id"].isin(mine)]
        found: dict[str, dict[str, float]] = {code: {} for code in self.communes}
        for row in times.itertuples():
            found[row.from_id][row.to_id] = row.minutes
        return found

    def served(self, service: str) -> int:
        """Return the most that can be served of a service, by a maximum flow of a graph library."""
        graph = nx.DiGraph()
        graph.add_nodes_from(["source", "sink"])
        limit = self.plan.service(service).max_minutes
        for (group, named), need in self.need.items():
            if named != service:
                continue
            reach = self.minutes(group, service)
            for code, count in need.items():
                graph.add_edge("source", (code, group), capacity=count)
                for site, minutes in reach[code].items():
                    if minutes <= limit:
                        graph.add_edge((code, group), site, capacity=count)
        for (site, offered), places in self.places().items():
            if offered == service:
                graph.add_edge(site, "sink", capacity=places or 0)
        return int(nx.maximum_flow_value(graph, "source", "sink"))


@pytest.fixture(params=NAMES)
def worked(request: pytest.FixtureRequest) -> Worked:
    return Worked(answer(str(request.param), OLD))


def name_of(kind: str, key: str) -> str:
    return next(row["name_vi"] for row in table(f"norms/{kind}s.csv") if row[kind] == key)


def test_form_1_from_the_given_counts(worked: Worked):
    """Each commune's people of each group are the given count's share, to the person; so is the total."""
    d = disclose(worked.result, profile="internal")
    shown = figures.people(d)
    groups = d.people_totals["group"].tolist()
    seen = 0
    for row in shown.rows[:-1]:
        for group, cell in zip(groups, row[4:], strict=True):
            if isinstance(cell, int):
                assert cell == worked.people[group][str(row[1])], (row[1], group)
                seen += 1
    for group, cell in zip(groups, shown.rows[-1][4:], strict=True):
        assert cell == sum(worked.people[group].values())
    assert seen > len(worked.communes)


def test_form_2_from_the_listed_facilities(worked: Worked):
    """Sizes, residents and occupancy are those of the list."""
    d = disclose(worked.result, profile="internal")
    listed = {(row["site_id"], row["service"]): row for row in table("facilities/capacity.csv")}
    for place in d.capacity.itertuples():
        row = listed[place.site_id, place.service]
        size = [int(row[key]) if row[key] else None for key in ("capacity", "residents")]
        assert [None if value is pd.NA else int(value) for value in (place.capacity, place.residents)] == size
        if None not in size and size[0]:
            assert place.occupancy == pytest.approx(size[1] / size[0])
    text = " ".join(str(cell) for row in figures.facilities(d).rows for cell in row)
    for (site, _), row in listed.items():
        for key in ("capacity", "residents"):
            if row[key] and site in set(d.sites["site_id"]):
                assert row[key] in text.replace(".", "")


def test_form_3_from_people_rates_places_and_minutes(worked: Worked):
    """Need, covered, served, full and out of reach follow from the files, the plan's rules and the minutes."""
    d = disclose(worked.result, profile="internal")
    by_service: dict[str, int] = {}
    for row in d.state_totals.itertuples():
        need = worked.need[row.group, row.service]
        limit = worked.plan.service(row.service).max_minutes
        reach = worked.minutes(row.group, row.service)
        covered = sum(count for code, count in need.items() if any(m <= limit for m in reach[code].values()))
        assert row.need == sum(need.values())
        assert row.covered == covered
        assert row.out_of_reach == row.need - covered
        assert row.served + row.full == covered
        by_service[row.service] = by_service.get(row.service, 0) + int(row.served)
    for service, served in by_service.items():
        assert served == worked.served(service)
    shown = {(str(row[1]), str(row[2])): row for row in figures.balance(d).rows}
    for row in d.state_totals.itertuples():
        cells = shown[name_of("service", row.service), name_of("group", row.group)]
        assert cells[4] == row.need
        if row.need:
            assert cells[-1] == pytest.approx(100 * row.covered / row.need, abs=0.0501)


def test_form_4_from_need_and_minutes(worked: Worked):
    """People in each band are those whose nearest site that takes them is that far."""
    d = disclose(worked.result, profile="internal")
    checked = 0
    for row in d.bands.itertuples():
        need = worked.need.get((row.group, row.service))
        if need is None or row.group == "population":
            continue
        low, high = (row.band[1:], "inf") if row.band.startswith(">") else row.band.split("-")
        reach = worked.minutes(row.group, row.service)
        nearest = {code: min(reach[code].values(), default=math.inf) for code in need}
        inside = [
            code for code in need if float(low) < nearest[code] <= float(high) or (low == "0" and nearest[code] == 0)
        ]
        inside += [code for code in need if nearest[code] == math.inf and high == "inf" and code not in inside]
        assert row.people == sum(need[code] for code in inside), (row.group, row.service, row.band)
        checked += 1
    assert checked
    shown = figures.bands(d)
    assert len(shown.rows) == 2 * d.bands.groupby(["service", "group"]).ngroups


def test_form_5_from_people_and_growth(worked: Worked):
    """Need in a year is the stated rate of the people that the stated growth gives."""
    groups = sorted({rule.group for rule in worked.plan.needs})
    growth = tuple(GrowthRule(group, 0.011, "phép thử", lower=0.005, upper=0.02) for group in groups)
    plan = worked.plan.replace(growth=growth, forecast=ForecastRules(years=(2030,)), actions=())
    d = disclose(run(plan), profile="internal")
    rows = {(str(row[1]), str(row[2])): row for row in details.forecast(d).rows}
    for rule in plan.needs:
        people = sum(worked.people[rule.group].values())
        years = 2030 - int(worked.dates[rule.group][:4])
        rate = Fraction(str(rule.rate))
        ahead = half_up(people * (1 + Fraction("0.011")) ** years)
        cells = rows[name_of("service", rule.service), name_of("group", rule.group)]
        assert cells[4] == ahead
        assert cells[6] == half_up(rate * ahead)
        assert cells[5] <= cells[6] <= cells[7]


def test_form_6_from_the_list_and_the_states(worked: Worked):
    """Targets today are counted again from the list of facilities, their places and who is served."""
    result, plan = worked.result, worked.plan
    scope = [
        row for row in table("facilities/facilities.csv") if row["facility_id"] in set(result.facilities["facility_id"])
    ]
    listed = {(row["site_id"], row["service"]): row for row in table("facilities/capacity.csv")}
    owner = {row["site_id"]: row["facility_id"] for row in table("facilities/sites.csv")}

    def size(keep) -> float:
        rows = [
            row
            for (site, service), row in listed.items()
            if keep(site, service) and site in set(result.sites["site_id"])
        ]
        stand_in = plan.supply.where_capacity_unknown == "residents"
        sizes = [row["capacity"] or (row["residents"] if stand_in else "") for row in rows]
        return sum(int(value) for value in sizes if value) if any(sizes) else math.nan

    for target, row in zip(plan.targets, result.scorecard.itertuples(), strict=True):
        if math.isnan(row.today):
            continue
        if target.kind == "share_nonpublic":
            today = sum(one["ownership"] == "nonpublic" for one in scope) / len(scope)
        elif target.kind == "count_facilities":
            today = sum(one["type"] == (target.facility_type or one["type"]) for one in scope)
        elif target.kind == "total_capacity":
            today = size(lambda _site, service, t=target: service == t.service)
        elif target.kind == "facility_capacity":
            today = size(lambda site, service, t=target: service == t.service and owner[site] == t.facility_id)
        elif target.kind == "share_served":
            need = sum(sum(n.values()) for (_, service), n in worked.need.items() if service == target.service)
            today = worked.served(target.service) / need
        elif target.kind == "share_offering":
            offering = {owner[site] for (site, service) in listed if service == target.service and site in owner}
            today = len(offering & {one["facility_id"] for one in scope}) / len(scope)
        else:
            continue
        assert row.today == pytest.approx(today), target.label
        shown = decisions.targets(disclose(result, profile="internal")).rows
        scaled = 100 * today if target.kind.startswith("share_") else today
        assert any(
            cell == pytest.approx(scaled, abs=0.06) for one in shown for cell in one if isinstance(cell, int | float)
        )


def test_every_trace_leads_to_a_row_that_stands_there(worked: Worked):
    """The key, date and source of every trace are those of a row of the files or of a rule of the plan."""
    traces = worked.result.detail.traces
    people = {f"{r['unit_code']} / {r['vintage']} / {r['group']}": r for r in table("people/people.csv")}
    capacity = {f"{r['site_id']} / {r['service']}": r for r in table("facilities/capacity.csv")}
    tables = {
        "people": people, "capacity": capacity,
        "sites": {r["site_id"]: r for r in table("facilities/sites.csv")},
        "facilities": {r["facility_id"]: r for r in table("facilities/facilities.csv")},
    }  # fmt: skip
    for row in traces.itertuples():
        if row.table in tables:
            found = tables[row.table][row.key]
            assert row.source == found["source"]
            assert row.as_of in ("", found.get("as_of", ""))
        elif row.table == "plan":
            name, number = row.key.rstrip("]").split("[")
            rule = getattr(worked.plan, name)[int(number) - 1]
            assert row.source == getattr(rule, "basis", "") or row.source == getattr(rule, "source", "")
    for (code, group), unit in worked.rows.items():
        mine = traces[(traces["form"] == 1) & (traces["row"] == code) & (traces["group"] == group)]
        assert mine["key"].tolist() == [f"{unit} / {OLD} / {group}"]


def test_every_row_of_the_forms_has_a_trace(worked: Worked):
    """No row of Biểu 1–6 is without a named source."""
    d = disclose(worked.result, profile="internal")
    traced = {(row.form, row.row) for row in d.detail.traces.itertuples()}
    assert {(1, code) for code in d.units["unit_code"]} <= traced
    assert {(2, f"{p.site_id} / {p.service}") for p in d.capacity.itertuples()} <= traced
    assert {(2, site) for site in d.sites["site_id"]} <= traced
    pairs = {f"{row.service} / {row.group}" for row in d.state_totals.itertuples()}
    assert {(form, pair) for form in (3, 4) for pair in pairs} <= traced
    assert {(6, str(number)) for number in range(1, len(d.plan.targets) + 1)} <= traced


def test_restated_figures_are_traced_to_the_old_units():
    """On the new units each commune's people are traced to counts of the old ones that it was made of."""
    result = answer("kon-tum", "2025-07-01")
    traces = result.detail.traces
    first = traces[traces["form"] == 1]
    assert set(first["row"]) == set(result.units["unit_code"])
    assert first["key"].str.contains(OLD).all()


def test_traces_name_no_confidential_site():
    """Traces of a confidential site, and of communes for groups that need protection, are not shown."""
    result = answer("nghe-an", OLD)
    sites = result.sites.assign(confidential=result.sites["site_id"] == "NA01-2")
    shown = disclose(dataclasses.replace(result, sites=sites))
    assert "NA01-2" not in shown.detail.traces.to_csv()
