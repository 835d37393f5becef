"""Need and places cut into blocks that have nothing to do with each other: one service each, unless beds are shared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mangluoi.access import reach
from mangluoi.access.transport import Transport
from mangluoi.apportion import largest_remainder

__all__ = ["Block", "build", "coupled", "queues", "room"]


@dataclass(frozen=True, eq=False)
class Block:
    """A transport problem, and what its rows and links stand for.

    Parameters
    ----------
    problem
        The problem; a row of it is everybody at one point whom the same sites may take for a service.
    site
        The site of each link, as a position in the reach's sites.
    members
        For each row of the problem, the rows of need in it, sorted by group.
    asked
        People in each row of need.
    groups
        The group of each row of need.
    """

    problem: Transport
    site: NDArray[np.int64]
    members: list[NDArray[np.int64]]
    asked: NDArray[np.float64]
    groups: NDArray[np.str_]

    def divide(self, flow: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Divide the people on each link among the rows of need, in proportion to their need.

        Returns
        -------
        row, link, flow
            Row of need, link and people; only where there are people.
        """
        used = np.flatnonzero(flow > 0)
        owner = self.problem.row[used]
        alone = np.array([len(self.members[row]) == 1 for row in owner], dtype=bool)
        rows = [np.array([self.members[row][0] for row in owner[alone]], dtype=np.int64)]
        links, flows = [used[alone]], [flow[used[alone]]]
        shared = used[~alone]
        for row in np.unique(self.problem.row[shared]):
            mine = shared[self.problem.row[shared] == row] if shared.size < 64 else shared[owner[~alone] == row]
            part = self._shares(self.members[row], flow[mine])
            member, link = np.nonzero(part)
            rows.append(self.members[row][member])
            links.append(mine[link])
            flows.append(part[member, link])
        return np.concatenate(rows), np.concatenate(links), np.concatenate(flows)

    def _shares(self, members: NDArray[np.int64], flow: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return who goes where: each group its share of the served, filled into the links one after the other."""
        need, total = self.asked[members], float(flow.sum())
        if total == np.rint(total) and (need == np.rint(need)).all():
            ties = self.groups[members].tolist()
            served = largest_remainder(need, total=int(total), ties=ties).astype(float)
        else:
            served = need * (total / need.sum())
        upto_member, upto_link = np.cumsum(served)[:, None], np.cumsum(flow)[None, :]
        overlap = np.minimum(upto_member, upto_link) - np.maximum(upto_member - served[:, None], upto_link - flow)
        return np.asarray(np.clip(overlap, 0.0, None))


def coupled(capacity: pd.DataFrame, services: list[str], pools: pd.DataFrame | None) -> list[list[str]]:
    """Return the services in sets that share beds; without pools, each alone."""
    if pools is None or "pool" not in capacity.columns:
        return [[service] for service in services]
    sets = {service: {service} for service in services}
    for _, rows in capacity.dropna(subset=["pool"]).groupby("pool", sort=True):
        joint: set[str] = set().union(*(sets.get(service, set()) for service in rows["service"]))
        sets.update(dict.fromkeys(joint, joint))
    return [list(part) for part in sorted({tuple(sorted(part)) for part in sets.values()})]


def queues(capacity: pd.DataFrame, pools: pd.DataFrame | None) -> dict[tuple[str, str], str]:
    """Return the name of the queue of each service at each site."""
    pooled = [None] * len(capacity) if pools is None or "pool" not in capacity.columns else capacity["pool"].tolist()
    keys = zip(capacity["site_id"], capacity["service"], pooled, strict=True)
    return {(site, service): f"{site}\n{service}" if pd.isna(pool) else f"\n{pool}" for site, service, pool in keys}


def room(capacity: pd.DataFrame, pools: pd.DataFrame | None) -> dict[str, float]:
    """Return the places of each queue."""
    names = queues(capacity, pools)
    keys = zip(capacity["site_id"], capacity["service"], capacity["capacity"], strict=True)
    own = {names[site, service]: float(places) for site, service, places in keys}
    if pools is None:
        return own
    return own | {f"\n{pool}": float(n) for pool, n in zip(pools["pool"], pools["capacity"], strict=True)}


def build(
    pairs: reach.Reach,
    need: pd.DataFrame,
    asked: NDArray[np.float64],
    capacity: pd.DataFrame,
    services: list[str],
    pools: pd.DataFrame | None,
    *,
    empty: bool = False,
) -> Block:
    """Build the transport problem of some services; links to services without a place are left out unless `empty`.

    Rows and links stand in the order of point, service, kind of admission and site, so that the order of the tables
    cannot tell. Groups at one point whom the same sites may take are one row.
    """
    groups = need["group"].to_numpy(dtype=str)
    sites = pairs.sites.size
    places, pool, pool_places = _slots(pairs.sites, capacity, services, pools)
    keys, members_of, link_parts = [], [], []
    for number, service in enumerate(services):
        for kind, combos in enumerate(_kinds(pairs, service)):
            members = _members(pairs, combos, asked)
            links = pairs.pairs(combos[0])
            room = places[number * sites + pairs.site[links]] > 0
            links = links[np.isin(pairs.point[links], list(members)) & (room | empty)]
            for point in np.unique(pairs.point[links]):
                keys.append((int(point), number, kind))
                members_of.append(np.array(members[int(point)], dtype=np.int64))
            link_parts.append((links, np.full(links.size, number), np.full(links.size, kind)))
    link, number_of, kind_of = (np.concatenate(part) for part in zip(*link_parts, strict=True))
    order = sorted(range(len(keys)), key=keys.__getitem__)
    rank = {keys[old]: new for new, old in enumerate(order)}
    row = np.array(
        [rank[key] for key in zip(pairs.point[link].tolist(), number_of.tolist(), kind_of.tolist(), strict=True)],
        dtype=np.int64,
    )
    slot = number_of * sites + pairs.site[link]
    canonical = np.lexsort((slot, row))
    members_sorted = [members_of[old] for old in order]
    problem = Transport(
        people=np.array([asked[members].sum() for members in members_sorted]),
        places=places,
        row=row[canonical],
        slot=slot[canonical],
        minutes=pairs.minutes[link[canonical]],
        pool=pool,
        pool_places=pool_places,
    )
    return Block(problem, pairs.site[link[canonical]], members_sorted, asked, groups)


def _kinds(pairs: reach.Reach, service: str) -> list[list[tuple[str, str]]]:
    """Return the combinations of a service, together where the same pairs count for them."""
    found: dict[bytes, list[tuple[str, str]]] = {}
    for combo in sorted(pairs.combos):
        if combo[1] == service:
            limit = np.float64(np.inf if pairs.limit is None else pairs.limit[combo])
            same = pairs.allowed[combo].tobytes() + pairs.rides[combo].tobytes() + limit.tobytes()
            found.setdefault(same, []).append(combo)
    return list(found.values())


def _members(pairs: reach.Reach, combos: list[tuple[str, str]], asked: NDArray[np.float64]) -> dict[int, list[int]]:
    """Return the rows of need with people in them, by point; combos are sorted, so groups are."""
    found: dict[int, list[int]] = {}
    for combo in combos:
        for row in pairs.combos[combo].tolist():
            if asked[row] > 0 and pairs.row_point[row] >= 0:
                found.setdefault(int(pairs.row_point[row]), []).append(row)
    return found


def _slots(
    sites: NDArray[np.str_], capacity: pd.DataFrame, services: list[str], pools: pd.DataFrame | None
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """Return the places of each service at each site (none where it is not offered), and the pools they share."""
    places = np.zeros(len(services) * sites.size)
    pool = np.full(places.size, -1, dtype=np.int64)
    pool_ids = [] if pools is None else sorted(pools["pool"])
    pool_places = np.zeros(0) if pools is None else pools.set_index("pool")["capacity"].loc[pool_ids].to_numpy(float)
    for number, service in enumerate(services):
        here = capacity[capacity["service"] == service]
        at = pd.Index(sites).get_indexer(pd.Index(here["site_id"].to_numpy(dtype=str)))
        known = at >= 0
        places[number * sites.size + at[known]] = here["capacity"].to_numpy(dtype=float)[known]
        if pools is not None and "pool" in here.columns:
            shared = pd.Index(pool_ids).get_indexer(pd.Index(here["pool"]))
            pool[number * sites.size + at[known]] = shared[known]
    return places, pool, pool_places
