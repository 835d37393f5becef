"""Maps of a disclosed result: an atlas for the screen, maps for print, layers for GIS."""

from mangluoi.maps.atlas import Atlas, atlas
from mangluoi.maps.offline import inline

__all__ = ["Atlas", "atlas", "inline"]
