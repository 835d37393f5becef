"""What exists: norms, capacity, and which site may take whom."""

from mangluoi.supply.admission import admissible as admissible
from mangluoi.supply.admission import in_scope as in_scope
from mangluoi.supply.admission import of_province as of_province
from mangluoi.supply.ages import beyond_ages as beyond_ages
from mangluoi.supply.ages import partly_beyond_ages as partly_beyond_ages
from mangluoi.supply.capacity import occupancy as occupancy
from mangluoi.supply.capacity import usable as usable
from mangluoi.supply.norms import applicable as applicable
from mangluoi.supply.norms import norms as norms
from mangluoi.supply.rating import by_norm as by_norm
from mangluoi.supply.turnover import admissions as admissions
from mangluoi.supply.turnover import exits_per_year as exits_per_year

__all__ = [
    "admissible",
    "admissions",
    "applicable",
    "beyond_ages",
    "by_norm",
    "exits_per_year",
    "in_scope",
    "norms",
    "occupancy",
    "of_province",
    "partly_beyond_ages",
    "usable",
]
