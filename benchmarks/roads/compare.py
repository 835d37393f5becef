"""Travel times side by side with peers, in one run: seeded road-like graphs and real ones, cost and memory.

``python benchmarks/roads/compare.py --folder CACHE --sizes 100000 500000 2000000 --peers scipy pandana …`` in an
environment of its own that holds the peers; ``--file MAP --profile car`` for a real map. Graphs and orders are kept in
the folder. Every peer answers the same question on the same graph, or a part of its sources that is scaled up (marked
est). Prints medians of wall and CPU seconds, ratios to this package, and the largest difference of minutes.
``--alone`` asks one question with nothing cached and prints the peak memory of this package without any peer.
"""

from __future__ import annotations

import argparse
import dataclasses
import resource
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import graphs
import numpy as np
import peers
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from mangluoi import roads
from mangluoi.roads import cache, crew, engine, snapping

SITES, DEMANDS, MAX_MINUTES = 3_000, 100_000, 60.0


@dataclasses.dataclass(frozen=True)
class Seconds:
    """Seconds on the wall, and of all processors together."""

    wall: float
    cpu: float

    def __mul__(self, times: float) -> Seconds:
        return Seconds(self.wall * times, self.cpu * times)


def timed(run: Callable[[], Any], *, repeat: int = 5) -> tuple[Seconds, Any]:
    """Return the median of the seconds of some runs, and the answer."""
    found = []
    for _ in range(repeat):
        start = time.perf_counter(), time.process_time()
        answer = run()
        found.append((time.perf_counter() - start[0], time.process_time() - start[1]))
    return Seconds(*(statistics.median(column) for column in zip(*found, strict=True))), answer


def say(task: str, who: str, seconds: Seconds, base: Seconds, note: str = "") -> None:
    ratios = f"wall × {seconds.wall / base.wall:7.1f}, CPU × {seconds.cpu / base.cpu:7.1f}"
    print(f"{task:30} {who:24} {seconds.wall:9.3f} s wall {seconds.cpu:9.3f} s CPU   {ratios}   {note}", flush=True)


def at_nodes(network: roads.RoadNetwork, nodes: np.ndarray) -> snapping.Snapped:
    ids = network.node_ids[np.sort(nodes)]
    return snapping.place(network, ids.tolist(), name="points", snap_limit_m=1.0, raises=True)


def scipy_pairs(network: roads.RoadNetwork, sources: np.ndarray, targets: np.ndarray, limit: float) -> list[Any]:
    """Return the targets within reach of each source and the minutes, as a list of pairs needs them."""
    size = len(network.node_ids)
    graph = csr_array((network.minutes, (network.tail, network.head)), shape=(size, size))
    found = []
    for source in sources:
        minutes = dijkstra(graph, indices=source, limit=limit)[targets]
        near = np.flatnonzero(minutes <= limit)
        found.append((near, minutes[near]))
    return found


