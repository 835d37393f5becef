"""Seeded instances that a peer solved too: the generator, shared by the tests and by benchmarks/siting/peers.py.

Drawn by Python's own generator, whose sequence never changes, so that the recorded optima stay true.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

#: Models that both have, and how many seeds of each.
MODELS = ("max_cover", "set_cover", "p_median", "p_center")
SEEDS = range(60)


@dataclass(frozen=True)
class PeerCase:
    """Points that are sites too.

    Parameters
    ----------
    minutes
        Whole minutes from each point to each site.
    people
        People of each point.
    p
        How many sites are chosen, the existing ones among them.
    existing
        Positions of the sites that stand; only for `max_cover`.
    threshold
        Minutes.
    """

    minutes: list[list[int]]
    people: list[int]
    p: int
    existing: list[int]
    threshold: int


def peer_case(model: str, seed: int) -> PeerCase:
    """Draw an instance."""
    draw = random.Random(f"{model} {seed}")
    count = draw.randint(12, 30)
    xy = [(draw.uniform(0, 60), draw.uniform(0, 60)) for _ in range(count)]
    minutes = [[round(abs(a - c) + abs(b - d)) for c, d in xy] for a, b in xy]
    people = [draw.randint(1, 90) for _ in range(count)]
    existing = sorted(draw.sample(range(count), draw.randint(0, 2))) if model == "max_cover" else []
    p = len(existing) + draw.randint(1, 5)
    return PeerCase(minutes, people, p, existing, draw.choice([10, 15, 20]))
