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
    kills the process that works on it, does not stop the others.

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
    todo = [Job(plan, place, lang, profile) for plan in plans]
    _refuse_same_folders(todo)
    found: dict[int, Outcome] = {}

    def finish(number: int, outcome: Outcome) -> None:
        found[number] = outcome
        if progress is not None:
            progress(outcome, len(found), len(todo))

    for number, job in enumerate(todo):
        folders.recover(job.place)
        earlier = None if again else jobs.kept(job)
        if earlier is not None:
            finish(number, earlier)
    left = [number for number in range(len(todo)) if number not in found]
    if executor is not None:
        _submit(executor, todo, left, finish)
    elif workers == 1:
        for number in left:
            finish(number, jobs.do(todo[number]))
    else:
        _in_processes(workers, todo, left, finish, found)
    for number, job in enumerate(todo):
        if number not in found:
            lost = Outcome(job.plan.name, "failed", error="the executor broke before this plan was answered")
            finish(number, lost)
    return [found[number] for number in range(len(todo))]


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
    executor: Executor, todo: Sequence[Job], left: Iterable[int], finish: Callable[[int, Outcome], None]
) -> bool:
    """Work through jobs on an executor and say whether it stayed whole; of a broken one the rest is left undone."""
    waiting: dict[Future[Outcome], int] = {}
    try:
        for number in left:
            waiting[executor.submit(jobs.do, todo[number])] = number
        for future in as_completed(waiting):
            number = waiting[future]
            try:
                finish(number, future.result())
            except BrokenExecutor:
                return False
            except Exception as error:
                # What does not come from the job itself: its worker died, or the answer could not travel.
                why = f"{type(error).__name__}: {error}"
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
    left: Sequence[int],
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
    while rest := [number for number in left if number not in found]:
        with pools.processes(1) as pool:
            for number in rest:
                if not _submit(pool, todo, [number], finish):
                    why = "the process that worked on this plan was killed, perhaps for want of memory"
                    finish(number, Outcome(todo[number].plan.name, "failed", error=why))
                    break
