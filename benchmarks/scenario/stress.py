"""How long a province's stress takes with every factor in doubt, and how long ten results take side by side.

python benchmarks/scenario/stress.py nghe-an --draws 100 --jobs 2
python benchmarks/scenario/stress.py kon-tum --compare 10
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time

from mangluoi import batch
from mangluoi.reports import write_comparison, write_stress
from mangluoi.scenario import Plan, compare, read_plan, run, stress
from mangluoi.scenario.plan import AnswerRules, StayRule, StressRule


def every_factor(name: str) -> Plan:
    """Return a shipped plan with a range for the stay too."""
    plan = read_plan(name)
    services = sorted({rule.service for rule in plan.actions})
    others = tuple(rule for rule in plan.stays if rule.service not in services)
    stays = tuple(StayRule(service, 4.0, "benchmark") for service in services)
    ranges = tuple(StressRule("stay", "benchmark", 0.8, 1.25, service=service) for service in services)
    return plan.replace(stays=(*others, *stays), stress=(*plan.stress, *ranges))


def seconds() -> tuple[float, float]:
    """Return wall time, and CPU time of this process and of those that it waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return time.perf_counter(), sum(one.ru_utime + one.ru_stime for one in used)


def tell(what: str, since: tuple[float, float]) -> None:
    """Print how long something took."""
    wall, cpu = (now - then for now, then in zip(seconds(), since, strict=True))
    print(f"{what}: {wall:.1f} s wall, {cpu:.1f} s CPU", flush=True)


def time_stress(name: str, draws: int, jobs: int) -> None:
    """Stress a plan from reading it to its files."""
    start, plan = seconds(), every_factor(name)
    parts: dict[str, tuple[float, float]] = {}

    def progress(part: str, done: int, of: int) -> None:
        parts.setdefault(part, seconds())
        if done == of:
            # Processes count their CPU time once they have ended, which is in the total.
            print(f"  {part}: {of}, {time.perf_counter() - parts[part][0]:.1f} s wall", flush=True)

    with batch.processes(jobs) as pool:
        found = stress(plan, draws=draws, seed=1, executor=pool, progress=progress)
    with tempfile.TemporaryDirectory() as folder:
        write_stress(found, f"{folder}/out")
    tell(f"{name}: {draws} draws, {jobs} processes", start)
    robust = found.robust
    print(robust.plans.drop(columns="actions").to_string(index=False))
    print(found.tornado.to_string(index=False))
    print(f"proven: {robust.proven}; advised: {robust.least_regret}; price: {robust.price:g} people")


def time_compare(name: str, count: int) -> None:
    """Put results that are at hand side by side."""
    plan = read_plan(name)
    expand = tuple(rule for rule in plan.actions if rule.kind == "expand")
    plan = plan.replace(actions=expand, answers=AnswerRules(frontier=0))
    results = [run(plan.replace(name=f"p{n}", budget_vnd=plan.budget_vnd * (n + 1) / count)) for n in range(count)]
    for _ in range(2):
        start = seconds()
        made = compare(*results)
        made._repr_html_()
        tell(f"{name}: {count} results compared", start)
        with tempfile.TemporaryDirectory() as folder:
            write_comparison(made.shown, f"{folder}/out")
        tell("  and written, with small maps", start)


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("plan")
    asked.add_argument("--draws", type=int, default=100)
    asked.add_argument("--jobs", type=int, default=2)
    asked.add_argument("--compare", type=int, default=0)
    options = asked.parse_args()
    if options.compare:
        time_compare(options.plan, options.compare)
    else:
        time_stress(options.plan, options.draws, options.jobs)
