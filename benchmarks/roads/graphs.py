"""Seeded road-like graphs: towns of very unequal size along a bent strip, neighbours joined, thinned, by road class.

About six nodes per km², 1.25 roads per node, 3 % one-way, whole milliseconds; ids in blocks that are near each other,
as OpenStreetMap's are.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import Delaunay, cKDTree

from mangluoi import roads
from mangluoi.roads.network import from_pieces

METRES_PER_DEGREE = 111_000.0


def _gabriel(xy: np.ndarray) -> np.ndarray:
    triangles = Delaunay(xy).simplices
    edges = np.vstack([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [0, 2]]])
    edges = np.unique(np.sort(edges, axis=1), axis=0)
    middle = (xy[edges[:, 0]] + xy[edges[:, 1]]) / 2
    radius = np.hypot(*(xy[edges[:, 0]] - middle).T)
    nearest, _ = cKDTree(xy).query(middle, k=1)
    return edges[nearest >= radius * (1 - 1e-9)]


def make(size: int, *, seed: int = 7) -> roads.RoadNetwork:
    """Return a network of `size` nodes."""
    rng = np.random.default_rng(seed)
    long_m = np.sqrt(size / 6.1 * 1e6 * 8.0)
    wide_m = long_m / 8.0
    towns = max(20, size // 170)
    weight = rng.permutation((1.0 + np.arange(towns)) ** -0.8)
    inside = int(0.7 * size)
    town = np.sort(rng.choice(towns, inside, p=weight / weight.sum()))
    spread = 250.0 * np.sqrt(np.bincount(town, minlength=towns) / 20 + 1)
    along, across = rng.random(towns) * long_m, (rng.random(towns) - 0.5) * wide_m
    y = np.concatenate([along[town] + rng.normal(size=inside) * spread[town], rng.random(size - inside) * long_m])
    x = np.concatenate(
        [across[town] + rng.normal(size=inside) * spread[town], (rng.random(size - inside) - 0.5) * wide_m]
    )
    x = x + 0.12 * long_m * np.sin(2 * np.pi * y / long_m)
    xy = np.column_stack([x, y])
    edges = _gabriel(xy)
    length = np.hypot(*(xy[edges[:, 0]] - xy[edges[:, 1]]).T) + 1.0
    score = length * np.exp(rng.normal(size=len(length)) * 0.4)
    tree = minimum_spanning_tree(csr_array((score, (edges[:, 0], edges[:, 1])), shape=(size, size))).tocoo()
    keys = edges[:, 0] * size + edges[:, 1]
    in_tree = np.isin(keys, np.minimum(tree.row, tree.col).astype(np.int64) * size + np.maximum(tree.row, tree.col))
    others = np.flatnonzero(~in_tree)
    keep = in_tree.copy()
    keep[rng.choice(others, min(len(others), int(1.25 * size) - int(in_tree.sum())), replace=False)] = True
    edges, length, in_tree = edges[keep], length[keep] * 1.15, in_tree[keep]
    # Long links between towns are the better roads.
    speed = np.where(length > np.quantile(length, 0.9), 60.0, np.where(length > np.median(length), 45.0, 25.0))
    speed = speed * rng.uniform(0.8, 1.15, len(length))
    minutes = np.maximum(1, (length / speed * 3600)).astype(np.int64) / 60_000.0
    oneway = ~in_tree & (rng.random(len(length)) < 0.15)
    block = rng.permutation((size + 199) // 200)
    order = np.argsort(block[np.arange(size) // 200], kind="stable")
    rank = np.empty(size, dtype=np.int64)
    rank[order] = np.arange(size)
    width = len(str(size))
    return from_pieces(
        np.array([f"{i:0{width}}" for i in range(size)], dtype=np.str_),
        105.0 + x[order] / METRES_PER_DEGREE,
        8.5 + y[order] / METRES_PER_DEGREE / 2.0,
        rank[edges[:, 0]],
        rank[edges[:, 1]],
        minutes,
        np.where(oneway, np.inf, minutes),
        length_m=length,
        profile="motorbike",
        access_min_per_km=15.0,
    )
