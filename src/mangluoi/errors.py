"""Everything that `mangluoi` can complain about.

Each error is a `MangluoiError` and, besides, the built-in kind that fits, so that callers may catch either.
A bad input is described by *complaints*: one per cell, plan key or file, all collected before one error is raised.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Any

__all__ = [
    "PROBLEMS",
    "WHYS",
    "Complaint",
    "ConservationError",
    "DisclosureError",
    "InfeasibleError",
    "InputError",
    "MangluoiError",
    "MissingExtraError",
    "OfflineError",
    "PlanError",
    "ReasonedError",
    "UnknownUnitError",
]

#: The English sentence of each kind of problem; the Vietnamese ones stand in ``reports/words.toml`` under
#: ``complaint.<problem>``, and a test keeps the two lists and their fields the same.
PROBLEMS: Mapping[str, str] = MappingProxyType(
    {
        "missing_file": "the file does not exist; check the path",
        "blank_unreadable": "the template cannot be opened; save it in Word as .docx",
        "blank_macros": "the template holds macros; save it as .docx, without them",
        "blank_external": "the template fetches {value!r} from elsewhere; break that link in Word",
        "blank_style": "no style {value!r} in the template; see `mangluoi template --report`",
        "blank_bookmark": "no bookmark {value!r} in the template; in Word: Insert, Bookmark",
        "blank_unknown_bookmark": "the bookmark {value!r} is not known; nearest known: {nearest!r}",
        "blank_misplaced": "the bookmark {value!r} is in a table or header; give it a paragraph of its own",
        "unreadable_file": "the file cannot be read: {why}",
        "formula_without_value": "the formula was never calculated; open the file in a spreadsheet program and save it",
        "no_such_heading": "no heading {value!r} on the sheet; the headings are: {headings}",
        "no_figure": "no figure stands at {value!r}; the nearest that do: {nearest}",
        "several_sheets": "the table stands on several sheets ({sheets}); name one",
        "unnamed_unit": "no unit of the list of {vintage} bears this name in the province; nearest: {nearest!r}",
        "ambiguous_unit": "several units bear this name: {candidates}; give the code, or the district",
        "subtotal_differs": "the sum {value!r} does not equal the rows that it sums up",
        "missing_geometry": "the feature has no geometry",
        "invalid_geometry": "the geometry cannot be used: {why}",
        "missing_sheet": "the sheet {expected!r} is missing; take the empty workbook of `mangluoi template`",
        "missing_column": "the column {expected!r} is missing; take the headings of `mangluoi template`",
        "unknown_column": "this column is not known; nearest known: {nearest!r}",
        "empty_table": "the table holds no row",
        "missing_value": "a value is required here",
        "not_a_number": "{value!r} is not a number; type digits only, no unit and no thousands mark",
        "not_whole": "{value!r} is not a whole number of people or things",
        "negative": "{value!r} is below zero",
        "below_range": "{value!r} is below {low}",
        "above_range": "{value!r} is above {high}",
        "not_a_date": "{value!r} is not a date; write it as YYYY-MM-DD",
        "not_yes_no": "{value!r} is neither yes nor no",
        "not_in_list": "{value!r} is not one of the known values; nearest known: {nearest!r}",
        "duplicate_key": "{value!r} stands more than once; first in row {first}",
        "unknown_reference": "{value!r} does not stand in {target}",
        "not_a_stock": "{value!r} counts events or households, not people at a time; convert it first",
        "swapped_coordinates": "latitude and longitude look swapped: {value!r}",
        "outside_country": "the point {value!r} is outside Viet Nam",
        "outside_province": "{value!r} is outside the province of the plan ({province})",
        "one_coordinate": "only one of longitude and latitude is given",
        "unknown_unit": "no unit of that code in the list of {vintage}",
        "bounds_order": "the lower bound {lower} and the upper bound {upper} do not enclose {value}",
        "personal_data": "this column looks personal ({what}); take it out of the file, or leave it out by name (drop)",
        "unknown_key": "this key is not known; nearest known: {nearest!r}",
        "stress_unstated": "the plan does not say how far this may be off; add [[stress]] with factor and range",
        "missing_key": "this key is required",
        "wrong_type": "{value!r} is not {expected}",
        "invalid_toml": "the file is not valid TOML: {why}",
        "capacity_unknown": "no capacity is known for {value!r}; set supply.where_capacity_unknown",
        "no_need": "no people of the group {value!r} are known for this province; drop the need or give counts",
        "outside_network": "{value!r} lies {distance_m} m from the nearest road, more than {limit_m} m",
        "foreign_folder": "the folder exists and was not written by mangluoi; choose another",
        "counted_twice": "{value!r} counts the group {group!r} in {unit!r} again, which {other!r} counts already",
        "no_weight": "nothing is known by which to spread the people of {value!r} over its communes",
        "nobody_in_reach": "nobody who needs the service of any action lives within the threshold of its site",
        "unused_key": "this key has no effect unless {condition}; take it out",
        "two_vintages": "{value!r} is counted on more than one list of units; give it on one",
        "address_contradicts": "the address {value!r} lies {distance_km} km from the coordinates given",
        "terrain_undecided": "a road file knows no areas of communes; set terrain to plain or mountain",
        "shelter_not_confidential": "a facility of the type {value!r} must be marked confidential",
        "base_circle": "the base {value!r} inherits from this file; take one of the two out",
        "ambiguous_entry": "several entries of the base are {value!r}; write replace = [{list!r}] and give them all",
        "nothing_to_drop": "the base has no entry {value!r} to drop",
        "nowhere_suitable": "no point of the grid is suitable; widen what is allowed, or make the grid finer",
        "no_budget": "the budget is {value} VND, so nothing can be done; give one above zero",
        "crossed_limits": "the action {value} adds at least {low} and at most {high} places; swap the two",
        "uneven_steps": "the action {value} goes from {low} to {high} places, which steps of {step} skip",
        "adds_no_places": "the action {value} ({kind}) adds no places; set min_added and max_added to zero",
        "nothing_stands": "the action {value} is about {slot}, which is not open today",
        "moves_nowhere": "the action {value} moves places of {slot} to itself; name another source",
        "more_than_stand": "the action {value} moves up to {high} places, but {slot} has {places}",
        "not_whole_source": "the action {value} moves places of a source that holds {places}, which is not whole",
        "must_and_must_not": "the action {value!r} must be done and must not be done; take one of the two out",
        "file_exists": "the file exists and says something else; choose another name",
        "would_overwrite": "the file exists already; choose another name, or remove it first",
        "unknown_plan": "no file is there, and no plan that ships is called {value!r}; those that ship: {names}",
        "other_province": "the plans are about other provinces ({expected} and {value}); compare plans of one province",
        "same_name": "two plans are called {value!r}; give each a name of its own",
        "other_communes": "the plans answer in other communes ({expected} and {value}); give both the same vintage",
        "contradiction": "{why}",
    }
)

#: Why a file is unreadable or an input contradicts itself, for complaints whose details name one under ``reason``
#: with the fields of its sentence; the Vietnamese ones stand in ``reports/words`` under ``why.<reason>``.
WHYS: Mapping[str, str] = MappingProxyType(
    {
        "too_large": "it is larger than {mb} MB",
        "grows_absurdly": "it would unpack to {mb} MB",
        "too_many_parts": "it holds {count} packed files",
        "declares_entities": "it declares entities, which no spreadsheet does",
        "too_many_rows": "it has more than {count} rows",
        "too_many_columns": "row {row} has more than {count} columns",
        "damaged": "its content is damaged, or of another kind than its name says",
        "damaged_after": "it is damaged after row {row} of the sheet {sheet!r}",
        "password": "it has a password, or is an old .xls that was renamed; save it as .xlsx without a password",
        "unknown_suffix": "{suffix!r} is no kind of file that can be read; save it as .xlsx or .csv",
        "extra_missing": "{package} is not installed; run: pip install 'mangluoi[{extra}]'",
        "encoding_unknown": "its encoding is not recognised (likely: {likely}); say which, or save it as UTF-8",
        "encoding_doubtful": "its encoding may be any of {likely}; say which, or save it as UTF-8",
        "no_text": "it holds no text",
        "several_lists": "people stand on more than one list of units: {lists}",
        "areas_not_degrees": "the areas of a grid in degrees must be in degrees, not in {crs}",
        "grid_without_place": "it is not a GeoTIFF of one band that says where it lies",
        "no_tiff": "it is no TIFF of one band that can be read",
        "overlap_too_large": "{both} people of {unit} cannot be in both {a} and {b}: one has fewer",
        "overlap_of_one": "at least two groups are needed to overlap",
        "overlap_of_others": "an overlap of {a} and {b} says nothing about {groups}",
        "overlap_twice": "the overlap of {a} and {b} is stated twice",
        "carried_back": "counts of {date} cannot be carried back to {year}",
        "norm_of_another_kind": "the norm {norm} is in {unit} and says nothing about {measure}",
        "stay_of_zero": "the mean stay must be above zero years for every service",
        "norm_from_memory": "the norm {norm} is from memory, without a source; it can be shown but not applied",
        "several_modes": (
            "the travel times hold several modes ({modes}); choose the rows of one, or say in `modes` who rides what"
        ),
        "share_out_of_range": "the share must be in (0, 1], got {share}",
        "poverty_line": "the line must be above zero and alpha not below it, got {line} and {alpha}",
        "step_decay": "a step decay needs ascending edges and one non-negative weight for each",
        "stress_of_people": "a stress compares how many people are served; this plan seeks or weighs something else",
        "plan_clashes": "what the plan requires cannot be met even where all is as assumed, so it cannot be stressed",
        "nothing_to_stress": "the plan offers no actions and no budget to choose with, so there is nothing to stress",
        "not_above_zero": "{name} must be above zero, got {given}",
        "choice_withheld": "its choice could tell where confidential sites are; ask for the internal profile",
        "draws_unusable": "share {share}, draws {draws} and minutes_per_km {pace} cannot be used",
        "bands_descend": "the edges of the bands must ascend from above zero, got {edges}",
        "no_mode": "no mode is stated for {who}",
        "no_geotiff": "it does not say where it lies; it is no GeoTIFF",
        "too_many_cells": "it has {size} cells; cut it to the province first",
        "several_bands": "it has {count} bands, not one",
        "no_epsg": "its reference system has no EPSG code",
        "self_crossing": "it crosses itself",
        "not_a_place": "it is a {kind}, neither a point nor an area",
        "not_a_point": "it is a {kind}, not a point",
        "not_finite": "it has a coordinate that is no number",
        "malformed": "its rings do not make an area",
        "decided_twice": "the row is decided in two ways: by a choice, and by a code or a point",
        "required_too_dear": "the sites that must be chosen take {cost}, more than {limit}",
        "sites_or_budgets": "give numbers of sites, or budgets; one of them",
        "sites_not_whole": "the number of sites must be whole, got {given}",
        "p_or_budget": "give p, a budget, or both",
        "share_and_times": "the share must be in (0, 1] and people covered at least once, got {share} and {times}",
        "gap_out_of_range": "the gap must be in [0, 1), got {gap}",
        "large_kind": "the action {name} is of the kind {kind}, which only max_served can answer",
        "large_depends": "the action {name} depends on others by its column {column}, which only max_served can answer",
        "large_steps": "the action {name} comes in steps, which only max_served can answer",
        "large_crowd": "{count} actions add to {service} at {site}, which only max_served can answer",
        "site_must_and_not": "the site {site} must be chosen and must not be chosen",
        "site_stands_and_not": "the site {site} stands and must not be chosen",
        "site_no_candidate": "the site {site} must be chosen but is no candidate",
        "sites_not_positive": "the number of sites must be a whole number above zero, got {given}",
        "sites_too_many": "{count} sites must be chosen but only {most} may be",
        "budget_nothing": "the budget is {budget} VND, so nothing can be done; give one above zero",
        "budget_without_costs": "a budget needs the cost of each candidate",
        "required_over_budget": "the sites that must be chosen cost more than the budget",
        "province_unknown": "no province is called or coded {value!r}; nearest known: {nearest}",
        "vintage_unknown": "no list of units is known for the vintage {value!r}; known: {known}",
        "web_scheme": "only addresses with http:// or https:// are fetched, not {address!r}",
        "web_offline": "offline, and not in the cache: {address}",
        "web_silent": "no answer from {host}: {said}",
        "web_broken": "no answer from {host}: {said}; {bytes} bytes are kept, run it again to go on",
        "web_too_large": "the answer from {host} is larger than {mb} MB",
        "web_other_file": "what {host} sent has the checksum {found}, not {expected}; it was thrown away",
        "web_refused": "{host} answers with HTTP {status}: {address}",
        "web_page": "{host} answers with a web page, not with a file: {address}",
        "web_no_room": "no room on the disk: {address} has {bytes} bytes",
        "web_geocoder": "the online service could not answer: {said}",
        "data_by_hand": (
            "download it by hand: open {address}, save the file, then run: mangluoi data add <file> --name {name}"
        ),
        "data_not_here": (
            "{name!r} is not on this machine; run: mangluoi data get {name}, or add a file: mangluoi data add"
        ),
        "data_damaged": "the file of the data set {name!r} has changed since it was added; get or add it again",
        "data_ships": "{name!r} ships with the package; choose another name",
        "data_name": "the name of a data set has only a-z, 0-9 and -",
        "data_needs": "a data set of your own needs {names}",
        "data_other_file": "the file has the checksum {found}, not {expected}",
        "reader_says": "its reader says: {said}",
        "raster_shape": "a raster has rows and columns, not the shape {shape}",
        "raster_turned": "the raster is turned or not north-up; warp it first",
        "raster_no_degrees": "the raster is said to be in degrees, but its corner is {x}, {y}",
        "crs_unknown": "the reference system {crs!r} is not known",
        "no_crs": "it has no reference system; set it first",
        "no_geometry": "it has no geometry",
        "profile_called": "the profile calls itself {called!r}",
        "area_empty": "the area is empty",
        "area_no_degrees": "the area is not in degrees: west, south, east and north are {box}",
        "below_zero": "{name} must not be below zero, got {given}",
        "path_ends": "one origin and one destination make a path, not {starts} and {ends}",
        "pairs_too_many": "the pairs within {minutes} minutes take more than {mib} MiB: ask for blocks of them",
        "pairs_of_one": "the pairs of {id} alone take more than {mib} MiB",
        "expressway_motorbike": "expressways are closed to motorbikes by law",
        "mountain_by_area": "mountain_from_km2 belongs to terrain = 'by_area', and to it alone",
        "road_closed": "{highway} is closed to {profile}",
        "no_overpass": "no Overpass answer with 'elements': {said}",
        "no_road_for": "no road that {profile} may use, among {count} ways",
        "road_points_missing": "{percent} % of the points of its roads are missing; minutes would be wrong",
        "line_no_degrees": "its points are not where the reference system of the layer says",
        "ground_outside": "{id} lies outside the ground",
        "ground_closed": "{id} lies where nobody can walk",
        "ground_cells": "{rows} × {columns} cells of {cell_m} m are too many; take larger ones or a smaller area",
        "margin_of_nothing": "a margin needs an area",
        "no_road_file": "its name ends in none of {known}",
        "nodes_no_degrees": "{count} nodes, such as {first}, are not in degrees; name the crs",
        "no_surfaces": "this network knows no surfaces of its roads",
        "no_roads_named": "name the roads: highway, way_ids or within",
        "no_elevation": "terrain = 'by_elevation' needs an elevation raster",
        "phases_sum": "the budgets of the phases come to {phases} VND, the plan's is {plan}; make them equal",
        "elevation_uncovered": "the elevation raster does not cover {count} ways, such as {first}: name their terrain",
        "confidential_online": "a confidential address is never sent to an online service",
        "archipelagos": "a national map must show the archipelagos {lacking}; it is not drawn",
    }
)


# A column of a million numbers for ids is one mistake, not a message of a million lines.
_MOST_WRITTEN = 100


class MangluoiError(Exception):
    """The parent of every error that this package raises on purpose."""


@dataclass(frozen=True)
class Complaint:
    """One thing that is wrong with an input, and where.

    Parameters
    ----------
    problem
        A key of `PROBLEMS`.
    file, sheet, row, column
        Where it is. Rows count from 1, as a spreadsheet shows them. Absent where they mean nothing.
    value
        What was found there.
    details
        The further fields of the problem's sentence.
    """

    problem: str
    file: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    value: Any = None
    details: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.problem not in PROBLEMS:
            raise KeyError(f"unknown kind of problem: {self.problem}")
        if "{why}" in PROBLEMS[self.problem] and not {"why", "reason"} & set(self.details):
            raise KeyError(f"{self.problem} needs a reason")

    @property
    def fields(self) -> dict[str, Any]:
        """The fields that the problem's sentence may name."""
        # What NumPy wraps a number in is nothing to a reader.
        plain = self.value.item() if type(self.value).__module__ == "numpy" and not self.value.shape else self.value
        given = {"value": plain, **self.details}
        if "reason" in self.details and "why" not in self.details:
            given["why"] = WHYS[self.details["reason"]].format(**given)
        return given

    def where(self) -> str:
        """Say where it is: file, sheet, row and column, as far as they are known."""
        row = None if self.row is None else f"row {self.row}"
        return ", ".join(str(part) for part in (self.file, self.sheet, row, self.column) if part)

    def __str__(self) -> str:
        sentence = PROBLEMS[self.problem].format(**self.fields)
        place = self.where()
        return f"{place}: {sentence}" if place else sentence


