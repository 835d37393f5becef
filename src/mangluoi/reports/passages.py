"""The running text of the report: sentences of a proposal with the figures filled in."""

from __future__ import annotations

import pandas as pd

from mangluoi import shipped
from mangluoi.reports import choosing, decisions, exhibits, sentences, sizes
from mangluoi.reports.exhibits import records
from mangluoi.reports.words import Lang, name, say
from mangluoi.reports.words.motives import motives
from mangluoi.scenario.disclosure import Disclosed
from mangluoi.scenario.plan import ServiceRule

__all__ = [
    "basis", "beyond", "chosen", "effect", "facilities", "limits", "method", "need_alone", "offered", "outcome",
    "people", "people_limits", "privacy", "proof", "provision", "question", "supply_unknown", "threshold",
]  # fmt: skip

# So many communes are named in a sentence; the annex lists them all.
_NAMED_COMMUNES = 8


def _cell(value: exhibits.Cell, lang: Lang) -> str:
    return exhibits.written(value, lang)


def basis(d: Disclosed, lang: Lang) -> list[str]:
    """Name the document that asks, the law behind the groups, and the sources of the figures."""
    told = [say("report.basis.plan", lang, source=sentences.stop(d.plan.source))]
    groups = shipped.frame("norms/groups.csv").set_index("group")["legal_basis"].dropna()
    asked = sorted(set(d.people_totals["group"]) | {rule.group for rule in d.plan.needs})
    laws = sorted({str(groups[group]).split(" Điều ")[0] for group in asked if group in groups})
    if laws:
        told.append(say("report.basis.law", lang, source="; ".join(laws) + "."))
    for key, frame in (("people", d.people_totals), ("supply", pd.concat([d.facilities, d.capacity]))):
        found = sorted({sentences.source(str(value), lang) for value in frame["source"].dropna() if value})
        if found:
            told.append(say(f"report.basis.{key}", lang, source="; ".join(found) + "."))
    return told


def people(d: Disclosed, lang: Lang) -> list[str]:
    """Say how many people each group has."""
    told = []
    for row in records(d.people_totals):
        fields = {
            "group": name("group", row.group, lang),
            "as_of": "; ".join(sentences.date(part, lang) for part in str(row.as_of).split("; ")),
            "source": sentences.source(str(row.source), lang),
        }
        if row.masked:
            told.append(say("report.people.group_masked", lang, **fields))
        elif pd.notna(row.lower) and pd.notna(row.upper) and row.lower != row.upper:
            bounds = {"lower": int(row.lower), "upper": int(row.upper)}
            told.append(say("report.people.group_bounds", lang, people=int(row.people), **bounds, **fields))
        else:
            # A count that its source gives as "over" or "under" has one bound, the count itself.
            open_end = {(True, False): "group_lower", (False, True): "group_upper"}
            key = open_end.get((pd.notna(row.lower), pd.notna(row.upper)), "group")
            told.append(say(f"report.people.{key}", lang, people=int(row.people), **fields))
    return told


def people_limits(d: Disclosed, lang: Lang) -> list[str]:
    """Say what is estimated, and that groups are not added up."""
    spread = [say("report.people.spread", lang)] if bool(d.people["estimated"].astype(bool).any()) else []
    return [*spread, say("report.people.not_added", lang)]


def facilities(d: Disclosed, lang: Lang) -> list[str]:
    """Say how many facilities there are, how large, how full; what is not known is said to be so."""
    count = len(d.facilities)
    if count:
        kinds = d.facilities["ownership"].value_counts()
        own = {kind: sentences.counted(int(kinds.get(kind, 0)), lang) for kind in ("public", "nonpublic")}
        dates = _dates(d.facilities["as_of"], lang)
        told = say("report.facilities.count", lang, dates=dates, count=sentences.counted(count, lang), **own)
    else:
        told = say("report.facilities.none" if sizes.facilities_known(d) else "notice.supply_unknown", lang)
    parts = [told]
    if len(d.capacity):
        parts += _sizes(d, lang)
    found = [" ".join(parts)]
    if d.confidential_count:
        hidden = sentences.counted(sum(d.confidential_count.values()), lang)
        found.append(say("report.facilities.confidential", lang, count=hidden))
    lost = int(d.sites["lon"].isna().sum())
    if lost:
        found.append(say("report.facilities.unlocated", lang, count=sentences.counted(lost, lang)))
    return found


