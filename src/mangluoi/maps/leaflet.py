"""Folium maps as one page that opens without a network: the page, what it loads, and the data that it hands over."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

import folium
import shapely
from branca.element import Element, Figure, MacroElement
from jinja2 import Template

from mangluoi.maps import offline
from mangluoi.maps.escape import safe_html, script_json
from mangluoi.reports import words
from mangluoi.reports.words import Lang

__all__ = ["DECIMALS", "MapPage", "multipolygon"]

#: Five decimals are a metre.
DECIMALS = 5


class _Map(folium.Map):
    """A Folium map that needs Leaflet and jQuery only and draws no tiles."""

    _template = Template(
        """
        {% macro header(this, kwargs) %}
            <meta name="viewport" content="width=device-width, initial-scale=1" />
        {% endmacro %}
        {% macro html(this, kwargs) %}
            <div class="folium-map" id={{ this.get_name()|tojson }}></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, {
                center: {{ this.location|tojson }}, zoom: 8, zoomControl: false, zoomSnap: 0.25, maxZoom: 14
            });
        {% endmacro %}
        """
    )

    def __init__(self, location: list[float], own: str) -> None:
        super().__init__(location=location, tiles=None)
        self.default_js = [
            ("leaflet", "https://cdn.jsdelivr.net/npm/leaflet@1.9.4/dist/leaflet.js"),
            ("jquery", "https://code.jquery.com/jquery-3.7.1.min.js"),
            ("own", offline.OWN + own),
        ]
        self.default_css = [
            ("leaflet_css", "https://cdn.jsdelivr.net/npm/leaflet@1.9.4/dist/leaflet.css"),
            ("atlas_css", offline.OWN + "atlas.css"),
        ]


class _Content(MacroElement):
    """Hands the data to a function of the page's own script."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            {{ this.function }}({{ this._parent.get_name() }}, {{ this.data }});
        {% endmacro %}
        """
    )

    def __init__(self, function: str, data: dict[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Content"
        self.function = function
        self.data = script_json(data)


class MapPage:
    """A map that shows itself in Jupyter and is saved as one page, which opens without a network.

    Parameters
    ----------
    content
        What the page draws.
    lang
        Language of the page.
    script, function
        Which file of ``page/`` draws it, and the function in it that takes the map and the content.

    Attributes
    ----------
    map
        The Folium map. Layers may be added to it; what needs more than Leaflet and jQuery is refused by `html`.
    """

    def __init__(self, content: dict[str, Any], lang: Lang, *, script: str, function: str) -> None:
        (south, west), (north, east) = content["bounds"]
        self.lang = lang
        self.map = _Map([(south + north) / 2, (west + east) / 2], script)
        self.map.add_child(_Content(function, content))
        self._title = str(content["heading"])

    def html(self) -> str:
        """Return the page: one self-contained file, the same bytes for the same result.

        Raises
        ------
        ValueError
            If something that was added needs an address from outside.
        """
        figure = self.map.get_root()
        assert isinstance(figure, Figure)
        # Folium names its elements at random; their turn does as well, and is the same every time.
        for turn, element in enumerate(_walk(figure)):
            element._id = f"{turn:04d}"
        figure.title = safe_html(self._title)
        page: str = figure.render()
        # What rendering left in the figure would stand there twice the next time.
        for place in (figure.html, figure.script):
            place._children.clear()
        hint = safe_html(words.say("map.page.no_script", self.lang))
        page = page.replace("<html>", f'<html lang="{self.lang}">', 1)
        page = page.replace("</body>", f"<noscript>{hint}</noscript></body>", 1)
        return offline.inline(page)

    def save(self, path: str | Path) -> Path:
        """Write the page to a file and return its path."""
        place = Path(path)
        place.write_bytes(self.html().encode("utf-8"))
        return place

    def _repr_html_(self) -> str:
        """Show the map in Jupyter, shut off from the notebook's page."""
        return self.frame()

    def frame(self, *, height_px: int = 640) -> str:
        """Return the page as a frame of some height, shut off from the page that it stands in."""
        page = html.escape(self.html(), quote=True)
        return (
            f'<iframe srcdoc="{page}" sandbox="allow-scripts" title="{html.escape(self._title, quote=True)}" '
            f'style="width:100%;height:{height_px}px;border:1px solid #c8c8c8"></iframe>'
        )


def _walk(element: Element) -> list[Element]:
    found = [element]
    for child in element._children.values():
        found.extend(_walk(child))
    return found


def multipolygon(shape: shapely.Geometry) -> dict[str, Any]:
    """Return the polygons of a shape as GeoJSON, rounded to the metre."""

    def rounded(ring: Any) -> list[list[float]]:
        return [[round(float(x), DECIMALS), round(float(y), DECIMALS)] for x, y in shapely.get_coordinates(ring)]

    polygons = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return {
        "type": "MultiPolygon",
        "coordinates": [[rounded(p.exterior), *(rounded(hole) for hole in p.interiors)] for p in polygons],
    }
