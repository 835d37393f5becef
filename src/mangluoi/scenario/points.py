"""Where people stand: at their commune's centre or in the cells of a population grid, apart where they travel apart."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from mangluoi import demand, sources
from mangluoi.scenario.caveat import Notice
from mangluoi.scenario.facts import Area
from mangluoi.scenario.plan import Plan

__all__ = ["Points", "lane_of", "place"]

_KEYS = ["unit_code", "group", "service"]
_M_PER_DEGREE = 111_195.0


@dataclass(frozen=True)
class Points:
    """People at points.

    Parameters
    ----------
    need
        NEED rows by point.
    everybody
        point_id and people: the population.
    table
        point_id, place_id (where it is: several points may share a place), unit_code, lane (what its people ride,
        joined by "+"; empty: what the service's rule says), lon, lat, located_within_m. Every commune's centre is in
        it, as a point named like the commune.
    units
        NEED rows by commune, whose sums the points keep.
    notices
        What a reader must know.
    """

    need: pd.DataFrame
    everybody: pd.DataFrame
    table: pd.DataFrame
    units: pd.DataFrame
    notices: tuple[Notice, ...]

    @property
    def places(self) -> pd.DataFrame:
        """Return place_id, lon and lat of every place that is on the map, once each."""
        known = self.table[self.table["lon"].notna()]
        return known[["place_id", "lon", "lat"]].drop_duplicates("place_id", ignore_index=True)

    def lost(self) -> set[str]:
        """Return the points that are not on the map."""
        return {str(name) for name in self.table.loc[self.table["lon"].isna(), "point_id"]}

    def by_unit(self, states: pd.DataFrame) -> pd.DataFrame:
        """Sum STATES by point to STATES by commune, in the order of `units`; people are whole, so sums are exact."""
        if self.need is self.units:
            return states
        counts = [name for name in states.columns if name not in ("point_id", "group", "service")]
        sums = self._grouped(states, ["group", "service"], counts)
        keys = pd.MultiIndex.from_frame(self.units[["point_id", "group", "service"]])
        return sums.reindex(keys, fill_value=0.0).reset_index()

    def flows_by_unit(self, flows: pd.DataFrame) -> pd.DataFrame:
        """Sum ALLOCATION rows by point to rows by commune."""
        if self.need is self.units:
            return flows
        keys = ["group", "service", "site_id"]
        return self._grouped(flows, keys, ["served"]).reset_index()[
            ["point_id", "group", "site_id", "service", "served"]
        ]

    def _grouped(self, frame: pd.DataFrame, keys: list[str], counts: list[str]) -> pd.DataFrame:
        unit_of = self.table.set_index("point_id")["unit_code"]
        named = frame.assign(point_id=frame["point_id"].map(unit_of))
        return named.groupby(["point_id", *keys], sort=True)[counts].sum()


def lane_of(plan: Plan, group: str, service: str) -> str:
    """Return what a group rides to a service, joined by "+"; empty where it is what the service's rule says."""
    for rule in plan.modes:
        if (rule.group, rule.service) == (group, service):
            rides = sorted(set(rule.profiles))
            return "" if rides == [plan.service(service).profile] else "+".join(rides)
    return ""


def place(plan: Plan, where: Area, need: pd.DataFrame, people: pd.DataFrame) -> Points:
    """Put need and population at points.

    Parameters
    ----------
    need
        NEED rows by commune.
    people
        People by commune and group; of them the population is placed too.

    Raises
    ------
    InputError
        If the population grid cannot be read.
    """
    population = people[people["group"] == "population"]
    everybody = pd.DataFrame(
        {"point_id": population["unit_code"], "group": "population", "service": "", "need": population["people"]}
    ).astype({"need": float})
    centres = where.units[["unit_code", "lon", "lat", "located_within_m"]].assign(
        point_id=where.units["unit_code"], place_id=where.units["unit_code"], lane=""
    )
    tables, notices = [centres], []
    placed = need
    if plan.inputs.population:
        cells, barren = _cells(plan, where)
        placed, everybody = (_spread(rows, cells) for rows in (need, everybody))
        used = cells["point_id"].isin(set(placed["point_id"]) | set(everybody["point_id"]))
        tables.append(cells[used].assign(lane=""))
        notices.append(Notice("people_on_grid", {"file": Path(plan.inputs.population).name}))
        names = where.units.set_index("unit_code")["name"]
        notices += [Notice("grid_without_people", {"name": str(names[code])}) for code in barren]
    combos = need[["group", "service"]].drop_duplicates().itertuples(index=False, name=None)
    lanes = {combo: lane_of(plan, *combo) for combo in combos}
    if any(lanes.values()):
        lane = pd.Series([lanes[combo] for combo in zip(placed["group"], placed["service"], strict=True)])
        named = placed["point_id"].where((lane == "").to_numpy(), placed["point_id"] + "@" + lane.to_numpy())
        at = pd.concat(tables, ignore_index=True).set_index("point_id")
        apart = pd.DataFrame({"origin": placed["point_id"], "point_id": named, "lane": lane.to_numpy()})
        apart = apart[apart["lane"] != ""].drop_duplicates("point_id")
        own = at.loc[apart["origin"]].reset_index(drop=True)
        tables.append(own.assign(point_id=apart["point_id"].to_numpy(), lane=apart["lane"].to_numpy()))
        placed = placed.assign(point_id=named).sort_values(["point_id", "group", "service"], ignore_index=True)
    columns = ["point_id", "place_id", "unit_code", "lane", "lon", "lat", "located_within_m"]
    table = pd.concat(tables, ignore_index=True)[columns]
    return Points(placed, everybody.drop(columns=["group", "service"]), table, need, tuple(notices))


def _cells(plan: Plan, where: Area) -> tuple[pd.DataFrame, list[str]]:
    """Return the cells of every commune's area as points with weights, and the communes without any.

    Communes of the old list that became one have the area of that one together: where in it each lay is not known.
    """
    areas = where.cells[["cell_code", "geometry"]].rename(columns={"cell_code": "unit_code"})
    grid = demand.read_cells(sources.catalogue.find(plan.inputs.population, plan.folder), areas)
    grid = grid.rename(columns={"point_id": "place_id", "unit_code": "cell_code"})
    located = where.units[where.units["lon"].notna()]
    cells = located[["unit_code", "cell_code"]].merge(grid, on="cell_code")
    position = cells["place_id"].str.split("-", n=1).str[1]
    # People of a cell are somewhere in it: half its diagonal, from the distance of its neighbours.
    step = float(np.diff(np.sort(grid["lat"].unique())).min()) if grid["lat"].nunique() > 1 else 0.0
    cells = cells.assign(
        point_id=cells["unit_code"] + "-" + position, located_within_m=step * _M_PER_DEGREE / np.sqrt(2)
    )
    barren = sorted(set(located["unit_code"]) - set(cells["unit_code"]))
    return cells, [str(code) for code in barren]


def _spread(rows: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Spread NEED rows of communes over their cells, exactly; communes without cells stay where they are."""
    inside = rows["point_id"].isin(set(cells["unit_code"]))
    labels = rows["group"] + "\n" + rows["service"]
    bounds = {name: rows[name] if name in rows.columns else np.nan for name in ("lower", "upper")}
    counted = rows.assign(unit_code=rows["point_id"], vintage="", group=labels, people=rows["need"], **bounds)
    spread = demand.into_cells(counted[inside], cells[["point_id", "unit_code", "lon", "lat", "weight"]])
    pair = spread["group"].str.split("\n", n=1, expand=True)
    found = pd.DataFrame(
        {
            "point_id": spread["point_id"], "group": pair[0], "service": pair[1],
            "need": spread["people"].astype(float), "lower": spread["lower"].astype("Float64").astype(float),
            "upper": spread["upper"].astype("Float64").astype(float),
        }
    )  # fmt: skip
    kept = [name for name in found.columns if name in rows.columns]
    both = pd.concat([found[kept], rows.loc[~inside, kept]], ignore_index=True)
    return both.sort_values(["point_id", "group", "service"], ignore_index=True)