def _dates(given: pd.Series, lang: Lang) -> str:
    """Say between which dates the rows of a list lie; dates are written so that text order is time order."""
    known = sorted({str(value) for value in given.dropna() if str(value)})
    if not known:
        return say("report.facilities.dates_unknown", lang)
    first, last = sentences.date(known[0], lang), sentences.date(known[-1], lang)
    if len(known) == 1:
        return say("report.facilities.dates_one", lang, first=first)
    return say("report.facilities.dates_span", lang, first=first, last=last)


def _sizes(d: Disclosed, lang: Lang) -> list[str]:
    residential = d.capacity[d.capacity["service"] == "residential"]
    day = d.capacity[d.capacity["service"] == "day"]
    told = [
        _sum(d.capacity, "capacity", "places", lang) or say("report.facilities.no_places", lang),
        _sum(residential, "residents", "residents", lang) or say("report.facilities.no_residents", lang),
        _sum(day, "residents", "day_users", lang),
    ]
    told = [sentence for sentence in told if sentence]
    both = d.capacity[d.capacity["capacity"].notna() & d.capacity["residents"].notna()]
    if float(both["capacity"].sum() if len(both) else 0) > 0:
        share = float(both["residents"].sum()) / float(both["capacity"].sum())
        told.append(say("report.facilities.occupancy", lang, share=sentences.percent(share, lang)))
    return told


def _sum(rows: pd.DataFrame, column: str, key: str, lang: Lang) -> str:
    """Say how many there are and how far that is known; nothing where nothing is."""
    known = rows[column].dropna()
    if known.empty:
        return ""
    # A sum of what sources give as "over", "under" or "about" is itself no exact figure.
    hedged = rows.loc[known.index, "hedge"].isin(["<", ">", "~"]).any()
    shown = say("hedge.about", lang, number=int(known.sum())) if hedged else int(known.sum())
    return say(f"report.facilities.{key}", lang, total=shown, known=len(known), count=len(rows))


def threshold(d: Disclosed, rule: ServiceRule, lang: Lang) -> list[str]:
    """Say which threshold was chosen, by whom and why."""
    told = say(
        "report.access.threshold", lang, service=name("service", rule.service, lang),
        minutes=float(rule.max_minutes), mode=sentences.known("mode", rule.profile, lang),
        basis=sentences.stop(rule.basis),
    )  # fmt: skip
    if rule.service not in d.withheld_services:
        return [told]
    return [told, say("report.access.withheld", lang, service=name("service", rule.service, lang))]


def provision(d: Disclosed, rule: ServiceRule, lang: Lang) -> list[str]:
    """Say for each group how much of its need is covered and served."""
    told = []
    rows = d.state_totals[d.state_totals["service"] == rule.service].sort_values("group")
    for row in records(rows):
        group = name("group", row.group, lang)
        if row.masked and pd.notna(row.need):
            told.append(say("secrecy.need_only", lang, group=group, need=int(row.need)))
        elif row.masked:
            told.append(say("report.access.masked", lang, group=group))
        elif not int(row.need):
            told.append(say("report.access.no_need", lang, group=group))
        else:
            counts = {key: int(getattr(row, key)) for key in ("need", "served", "full", "out_of_reach", "unlocated")}
            share = sentences.percent(int(row.covered) / int(row.need), lang)
            mode = sentences.known("mode", rule.profile, lang)
            fields = {"share": share, "covered": int(row.covered), "minutes": float(rule.max_minutes), "mode": mode}
            key = "covered" if sizes.sized(d, rule.service, row.group) else "covered_unknown"
            told.append(say(f"report.access.{key}", lang, group=group, **fields, **counts))
    return told


def supply_unknown(d: Disclosed, lang: Lang) -> list[str]:
    """Say that nobody can say who is served, and which facilities are known at all."""
    key = "supply_in_part" if len(d.facilities) else "supply_unknown"
    return [say(f"notice.{key}", lang, count=len(d.facilities)) if len(d.facilities) else say(f"notice.{key}", lang)]


