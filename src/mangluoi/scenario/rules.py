"""The parts of a question: one frozen rule for each kind of choice that a plan makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = [
    "ActionRule", "Authority", "Inputs", "LocationRule", "NeedRule", "Profile", "RoadRules", "ServiceRule",
    "SupplyRules", "TargetKind", "TargetRule",
]  # fmt: skip

Profile = Literal["motorbike", "car", "walk"]
TargetKind = Literal[
    "share_nonpublic",
    "share_served",
    "share_offering",
    "facility_capacity",
    "count_facilities",
    "total_capacity",
    "staff_per_commune",
]
Authority = Literal["province", "ministry", "police", "commune"]


@dataclass(frozen=True)
class Inputs:
    """Where the facts come from; a path counts from the plan's folder, an empty one means the shipped data.

    Parameters
    ----------
    workbook
        A spreadsheet made from `mangluoi template`.
    roads
        An OpenStreetMap file (.osm.pbf, .osm, Overpass JSON); empty: a network estimated between commune centres.
    population
        A population grid (GeoTIFF in degrees, people per cell); empty: everybody lives at the commune's centre.
    elevation
        Metres above the sea (GeoTIFF): grades on the roads, and slopes between them, take their time.
    land_cover
        Classes of Dynamic World (GeoTIFF): who lives far from a road walks over them to it.
    profiles
        A folder of profiles (motorbike.toml, car.toml, walk.toml) that take the place of those that ship.
    new_roads
        Planned roads or bridges: a layer of lines with a column ``speed_kph``.
    closed_areas
        Flooded or cut off: a layer of polygons; every piece of road that touches one is closed.
    candidates
        Places to build at (CSV): site_id, name, lon, lat in degrees, and land_m2 where the free land is known.
    """

    workbook: str = ""
    roads: str = ""
    population: str = ""
    elevation: str = ""
    land_cover: str = ""
    profiles: str = ""
    new_roads: str = ""
    closed_areas: str = ""
    candidates: str = ""


@dataclass(frozen=True)
class ReportRules:
    """What the report looks like.

    Parameters
    ----------
    template
        A .docx of the office with the styles and bookmarks of `mangluoi template --report`; empty: the form of
        Decree 30/2020. A path counts from the plan's folder.
    """

    template: str = ""


@dataclass(frozen=True)
class RoadRules:
    """How speeds are assumed.

    Parameters
    ----------
    terrain
        {"plain", "mountain", "by_area", "by_elevation"}; by area, a commune of at least `mountain_from_km2` is
        mountain, on an estimated network; by elevation, a road whose ground is steeper than 30 %, on a real one.
    mountain_from_km2
        See `terrain`.
    margin_km
        How far beyond the province roads and communes still count as a way through.
    snap_limit_m
        How far a point may lie from the network before it counts as not connected.
    speed_factor
        All speeds are multiplied by it: 0.8 and 1.2 show what hangs on them.
    wet_season
        Whether unpaved roads are slower, by the assumed factor of ``data/roads``; a road file is needed.
    ferries
        Whether ferries run; a road file is needed to stop them.
    """

    terrain: Literal["plain", "mountain", "by_area", "by_elevation"]
    mountain_from_km2: float | None = None
    margin_km: float = 30.0
    snap_limit_m: float = 30_000.0
    speed_factor: float = 1.0
    wet_season: bool = False
    ferries: bool = True


@dataclass(frozen=True)
class SupplyRules:
    """How places are counted.

    Parameters
    ----------
    where_capacity_unknown
        {"exclude", "residents"}: a site without a declared capacity holds no known place, or at least its residents.
    include_drug_rehab
        Whether drug rehabilitation belongs to the plan; it went to the police on 1 March 2025.
    listed
        {"all", "part"}: whether the list of facilities is meant to hold all of the province's. Where it is not,
        the answer gives need alone: nobody can say who is out of reach of facilities that nobody listed.
    authorities
        Whose facilities count: province, ministry, police, commune. None given counts all.
    admit_across_border
        Whether sites of neighbouring provinces that are listed take people of this one; else they are refused.
    """

    where_capacity_unknown: Literal["exclude", "residents"]
    include_drug_rehab: bool = False
    listed: Literal["all", "part"] = "all"
    authorities: tuple[Authority, ...] = ()
    admit_across_border: bool = False


@dataclass(frozen=True)
class ServiceRule:
    """How far people may travel for a service, and how; no official norm exists, so `basis` says why."""

    service: str
    profile: Profile
    max_minutes: float
    basis: str


@dataclass(frozen=True)
class NeedRule:
    """Which share of a group needs a service, and on what basis.

    Parameters
    ----------
    group, service
        Who needs what.
    rate
        The share, 0 to 1.
    basis
        Where the share comes from.
    law
        {"art_5", "art_24"}: whom Decree 20/2021/NĐ-CP means: article 5, who has the allowance in the community;
        article 24, who may live in a facility. The first is many times the second.
    """

    group: str
    service: str
    rate: float
    basis: str
    law: Literal["", "art_5", "art_24"] = ""


@dataclass(frozen=True)
class LocationRule:
    """Where a site is assumed to be while its source gives no address; every output says that it is assumed."""

    site: str
    address: str
    basis: str


@dataclass(frozen=True)
class ActionRule:
    """Something that may be done, and its cost.

    Parameters
    ----------
    kind
        {"expand", "build", "reprofile", "upgrade", "merge", "close"}: add places; build new; move places here from
        another service; admit a group that is not admitted today; close a source and move its places here; close.
    service
        The service that gains places, is upgraded, or is closed.
    min_added, max_added
        Fewest and most places, if it is done at all; zero with "upgrade" and "close", which add none. With `sizes`
        they count for nothing.
    per_place_vnd, fixed_vnd
        Cost per place added (with "upgrade" and "close": per place that stands), and once.
    basis
        Where the cost comes from.
    sites
        Where it may be done; none means every located site that offers the service (with "reprofile" the service that
        gives places), with "build" every candidate. With "build", candidates or codes of communes.
    from_sites
        With "merge": the sites that may be closed; none means every located site that offers the service. With
        "reprofile": the sites that give places; none means the site itself.
    from_service
        With "reprofile" and "merge": the service that gives places; absent: the same.
    group
        With "upgrade": who is admitted; absent: everybody.
    facility_type, ownership
        With "build": what is built, and whose it is (open where absent).
    max_size
        With "expand": most places that the site may have in the end.
    to_size
        With "expand": exactly the places that the site has in the end, if it is done, as a source document says.
    step
        Places are added in steps of so many.
    sizes
        With "build": sizes to choose from instead; one at most is built at a place.
    saved_vnd
        What no longer has to be paid; counts with the aim "total" only.
    land_per_place_m2
        Land that the norm asks for each place, see `LandRule`.
    authority
        Whose budget pays, see `PayerRule`.
    phase
        The earliest phase in which it can be done, from 1, see `PhaseRule`.
    exclusive
        Of all actions with the same word, one at most is done.
    requires
        Names of rules of which an action must be done too: the one at the same place, or else the only one.
    bundle
        Actions with the same word at the same place are done all or none; of several sizes, one.
    name
        What `requires` calls the rule.
    required
        Whether it must be done, at every site of the rule: the scenario "as planned".
    """

    kind: Literal["expand", "build", "reprofile", "upgrade", "merge", "close"]
    service: str
    min_added: int
    max_added: int
    per_place_vnd: float
    fixed_vnd: float
    basis: str
    sites: tuple[str, ...] = ()
    from_sites: tuple[str, ...] = ()
    from_service: str = ""
    group: str = ""
    facility_type: str = ""
    ownership: Literal["", "public", "nonpublic"] = ""
    max_size: int | None = None
    to_size: int | None = None
    step: int = 1
    sizes: tuple[int, ...] = ()
    saved_vnd: float = 0.0
    land_per_place_m2: float | None = None
    authority: str = ""
    phase: int | None = None
    exclusive: str = ""
    requires: tuple[str, ...] = ()
    bundle: str = ""
    name: str = ""
    required: bool = False


@dataclass(frozen=True)
class TargetRule:
    """A target of the source document, measured today and after the actions.

    Parameters
    ----------
    kind
        What is measured: {"share_nonpublic", "share_served", "share_offering", "facility_capacity",
        "count_facilities", "total_capacity", "staff_per_commune"}.
    label
        The target in the document's words.
    value
        The target; a share is given as 0.55, not 55.
    year
        By when.
    source
        The document.
    service, group, facility_type, facility_id, ownership
        What the measure is about, where the kind needs it.
    binding
        Whether the actions must reach it: with "share_nonpublic", "count_facilities" and "total_capacity".
    """

    kind: TargetKind
    label: str
    value: float
    year: int
    source: str
    service: str = ""
    group: str = ""
    facility_type: str = ""
    facility_id: str = ""
    ownership: Literal["", "public", "nonpublic"] = ""
    binding: bool = False
