"""The explorer: one plan, a few controls, and every click one call whose code is shown."""

from __future__ import annotations

import html
import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mangluoi import maps
from mangluoi.errors import Complaint, InputError, MangluoiError, MissingExtraError, PlanError
from mangluoi.reports import sentences
from mangluoi.reports.words import Lang, say
from mangluoi.scenario import candidates
from mangluoi.scenario.disclosure import Disclosed, Profile, disclose_together
from mangluoi.scenario.kept import Kept
from mangluoi.scenario.plan import Plan, read_plan
from mangluoi.scenario.result import Result
from mangluoi.scenario.run import run
from mangluoi.scenario.saving import base_of, reference, save_scenario
from mangluoi.scenario.variation import plan_with
from mangluoi.viettext import slug
from mangluoi.widget import choices, figures
from mangluoi.widget.controls import Controls, places_of

__all__ = ["Explorer", "explore"]

_MAP_PX = 520
_STYLE = """<style>
.mlx{max-width:1180px}
.mlx .mlx-label label,.mlx .mlx-label{font-weight:600}
.mlx .widget-label{height:auto;line-height:1.35;white-space:normal}
.mlx table{border-collapse:collapse;width:100%;font-size:12.5px;line-height:1.3;margin:0 0 6px}
.mlx th,.mlx td{padding:1px 5px;border-bottom:1px solid #d5d5d5;text-align:left;vertical-align:top}
.mlx thead th{border-bottom:2px solid #888}
.mlx th[scope=rowgroup]{background:rgba(127,127,127,.14)}
.mlx td.n,.mlx thead th+th{text-align:right;white-space:nowrap}
.mlx ul{margin:0 0 6px;padding-left:1.3em;line-height:1.35}
.mlx p{margin:2px 0;line-height:1.35}.mlx .mlx-head{font-weight:600}
.mlx .mlx-note{font-size:11.5px;opacity:.8}
.mlx .mlx-stamp{font-weight:700;color:#a00}
.mlx .mlx-wrong{border-left:4px solid #b00020;padding:2px 8px;background:rgba(176,0,32,.07)}
.mlx .mlx-done{border-left:4px solid #2e7d32;padding:2px 8px}
.mlx .mlx-stale{border-left:4px solid #b26a00;padding:2px 8px}
.mlx pre{margin:0;padding:6px 8px;background:rgba(127,127,127,.12);font-size:12px;line-height:1.35;overflow-x:auto}
</style>"""


