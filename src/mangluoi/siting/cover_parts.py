"""The coverage frontier of parts that share no site: each part's own frontier, put together exactly.

Where sites are counted, the most people that p sites cover is the largest sum, over the parts, of what each covers with
its own number of sites, the numbers adding up to p. Parts are far smaller than the whole, and so are their proofs.

Bellman, R. (1957), *Dynamic Programming*, on the allocation of one resource to several activities.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from mangluoi.siting import cover_exact
from mangluoi.siting.cover_bound import Choice
from mangluoi.siting.cover_exact import Found
from mangluoi.siting.cover_reduction import Cover, restricted

__all__ = ["frontier", "parts_of"]

# Coverage of more pairs than this is one part in practice, and finding that out would take long.
_MOST_PAIRS = 3_000_000


@dataclass(eq=False)
class _Part:
    """One part: its sites among those of the whole, its coverage, and the best answer for 0, 1, 2, … sites."""

    site: NDArray[np.int64]
    cover: Cover
    found: list[Found] = field(default_factory=list)

    def known(self, count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the people covered by up to each number of sites, and the bound, up to a number."""
        people = np.array([one.choice.people for one in self.found])
        bound = np.array([one.bound for one in self.found])
        # More sites never cover fewer, so a bound for more holds for fewer.
        people, bound = np.maximum.accumulate(people), np.minimum.accumulate(bound[::-1])[::-1]
        rest = np.full(count + 1 - people.size, people[-1]), np.full(count + 1 - people.size, bound[-1])
        return np.concatenate([people, rest[0]]), np.concatenate([bound, rest[1]])

    def choice(self, count: int) -> NDArray[np.int64]:
        """Return the sites, among those of the whole, of the best answer for up to a number of sites."""
        best = max(self.found[: count + 1], key=lambda one: one.choice.people)
        return self.site[best.choice.is_open]


def parts_of(cover: Cover) -> list[_Part]:
    """Return the parts of a coverage, the largest first; none where it is too large to be asked."""
    if not cover.people.size or cover.row_site.size > _MOST_PAIRS:
        return []
    rows, sites = cover.people.size, cover.site.size
    row = np.repeat(np.arange(rows), np.diff(cover.row_start))
    graph = csr_array((np.ones(row.size), (row, rows + cover.row_site)), shape=(rows + sites, rows + sites))
    count, label = connected_components(graph, directed=False)
    nothing = np.zeros(rows, dtype=bool)
    size = np.bincount(label[rows:], minlength=count)
    parts = []
    for number in np.lexsort((np.arange(count), -size)):
        mine = label[rows:] == number
        own = restricted(cover, mine, covered=nothing)
        parts.append(_Part(np.flatnonzero(mine), own))
    return parts


def frontier(
    cover: Cover, parts: list[_Part], limits: list[float], *, whole: bool, gap: float, until: float
) -> tuple[list[Found], str]:
    """Return the best answers of the whole for some numbers of sites, and how the work ended.

    Parameters
    ----------
    cover, parts
        The whole, in which each site costs one, and its parts.
    limits
        The numbers of sites.
    whole, gap, until
        See `cover_exact.most`.

    Returns
    -------
    list of Found, str
        Without prices; the status as in `CoverFrontier`.
    """
    most = int(max(limits))
    status = _solve(parts, most, whole=whole, gap=gap, until=until)
    people, bound = np.full(most + 1, cover.anyway), np.full(most + 1, cover.anyway)
    shares = []
    for part in parts:
        own, own_bound = (side - cover.anyway for side in part.known(most))
        # Row p, column q: q of the p sites are this part's.
        other = np.arange(most + 1)[:, None] - np.arange(most + 1)[None, :]
        sums = np.where(other >= 0, people[np.maximum(other, 0)] + own[None, :], -np.inf)
        bounds = np.where(other >= 0, bound[np.maximum(other, 0)] + own_bound[None, :], -np.inf)
        shares.append(sums.argmax(axis=1))
        people, bound = sums.max(axis=1), bounds.max(axis=1)
    found = []
    for limit in limits:
        left, is_open = int(limit), np.zeros(cover.site.size, dtype=bool)
        for part, share in zip(reversed(parts), reversed(shares), strict=True):
            is_open[part.choice(int(share[left]))] = True
            left -= int(share[left])
        choice = Choice(is_open, float(people[int(limit)]))
        proven = bound[int(limit)] - choice.people < (1.0 - 1e-6 if whole else 1e-9 * max(1.0, choice.people))
        top = choice.people if proven else float(bound[int(limit)])
        found.append(Found(choice, top, "optimal" if proven else status, None))
    return found, status


def _solve(parts: list[_Part], most: int, *, whole: bool, gap: float, until: float) -> str:
    """Find the frontier of every part: each point has its fair share of the time, what is left goes to open ones."""
    status, counts = "bounded", [min(part.site.size, most) for part in parts]
    waiting = sum(counts) + len(parts)
    for part, count in zip(parts, counts, strict=True):
        for number in range(count + 1):
            now = time.perf_counter()
            share = until if math.isinf(until) else now + max(until - now, 0.0) / waiting
            waiting -= 1
            before = part.found[-1] if part.found else None
            rest = status == "interrupted" or now > until
            own = cover_exact.most(
                part.cover,
                float(number),
                whole=whole,
                start=None if before is None else before.choice.is_open,
                prices=None if before is None else before.prices,
                until=now if rest else share,
                gap=gap,
                most_pairs=0 if rest else cover_exact.MOST_PAIRS,
            )
            if own.status == "interrupted":
                status = "interrupted"
            part.found.append(own)
    for part in parts:
        for number, own in enumerate(part.found):
            if own.status != "time_limit" or status == "interrupted" or time.perf_counter() > until:
                continue
            again = cover_exact.most(
                part.cover,
                float(number),
                whole=whole,
                start=own.choice.is_open,
                prices=own.prices,
                until=until,
                gap=gap,
            )
            status = "interrupted" if again.status == "interrupted" else status
            choice = max(own.choice, again.choice, key=lambda one: one.people)
            part.found[number] = Found(choice, min(own.bound, again.bound), again.status, again.prices)
    return "time_limit" if status == "bounded" and time.perf_counter() > until else status
