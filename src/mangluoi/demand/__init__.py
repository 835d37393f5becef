"""Who needs what: people by commune and group, and how many of them need a service."""

from mangluoi.demand.grid import read_cells as read_cells
from mangluoi.demand.need import need as need
from mangluoi.demand.overlap import together as together
from mangluoi.demand.people import spread as spread
from mangluoi.demand.places import into_cells as into_cells
from mangluoi.demand.projection import project as project

__all__ = ["into_cells", "need", "project", "read_cells", "spread", "together"]
