"""What exists: norms, capacity, and which site may take whom."""

from mangluoi.supply.admission import admissible as admissible
from mangluoi.supply.admission import in_scope as in_scope
from mangluoi.supply.capacity import occupancy as occupancy
from mangluoi.supply.capacity import usable as usable
from mangluoi.supply.norms import applicable as applicable
from mangluoi.supply.norms import norms as norms

__all__ = ["admissible", "applicable", "in_scope", "norms", "occupancy", "usable"]