class Question:
    """One graph, its sites and its demands."""

    def __init__(self, network: roads.RoadNetwork) -> None:
        size = len(network.node_ids)
        self.rng = np.random.default_rng(11)
        self.network, self.size = network, size
        self.sites = np.sort(self.rng.choice(size, min(SITES, size // 20), replace=False))
        self.demands = np.sort(self.rng.choice(size, min(DEMANDS, size // 2), replace=False))
        self.near, self.far = at_nodes(network, self.sites), at_nodes(network, self.demands)

    def pairs(self, limit: float = MAX_MINUTES, network: roads.RoadNetwork | None = None) -> Any:
        return engine.pairs(network or self.network, self.near, self.far, max_minutes=limit, forward=True)

    def uncached(self) -> tuple[str, Any]:
        bare = dataclasses.replace(self.network, hierarchy=None)
        found = self.pairs(network=bare)
        return "hierarchy" if bare.contracted else "dijkstra", found


def by_one_thread(run: Callable[[], Any]) -> Any:
    kept, crew.threads = crew.threads, lambda: 1
    try:
        return run()
    finally:
        crew.threads = kept


def two_threads(run: Callable[[], Any]) -> None:
    """Say what the second processor gains, beside what it gains for two loops that touch no memory."""
    ratios = []
    for _ in range(7):
        one, _ = timed(lambda: by_one_thread(run), repeat=1)
        two, _ = timed(run, repeat=1)
        ratios.append(one.wall / two.wall)
    free = [peers.second_processor() for _ in range(7)]
    print(
        f"two threads: × {statistics.median(ratios):.2f} (best {max(ratios):.2f}); two idle loops on this machine at "
        f"this time: × {statistics.median(free):.2f} (best {max(free):.2f})",
        flush=True,
    )


def sparse(question: Question, names: list[str]) -> None:
    network, task = question.network, "sparse pairs, order cached"
    custom, _ = timed(lambda: (vars(network).pop("metric", None), network.metric))
    ours, found = timed(question.pairs)
    print(f"new speeds {custom.wall:.3f} s wall {custom.cpu:.3f} s CPU; pairs {len(found[0]):,}")
    say(task, "mangluoi", ours, ours)
    say(task, "mangluoi, one thread", timed(lambda: by_one_thread(question.pairs))[0], ours)
    bare, (chosen, again) = timed(question.uncached, repeat=3)
    assert len(again[0]) == len(found[0])
    few = question.sites[:: max(1, len(question.sites) // 60)][:60]
    scale = len(question.sites) / len(few)
    theirs, listed = timed(lambda: scipy_pairs(network, few, question.demands, MAX_MINUTES), repeat=3)
    worst, same = 0.0, True
    order = np.lexsort((found[1], found[0]))
    row, column, minutes = (array[order] for array in found)
    for source, (near, expected) in zip(few, listed, strict=True):
        here = slice(*np.searchsorted(row, np.searchsorted(question.sites, source) + np.array([0, 1])))
        same = same and np.array_equal(column[here], near)
        if same:
            worst = max(worst, float(np.abs(minutes[here] - expected).max(initial=0.0)))
    say(task, "scipy (est)", theirs * scale, ours, f"same pairs: {same}, largest difference {worst:.1e} min")
    say("sparse pairs, nothing cached", f"mangluoi ({chosen})", bare, bare)
    say("sparse pairs, nothing cached", "scipy (est)", theirs * scale, bare)
    two_threads(question.pairs)
    for name in names:
        made, run = timed(lambda name=name: peers.prepare(name, network, question.demands, MAX_MINUTES), repeat=1)
        for what, ask in run.items():
            some = few[:3] if name == "networkx" else few[:12]
            theirs, _ = timed(lambda ask=ask, some=some: ask(some), repeat=1)
            note = f"after {made.wall:.1f} s of preparing"
            say(task, f"{name} {what} (est)", theirs * (len(question.sites) / len(some)), ours, note)


def others(question: Question) -> None:
    network, size = question.network, question.size
    facilities = at_nodes(network, question.rng.choice(size, min(400, size // 20), replace=False))
    everywhere = at_nodes(network, np.arange(size))
    for k in (1, 3):
        ours, best = timed(lambda k=k: engine.nearest_pairs(network, everywhere, facilities, k=k, max_minutes=10_000))
        say(f"nearest {k} of {len(facilities)}, all nodes", "mangluoi", ours, ours)
        if k == 1:
            graph = csr_array((network.minutes, (network.head, network.tail)), shape=(size, size))
            theirs, expected = timed(
                lambda graph=graph: dijkstra(graph, indices=facilities.nodes[:, 0], min_only=True), repeat=3
            )
            difference = np.abs(best[2] - expected[best[0]]).max()
            say(f"nearest 1 of {len(facilities)}, all nodes", "scipy", theirs, ours, f"difference {difference:.1e}")
    few = at_nodes(network, question.sites[:: max(1, len(question.sites) // 300)][:300])
    many = at_nodes(network, question.demands[:10_000])
    dense, _ = timed(lambda: engine.pairs(network, few, many, max_minutes=17_000, forward=True))
    say("dense 300 × 10,000", "mangluoi", dense, dense)
    theirs, _ = timed(lambda: scipy_pairs(network, few.nodes[:3, 0], many.nodes[:, 0], np.inf), repeat=1)
    say("dense 300 × 10,000", "scipy (est)", theirs * (len(few) / 3), dense)
    for limit in (15.0, 30.0, 60.0):
        warm, found = timed(lambda limit=limit: question.pairs(limit))
        bare = dataclasses.replace(network, hierarchy=None)
        bare.layout  # noqa: B018
        cost = engine._CONTRACTION_COST
        engine._CONTRACTION_COST = 10**9
        plain, _ = timed(lambda limit=limit, bare=bare: question.pairs(limit, bare), repeat=1)
        engine._CONTRACTION_COST = cost
        print(
            f"cut-off {limit:3.0f} minutes: {len(found[0]):>10,} pairs, "
            f"sweep {warm.cpu:.3f} s CPU, Dijkstra {plain.cpu:.3f}"
        )


def opened(options: argparse.Namespace, size: int | None) -> roads.RoadNetwork:
    folder = options.folder
    if options.file is not None:
        return roads.read_network(options.file, profile=options.profile, terrain=options.terrain, cache=folder)
    network = cache.load_network(folder, f"g{size}")
    if network is None:
        network = graphs.make(size)
        cache.save_network(network, folder, f"g{size}")
    return network


def main(options: argparse.Namespace) -> None:
    for size in [None] if options.file is not None else options.sizes:
        network = opened(options, size)
        if options.alone:
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            question = Question(network)
            seconds, (chosen, found) = timed(question.uncached, repeat=1)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(f"{network}: {len(found[0]):,} pairs by {chosen}, {seconds.wall:.2f} s wall {seconds.cpu:.2f} s CPU")
            print(f"peak memory {peak:.0f} MiB ({before:.0f} once the network was open)")
            continue
        ordering, network = timed(lambda network=network: roads.prepare(network, cache=options.folder), repeat=1)
        question = Question(network)
        print(f"\n{network}, {len(question.sites)} sites, {len(question.demands)} demands, {MAX_MINUTES:.0f} minutes")
        print(f"order of contraction (or reading it) {ordering.wall:.2f} s wall {ordering.cpu:.2f} s CPU")
        # Memory that was never touched costs this kind of machine 2 ms per MB the first time; that is not measured.
        np.ones(2**27)
        sparse(question, options.peers)
        if not options.sparse:
            others(question)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--sizes", type=int, nargs="*", default=[100_000])
    parser.add_argument("--file", type=Path)
    parser.add_argument("--profile", default="motorbike")
    parser.add_argument("--terrain", default="plain")
    parser.add_argument("--peers", nargs="*", default=[])
    parser.add_argument("--sparse", action="store_true", help="sparse pairs only")
    parser.add_argument("--alone", action="store_true")
    main(parser.parse_args())
