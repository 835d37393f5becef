"""Maps of a disclosed result: an atlas for the screen, maps for print, layers for GIS."""

from mangluoi.maps.atlas import Atlas, atlas
from mangluoi.maps.geopackage import write_geopackage
from mangluoi.maps.national import national_map
from mangluoi.maps.offline import inline
from mangluoi.maps.print import PrintMap, print_maps

__all__ = ["Atlas", "PrintMap", "atlas", "inline", "national_map", "print_maps", "write_geopackage"]
