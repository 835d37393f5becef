"""Layers for GIS: one GeoPackage with communes, sites and chosen actions, and the styles that QGIS opens them with."""

from __future__ import annotations

import os
import tempfile
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from mangluoi.maps import extent, styles
from mangluoi.maps.isochrones import Isochrone, isochrones
from mangluoi.maps.markers import SiteMark, action_marks, site_marks
from mangluoi.maps.measures import Measure, cell_names, main_service, measures
from mangluoi.maps.styles import Rule
from mangluoi.projection import DEGREES
from mangluoi.reports import words
from mangluoi.reports.words import Lang
from mangluoi.scenario.disclosure import Disclosed, disclose
from mangluoi.scenario.result import Result

__all__ = ["write_geopackage"]

#: GeoPackage 1.2 opens without a warning in every QGIS still in use.
_VERSION = "1.2"
_SHAPES = ("circle", "square", "triangle", "diamond", "pentagon", "star", "cross_fill", "hexagon")


def write_geopackage(
    result: Result | Disclosed,
    path: str | Path,
    *,
    lang: Lang = "vi",
    profile: Literal["public", "internal"] = "public",
) -> Path:
    """Write the layers ``xa_phuong``, ``dang_thoi`` (isochrones), ``co_so`` and ``phuong_an``, styled for QGIS.

    Column names are Vietnamese in every language; the styles give each a readable name in `lang`. A number that is
    masked or not known is empty, and the column beside it that ends in ``_ghi_chu`` says which. The same result gives
    the same bytes. An existing file is replaced, whole or not at all.

    Parameters
    ----------
    result
        The answer, or what may be shown of it.
    path
        Where to write.
    lang
        {"vi", "en"}: of the texts and of the readable names.
    profile
        {"public", "internal"}: which disclosure rules hold; one that is disclosed already keeps its own.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    DisclosureError
        If it spans more than a province and lacks Hoàng Sa or Trường Sa.
    """
    d = disclose(result, profile=profile)
    extent.require_archipelagos(d.cells.geometry)
    found = measures(d, lang)
    communes, names = _communes(d, found, lang)
    sites, site_names = _sites(d, lang)
    actions, action_names = _actions(d, lang)
    lines, line_names = _isochrones(isochrones(d, found), lang)
    layers = {"xa_phuong": communes, "dang_thoi": lines, "co_so": sites, "phuong_an": actions}
    styled = [
        *_commune_styles(d, found, names, lang),
        _style("dang_thoi", "dang_thoi", True, styles.outline_style(label="nhan", aliases=line_names)),
        _style("co_so", "co_so", True, styles.point_style(_site_rules(d, lang), label="ten", aliases=site_names)),
        _style(
            "phuong_an", "phuong_an", True, styles.point_style(_action_rules(lang), label="ten", aliases=action_names)
        ),
    ]
    place = Path(path)
    handle, fresh = tempfile.mkstemp(suffix=".gpkg", prefix=".", dir=place.parent)
    os.close(handle)
    os.unlink(fresh)
    try:
        _write(Path(fresh), layers, pd.DataFrame(styled), as_of=d.plan.as_of)
        os.chmod(fresh, 0o644)
        os.replace(fresh, place)
    finally:
        Path(fresh).unlink(missing_ok=True)
    return place


