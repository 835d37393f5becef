"""Rows that sum others up: told apart from data, and checked against their parts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

__all__ = ["ancestors_counted", "verdicts"]


def ancestors_counted(
    units: Mapping[int, tuple[str, Collection[object]]], above: Mapping[str, str | None]
) -> dict[int, list[int]]:
    """Find the rows of units whose own parts stand on the sheet as well: a district above its communes.

    Parameters
    ----------
    units
        By row: the code of its unit and what it counts, such as groups.
    above
        The unit above each unit.

    Returns
    -------
    dict
        By row of such a unit, the rows directly below it, themselves sums or not.
    """
    row_of: dict[tuple[str, object], int] = {}
    for row, (code, counted) in units.items():
        row_of.update({(code, what): row for what in counted})
    parts: dict[int, set[int]] = {}
    covered: dict[int, set[object]] = {}
    for row, (code, counted) in units.items():
        for what in counted:
            up = above.get(code)
            while up is not None and (up, what) not in row_of:
                up = above.get(up)
            if up is not None and row_of[up, what] != row:
                parts.setdefault(row_of[up, what], set()).add(row)
                covered.setdefault(row_of[up, what], set()).add(what)
    # A row that also counts what none of its parts count is no mere sum.
    return {row: sorted(below) for row, below in parts.items() if covered[row] == set(units[row][1])}


def verdicts(
    totals: Mapping[int, Mapping[int, float]],
    figures: Mapping[int, Mapping[int, float]],
    parts: Mapping[int, Sequence[int]],
    length: int,
) -> dict[int, bool]:
    """Say of each sum whether it equals what it sums up.

    Parameters
    ----------
    totals
        By row of a sum: its numbers, by position of the column.
    figures
        The numbers of the data rows, in the same way.
    parts
        The rows below a sum, where the units tell; else those since, or until, another sum are tried, and all.
    length
        Of the sheet, in rows.
    """
    marks = sorted(totals)
    equal: dict[int, bool] = {}
    for number, n in enumerate(marks):
        before = marks[number - 1] if number else -1
        after = marks[number + 1] if number + 1 < len(marks) else length
        spans: list[list[int]] = [
            [row for row in figures if before < row < n], [row for row in figures if n < row < after], list(figures),
        ]  # fmt: skip
        if n in parts:
            below = {row: totals.get(row) or figures.get(row, {}) for row in parts[n]}
            equal[n] = bool(totals[n]) and _sums_to(below, list(below), totals[n])
        else:
            # Sums of sums: the total of a province below the totals of its districts.
            inner = {row: each for row, each in totals.items() if row != n and row in parts}
            equal[n] = bool(totals[n]) and (
                any(_sums_to(figures, span, totals[n]) for span in spans)
                or (bool(inner) and _sums_to(inner, list(inner), totals[n]))
            )
    return equal


def _sums_to(figures: Mapping[int, Mapping[int, float]], rows: Sequence[int], total: Mapping[int, float]) -> bool:
    return bool(rows) and all(
        abs(sum(figures[row].get(place, 0.0) for row in rows) - value) < 1e-9 for place, value in total.items()
    )
