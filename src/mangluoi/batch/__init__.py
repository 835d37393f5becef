"""Many plans at once: on one machine or a cluster, resumed where it stopped, summed up at the end."""

from mangluoi.batch.jobs import Job, Outcome
from mangluoi.batch.national import write_summary
from mangluoi.batch.pools import cluster
from mangluoi.batch.provinces import province_plan, province_plans
from mangluoi.batch.runner import run_batch

__all__ = ["Job", "Outcome", "cluster", "province_plan", "province_plans", "run_batch", "write_summary"]