def need_alone(d: Disclosed, lang: Lang) -> list[str]:
    """Say for each group what it needs, and where most of it is."""
    told = []
    units = d.units.set_index("unit_code")["name"]
    for rule in d.plan.needs:
        row = d.state_totals[(d.state_totals["group"] == rule.group) & (d.state_totals["service"] == rule.service)]
        who = {"group": name("group", rule.group, lang), "service": name("service", rule.service, lang)}
        if row.empty or bool(row["masked"].iloc[0]):
            told.append(say("report.access.masked", lang, group=who["group"]))
            continue
        fields = {"need": int(row["need"].iloc[0]), "rate": sentences.percent(rule.rate, lang)}
        told.append(say("report.access.need_alone", lang, basis=sentences.stop(rule.basis), **who, **fields))
        rows = d.states[(d.states["group"] == rule.group) & (d.states["service"] == rule.service)]
        most = rows[rows["need"].notna()].sort_values(["need", "unit_code"], ascending=[False, True])
        places = [
            (sentences.unit_name(str(units[each.unit_code]), lang), int(each.need))
            for each in records(most.head(_NAMED_COMMUNES))
        ]
        listed = ", ".join(say("report.access.place_need", lang, name=place, need=need) for place, need in places)
        if listed:
            told.append(say("report.access.most_need", lang, names=listed, **who))
    return told


def beyond(d: Disclosed, rule: ServiceRule, lang: Lang) -> list[str]:
    """Name the communes beyond the threshold, the farthest first."""
    rows = d.minutes[d.minutes["service"] == rule.service]
    if rows.empty:
        return []
    limit = float(rule.max_minutes)
    fields = {"minutes": limit, "service": name("service", rule.service, lang)}
    far = rows[rows["minutes"].isna() | (rows["minutes"] > limit)]
    if far.empty:
        return [say("report.access.beyond_none", lang, **fields)]
    if len(far) == len(rows):
        return [say("report.access.beyond_all", lang, **fields)]
    order = far.sort_values(["minutes", "unit_code"], ascending=[False, True], na_position="first")
    units = d.units.set_index("unit_code")["name"]
    names = [sentences.unit_name(str(units[code]), lang) for code in order["unit_code"]]
    listed = ", ".join(names[:_NAMED_COMMUNES])
    if len(names) > _NAMED_COMMUNES:
        listed = say("report.access.beyond_more", lang, names=listed, count=len(names) - _NAMED_COMMUNES)
    return [say("report.access.beyond", lang, count=len(far), total=len(rows), names=listed, **fields)]


def question(d: Disclosed, lang: Lang) -> list[str]:
    """Say with which money the question is to be answered, and what the option aims at."""
    if not d.plan.actions:
        return []
    million = sentences.million(d.plan.budget_vnd, lang)
    told = say("report.option.budget", lang, million=million, basis=sentences.stop(d.plan.budget_basis))
    return [told, *choosing.aim(d, lang)]


def offered(d: Disclosed, lang: Lang) -> list[str]:
    """Say which actions were considered."""
    told = []
    for rule in d.plan.actions:
        if rule.kind not in ("build", "expand"):
            told.append(" ".join([choosing.may(d, rule, lang), *choosing.tied(d, rule, lang)]))
            continue
        fields = {
            "service": name("service", rule.service, lang), "low": min(rule.sizes, default=rule.min_added),
            "high": max(rule.sizes, default=rule.max_added), "million": sentences.million(rule.per_place_vnd, lang),
            "basis": sentences.stop(rule.basis),
        }  # fmt: skip
        key: str = rule.kind if rule.kind == "expand" else "build" if rule.fixed_vnd else "build_places"
        named = d.sites.loc[d.sites["site_id"].isin(rule.sites), "name"]
        if len(named) and rule.kind == "expand":
            key, fields["sites"] = "expand_sites", "; ".join(sorted(map(str, named)))
        if rule.kind == "build":
            fields["type"] = name("type", rule.facility_type, lang)
        if rule.fixed_vnd:
            fields["fixed"] = sentences.million(rule.fixed_vnd, lang)
        told.append(" ".join([say(f"report.option.may_{key}", lang, **fields), *choosing.tied(d, rule, lang)]))
    return told


def outcome(d: Disclosed, lang: Lang) -> list[str]:
    """Say where nothing was offered or chosen."""
    if not d.plan.actions:
        return [say("report.option.none_offered", lang)]
    if d.choice_withheld:
        return [say("secrecy.choice_withheld", lang)]
    return [say("report.option.none_chosen", lang)] if d.actions.empty else []