class InputError(MangluoiError, ValueError):
    """An input that cannot be used, with every complaint about it.

    Parameters
    ----------
    complaints
        At least one complaint; the message lists the first hundred.
    """

    def __init__(self, complaints: Sequence[Complaint]) -> None:
        self.complaints = tuple(complaints)
        noun = "problem" if len(self.complaints) == 1 else "problems"
        lines = [f"- {complaint}" for complaint in self.complaints[:_MOST_WRITTEN]]
        if more := len(self.complaints) - len(lines):
            lines.append(f"- … and {more} more, see `complaints`")
        super().__init__("\n".join([f"{len(self.complaints)} {noun} in the input:", *lines]))


class PlanError(InputError):
    """A plan with unknown, missing or contradictory keys."""


class UnknownUnitError(MangluoiError, KeyError):
    """An administrative unit or vintage that no shipped list knows.

    Parameters
    ----------
    said
        What is not known; where `reason` is given, its sentence stands instead.
    reason, fields
        A key of `WHYS` and the fields of its sentence, for those who say it in another language.
    """

    def __init__(self, said: str = "", *, reason: str | None = None, **fields: Any) -> None:
        self.reason, self.fields = reason, fields
        super().__init__(WHYS[reason].format(**fields) if reason else said)

    def __str__(self) -> str:
        return str(self.args[0])