class Explorer:
    """A scenario to play with; it shows itself in Jupyter.

    Parameters
    ----------
    plan
        The plan to begin with.
    profile
        {"public", "internal"}: see `scenario.disclose`.
    lang
        {"vi", "en"}

    Attributes
    ----------
    plan
        The plan to begin with.
    scenario, result, shown
        The scenario that was computed last, its answer and what may be shown of it, disclosed together with the
        answer to the plan.
    code
        Python that gives the same figures.
    """

    def __init__(self, plan: Plan, *, profile: Profile = "public", lang: Lang = "vi") -> None:
        self._widgets = _widgets()
        self._profile, self._lang, self._kept = profile, lang, Kept()
        self.plan = plan
        self._base = run(plan, figures_only=True, kept=self._kept)
        first = disclose_together([self._base], profile=profile)[0]
        self._places = places_of(plan, first, self._candidates())
        self._file = base_of(plan)
        self.controls = Controls(self._widgets, plan, self._places, lang)
        self._build()
        self._show(plan, self._base, {})
        self.controls.on_change(lambda _: self._tell("stale", say("explore.stale", lang)))

    def recalculate(self) -> None:
        """Answer the scenario that the controls say; what cannot be answered is told, and nothing else changes."""
        with self._working(say("explore.working", self._lang)):
            changes = choices.read(
                self.controls.typed(), self.plan, _ids(self._places), basis=say("explore.floor_basis", self._lang)
            )
            scenario = plan_with(self.plan, **changes)
            result = run(scenario, figures_only=True, kept=self._kept, progress=self._progress)
            self._show(scenario, result, changes)

    def explain(self) -> None:
        """Say why each action of the scenario was chosen, which takes longer than the figures."""
        with self._working(say("explore.working_reasons", self._lang)):
            full = run(self.scenario, kept=self._kept, progress=self._progress)
            told = disclose_together([self._base, full], profile=self._profile)[1]
            self._why.value = figures.reasons(told, self._lang)
            self._tell("done", say("explore.done_reasons", self._lang))

    def save(self, path: str | Path | None = None) -> Path | None:
        """Write the scenario that was computed last as a TOML that inherits from the plan's file.

        Parameters
        ----------
        path
            The file; None takes the name that stands in the controls.

        Returns
        -------
        Path or None
            The file, or None where it could not be written, which is told.
        """
        place = None
        with self._working(""):
            called = Path(path).stem if path is not None else slug(str(self._name.value))
            if not called:
                raise InputError([Complaint("missing_value", column="name")])
            target = Path(path) if path is not None else Path(f"{called}.toml")
            renamed = self.scenario.replace(name=called)
            place = save_scenario(renamed, target, base=self._file)
            self._tell("done", say("explore.saved", self._lang, file=place.as_posix(), name=place.name))
        return place

    def _repr_mimebundle_(self, **options: Any) -> Any:
        return self.box._repr_mimebundle_(**options)

    def _candidates(self) -> dict[str, str]:
        """Return names of the places to build at, by what a plan calls them."""
        if not any(rule.kind == "build" for rule in self.plan.actions):
            return {}
        spots = candidates.candidates(self.plan, self._kept.gather(self.plan).area)
        key = "unit_code" if self.plan.siting.candidates == "communes" else "site_id"
        return dict(zip(spots[key].astype(str), spots["unit_name"].astype(str), strict=True))

    def _build(self) -> None:
        w, lang = self._widgets, self._lang

        def button(key: str, call: Callable[[], object], style: str = "", width: str = "auto") -> Any:
            made = w.Button(description=say(f"explore.{key}", lang), button_style=style, layout=w.Layout(width=width))
            made.add_class(f"mlx-{key}")
            made.on_click(lambda _: call())
            return made

        self._name = w.Text(value=f"{self.plan.name}-kich-ban", layout=w.Layout(width="15em"))
        self._name.tooltip = say("explore.label.name", lang)
        self._name.add_class("mlx-name")
        self._buttons = [
            button("recalculate", self.recalculate, "primary"),
            button("reset", self.controls.reset),
            button("explain", self.explain),
            button("save", self.save),
        ]
        self._status, self._map, self._figures, self._code, self._why = (w.HTML() for _ in range(5))
        for box, key in (
            (self._map, "map"),
            (self._status, "status"),
            (self._figures, "figures"),
            (self._code, "code"),
            (self._why, "why"),
        ):
            box.add_class(f"mlx-{key}")
        *most, save = self._buttons
        row = w.Layout(flex_flow="row wrap", align_items="center")
        self._map.layout.width, self._figures.layout.width = "55%", "43%"
        title = w.HTML(f"{_STYLE}<p class='mlx-head'>{html.escape(self.plan.title)}</p>")
        self.box = w.VBox(
            [
                title,
                self.controls.box,
                w.HBox([*most, w.Label(say("explore.label.name", lang)), self._name, save], layout=row),
                self._status,
                w.HBox(
                    [self._map, self._figures],
                    layout=w.Layout(width="100%", align_items="flex-start", justify_content="space-between"),
                ),
                self._why,
                self._code,
            ]
        )
        self.box.add_class("mlx")

    def _show(self, scenario: Plan, result: Result, changes: dict[str, Any]) -> None:
        pair: list[Disclosed] = disclose_together([self._base, result], profile=self._profile)
        base, shown = pair
        drawn = maps.atlas(shown, lang=self._lang).frame(height_px=_MAP_PX)
        told = figures.key_figures(base, shown, self._lang)
        self.scenario, self.result, self.shown = scenario, result, shown
        self.code = choices.code(changes, self._reference())
        self._map.value, self._figures.value, self._why.value = drawn, told, ""
        intro = say("explore.code", self._lang)
        if self._reference() is None:
            intro += " " + say("explore.code_plan", self._lang)
        self._code.value = f"<p class='mlx-note'>{html.escape(intro)}</p><pre>{html.escape(self.code)}</pre>"
        self._tell("done", say("explore.done" if changes else "explore.as_plan", self._lang))

    def _reference(self) -> str | None:
        """Return what `read_plan` is asked for in the code, where that gives the plan."""
        if self._file is None or read_plan(self._file) != self.plan:
            return None
        return reference(self._file, Path())

    def _progress(self, stage: str) -> None:
        self._tell("stale", say("explore.stage", self._lang, stage=say(f"cli.stage.{stage}", self._lang)))

    def _tell(self, kind: str, text: str) -> None:
        self._status.value = f"<p class='mlx-{kind}' role='status'>{html.escape(text)}</p>"

    @contextmanager
    def _working(self, text: str) -> Iterator[None]:
        """Keep the buttons off while something is computed, and tell what went wrong."""
        if text:
            self._tell("stale", text)
        for button in self._buttons:
            button.disabled = True
        try:
            yield
        except (InputError, PlanError) as error:
            self._complain([self._line(found) for found in error.complaints])
        except (MangluoiError, OSError) as error:
            self._complain([str(error)])
        except KeyboardInterrupt:
            self._tell("stale", say("explore.stopped", self._lang))
        finally:
            for button in self._buttons:
                button.disabled = False

    def _line(self, found: Complaint) -> str:
        where = [part for part in sentences.place(found, self._lang) if part]
        if found.column:
            where = [*where[:-1], self.controls.label(found.column)]
        value = "" if found.value is None else f" «{found.value}»"
        return f"{' – '.join(where)}{value}: {sentences.complaint(found, self._lang)}"

    def _complain(self, lines: list[str]) -> None:
        head = html.escape(say("explore.wrong", self._lang))
        items = "".join(f"<li>{html.escape(line)}</li>" for line in lines)
        self._status.value = f"<div class='mlx-wrong' role='alert'><p>{head}</p><ul>{items}</ul></div>"