def _write(place: Path, layers: Mapping[str, gpd.GeoDataFrame], styled: pd.DataFrame, *, as_of: str) -> None:
    # GDAL stamps the time of writing unless it is told another; afterwards what was set before holds again.
    stamp = f"{as_of[:10] if len(as_of) >= 10 else '2000-01-01'}T00:00:00.000Z"
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": stamp})
    try:
        for i, (name, layer) in enumerate((name, _storable(layer)) for name, layer in layers.items()):
            first = {"VERSION": _VERSION} if i == 0 else {}
            kind = "MultiPolygon" if name in ("xa_phuong", "dang_thoi") else "Point"
            pyogrio.write_dataframe(
                layer, place, layer=name, driver="GPKG", geometry_type=kind, append=i > 0,
                layer_options={"GEOMETRY_NAME": "geom"}, dataset_options=first, promote_to_multi=kind != "Point",
            )  # fmt: skip
        pyogrio.write_dataframe(
            styled.assign(update_time=pd.Timestamp(stamp)), place, layer="layer_styles", driver="GPKG", append=True,
            layer_options={"FID": "id"},
        )  # fmt: skip
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _storable(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Drop control characters: with a zero among them, a text would end there."""
    texts = [name for name in layer.columns if pd.api.types.is_string_dtype(layer[name].dtype)]
    return layer.assign(**{name: layer[name].map(_plain, na_action="ignore") for name in texts})


def _plain(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) != "Cc")


def _style(table: str, name: str, default: bool, qml: str) -> dict[str, Any]:
    return {
        "f_table_catalog": "",
        "f_table_schema": "",
        "f_table_name": table,
        "f_geometry_column": "geom",
        "styleName": name,
        "styleQML": qml,
        "styleSLD": "",
        "useAsDefault": default,
        "description": name,
        "owner": "",
        "ui": "",
    }


# ---- communes ------------------------------------------------------------------------------------------------------

_STATES = {"served": "phuc_vu", "full": "thieu_cho", "out_of_reach": "ngoai_pham_vi"}
_PREFIX = {"minutes": "phut", "gap": "thieu_hut", "need": "nhu_cau", "people": "so_nguoi"}


def _field(measure: Measure) -> str:
    parts = [_PREFIX[measure.kind], measure.group, measure.service, "sau" if measure.moment == "after" else ""]
    return "_".join(part for part in parts if part)


def _communes(d: Disclosed, found: list[Measure], lang: Lang) -> tuple[gpd.GeoDataFrame, dict[str, str]]:
    def say(key: str) -> str:
        return words.say(f"map.field.{key}", lang)

    names, members = cell_names(d)
    columns: dict[str, Any] = {
        "ma_xa": d.cells["cell_code"].to_numpy(),
        "ten": names,
        "gom_don_vi_cu": [text or None for text in members],
        "ranh_gioi_gan_dung": d.cells["approximate"].astype(bool).to_numpy(),
    }
    aliases = {name: say(name) for name in columns}
    for measure in found:
        field = _field(measure)
        value = np.asarray(measure.value, dtype=float)
        columns[field] = value if measure.kind == "minutes" else pd.array(value, dtype="Float64").astype("Int64")
        columns[f"{field}_ghi_chu"] = measure.text
        moment = f" ({words.say('map.page.after', lang)})" if measure.moment == "after" else ""
        aliases[field] = measure.title + moment
        aliases[f"{field}_ghi_chu"] = f"{measure.title}{moment} – {say('ghi_chu')}"
        if measure.kind == "minutes":
            columns[f"{field}_khoang"] = [measure.bands[of].label for of in measure.of_cell]
            aliases[f"{field}_khoang"] = f"{measure.title}{moment} – {say('khoang')}"
    for field, counts, alias in _states(d, lang):
        columns[field], aliases[field] = counts, alias
    cells = d.cells.to_crs(DEGREES).geometry.to_numpy()
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(cells, crs=DEGREES).rename("geom")), aliases


def _states(d: Disclosed, lang: Lang) -> list[tuple[str, Any, str]]:
    """Return the states of need, before and after: a cell with any part that is masked or not known has none."""
    if d.plan.supply.listed == "part":
        return []
    home, found = d.units.set_index("unit_code")["cell_code"], []
    ends = ("",) if d.actions.empty else ("", "_after")
    for (group, service), part in d.states.groupby(["group", "service"], sort=True):
        cells = part["unit_code"].map(home)
        about = f"{words.name('group', str(group), lang)} – {words.name('service', str(service), lang)}"
        for state, prefix in _STATES.items():
            for end in ends:
                counts = part[f"{state}{end}"].astype("Int64").groupby(cells).sum(min_count=1)
                whole = part[f"{state}{end}"].notna().groupby(cells).all()
                shown = counts.where(whole).reindex(d.cells["cell_code"])
                field = "_".join(filter(None, (prefix, str(group), str(service), "sau" if end else "")))
                moment = f" ({words.say('map.page.after', lang)})" if end else ""
                found.append((field, shown.array, f"{words.say(f'map.field.{prefix}', lang)}: {about}{moment}"))
    return found


def _commune_styles(d: Disclosed, found: list[Measure], aliases: Mapping[str, str], lang: Lang) -> list[dict[str, Any]]:
    """Give every measure a style; the travel time of the plan's first service is shown when the layer is opened."""
    main = main_service(d)
    first = next((m for m in found if m.kind == "minutes" and m.service == main), found[0] if found else None)
    rows = []
    for measure in found:
        moment = f" ({words.say('map.page.after', lang)})" if measure.moment == "after" else ""
        qml = styles.polygon_style(_commune_rules(measure), label="ten", aliases=aliases)
        rows.append(_style("xa_phuong", measure.title + moment, measure is first, qml))
    return rows


def _commune_rules(measure: Measure) -> list[Rule]:
    field = _field(measure)
    rules, low = [], None
    for band in measure.bands:
        if band.upper is not None:
            parts = [f'"{field}" > {low:g}' if low is not None else f'"{field}" IS NOT NULL']
            if np.isfinite(band.upper):
                parts.append(f'"{field}" <= {band.upper:g}')
            rules.append(Rule(band.label, " AND ".join(parts), band.colour))
            low = band.upper
        else:
            hatch = {"masked": "dots", "no_data": "lines"}.get(band.role, "")
            text = band.label.replace("'", "''")
            rules.append(Rule(band.label, f'"{field}" IS NULL AND "{field}_ghi_chu" = \'{text}\'', band.colour, hatch))
    return rules


# ---- sites and actions ---------------------------------------------------------------------------------------------


def _points(columns: dict[str, Any], at: list[tuple[float | None, float | None]]) -> gpd.GeoDataFrame:
    shapes = [None if lon is None or lat is None else shapely.Point(lon, lat) for lon, lat in at]
    frame = gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(shapes, crs=DEGREES).rename("geom"))
    text = [name for name, values in columns.items() if frame[name].dtype == object or frame[name].isna().all()]
    return frame.astype(
        {name: "str" for name in text if not isinstance(columns[name], pd.api.extensions.ExtensionArray)}
    )