class InfeasibleError(MangluoiError, ValueError):
    """A question that contradicts itself; an infeasible *plan* is an answer, not an error."""


class ConservationError(MangluoiError, RuntimeError):
    """People went missing or appeared between two stages: a bug of this package, never of the input."""


class ReasonedError(MangluoiError):
    """Something that may not or cannot be done, for a reason that has a sentence in both languages.

    Parameters
    ----------
    reason
        A key of `WHYS`.
    fields
        Those of its sentence.
    """

    def __init__(self, reason: str, **fields: Any) -> None:
        self.reason, self.fields = reason, fields
        super().__init__(WHYS[reason].format(**fields))

    def __reduce__(self) -> Any:
        # Between processes, by what it was made of: the sentence alone would not make it again.
        return partial(type(self), self.reason, **self.fields), ()


class DisclosureError(ReasonedError, PermissionError):
    """An output would show what the disclosure rules withhold, or lack what it has to show."""


class OfflineError(ReasonedError, ConnectionError):
    """Something would have to be fetched from the web, and may not or cannot be."""


class MissingExtraError(MangluoiError, ImportError):
    """An optional dependency is absent.

    Parameters
    ----------
    package
        What could not be imported.
    extra
        The extra of this package that brings it.
    """

    def __init__(self, package: str, extra: str) -> None:
        self.extra = extra
        super().__init__(f"{package} is not installed; run: pip install 'mangluoi[{extra}]'")
