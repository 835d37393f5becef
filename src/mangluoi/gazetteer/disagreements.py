"""Where published mappings of old communes to new ones disagree: what each says, what was taken, and why."""

from __future__ import annotations

import pandas as pd

from mangluoi import shipped
from mangluoi.errors import Complaint, InputError
from mangluoi.gazetteer import crosswalk, units

__all__ = ["REASONS", "compared", "disagreements"]

#: Why one mapping was not followed, by the code in ``why``.
REASONS = {
    "namesake": "it adds the target of a commune of the same name elsewhere in the province",
    "near_name": "it follows a clause on a commune whose name differs by a letter or a tone",
    "kind": "it follows a clause on a commune of the same name and another kind (phường, xã)",
    "chain": "it follows a later clause, on another commune that bears the name of the new one",
    "new_namesake": "it follows the clause that forms a new commune of that name from others",
}


def disagreements() -> pd.DataFrame:
    """Return the old communes about which published mappings are known to disagree, with each other or with the law.

    Returns
    -------
    DataFrame
        ``from_code``, ``from_vintage``, ``to_vintage``; what ``vietnamadminunits`` (1.0.4) and ``dvhcvn``
        (dvhcvn/20250701) say and what was ``taken``, each a tuple of codes (empty where that mapping was not read);
        ``why`` (one of `REASONS`), ``legal_basis`` (the clause that decides, where it was read) and ``note`` (in
        Vietnamese, what the clauses say). Sorted by code.
    """
    listed = shipped.frame("boundaries/disagreements.csv")
    for name in ("vietnamadminunits", "dvhcvn", "taken"):
        listed[name] = [() if pd.isna(codes) else tuple(str(codes).split()) for codes in listed[name]]
    return listed.sort_values("from_code", ignore_index=True)


def compared(other: pd.DataFrame) -> pd.DataFrame:
    """List where another mapping of the communes of mid-2025 differs from the shipped crosswalk.

    Parameters
    ----------
    other
        ``from_code`` and ``to_code``: one row for each new commune that an old one became.

    Returns
    -------
    DataFrame
        ``from_code``, ``name`` (with the units above), ``here`` and ``there`` (tuples of codes; empty where a mapping
        does not know the commune), sorted by code; empty where the two agree.

    Raises
    ------
    InputError
        If a column is missing.
    """
    missing = [
        Complaint("missing_column", details={"expected": name})
        for name in ("from_code", "to_code")
        if name not in other.columns
    ]
    if missing:
        raise InputError(missing)
    here, there = (_targets(each) for each in (crosswalk.shares(units.OLD, units.NEW), other))
    known = set(units.lineage(units.OLD).index)
    rows = [
        {
            "from_code": code,
            "name": units.full_name(code, units.OLD) if code in known else "",
            "here": here.get(code, ()),
            "there": there.get(code, ()),
        }
        for code in sorted(here.keys() | there.keys())
        if here.get(code) != there.get(code)
    ]
    return pd.DataFrame(rows, columns=["from_code", "name", "here", "there"])


def _targets(pairs: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    return {
        str(code): tuple(sorted({str(each) for each in targets}))
        for code, targets in pairs.groupby("from_code")["to_code"]
    }