def _sites(d: Disclosed, lang: Lang) -> tuple[gpd.GeoDataFrame, dict[str, str]]:
    marks = site_marks(d, lang)
    rows = d.sites.sort_values("site_id")
    columns: dict[str, Any] = {
        "ma_dia_diem": [mark.site_id for mark in marks],
        "so_tren_ban_do": [mark.number for mark in marks],
        "ten": [mark.name for mark in marks],
        "loai_hinh": [mark.type_name for mark in marks],
        "so_huu": [words.say(f"map.site.{value}", lang) for value in rows["ownership"]],
        "dia_chi": rows["address"].to_numpy(dtype=object),
        "xa_phuong": rows["unit_name"].to_numpy(dtype=object),
        "so_cho": pd.array([mark.places for mark in marks], dtype="Float64"),
        "so_cho_ghi_chu": [mark.places_text for mark in marks],
        "muc_su_dung_phan_tram": pd.array(_occupancy(d, marks), dtype="Float64"),
        "muc_su_dung": [words.say(f"map.filling_short.{mark.filling}", lang) for mark in marks],
        "sai_so_vi_tri_km": pd.array([m.within_m and m.within_m / 1000 for m in marks], dtype="Float64"),
    }
    aliases = {name: words.say(f"map.field.{name}", lang) for name in columns}
    return _points(columns, [(mark.lon, mark.lat) for mark in marks]), aliases


