"""How evenly access is shared: figures over people, weighted by how many live at each point."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mangluoi.errors import Complaint, InputError

__all__ = ["concentration", "gini", "palma", "poverty", "theil", "worst_off"]


def gini(values: pd.Series, weights: pd.Series) -> float:
    """Return the Gini coefficient: 0 where all have the same, towards 1 where one has all.

    Parameters
    ----------
    values
        What each has, not negative; such as places per person.
    weights
        People, on the same index.

    Returns
    -------
    float
        One minus twice the area under the Lorenz curve; NaN where there is nobody or nothing.

    Raises
    ------
    InputError
        If a value or weight is missing or negative.

    References
    ----------
    Gini, C. (1912), *Variabilità e mutabilità*.
    """
    value, people = _checked(values, weights)
    return _curve(value, people, value)


def concentration(values: pd.Series, weights: pd.Series, rank_by: pd.Series) -> float:
    """Return the concentration index of values over people ranked by something else.

    Negative where those who rank low have more, positive where those who rank high have more. People of the same rank
    are taken together, so the order of rows does not matter.

    Parameters
    ----------
    values, weights
        As in `gini`.
    rank_by
        What ranks people from low to high, such as income; for poverty or remoteness, low is the least poor or remote.

    References
    ----------
    Kakwani, N., Wagstaff, A. and van Doorslaer, E. (1997), *Journal of Econometrics* 77.
    """
    value, people = _checked(values, weights)
    rank = rank_by.reindex(values.index).to_numpy(dtype=float)
    if np.isnan(rank).any():
        raise InputError([Complaint("missing_value", column=str(rank_by.name or "rank_by"))])
    return _curve(value, people, rank)


def theil(values: pd.Series, weights: pd.Series) -> float:
    """Return the Theil T index, Σ w (v ÷ μ) ln(v ÷ μ): 0 where all have the same, ln(1 ÷ share) where a share has all.

    Parameters
    ----------
    values, weights
        As in `gini`; who has nothing adds nothing.

    References
    ----------
    Theil, H. (1967), *Economics and Information Theory*.
    """
    value, people = _checked(values, weights)
    total = people.sum()
    if total == 0 or people @ value == 0:
        return float("nan")
    ratio = value / (people @ value / total)
    some = ratio > 0
    return float(people[some] @ (ratio[some] * np.log(ratio[some])) / total)


def palma(values: pd.Series, weights: pd.Series) -> float:
    """Return what the tenth with the most has over what the four tenths with the least have.

    Parameters
    ----------
    values, weights
        As in `gini`; a point astride a boundary is divided.

    Returns
    -------
    float
        Infinite where the four tenths have nothing.

    References
    ----------
    Palma, J. G. (2011), *Development and Change* 42.
    """
    value, people = _checked(values, weights)
    order = np.argsort(value, kind="stable")
    share = np.concatenate([[0.0], np.cumsum(people[order])])
    held = np.concatenate([[0.0], np.cumsum(people[order] * value[order])])
    if held[-1] == 0:
        return float("nan")
    least = float(np.interp(0.4 * share[-1], share, held))
    most = float(held[-1] - np.interp(0.9 * share[-1], share, held))
    return most / least if least > 0 else float("inf")


def worst_off(values: pd.Series, weights: pd.Series, *, share: float = 0.1, low_is_worst: bool = True) -> float:
    """Return the mean of the share of people who are worst off.

    Parameters
    ----------
    values, weights
        As in `gini`.
    share
        Share of people, above 0 and at most 1.
    low_is_worst
        True for what is good (places per person), False for what is bad (minutes).
    """
    if not 0 < share <= 1:
        raise InputError([Complaint("contradiction", details={"reason": "share_out_of_range", "share": share})])
    value, people = _checked(values, weights)
    order = np.argsort(value if low_is_worst else -value, kind="stable")
    upto = np.concatenate([[0.0], np.cumsum(people[order])])
    held = np.concatenate([[0.0], np.cumsum(people[order] * value[order])])
    few = share * upto[-1]
    return float(np.interp(few, upto, held) / few) if few > 0 else float("nan")


def poverty(values: pd.Series, weights: pd.Series, *, line: float, alpha: float = 0.0) -> float:
    """Return access poverty: the mean over all people of ((line − value) ÷ line)^alpha for those below the line.

    Parameters
    ----------
    values, weights
        As in `gini`.
    line
        Access below which a person is poor in it, above zero.
    alpha
        0 counts the poor, 1 weighs them by how far below the line they are, 2 weighs the poorest most.

    References
    ----------
    Foster, J., Greer, J. and Thorbecke, E. (1984), *Econometrica* 52.
    """
    if line <= 0 or alpha < 0:
        details = {"reason": "poverty_line", "line": line, "alpha": alpha}
        raise InputError([Complaint("contradiction", details=details)])
    value, people = _checked(values, weights)
    poor = value < line
    total = people.sum()
    return float(people[poor] @ ((line - value[poor]) / line) ** alpha / total) if total > 0 else float("nan")


def _checked(values: pd.Series, weights: pd.Series) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    found = []
    columns = values, weights.reindex(values.index)
    for name, column in zip(("values", "weights"), columns, strict=True):
        numbers = column.to_numpy(dtype=float)
        if np.isnan(numbers).any():
            found.append(Complaint("missing_value", column=name))
        if (numbers < 0).any():
            found.append(Complaint("negative", column=name, value=float(numbers.min())))
    if found:
        raise InputError(found)
    return columns[0].to_numpy(dtype=float), columns[1].to_numpy(dtype=float)


def _curve(value: NDArray[np.float64], people: NDArray[np.float64], rank: NDArray[np.float64]) -> float:
    """Return one minus twice the area under the curve of what is held, over people in order of rank."""
    total, held = people.sum(), people @ value
    if total == 0 or held == 0:
        return float("nan")
    _, place = np.unique(rank, return_inverse=True)
    width = np.bincount(place, people) / total
    height = np.cumsum(np.bincount(place, people * value)) / held
    return float(1.0 - width @ (height + np.concatenate([[0.0], height[:-1]])))
