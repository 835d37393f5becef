"""Where the jobs of a batch run: processes of this machine, or a cluster."""

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor

from mangluoi.errors import MissingExtraError

__all__ = ["cluster", "processes"]


def processes(number: int) -> ProcessPoolExecutor:
    """Return a pool of processes that end with this one, however this one ends.

    Parameters
    ----------
    number
        How many.
    """
    # Started afresh, not forked: threads of the libraries that this process has loaded do not survive a fork.
    return ProcessPoolExecutor(number, mp_context=multiprocessing.get_context("spawn"), initializer=_begin)


def _begin() -> None:
    """Leave interrupts to the parent, and end when it does: a killed parent can no longer tell its workers to."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os._exit(1)


@contextlib.contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """Connect to a Dask cluster, for as long as the block lasts, and give an executor on it.

    Parameters
    ----------
    address
        The scheduler, such as ``tcp://10.0.0.5:8786``. Its workers must have this package and see the folder of
        outputs and the input files under the same paths.

    Raises
    ------
    MissingExtraError
        If the extra ``cluster`` is not installed.
    """
    try:
        distributed = importlib.import_module("distributed")
    except ImportError as error:
        raise MissingExtraError("distributed", "cluster") from error
    with distributed.Client(address) as client:
        # Asked twice, a question is answered twice: that an answer was written is no part of it.
        yield client.get_executor(pure=False)