def _occupancy(d: Disclosed, marks: list[SiteMark]) -> list[float | None]:
    """Return how full the fullest service of each site is, in per cent."""
    known = pd.to_numeric(d.capacity["occupancy"]).groupby(d.capacity["site_id"]).max().dropna().to_dict()
    return [round(100 * known[mark.site_id], 1) if mark.site_id in known else None for mark in marks]


def _isochrones(drawn: list[Isochrone], lang: Lang) -> tuple[gpd.GeoDataFrame, dict[str, str]]:
    """Return the areas within each limit of minutes, the largest first, so that the smaller ones lie on top."""
    rows = sorted(drawn, key=lambda each: (each.service, each.moment != "now", -each.minutes))
    basis = ["estimated" if each.within_m is None else "roads" for each in rows]
    columns: dict[str, Any] = {
        "dich_vu": pd.array([words.name("service", each.service, lang) for each in rows], dtype="str"),
        "thoi_diem": pd.array([words.say(f"map.page.{each.moment}", lang) for each in rows], dtype="str"),
        "phut": pd.array([each.minutes for each in rows], dtype="Float64"),
        "nhan": pd.array([f"{each.minutes:g}\u2032" for each in rows], dtype="str"),
        "la_nguong": np.array([each.threshold for each in rows], dtype=bool),
        "cach_tinh": pd.array([words.say(f"map.page.isochrones_{of}", lang) for of in basis], dtype="str"),
        "do_min_km": pd.array([each.within_m and each.within_m / 1000 for each in rows], dtype="Float64"),
    }
    shapes = gpd.GeoSeries([each.shape for each in rows], crs=DEGREES).rename("geom")
    return gpd.GeoDataFrame(columns, geometry=shapes), {n: words.say(f"map.field.{n}", lang) for n in columns}


def _site_rules(d: Disclosed, lang: Lang) -> list[Rule]:
    marks = {mark.type_name: mark for mark in site_marks(d, lang)}
    return [
        Rule(name, f"\"loai_hinh\" = '{name.replace(chr(39), chr(39) * 2)}'", marks[name].colour, "", _SHAPES[i % 8])
        for i, name in enumerate(sorted(marks))
    ]


def _actions(d: Disclosed, lang: Lang) -> tuple[gpd.GeoDataFrame, dict[str, str]]:
    marks = action_marks(d, lang)
    rows = d.actions.sort_values("action_id")
    columns: dict[str, Any] = {
        "ma_viec": rows["action_id"].astype(str).tolist(),
        "ky_hieu": [mark.letter for mark in marks],
        "viec": [words.say(f"map.action.{mark.kind}_short", lang) for mark in marks],
        "ten": [mark.title for mark in marks],
        "dich_vu": [words.name("service", service, lang) for service in rows["service"]],
        "so_cho_them": pd.array(rows["added"].to_numpy(dtype=float), dtype="Float64").astype("Int64"),
        "kinh_phi_trieu_dong": pd.array(rows["cost_vnd"].to_numpy(dtype=float) / 1e6, dtype="Float64"),
        "phuc_vu_them": pd.array(np.round(rows["served_more"].to_numpy(dtype=float)), dtype="Float64").astype("Int64"),
        "ly_do": [mark.reason for mark in marks],
        "ly_do_chon": [" ".join(mark.motives) or None for mark in marks],
        "xa_phuong": rows["unit_name"].to_numpy(dtype=object),
    }
    aliases = {name: words.say(f"map.field.{name}", lang) for name in columns}
    return _points(columns, [(mark.lon, mark.lat) for mark in marks]), aliases


_ACTION_SHAPES = {
    "build": "diamond", "expand": "triangle", "upgrade": "pentagon", "reprofile": "hexagon",
    "merge": "equilateral_triangle", "close": "square",
}  # fmt: skip


def _action_rules(lang: Lang) -> list[Rule]:
    return [
        Rule(text, f"\"viec\" = '{text}'", "#ffd400", "", shape)
        for kind, shape in _ACTION_SHAPES.items()
        for text in [words.say(f"map.action.{kind}_short", lang)]
    ]
