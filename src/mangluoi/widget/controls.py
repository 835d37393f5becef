"""The controls: threshold and way of travel by service, money, and where may be expanded and built."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mangluoi.reports import sentences
from mangluoi.reports.words import Lang, name, say
from mangluoi.scenario.disclosure import Disclosed
from mangluoi.scenario.plan import Plan
from mangluoi.widget.choices import AS_PLANNED, Typed, as_typed

__all__ = ["Controls", "places_of"]

Places = Mapping[tuple[str, str], Mapping[str, str]]
_AIMS = ("served", "covered", "cheapest", "minutes")
_PARTS = ("", "commune", "district", "group", "service")
_NO_DISTRICTS = "2025-07-01"
_RIDES = ("motorbike", "car", "walk")
_LIST_ROWS = 5


def places_of(plan: Plan, shown: Disclosed, candidates: Mapping[str, str]) -> dict[tuple[str, str], dict[str, str]]:
    """Return where may be expanded and built, by kind and service: names by id.

    A service that a confidential site offers has no list: naming the others would tell of it.

    Parameters
    ----------
    plan
        The plan.
    shown
        What may be shown of its answer.
    candidates
        Names of the places to build at, by what a plan calls them: a commune's code, or a place of a list.
    """
    found: dict[tuple[str, str], dict[str, str]] = {}
    sites = shown.sites[shown.sites["lon"].notna()].set_index("site_id")["name"]
    for rule in plan.actions:
        if rule.service in shown.withheld_services or rule.kind not in ("expand", "build"):
            continue
        if rule.kind == "build":
            names = {code: named for code, named in candidates.items() if not rule.sites or code in rule.sites}
        else:
            offering = set(shown.capacity.loc[shown.capacity["service"] == rule.service, "site_id"])
            allowed = offering & set(sites.index)
            names = {str(one): str(sites[one]) for one in sorted(allowed) if not rule.sites or one in rule.sites}
        if names:
            found.setdefault((rule.kind, rule.service), {}).update(names)
    return {key: dict(sorted(names.items(), key=lambda one: (one[1], one[0]))) for key, names in found.items()}


class Controls:
    """The controls as widgets; nothing is computed here.

    Parameters
    ----------
    widgets
        The module ipywidgets.
    plan
        What the controls begin with.
    places
        See `places_of`.
    lang
        {"vi", "en"}
    """

    def __init__(self, widgets: Any, plan: Plan, places: Places, lang: Lang) -> None:
        self.plan, self.places, self._lang, self._widgets = plan, places, lang, widgets
        self._rides = [(say(f"mode.{ride}", lang), ride) for ride in _RIDES]
        narrow = widgets.Layout(width="5.5em")
        self.minutes = {rule.service: widgets.Text(layout=narrow, continuous_update=True) for rule in plan.services}
        self.profiles = {
            rule.service: widgets.Dropdown(options=self._rides, layout=widgets.Layout(width="8em"))
            for rule in plan.services
        }
        self.budget = widgets.Text(layout=widgets.Layout(width="7em"))
        wide = widgets.Layout(width="17em")
        self.aim = widgets.Dropdown(options=self._options("aim", _AIMS, plan.siting.aim), layout=wide)
        self.share, self.at_least = (widgets.Text(layout=widgets.Layout(width="4.5em")) for _ in range(2))
        parts = [one for one in _PARTS if one != "district" or plan.vintage < _NO_DISTRICTS]
        began = "" if not plan.floors else plan.floors[0].by if len(plan.floors) == 1 else AS_PLANNED
        self.floor = widgets.Dropdown(options=self._options("floor", parts, began), layout=wide)
        self.lists = {
            key: widgets.SelectMultiple(
                options=[(shown, one) for one, shown in names.items()],
                rows=_LIST_ROWS,
                layout=widgets.Layout(width="98%"),
            )
            for key, names in places.items()
        }
        for service, box in self.minutes.items():
            box.add_class(f"mlx-minutes-{service}")
            box.tooltip = say("explore.label.minutes_of", lang, service=name("service", service, lang))
        for called in ("budget", "aim", "share", "floor", "at_least"):
            getattr(self, called).add_class(f"mlx-{called}")
            getattr(self, called).tooltip = say(f"explore.label.{called}", lang)
        self.reset()
        self.box = widgets.HBox(
            [self._services(), self._money(), *self._lists()],
            layout=widgets.Layout(width="100%", flex_flow="row wrap", align_items="flex-start"),
        )

    def reset(self) -> None:
        """Put the plan's own choices back."""
        began = as_typed(self.plan, {key: list(names) for key, names in self.places.items()})
        for service, text in began.minutes.items():
            self.minutes[service].value = text
            self.profiles[service].value = began.profiles[service]
        for called in ("budget", "aim", "share", "floor", "at_least"):
            getattr(self, called).value = getattr(began, called)
        for key, chosen in began.places.items():
            self.lists[key].value = tuple(chosen)

    def typed(self) -> Typed:
        """Return what stands in the controls."""
        return Typed(
            minutes={service: str(box.value) for service, box in self.minutes.items()},
            profiles={service: str(box.value) for service, box in self.profiles.items()},
            budget=str(self.budget.value),
            aim=str(self.aim.value),
            share=str(self.share.value),
            floor=str(self.floor.value),
            at_least=str(self.at_least.value),
            places={key: list(box.value) for key, box in self.lists.items()},
        )

    def on_change(self, call: Callable[[Any], None]) -> None:
        """Have something called whenever a control changes."""
        chosen = (self.budget, self.aim, self.share, self.floor, self.at_least)
        for box in (*self.minutes.values(), *self.profiles.values(), *chosen, *self.lists.values()):
            box.observe(call, names="value")

    def label(self, column: str) -> str:
        """Name the control of a complaint."""
        part, _, service = column.partition(".")
        if part == "minutes" and service:
            return say("explore.label.minutes_of", self._lang, service=name("service", service, self._lang))
        return say(f"explore.label.{part}", self._lang) if part in ("budget", "share", "at_least") else column

    def _services(self) -> Any:
        heads = [
            self._text(say(f"explore.label.{key}", self._lang), "mlx-label") for key in ("service", "minutes", "mode")
        ]
        rows: list[Any] = []
        for rule in self.plan.services:
            rows += [
                self._text(name("service", rule.service, self._lang)),
                self.minutes[rule.service],
                self.profiles[rule.service],
            ]
        layout = self._widgets.Layout(
            grid_template_columns="minmax(9em, 15em) 6em 9em", grid_gap="0 6px", align_items="center"
        )
        return self._widgets.GridBox([*heads, *rows], layout=layout)

    def _options(self, kind: str, known: Sequence[str], own: str) -> list[tuple[str, str]]:
        """Return what may be chosen, the plan's own choice among it."""
        values = [*known, *([own] if own not in known else [])]
        return [(say(f"explore.{kind}.{value or 'none'}", self._lang), value) for value in values]

    def _money(self) -> Any:
        w = self._widgets
        rows = []
        for called, more in (("budget", None), ("aim", self.share), ("floor", self.at_least)):
            label = self._text(say(f"explore.label.{called}", self._lang), "mlx-label")
            choice = getattr(self, called)
            rows += [label, choice if more is None else w.HBox([choice, more, self._text("%")])]
        return w.VBox(rows, layout=w.Layout(width="24em"))

    def _lists(self) -> list[Any]:
        boxes = []
        for (kind, service), choice in self.lists.items():
            told = say(f"explore.label.{kind}", self._lang, service=sentences.named("service", service, self._lang))
            every, none = (
                self._widgets.Button(
                    description=say(f"explore.{key}", self._lang), layout=self._widgets.Layout(width="auto")
                )
                for key in ("all", "none")
            )
            ids: Sequence[str] = list(self.places[kind, service])
            every.on_click(lambda _, box=choice, ids=ids: setattr(box, "value", tuple(ids)))
            none.on_click(lambda _, box=choice: setattr(box, "value", ()))
            choice.add_class(f"mlx-{kind}-{service}")
            boxes.append(
                self._widgets.VBox(
                    [self._text(told, "mlx-label"), choice, self._widgets.HBox([every, none])],
                    layout=self._widgets.Layout(width="15em"),
                )
            )
        return boxes

    def _text(self, text: str, *classes: str) -> Any:
        box = self._widgets.Label(text)
        for one in classes:
            box.add_class(one)
        return box
