"""What an unfinished stress had found, so that the next run of the same question goes on from there."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any

from mangluoi.batch import jobs
from mangluoi.batch.jobs import Job
from mangluoi.reports import folders
from mangluoi.scenario import Plan

__all__ = ["Unfinished", "unfinished"]

#: Beside the folder of the outputs, as a batch has it in its own.
_LEDGER = ".mangluoi"


class Unfinished(MutableMapping[str, Any]):
    """Answers by their keys, each written down as it comes; a line that was cut off is left out.

    It holds numbers and places in lists only, no names; only its owner may read it, and it is gone once all is done.

    Parameters
    ----------
    place
        The file.
    """

    def __init__(self, place: Path) -> None:
        self._place = place
        self._found: dict[str, Any] = {}
        with contextlib.suppress(FileNotFoundError):
            for line in place.read_text(encoding="utf-8").splitlines():
                with contextlib.suppress(ValueError):
                    key, value = json.loads(line)
                    self._found[str(key)] = value
        place.parent.mkdir(parents=True, exist_ok=True)
        self._file = open(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8")  # noqa: SIM115
        # After a line that was cut off, the next one begins anew.
        self._file.write("\n")

    def __getitem__(self, key: str) -> Any:
        """Return an answer."""
        return self._found[key]

    def __setitem__(self, key: str, value: Any) -> None:
        """Keep an answer and write it down."""
        self._found[key] = value
        self._file.write(json.dumps([key, value]) + "\n")
        self._file.flush()

    def __delitem__(self, key: str) -> None:
        """Forget an answer, until the file is read again."""
        del self._found[key]

    def __iter__(self) -> Iterator[str]:
        """Walk over the keys."""
        return iter(self._found)

    def __len__(self) -> int:
        """Count the answers."""
        return len(self._found)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def done(self) -> None:
        """Drop the file: all is done."""
        self.close()
        self._place.unlink(missing_ok=True)


@contextlib.contextmanager
def unfinished(plan: Plan, out: str | Path, *, seed: int, again: bool = False) -> Iterator[Unfinished]:
    """Open what an unfinished stress of the same plan, inputs, data, program and seed had found.

    Parameters
    ----------
    plan
        The question.
    out
        The folder of its outputs; the file lies beside it.
    seed
        What is drawn from.
    again
        Whether to begin anew.
    """
    place = Path(out).absolute()
    text = f"{jobs.key(Job(plan, place.parent))}\0{seed}"
    name = f"{folders.file_name(place.name)}-{hashlib.sha256(text.encode()).hexdigest()[:16]}.jsonl"
    file = place.parent / _LEDGER / name
    if again:
        file.unlink(missing_ok=True)
    kept = Unfinished(file)
    try:
        yield kept
    finally:
        kept.close()
