"""2SFCA and E2SFCA beside PySAL `access` on one seeded case.

Needs an environment of its own: pip install access scipy, and this package. Run: python benchmarks/access/catchment.py
"""

from __future__ import annotations

import time

import cases
import pandas as pd

from access import Access, weights
from mangluoi.access import catchment, decay


def main() -> None:
    """Print the largest difference and the seconds of each."""
    case = cases.draw(**cases.REGION, groups=1, services=1, seed=3)
    demand = case.need[["point_id", "need"]]
    supply = case.capacity[["site_id", "capacity"]]
    peer = Access(
        demand_df=demand.rename(columns={"point_id": "geoid"}),
        demand_index="geoid",
        demand_value="need",
        supply_df=supply.rename(columns={"site_id": "geoid"}),
        supply_index="geoid",
        supply_value="capacity",
        cost_df=case.times.rename(columns={"from_id": "origin", "to_id": "dest", "minutes": "cost"}),
        cost_origin="origin",
        cost_dest="dest",
        cost_name="cost",
    )
    edges, values = [20.0, 40.0, 60.0], [1.0, 0.68, 0.22]
    questions = {
        "2SFCA": (
            lambda: peer.two_stage_fca(name="a", max_cost=60)["a_capacity"],
            lambda: catchment(demand, supply, case.times, max_minutes=60),
        ),
        "E2SFCA, steps": (
            lambda: peer.enhanced_two_stage_fca(
                name="b", max_cost=60, weight_fn=weights.step_fn(dict(zip(edges, values, strict=True)))
            )["b_capacity"],
            lambda: catchment(
                demand, supply, case.times, method="e2sfca", max_minutes=60, decay=decay.step(edges, values)
            ),
        ),
        "E2SFCA, Gaussian": (
            lambda: peer.enhanced_two_stage_fca(name="c", max_cost=60, weight_fn=weights.gaussian(20))["c_capacity"],
            lambda: catchment(demand, supply, case.times, method="e2sfca", max_minutes=60, decay=decay.gaussian(20)),
        ),
    }
    for name, (theirs, ours) in questions.items():
        start = time.perf_counter()
        other = theirs()
        middle = time.perf_counter()
        own = pd.Series(ours().to_numpy(), index=demand["point_id"])
        end = time.perf_counter()
        # Where nothing is within reach the peer leaves the ratio missing or zero.
        gap = (own - other.reindex(own.index).fillna(0.0)).abs().max()
        print(f"{name}: largest difference {gap:.2e}; PySAL {middle - start:.3f} s, mangluoi {end - middle:.3f} s")


if __name__ == "__main__":
    main()
