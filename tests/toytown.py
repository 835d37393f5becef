"""Toytown: a village small enough to be solved by hand.

Six hamlets stand along one road, ten minutes apart, with the market at A::

    A --10-- B --10-- C --10-- D --10-- E --10-- F

Two homes exist: the one at B holds 5 people, the one at E holds 3. Older people (group ``elderly``) and children
(group ``child_special``) need ``residential`` care; the threshold is 15 minutes. The home at B (type ``general``)
takes both groups, the one at E (type ``elderly``) takes older people only.

==  =======  =========
pt  elderly  children
==  =======  =========
A      2         1
B      1         0
C      4         1
D      2         2
E      1         0
F      1         1
==  =======  =========

By hand, within 15 minutes:

* Reach of the home at B: A (10), B (0), C (10). Reach of the home at E: D (10), E (0), F (10).
* Elderly covered: A 2, B 1, C 4 by B; D 2, E 1, F 1 by E: all 11. Children covered: A 1, C 1; D 2 and F 1 have no
  admissible home within reach, so 3 children are out of reach.
* Home B is wanted by 7 elderly and 2 children, 9 people for 5 places: 5 served, 4 meet a full house.
  Home E is wanted by 4 elderly for 3 places: 3 served, 1 meets a full house.
* Most served: 8 of 16. Fewest minutes for it: B serves its own 1 (0 min) and 4 others at 10 minutes = 40;
  E serves its own 1 (0 min) and 2 others at 10 = 20. Total 60 minutes.
* Gap: 16 - 8 = 8 = 5 full + 3 out of reach.

Actions: expand B by up to 4 places, or E by up to 4, at 2 a place; build at D (type ``general``, so both groups; it
reaches C, D and E) from 2 to 6 places for 3 and 2 a place. Nobody within reach but the 5 who meet a full house and,
once D is built, the 2 children of D can be won, so at most 8 + 7 = 15.

* Budget 8: 4 places by expanding cost 8; with D only 2 places fit (7). Best: 12 served.
* Budget 13: B 4 + E 1 cost 10 and win all 5 who meet a full house; with D at most 5 places fit (3 + 10 = 13).
  Best: 13 served, and the cheapest way to it costs 10: B 4, E 1, nothing at D.
* Budget 16: with D 6 places fit (3 + 12 = 15). Best: 14 served, for 15.
* Budget 17 and any above: 7 places (3 + 14). Best: 15 served; only the child at F stays out of reach.
"""

from __future__ import annotations

import pandas as pd

POINTS = ["A", "B", "C", "D", "E", "F"]
ELDERLY = {"A": 2, "B": 1, "C": 4, "D": 2, "E": 1, "F": 1}
CHILDREN = {"A": 1, "B": 0, "C": 1, "D": 2, "E": 0, "F": 1}
MAX_MINUTES = 15.0


def need() -> pd.DataFrame:
    """Return the NEED table; points with nobody have no row."""
    rows = [
        (point, group, "residential", float(count))
        for group, counts in (("elderly", ELDERLY), ("child_special", CHILDREN))
        for point, count in counts.items()
        if count
    ]
    return pd.DataFrame(rows, columns=["point_id", "group", "service", "need"])


def capacity() -> pd.DataFrame:
    """Return the places of the two homes."""
    return pd.DataFrame(
        [("home_b", "residential", 5), ("home_e", "residential", 3)], columns=["site_id", "service", "capacity"]
    )


def admissible() -> pd.DataFrame:
    """Return who may be taken where: the home at E takes older people only."""
    return pd.DataFrame(
        [
            ("home_b", "elderly", "residential"),
            ("home_b", "child_special", "residential"),
            ("home_e", "elderly", "residential"),
        ],
        columns=["site_id", "group", "service"],
    )


def times(*, sites: dict[str, str] | None = None, max_minutes: float = 60.0) -> pd.DataFrame:
    """Return minutes from every hamlet to every site; by default the two homes."""
    places = sites or {"home_b": "B", "home_e": "E"}
    rows = [
        (point, site, 10.0 * abs(POINTS.index(point) - POINTS.index(place)), "motorbike")
        for point in POINTS
        for site, place in places.items()
        if 10.0 * abs(POINTS.index(point) - POINTS.index(place)) <= max_minutes
    ]
    return pd.DataFrame(rows, columns=["from_id", "to_id", "minutes", "mode"])


def nodes() -> pd.DataFrame:
    """Return the hamlets as nodes of a road network, about 1 km apart."""
    return pd.DataFrame({"node_id": POINTS, "lon": [105.0 + 0.01 * i for i in range(6)], "lat": [19.0] * 6})


def edges() -> pd.DataFrame:
    """Return the one road."""
    return pd.DataFrame({"from_node": POINTS[:-1], "to_node": POINTS[1:], "minutes": [10.0] * 5})
