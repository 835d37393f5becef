"""Who needs what: people by commune and group, and how many of them need a service."""

from mangluoi.demand.need import need as need
from mangluoi.demand.people import spread as spread

__all__ = ["need", "spread"]
