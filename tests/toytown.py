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

Actions: expand B by up to 4 places at 2 each; expand E by up to 4 places at 2 each; build at D (type ``general``) from 2 to
6 places, 3 fixed + 2 each. With a budget of 8: expand B by 4 serves 4 more (12) for 8; expand B 3 + E 1 serves 4 more
for 8; nothing serves more than 4 with 8, since a place costs at least 2. With a budget of 16: expand B by 4 (8) + E by 1 (2)
serves 13 for 10; the 6 left over build at D 1 place only (3 + 2), below its least size of 2 (7), so 13 are served.
With a budget of 19: B 4 (8) + build at D 4 places (3 + 8 = 11) = 19: D reaches C, D and E; it takes D's 2 children, and 2 of
the elderly of C, D or E. Served: B 9, E 3, D 4, but only 11 elderly + 2 + 2 children want care in reach: A1 + C1 children by B,
7 elderly by B = 9 (all of A, B, C); then D, E, F want 4 elderly and D 2 children = 6 people for E 3 + D 3: with B 4 (8), D 3
(9) the cost is 17 and everyone within reach is served: 15 of 16; only the child at F is out of reach.
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
