"""What may be shown of a plan's stress: nothing that its report hides.

A draw counts people at other speeds, places and sizes, and so over other sets of communes than the report does. Where
some commune of a service is masked, one more such sum could give it back; so people are counted here only where every
service that the plan's actions add to is open: neither withheld, nor of groups that are masked or need protection.
Groups whose counts are published figures (``population``) hide nothing, see `mangluoi.scenario.disclosure`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from mangluoi import shipped
from mangluoi.errors import Complaint, InputError
from mangluoi.scenario.disclosure import LARGEST_MASKED, Disclosed, disclose
from mangluoi.scenario.masking import NEVER_MASKED
from mangluoi.scenario.stressing import Stress

__all__ = ["DisclosedStress", "disclose_stress"]


@dataclass(frozen=True, eq=False)
class DisclosedStress:
    """What may be shown of a plan's stress.

    Parameters
    ----------
    shown
        What may be shown of the plan's answer where all is as assumed.
    asked, made
        How many draws were asked for and made.
    seed
        What they were drawn from.
    services
        The services that the plan's actions add to, without withheld ones: people are counted in these.
    open
        Whether people may be counted at all, see the module.
    proven
        Whether every solution behind the figures is proven.
    plans
        plan, nominal, served, cost_vnd, worst_regret, mean_served, times_best, masked; people that are masked, and
        costs of what is withheld, are missing.
    actions
        plan, action_id, kind, site_id, service, name, unit_name, added, cost_vnd: what each choice does where all is
        as assumed; without withheld services.
    least_regret, most_served
        The plan with the least worst regret, and the one with the highest mean.
    price, price_vnd
        What the first of them loses where all is as assumed, in people (missing: masked) and in money.
    regret
        A row for each draw with draw, the drawn factors, and a column for each plan; masked ones are missing.
    chosen
        action_id, kind, site_id, service, name, unit_name, draws and share: how often the best choice does it; without
        withheld services and without what is never chosen.
    tornado
        factor, low, high, at_assumed, swing and masked.
    """

    shown: Disclosed
    asked: int
    made: int
    seed: int
    services: tuple[str, ...]
    open: bool
    proven: bool
    plans: pd.DataFrame
    actions: pd.DataFrame
    least_regret: str
    most_served: str
    price: float
    price_vnd: float
    regret: pd.DataFrame
    chosen: pd.DataFrame
    tornado: pd.DataFrame


def disclose_stress(
    stress: Stress | DisclosedStress, *, profile: Literal["public", "internal"] = "public"
) -> DisclosedStress:
    """Take from a plan's stress what may be shown.

    Parameters
    ----------
    stress
        What the draws showed; one that is disclosed already is returned as it is.
    profile
        {"public", "internal"}

    Raises
    ------
    InputError
        If the plan's choice must not be shown at all, see `disclosure.Disclosed.choice_withheld`.
    """
    if isinstance(stress, DisclosedStress):
        return stress
    shown = disclose(stress.result, profile=profile)
    if shown.choice_withheld:
        raise InputError([Complaint("contradiction", column="actions", details={"reason": "choice_withheld"})])
    acted = sorted(set(stress.actions["service"].dropna()))
    withheld = set(shown.withheld_services)
    is_open = _is_open(shown, acted)
    limit = 0 if _published(shown, acted) or profile == "internal" else LARGEST_MASKED
    robust = stress.robust

    def masked(values: pd.Series) -> pd.Series:
        """Leave out what may not be counted, and counts from 1 to the limit."""
        size = values.astype(float).abs()
        few = (size > 0) & (size <= limit)
        return values.astype(float).mask(few if is_open else pd.Series(True, index=values.index))

    def beside(values: pd.Series, one: float) -> pd.Series:
        """Leave out, too, what a small count could be worked out from beside a figure that is shown."""
        apart = (values.astype(float) - one).abs()
        return masked(values).mask((apart > 0) & (apart <= limit))

    named = stress.actions[~stress.actions["service"].isin(withheld)]
    hidden = robust.plans["actions"].map(
        lambda told: bool(set(filter(None, told.split(", "))) - set(named["action_id"]))
    )
    plans = robust.plans.drop(columns="actions")
    plans = plans.assign(
        served=beside(plans["served"], float(plans["served"].iloc[0])),
        mean_served=beside(plans["mean_served"], float(plans["mean_served"].iloc[0])),
        worst_regret=masked(plans["worst_regret"]),
        cost_vnd=plans["cost_vnd"].mask(hidden),
    )
    plans = plans.assign(masked=plans[["served", "mean_served", "worst_regret"]].isna().any(axis=1))
    regrets = robust.regret.T.reset_index(drop=True).apply(masked)
    factors = robust.draws.drop(columns="location").reset_index(drop=True)
    tornado = stress.tornado
    middle = float(tornado["at_assumed"].iloc[0]) if len(tornado) else 0.0
    tornado = tornado.assign(**{name: beside(tornado[name], middle) for name in ("low", "high")})
    tornado = tornado.assign(
        at_assumed=masked(tornado["at_assumed"]),
        swing=tornado["swing"].mask(tornado[["low", "high"]].isna().any(axis=1)),
    )
    frequent = robust.chosen[robust.chosen["draws"] > 0]
    return DisclosedStress(
        shown=shown,
        asked=stress.asked,
        made=len(robust.draws),
        seed=stress.seed,
        services=tuple(name for name in acted if name not in withheld),
        open=is_open,
        proven=robust.proven,
        plans=plans,
        actions=named.merge(stress.sizes, on="action_id").sort_values(["plan", "action_id"], ignore_index=True),
        least_regret=robust.least_regret,
        most_served=robust.most_served,
        price=float(masked(pd.Series([robust.price])).iloc[0]),
        price_vnd=np.nan if hidden.iloc[0] or hidden[plans["plan"] == robust.least_regret].any() else robust.price_vnd,
        regret=pd.concat([factors, regrets], axis=1),
        chosen=named.merge(frequent, on="action_id").sort_values(
            ["draws", "action_id"], ascending=[False, True], ignore_index=True
        ),
        tornado=tornado.assign(masked=tornado[["low", "high", "at_assumed"]].isna().any(axis=1)),
    )


def _is_open(shown: Disclosed, acted: list[str]) -> bool:
    """Say whether people of every service may be counted at other speeds, places and sizes."""
    if set(acted) & set(shown.withheld_services):
        return False
    if shown.profile == "internal":
        return True
    groups = shipped.frame("norms/groups.csv").set_index("group")["sensitive"] == "yes"
    exposed = set(shown.states.loc[shown.states["masked"].astype(bool), "service"])
    rows = shown.state_totals[shown.state_totals["service"].isin(acted) & (shown.state_totals["group"] != NEVER_MASKED)]
    closed = rows["masked"].astype(bool) | rows["group"].map(groups).astype(bool) | rows["service"].isin(exposed)
    return not bool(closed.any())


def _published(shown: Disclosed, acted: list[str]) -> bool:
    """Say whether all whom these services are for are published figures."""
    rows = shown.state_totals[shown.state_totals["service"].isin(acted)]
    return bool((rows["group"] == NEVER_MASKED).all())
