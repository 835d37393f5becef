"""Models that fall into blocks: the same answer as the solver has, however it is found, and valid bounds."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import block_diag, csr_array, vstack

from mangluoi.siting import blocks, solver
from mangluoi.siting.tree import Tree


def drawn(seed, *, count=4, opens=4, flows=24):
    """Draw services with places to open and people to bring there, a budget, and people who must be served."""
    rng = np.random.default_rng(seed)
    parts, costs, upper, money, people = [], [], [], [], []
    for _ in range(count):
        need = rng.integers(1, 9, flows).astype(float)
        at = rng.integers(0, opens, flows)
        rows = np.zeros((opens + flows, opens + flows))
        for link in range(flows):
            rows[at[link], opens + link] = 1.0
            rows[opens + link, [at[link], opens + link]] = [-need[link], 1.0]
        rows[np.arange(opens), np.arange(opens)] = -rng.integers(5, 40, opens)
        parts.append(rows)
        costs.append(np.concatenate([rng.integers(5, 60, opens), np.zeros(flows)]))
        upper.append(np.concatenate([np.ones(opens), need]))
        people.append(np.concatenate([np.zeros(opens), np.ones(flows)]))
        money.append(costs[-1])
    inside = block_diag(parts)
    people, money = np.concatenate(people), np.concatenate(money)
    wanted = round(0.6 * count * flows)
    shared = csr_array(np.array([people, money]))
    return solver.Model(
        cost=np.concatenate(costs),
        matrix=csr_array(vstack([inside, shared])),
        low=np.concatenate([np.full(inside.shape[0], -np.inf), [wanted, -np.inf]]),
        high=np.concatenate([np.zeros(inside.shape[0]), [np.inf, rng.integers(100, 400)]]),
        upper=np.concatenate(upper),
        whole=np.tile(np.concatenate([np.ones(opens, bool), np.zeros(flows, bool)]), count),
    ), np.array([inside.shape[0], inside.shape[0] + 1])


@pytest.mark.parametrize("seed", range(40))
def test_blocks_equal_the_whole(seed, monkeypatch):
    """By its blocks, a model has the same value as at once, or no answer either way; so has a second aim after it."""
    monkeypatch.setattr(blocks, "_FEW_WHOLE", 2)
    monkeypatch.setattr(blocks, "_FEW_EACH", 1)
    model, shared = drawn(seed)
    at_once = solver.minimise(model)
    by_blocks = blocks.minimise(model, shared=shared, whole=seed % 2 == 0, largest=1000.0)
    assert by_blocks.status == at_once.status
    if at_once.values is None:
        return
    assert by_blocks.objective == pytest.approx(at_once.objective, abs=1e-6)
    assert by_blocks.bound == pytest.approx(by_blocks.objective, abs=1e-6)
    assert (np.abs(model.matrix @ by_blocks.values - np.clip(model.matrix @ by_blocks.values, model.low, model.high))
            <= 1e-6).all()  # fmt: skip
    if by_blocks.limits is not None:
        columns, lower, upper = by_blocks.limits
        assert (lower - 1e-6 <= at_once.values[columns]).all()
        assert (at_once.values[columns] <= upper + 1e-6).all()


def test_the_tree_proves_what_the_solver_proves():
    """Without blocks too, branching on the warm relaxation ends at the same value, from any known answer."""
    for seed in range(8):
        model, _ = drawn(seed, count=2, opens=3, flows=8)
        value = solver.minimise(model).objective
        tree = Tree(model)
        for known in (np.inf, value + 5, value):
            leaf = tree.search(tree.limits, known=known)
            assert (leaf.status, leaf.value) == ("optimal", pytest.approx(min(value, known), abs=1e-6))
            assert (leaf.values is None) == (known <= value)


def test_a_tree_without_time_says_so_and_keeps_a_bound():
    """Stopped at once or after some nodes, the bound is not above the best value."""
    model, _ = drawn(3, count=6, opens=6, flows=30)
    value = solver.minimise(model).objective
    tree = Tree(model)
    for options in ({"node_limit": 1}, {"left": lambda: -1.0}):
        leaf = tree.search(tree.limits, **options)
        assert leaf.status == "time_limit"
        assert leaf.bound <= value + 1e-6


def test_ctrl_c_ends_a_tree_with_its_bound():
    """Interrupted at any node, the search says so, and its bound holds."""
    model, _ = drawn(3, count=6, opens=6, flows=30)
    value = solver.minimise(model).objective
    tree = Tree(model)
    for nodes in (0, 1, 3, 10):
        looks = iter(range(nodes))

        def left(looks=looks):
            if next(looks, None) is None:
                raise KeyboardInterrupt

        leaf = tree.search(tree.limits, left=left)
        assert leaf.status == "interrupted"
        assert leaf.bound <= value + 1e-6
        assert leaf.value >= value - 1e-6
