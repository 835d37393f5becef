"""Working through the jobs of a batch: what is done is kept, what fails is listed, what kills its worker is found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, as_completed
from pathlib import Path
from typing import Any, Literal

from mangluoi.batch import jobs, pools
from mangluoi.batch.jobs import Job, Outcome
from mangluoi.errors import Complaint, InputError
from mangluoi.reports import folders
from mangluoi.scenario import Plan

__all__ = ["SUMMARY", "Progress", "run_batch"]

#: The folder of the summary, beside those of the plans.
SUMMARY = "tong-hop"

#: Jobs that are done together, by their places in the batch.
_Group = tuple[int, ...]

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
    the shipped data, the program. Plans about the same people are masked together, so one worker answers them one
    after the other, and all anew where one has changed. So a batch that was killed goes on where it stopped. A plan
    that fails, or that kills the process that works on it, does not stop the others.

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
    todo = _jobs(list(plans), place, lang, profile)
    _refuse_same_folders(todo)
    found: dict[int, Outcome] = {}

    def finish(number: int, outcome: Outcome) -> None:
        found[number] = outcome
        if progress is not None:
            progress(outcome, len(found), len(todo))

    for job in todo:
        folders.recover(job.place)
    left = []
    for group in _groups(todo):
        earlier = [None if again else jobs.kept(todo[number]) for number in group]
        if None in earlier:
            left.append(group)
        for number, outcome in zip(group, earlier, strict=True):
            if outcome is not None and None not in earlier:
                finish(number, outcome)
    if executor is not None:
        _submit(executor, todo, left, finish)
    elif workers == 1:
        for group in left:
            for number, outcome in zip(group, _done([todo[number] for number in group]), strict=True):
                finish(number, outcome)
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


def _jobs(
    plans: list[Plan], place: Path, lang: Literal["vi", "en"], profile: Literal["public", "internal"]
) -> list[Job]:
    """Return a job for each plan, each with the others about the same people."""

    def beside(number: int) -> tuple[Plan, ...]:
        return tuple(
            plan for other, plan in enumerate(plans) if other != number and _area(plan) == _area(plans[number])
        )

    return [Job(plan, place, lang, profile, beside(number)) for number, plan in enumerate(plans)]


def _area(plan: Plan) -> tuple[str, str, str]:
    return plan.province_code, plan.province_vintage, plan.vintage


def _groups(todo: Sequence[Job]) -> list[_Group]:
    """Return which jobs are done together: those about the same people, since they are masked together."""
    found: dict[tuple[str, str, str], list[int]] = {}
    for number, job in enumerate(todo):
        found.setdefault(_area(job.plan), []).append(number)
    return [tuple(numbers) for numbers in found.values()]


def _done(those: Sequence[Job]) -> list[Outcome]:
    return [jobs.do(those[0])] if len(those) == 1 else jobs.do_together(those)


def _submit(
    executor: Executor, todo: Sequence[Job], left: Iterable[_Group], finish: Callable[[int, Outcome], None]
) -> bool:
    """Work through jobs on an executor and say whether it stayed whole; of a broken one the rest is left undone."""
    waiting: dict[Future[Any], _Group] = {}
    try:
        for group in left:
            those = [todo[number] for number in group]
            if len(those) == 1:
                waiting[executor.submit(jobs.do, those[0])] = group
            else:
                waiting[executor.submit(jobs.do_together, those)] = group
        for future in as_completed(waiting):
            group = waiting[future]
            try:
                found = future.result()
            except BrokenExecutor:
                return False
            except Exception as error:
                # What does not come from the job itself: its worker died, or the answer could not travel.
                why = f"{type(error).__name__}: {error}"
                found = [Outcome(todo[number].plan.name, "failed", error=why) for number in group]
            for number, outcome in zip(group, found if isinstance(found, list) else [found], strict=True):
                finish(number, outcome)
    except BrokenExecutor:
        return False
    finally:
        for future in waiting:
            future.cancel()
    return True


def _in_processes(
    workers: int,
    todo: Sequence[Job],
    left: Sequence[_Group],
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
    while rest := [group for group in left if not set(group) <= set(found)]:
        with pools.processes(1) as pool:
            for group in rest:
                if not _submit(pool, todo, [group], finish):
                    why = "the process that worked on this plan was killed, perhaps for want of memory"
                    for number in group:
                        finish(number, Outcome(todo[number].plan.name, "failed", error=why))
                    break