def chosen(d: Disclosed, lang: Lang) -> list[str]:
    """Say for each action what, where, how many, how much and why."""
    told = []
    for row in records(d.actions.sort_values("action_id")):
        more = decisions.served_more(d, row.served_more, lang)
        fields = {
            "place": sentences.unit_name(exhibits.text(row.unit_name, lang), lang), "added": int(row.added),
            "service": name("service", row.service, lang), "million": sentences.million(row.cost_vnd, lang),
            "more": "1–10" if more == exhibits.MASKED else _cell(more, lang),
            "minutes": float(d.plan.service(row.service).max_minutes),
        }  # fmt: skip
        if row.kind not in ("build", "expand"):
            first = choosing.done(row, lang, **fields)
        else:
            named = {"name": sentences.action_name(row, lang)} if row.kind == "expand" else {}
            first = say(f"report.option.{row.kind}", lang, **fields, **named)
        why = motives(d, row, lang)
        told.append(" ".join([first, *choosing.why(d, row, lang), *why]))
    return told


def proof(d: Disclosed, lang: Lang) -> list[str]:
    """Say what the actions cost together, and how sure it is that nothing is better."""
    if not d.plan.actions:
        return []
    told = []
    if not d.actions.empty:
        total = sentences.million(decisions.total_cost(d), lang)
        budget = sentences.million(d.plan.budget_vnd, lang)
        told.append(say("report.option.total", lang, million=total, budget=budget))
    told += [say("report.option.size_warning", lang, notice=notice) for notice in _unknown_sizes(d, lang)]
    if not d.choice_withheld and any(rule.service in d.withheld_services for rule in d.plan.actions):
        told.append(say("report.option.withheld_actions", lang))
    status, gap = d.solution.get("status"), d.solution.get("gap")
    if status == "optimal":
        told.append(choosing.proven(d, lang))
    elif gap is not None and gap == gap and gap != float("inf"):
        told.append(say("report.option.proof_gap", lang, gap=sentences.percent(float(gap), lang)))
    elif status is not None:
        told.append(say("report.option.proof_unknown", lang, status=sentences.known("status", str(status), lang)))
    if any(d.actions["kind"] == "build"):
        told.append(say("report.option.land", lang))
    return told


def _unknown_sizes(d: Disclosed, lang: Lang) -> list[str]:
    """Say where an action adds places to a service of which free places may be there already, of unknown number."""
    services = set(d.actions["service"])
    return [
        sentences.notice(told, lang)
        for told in d.notices
        if told.key == "unknown_capacity_in_reach" and told.fields["service"] in services
    ]


def effect(d: Disclosed, lang: Lang) -> list[str]:
    """Say for each group and service what the option changes."""
    told: list[str] = []
    if d.actions.empty:
        return told
    for row in records(d.state_totals.sort_values(["service", "group"])):
        if row.masked or not int(row.need):
            continue
        before, after = int(row.covered) / int(row.need), int(row.covered_after) / int(row.need)
        fields = {
            "group": name("group", row.group, lang), "service": name("service", row.service, lang),
            "before": sentences.percent(before, lang), "served_before": int(row.served),
        }  # fmt: skip
        if not sizes.sized(d, row.service, row.group):
            told.append(say("report.option.effect_unknown", lang, after=sentences.percent(after, lang), **fields))
        elif row.covered == row.covered_after and row.served == row.served_after:
            told.append(say("report.option.effect_none", lang, **fields))
        elif row.covered == row.covered_after:
            told.append(say("report.option.effect_places", lang, served_after=int(row.served_after), **fields))
        else:
            fields["after"] = sentences.percent(after, lang)
            told.append(say("report.option.effect", lang, served_after=int(row.served_after), **fields))
    return told


def method(d: Disclosed, lang: Lang) -> list[str]:
    """Say how the figures are made."""
    if not sizes.facilities_known(d):
        return [say(f"report.method.{key}", lang) for key in ("need", "sums")]
    keys = ("need", "times", "coverage", "allocation", "states", "choice", "sums")
    return [say(f"report.method.{key}", lang) for key in keys]


def limits(d: Disclosed, lang: Lang) -> list[str]:
    """List every notice."""
    return sentences.notices(d.notices, lang) or [say("report.method.no_limits", lang)]


def privacy(d: Disclosed, lang: Lang) -> list[str]:
    """Say what is withheld."""
    key = "internal" if d.profile == "internal" else "masked"
    return [say(f"report.privacy.{key}", lang), say("report.privacy.shelters", lang)]
