"""One plan of a batch: what is to be done, where its answer goes, and how that is remembered."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

import mangluoi
from mangluoi import reports, shipped
from mangluoi.errors import Complaint, InputError
from mangluoi.reports import brief, folders
from mangluoi.scenario import Plan, Result, disclose_together, origin, run

__all__ = ["Job", "Outcome", "do", "kept", "key"]

#: Where a batch remembers what is done, in its folder of outputs.
_LEDGER = ".mangluoi"


@dataclass(frozen=True)
class Job:
    """One plan to be answered and written. It holds no data: paths and settings only, so it travels light.

    Parameters
    ----------
    plan
        The question.
    out
        The folder of the batch, which every worker must see; the plan gets a folder of its own in it.
    lang
        {"vi", "en"}
    profile
        {"public", "internal"}
    beside
        The other plans of the same batch about the same people: what each of them hides, none of them may give away.
    """

    plan: Plan
    out: Path
    lang: Literal["vi", "en"] = "vi"
    profile: Literal["public", "internal"] = "public"
    beside: tuple[Plan, ...] = ()

    @property
    def place(self) -> Path:
        """The folder of this plan's outputs."""
        return self.out / folders.file_name(self.plan.name)

    @property
    def ledger(self) -> Path:
        """The file that says that this plan is done."""
        return self.out / _LEDGER / f"{self.place.name}.json"


@dataclass(frozen=True)
class Outcome:
    """What became of a job.

    Parameters
    ----------
    name
        Name of the plan.
    status
        {"done", "kept", "failed"}: answered now, answered by an earlier batch, or not.
    place
        Where its outputs are; empty where it failed.
    seconds
        How long it took.
    told
        What may be shown of the answer, see `mangluoi.reports.brief.brief`.
    complaints
        What is wrong with its input, where it failed for that.
    error
        Why it failed otherwise.
    """

    name: str
    status: Literal["done", "kept", "failed"]
    place: str = ""
    seconds: float = 0.0
    told: Mapping[str, Any] = field(default_factory=dict)
    complaints: tuple[Complaint, ...] = ()
    error: str = ""


def do(jobs: Sequence[Job]) -> list[Outcome]:
    """Answer plans about the same people and write their outputs, masked together.

    Whatever goes wrong is told, not raised, so that others go on.
    """
    found: dict[int, Outcome] = {}
    answers: list[tuple[int, str, float, Result]] = []
    for number, job in enumerate(jobs):
        start = time.perf_counter()
        try:
            answers.append((number, key(job), start, run(job.plan)))
        except Exception as error:
            found[number] = _failed(job, error, start)
    try:
        told = disclose_together([result for *_, result in answers], profile=jobs[0].profile)
    except Exception as error:
        for number, _, start, _ in answers:
            found[number] = _failed(jobs[number], error, start)
        return [found[number] for number in range(len(jobs))]
    for (number, done_by, start, _), shown in zip(answers, told, strict=True):
        job = jobs[number]
        try:
            place = reports.write(shown, job.place, lang=job.lang)
            outcome = Outcome(job.plan.name, "done", str(place), _seconds(start), brief.brief(shown))
            _remember(job, done_by, outcome)
            found[number] = outcome
        except Exception as error:
            found[number] = _failed(job, error, start)
    return [found[number] for number in range(len(jobs))]


def _seconds(start: float) -> float:
    return round(time.perf_counter() - start, 3)


def _failed(job: Job, error: Exception, start: float) -> Outcome:
    if isinstance(error, InputError):
        complaints = tuple(error.complaints)
        return Outcome(job.plan.name, "failed", seconds=_seconds(start), complaints=complaints, error=str(error))
    return Outcome(job.plan.name, "failed", seconds=_seconds(start), error=f"{type(error).__name__}: {error}")


def kept(job: Job) -> Outcome | None:
    """Return what an earlier batch made of the same job, None where it is not done, is broken or has changed since."""
    try:
        told = json.loads(job.ledger.read_text(encoding="utf-8"))
        if told["key"] != key(job) or not folders.intact(job.place):
            return None
        return Outcome(**{**told["outcome"], "status": "kept", "complaints": ()})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def key(job: Job) -> str:
    """Name a job by all that its outputs follow from: the plan, its input files, the shipped data and the program.

    Raises
    ------
    InputError
        If an input file is not there.
    """
    parts = {
        "plan": job.plan.to_toml(),
        "beside": sorted([one.to_toml(), *map(_digest, origin.own_files(one))] for one in job.beside),
        "inputs": [[file.name, _digest(file)] for file in origin.own_files(job.plan)],
        "data": _all_of(shipped.folder(), ".csv", ".geojson", ".toml"),
        "program": [mangluoi.__version__, _all_of(Path(mangluoi.__file__).parent, ".py", ".toml", ".js", ".css")],
        "lang": job.lang,
        "profile": job.profile,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _digest(file: Path) -> str:
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise InputError([Complaint("missing_file", file=str(file))]) from error


@cache
def _all_of(folder: Path, *endings: str) -> str:
    """Return one digest of all files of some kinds in a folder."""
    whole = hashlib.sha256()
    for file in sorted(file for file in folder.rglob("*") if file.suffix in endings):
        whole.update(f"{file.relative_to(folder).as_posix()}\0{_digest(file)}\0".encode())
    return whole.hexdigest()


def _remember(job: Job, done_by: str, outcome: Outcome) -> None:
    """Write down, whole or not at all, that a job is done."""
    told = asdict(outcome)
    del told["complaints"]
    job.ledger.parent.mkdir(parents=True, exist_ok=True)
    unfinished = job.ledger.with_suffix(f".{os.getpid()}.tmp")
    try:
        unfinished.write_text(json.dumps({"key": done_by, "outcome": told}, ensure_ascii=False), encoding="utf-8")
        os.replace(unfinished, job.ledger)
    finally:
        unfinished.unlink(missing_ok=True)
