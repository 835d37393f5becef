"""Many plans at once: on one machine or a cluster, resumed where it stopped, summed up at the end."""

from mangluoi.batch.jobs import Job, Outcome
from mangluoi.batch.national import write_summary
from mangluoi.batch.pools import cluster, processes
from mangluoi.batch.provinces import province_plan, province_plans
from mangluoi.batch.runner import run_batch
from mangluoi.batch.unfinished import Unfinished, unfinished

__all__ = [
    "Job", "Outcome", "Unfinished", "cluster", "processes", "province_plan", "province_plans", "run_batch",
    "unfinished", "write_summary",
]  # fmt: skip