def explore(plan: Plan | str | Path, *, internal: bool = False, lang: Lang = "vi") -> Explorer:
    """Open a plan to play with in Jupyter: change a choice, click, and see the map and the key figures.

    Every click is one call of `run` with a plan of `plan_with`; its code is shown to copy. The scenario is saved as a
    TOML file that inherits from the plan's.

    Parameters
    ----------
    plan
        The plan, its file, or the name of one that ships.
    internal
        Whether small counts are shown, and the figures are stamped so.
    lang
        {"vi", "en"}

    Returns
    -------
    Explorer

    Raises
    ------
    MissingExtraError
        If ipywidgets is not installed (``pip install "mangluoi[notebook]"``).
    InputError
        If the plan's inputs cannot be used.

    Examples
    --------
    >>> import mangluoi as ml
    >>> ml.explore("nghe-an")  # doctest: +SKIP
    """
    _widgets()
    asked = plan if isinstance(plan, Plan) else read_plan(plan)
    return Explorer(asked, profile="internal" if internal else "public", lang=lang)


def _widgets() -> Any:
    try:
        return importlib.import_module("ipywidgets")
    except ImportError as error:
        raise MissingExtraError("ipywidgets", "notebook") from error


def _ids(places: dict[tuple[str, str], dict[str, str]]) -> dict[tuple[str, str], list[str]]:
    return {key: list(names) for key, names in places.items()}
