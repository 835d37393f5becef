"""What an allocation costs as the country grows, and by how much it beats filling homes one after another.

Run: python benchmarks/access/allocation.py [PROVINCE] [REGION] [NATIONAL], each with a seed behind a colon if wanted
(NATIONAL:2), and +EVEN before it for the third level (NATIONAL+EVEN:2).
"""

from __future__ import annotations

import resource
import sys
import time

import cases
import numpy as np

from mangluoi import access
from mangluoi.access import allocation, blocks, reach


def best_sequential(case: cases.Case, *, orders: int, seed: int) -> float:
    """Return the most served by filling homes one after another, nearest people first, in random orders of homes."""
    rng = np.random.default_rng(seed)
    pairs = reach.build(
        case.need,
        case.times,
        max_minutes=case.max_minutes,
        admissible=allocation.open_services(case.capacity, case.admissible),
    )
    asked = case.need["need"].to_numpy()
    best = np.zeros(orders)
    for service in sorted(set(case.need["service"])):
        problem = blocks.build(pairs, case.need, asked, case.capacity, [service], None).problem
        order = np.lexsort((problem.minutes, problem.slot))
        slots, starts = np.unique(problem.slot[order], return_index=True)
        ends = np.append(starts[1:], order.size)
        for number in range(orders):
            left = problem.people.copy()
            for at in rng.permutation(slots.size):
                rows = problem.row[order[starts[at] : ends[at]]]
                room = problem.places[slots[at]]
                upto = np.minimum(np.cumsum(left[rows]), room)
                taken = np.diff(upto, prepend=0.0)
                left[rows] -= taken
            best[number] += problem.people.sum() - left.sum()
    return float(best.max())


def main() -> None:
    """Print one line per size."""
    for asked in sys.argv[1:] or ["PROVINCE", "REGION", "NATIONAL"]:
        size, _, seed = asked.partition(":")
        even = size.endswith("+EVEN")
        name = size.removesuffix("+EVEN")
        case = cases.draw(**getattr(cases, name), seed=int(seed or 0))
        start, cpu = time.perf_counter(), time.process_time()
        result = access.allocate(
            case.need, case.capacity, case.times, max_minutes=case.max_minutes, admissible=case.admissible, even=even
        )
        seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
        served, need = result.states["served"].sum(), result.states["need"].sum()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        other = best_sequential(case, orders=200, seed=1)
        print(
            f"{asked}: {len(case.need)} rows of need, {len(case.times)} pairs; {seconds:.1f} s ({cpu:.1f} s CPU), "
            f"{peak:.2f} GiB; served {served:.0f} of {need:.0f} ({served / need:.1%}); "
            f"best of 200 sequential fillings {other:.0f} ({other / need:.1%}), {served - other:.0f} fewer",
            flush=True,
        )


if __name__ == "__main__":
    main()
