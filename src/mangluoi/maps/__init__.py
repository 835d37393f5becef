"""Maps of a disclosed result: an atlas for the screen, maps for print, layers for GIS."""

from mangluoi.maps.atlas import Atlas, atlas
from mangluoi.maps.geopackage import write_geopackage
from mangluoi.maps.multiples import group_maps, scenario_maps
from mangluoi.maps.national import national_map
from mangluoi.maps.offline import inline
from mangluoi.maps.print import PrintMap, print_maps
from mangluoi.maps.review import ReviewMap, review_map

__all__ = [
    "Atlas", "PrintMap", "ReviewMap", "atlas", "group_maps", "inline", "national_map", "print_maps", "review_map",
    "scenario_maps", "write_geopackage",
]  # fmt: skip
