"""Working through the jobs of a batch: what is done is kept, what fails is listed, what kills its worker is found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, as_completed
from pathlib import Path
from typing import Literal

from mangluoi.batch import jobs, pools
from mangluoi.batch.jobs import Job, Outcome
from mangluoi.errors import Complaint, InputError
from mangluoi.reports import folders
from mangluoi.scenario import Plan

__all__ = ["SUMMARY", "Progress", "run_batch"]

#: The folder of the summary, beside those of the plans.
SUMMARY = "tong-hop"

#: Called after every job with its outcome, how many are finished, and how many there are.
Progress = Callable[[Outcome, int, int], None]


def run_batch(
    plans: Iterable[Plan],
    out: str | Path,
    *,
    workers: int = 1,
    executor: Executor | None = None,
    again: bool = False,
    lang: Literal["vi", "en"] = "vi",
    profile: Literal["public", "internal"] = "public",
    progress: Progress | None = None,
) -> list[Outcome]:
    """Answer many plans and write the outputs of each.

    What an earlier batch finished is kept where nothing that it follows from has changed: the plan, its input files,
    the shipped data, the program. So a batch that was killed goes on where it stopped. A plan that fails, or that
    kills the process that works on it, does not stop the others. Plans about the same people (one province, in the same
    units) are answered together, since the report of one could give away what another hides.

    Parameters
    ----------
    plans
        The questions; their names must differ, since each names a folder.
    out
        The folder that holds a folder for each plan.
    workers
        How many processes; 1 works in this one. In a script, call it under ``if __name__ == "__main__":``.
    executor
        Where to work instead: any executor of `concurrent.futures`, such as that of `cluster`. Its workers must see
        `out` and the input files.
    again
        Whether to answer anew what is done already.
    lang
        {"vi", "en"}
    profile
        {"public", "internal"}
    progress
        See `Progress`.

    Returns
    -------
    list of Outcome
        In the order of the plans.

    Raises
    ------
    InputError
        If two plans would write into one folder.
    """
    place = Path(out).absolute()
    every = list(plans)
    todo = [Job(plan, place, lang, profile, _beside(plan, every)) for plan in every]
    _refuse_same_folders(todo)
    found: dict[int, Outcome] = {}

    def finish(number: int, outcome: Outcome) -> None:
        found[number] = outcome
        if progress is not None:
            progress(outcome, len(found), len(todo))

    for job in todo:
        folders.recover(job.place)
    left = []
    for part in _together(todo):
        earlier = [None if again else jobs.kept(todo[number]) for number in part]
        if any(one is None for one in earlier):
            left.append(part)
            continue
        for number, one in zip(part, earlier, strict=True):
            if one is not None:
                finish(number, one)
    if executor is not None:
        _submit(executor, todo, left, finish)
    elif workers == 1:
        for part in left:
            for number, outcome in zip(part, jobs.do([todo[number] for number in part]), strict=True):
                finish(number, outcome)
    else:
        _in_processes(workers, todo, left, finish, found)
    for number, job in enumerate(todo):
        if number not in found:
            lost = Outcome(job.plan.name, "failed", error="the executor broke before this plan was answered")
            finish(number, lost)
    return [found[number] for number in range(len(todo))]


def _area(plan: Plan) -> tuple[str, str, str]:
    """Say whose people a plan is about: those of `disclose_together`."""
    return plan.province_code, plan.province_vintage, plan.vintage


def _beside(plan: Plan, every: Sequence[Plan]) -> tuple[Plan, ...]:
    return tuple(other for other in every if other is not plan and _area(other) == _area(plan))


def _together(todo: Sequence[Job]) -> list[tuple[int, ...]]:
    """Return the places of the jobs, those about the same people together."""
    areas: dict[tuple[str, str, str], list[int]] = {}
    for number, job in enumerate(todo):
        areas.setdefault(_area(job.plan), []).append(number)
    return [tuple(part) for part in areas.values()]


def _refuse_same_folders(todo: Sequence[Job]) -> None:
    first: dict[str, int] = {SUMMARY: 0}
    found = []
    for number, job in enumerate(todo, start=1):
        # Windows and macOS do not tell upper case from lower case.
        folder = job.place.name.casefold()
        if folder in first:
            details = {"first": first[folder]}
            found.append(Complaint("duplicate_key", row=number, column="name", value=job.plan.name, details=details))
        first.setdefault(folder, number)
    if found:
        raise InputError(found)


def _submit(
    executor: Executor, todo: Sequence[Job], left: Iterable[tuple[int, ...]], finish: Callable[[int, Outcome], None]
) -> bool:
    """Work through jobs on an executor and say whether it stayed whole; of a broken one the rest is left undone."""
    waiting: dict[Future[list[Outcome]], tuple[int, ...]] = {}
    try:
        for part in left:
            waiting[executor.submit(jobs.do, [todo[number] for number in part])] = part
        for future in as_completed(waiting):
            part = waiting[future]
            try:
                for number, outcome in zip(part, future.result(), strict=True):
                    finish(number, outcome)
            except BrokenExecutor:
                return False
            except Exception as error:
                # What does not come from the job itself: its worker died, or the answer could not travel.
                why = f"{type(error).__name__}: {error}"
                for number in part:
                    finish(number, Outcome(todo[number].plan.name, "failed", error=why))
    except BrokenExecutor:
        return False
    finally:
        for future in waiting:
            future.cancel()
    return True


def _in_processes(
    workers: int,
    todo: Sequence[Job],
    left: Sequence[tuple[int, ...]],
    finish: Callable[[int, Outcome], None],
    found: dict[int, Outcome],
) -> None:
    """Work in processes of this machine; where one dies, go on with one job at a time until the culprit is found.

    A pool that lost a process cannot say which job killed it, and too little memory kills several at once.
    """
    with pools.processes(min(workers, max(len(left), 1))) as pool:
        whole = _submit(pool, todo, left, finish)
    if whole:
        return
    while rest := [part for part in left if part[0] not in found]:
        with pools.processes(1) as pool:
            for part in rest:
                if not _submit(pool, todo, [part], finish):
                    why = "the process that worked on this plan was killed, perhaps for want of memory"
                    for number in part:
                        finish(number, Outcome(todo[number].plan.name, "failed", error=why))
                    break
