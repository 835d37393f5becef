"""Dividing whole people so that none is lost: the largest-remainder method."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["apportion_by_origin", "largest_remainder"]


def largest_remainder(weights: ArrayLike, *, total: int, ties: Sequence[str] | None = None) -> NDArray[np.int64]:
    """Divide a whole number in proportion to weights, exactly (Hamilton's method).

    Parameters
    ----------
    weights
        Non-negative, of shape ``(n,)``; not all zero unless `total` is zero.
    total
        The whole number to divide, not negative.
    ties
        One label per weight. Equal remainders go in the order of the labels, so that the answer does not
        depend on the order of rows; without labels they go in the order given.

    Returns
    -------
    ndarray of int64
        Shape ``(n,)``; sums to `total`; each within one of its exact quota.

    Raises
    ------
    ValueError
        If a weight is negative or not finite, or if nothing carries weight while `total` is positive.

    References
    ----------
    Balinski, M. and Young, H. P. (1982), *Fair Representation*, Yale University Press.
    """
    share = np.asarray(weights, dtype=float)
    if not np.isfinite(share).all() or (share < 0).any():
        raise ValueError("weights must be finite and not negative")
    if total < 0:
        raise ValueError(f"total must not be negative, got {total}")
    if total == 0:
        return np.zeros(share.size, dtype=np.int64)
    if share.sum() <= 0:
        raise ValueError(f"nothing carries weight, so {total} cannot be divided")
    # The sum is taken over the sorted weights: addition of floats depends on the order, the answer must not.
    quota = share / float(np.sort(share).sum()) * total
    parts = np.floor(quota).astype(np.int64)
    # Rounding guards against 2.9999999996 and 3.0000000002 being told apart by noise.
    remainder = np.round(quota - parts, 9)
    full = remainder >= 1.0
    parts[full] += 1
    remainder[full] = 0.0
    left = total - int(parts.sum())
    order = np.lexsort((np.arange(share.size) if ties is None else np.asarray(ties, dtype=str), -remainder))
    if left >= 0:
        parts[order[:left]] += 1
    else:
        parts[order[left:]] -= 1
    return parts


def apportion_by_origin(
    origins: Sequence[object], shares: ArrayLike, totals: ArrayLike, ties: Sequence[str]
) -> NDArray[np.int64]:
    """Divide each origin's whole number over its own rows.

    Parameters
    ----------
    origins
        The origin of each row, of shape ``(n,)``.
    shares
        The weight of each row within its origin, of shape ``(n,)``.
    totals
        The whole number of the row's origin (the same on all its rows), of shape ``(n,)``.
    ties
        A label per row, see `largest_remainder`.

    Returns
    -------
    ndarray of int64
        Shape ``(n,)``; sums to the total of each origin.
    """
    share, total = np.asarray(shares, dtype=float), np.asarray(totals)
    labels = np.asarray(ties, dtype=str)
    parts = np.zeros(share.size, dtype=np.int64)
    rows_of: dict[object, list[int]] = {}
    for row, origin in enumerate(origins):
        rows_of.setdefault(origin, []).append(row)
    for rows in rows_of.values():
        parts[rows] = largest_remainder(share[rows], total=int(total[rows[0]]), ties=labels[rows].tolist())
    return parts
