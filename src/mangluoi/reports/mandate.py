"""Purpose and requirements, and how the work is carried out: what the plan says, and what the office has to add."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from mangluoi.reports import decisions, sentences, sizes
from mangluoi.reports.exhibits import records
from mangluoi.reports.words import Lang, name, say
from mangluoi.scenario.disclosure import Disclosed

__all__ = ["duties", "purpose"]

# So many names stand in a sentence; the tables hold them all.
_NAMES = 8
_ROUGH = ("assumed", "commune", "district")
#: A heading of level 2, by its key, and the items below it.
Section = tuple[str, list[str]]


def purpose(d: Disclosed, lang: Lang) -> Iterator[Section]:
    """Say what the report is for and what it is held to; the office adds who ordered it."""
    yield (
        "purpose_what",
        [
            say("mandate.purpose.question", lang, question=sentences.stop(d.plan.question)),
            say(f"mandate.purpose.{_aim(d)}", lang),
            _to_add("purpose", lang),
        ],
    )
    yield "purpose_rules", [*_requirements(d, lang), _to_add("rules", lang)]


def _aim(d: Disclosed) -> str:
    if not sizes.facilities_known(d):
        return "find_need"
    return "find" if d.plan.actions else "find_today"


def _requirements(d: Disclosed, lang: Lang) -> Iterator[str]:
    if sizes.facilities_known(d) and d.plan.services:
        limits = [
            say(
                "mandate.rules.threshold", lang, service=name("service", rule.service, lang),
                minutes=float(rule.max_minutes), mode=sentences.known("mode", rule.profile, lang),
            )
            for rule in d.plan.services
        ]  # fmt: skip
        yield say("mandate.rules.thresholds", lang, services="; ".join(limits))
    if sizes.facilities_known(d) and d.plan.actions:
        yield say("mandate.rules.budget", lang, million=sentences.million(d.plan.budget_vnd, lang))
    if len(d.scorecard):
        yield say("mandate.rules.targets", lang, count=sentences.counted(len(d.scorecard), lang))
    yield say("mandate.rules.privacy", lang)


def duties(d: Disclosed, lang: Lang) -> Iterator[Section]:
    """Say who pays, when and by whom, as far as the plan does, and what to verify; the office adds the rest."""
    yield "duties_money", [*_money(d, lang), *_added("money", d, lang)]
    yield "duties_phases", [*_phases(d, lang), *_added("phases", d, lang)]
    yield "duties_offices", [say("mandate.offices.law", lang), *_managers(d, lang), _to_add("offices", lang)]
    yield "duties_checks", [*_of_sites(d, lang), *_of_figures(d, lang)]


def _to_add(part: str, lang: Lang) -> str:
    return say("mandate.add", lang, what=say(f"mandate.{part}.add", lang))


def _added(part: str, d: Disclosed, lang: Lang) -> list[str]:
    """Leave a place for the office where there is something to pay for or to do."""
    return [] if d.actions.empty and not d.choice_withheld else [_to_add(part, lang)]


def _money(d: Disclosed, lang: Lang) -> Iterator[str]:
    if d.actions.empty:
        if not d.choice_withheld:
            yield say("mandate.money.nothing", lang)
    else:
        yield say("mandate.money.total", lang, million=sentences.million(decisions.total_cost(d), lang))
    if d.plan.payers:
        payers = [
            say("mandate.money.payer", lang, authority=one.authority, million=sentences.million(one.budget_vnd, lang))
            for one in d.plan.payers
        ]
        yield say("mandate.money.payers", lang, payers="; ".join(payers))
    elif not d.actions.empty:
        yield say("mandate.money.no_payers", lang)


def _phases(d: Disclosed, lang: Lang) -> Iterator[str]:
    for phase in d.plan.phases:
        fields = {"million": sentences.million(phase.budget_vnd, lang), "basis": sentences.stop(phase.basis)}
        yield say("mandate.phases.phase", lang, name=phase.name, **fields)
    if not d.plan.phases:
        yield say("mandate.phases.none", lang)
    elif len(d.reasoning.phase_actions):
        yield say("mandate.phases.tables", lang)


def _managers(d: Disclosed, lang: Lang) -> Iterator[str]:
    """Name who manages the facilities that an action is about."""
    about = d.sites[d.sites["site_id"].isin(d.actions["site_id"])].sort_values("site_id")
    managed = d.facilities.set_index("facility_id")["authority"]
    told = []
    for site in records(about):
        authority = managed.get(site.facility_id)
        known = isinstance(authority, str) and bool(authority)
        who = sentences.known("authority", str(authority), lang) if known else say("report.unknown", lang)
        told.append(say("mandate.offices.site", lang, name=site.name, authority=who[:1].lower() + who[1:]))
    if told:
        yield say("mandate.offices.manager", lang, sites="; ".join(told))


def _of_sites(d: Disclosed, lang: Lang) -> Iterator[str]:
    """Say what is not known of places to build at and of the sites that stand."""
    built = d.actions[d.actions["kind"] == "build"].sort_values("action_id")
    places = [sentences.unit_name(str(unit), lang) for unit in built["unit_name"].dropna()]
    if places:
        yield say("mandate.checks.places", lang, names=_named(places, ", ", lang))
        yield say("mandate.checks.land", lang)
    if not sizes.facilities_known(d):
        yield say("mandate.checks.facilities", lang)
    unknown = d.capacity.loc[d.capacity["basis"] != "declared", "site_id"]
    located = d.sites["lon"].notna()
    for key, chosen in (
        ("sizes", d.sites["site_id"].isin(unknown)),
        ("rough", located & d.sites["located_by"].isin(_ROUGH)),
        ("unlocated", ~located),
    ):
        found = d.sites[chosen].sort_values("site_id")["name"]
        if len(found):
            yield say(f"mandate.checks.{key}", lang, names=_named(list(map(str, found)), "; ", lang))


def _of_figures(d: Disclosed, lang: Lang) -> Iterator[str]:
    """Say which figures are estimates or assumptions that decide."""
    estimated = set(d.people.loc[d.people["estimated"].astype(bool), "group"])
    groups = [name("group", str(group), lang) for group in d.people_totals["group"] if group in estimated]
    if groups:
        yield say("mandate.checks.people", lang, groups="; ".join(dict.fromkeys(groups)))
    if sizes.facilities_known(d) and _somebody_far(d.minutes, d):
        yield say("mandate.checks.travel", lang)
    if not d.actions.empty:
        yield say("mandate.checks.costs", lang)


def _somebody_far(minutes: pd.DataFrame, d: Disclosed) -> bool:
    limits = {rule.service: float(rule.max_minutes) for rule in d.plan.services}
    far = minutes["minutes"].isna() | (minutes["minutes"] > minutes["service"].map(limits))
    return bool(far.any())


def _named(names: Sequence[str], between: str, lang: Lang) -> str:
    """Write names, each once; of many, the first and how many more there are."""
    once = list(dict.fromkeys(names))
    told = between.join(once[:_NAMES])
    return told if len(once) <= _NAMES else say("mandate.and_more", lang, names=told, count=len(once) - _NAMES)
