"""Something done with every record, where there are many by several processes; what comes of it keeps their order.

This process reads the records, and takes what comes of them; the others make typed rows of them and do the work.
"""

import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from typing import Any, Generic, TypeVar

from attrs import frozen

from dro_lang.program.model import Plan, Program
from dro_lang.records.load import Accepted, Inputs, Loader, Rejected
from dro_lang.records.mapped import Gathered, RowReader
from dro_lang.records.problems import FileError, Position

_PATIENCE = 1.0
"""Seconds that this process works alone: to start another one costs nearly as much."""
_BLOCK = 100
"""Records that are handed over together."""
_AHEAD = 2
"""Blocks that wait for each process, so that none waits for a block."""

T = TypeVar("T")


@frozen
class _Done(Generic[T]):
    """What came of a record that fits."""

    position: Position
    id: str
    result: T


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def do_with_each(
    program: Program,
    plan: Plan,
    inputs: Inputs,
    work: Callable[[Accepted], T],
    jobs: int,
    patience: float = _PATIENCE,
) -> Iterator[T | Rejected]:
    """Do some work with every record that fits, in the order of the inputs, by up to so many processes: others are
    started after so many seconds. With more than one, the work is sent to them (it must be picklable), and is the same
    for each record whatever was done before.

    Raises FileError as `load` does, and ChildProcessError where a process cannot start, or has ended that
    should not have.
    """
    loader = Loader.of(program, plan, inputs)
    if jobs == 1:
        return (found if isinstance(found, Rejected) else work(found) for found in loader.load(inputs))
    shared = partial(_shared, _Each(loader.reader, work), jobs, patience)
    return (done if isinstance(done, Rejected) else done.result for done in loader.load_through(inputs, shared))


@frozen
class _Each(Generic[T]):
    """What is done with one record."""

    reader: RowReader
    work: Callable[[Accepted], T]

    def __call__(self, record: Gathered | Rejected) -> _Done[T] | Rejected:
        taken = record if isinstance(record, Rejected) else self.reader.typed(record)
        return taken if isinstance(taken, Rejected) else _Done(taken.position, taken.id, self.work(taken))


def _shared(
    each: _Each[T], jobs: int, patience: float, records: Iterable[Gathered | Rejected]
) -> Iterator[_Done[T] | Rejected]:
    left = iter(records)
    until = time.monotonic() + patience
    while time.monotonic() < until:
        record = next(left, None)
        if record is None:
            return
        yield each(record)
    with _started():
        pool = ProcessPoolExecutor(jobs, get_context("spawn"), partial(_begin, each))
    try:
        yield from _in_order(pool, jobs * _AHEAD, left)
    except BrokenProcessPool:
        why = "a process that took records was ended from outside, perhaps for want of memory"
        raise ChildProcessError(why) from None
    finally:
        pool.shutdown(cancel_futures=True)


def _in_order(
    pool: ProcessPoolExecutor, ahead: int, records: Iterator[Gathered | Rejected]
) -> Iterator[_Done[T] | Rejected]:
    """What comes of the records, block by block. What ends the reading is told behind all that was read before."""
    waiting: deque[Future[list[_Done[T] | Rejected]]] = deque()
    ending: FileError | None = None
    more = True
    while more:
        block: list[Gathered | Rejected] = []
        try:
            for record in records:
                block.append(record)
                if len(block) == _BLOCK:
                    break
            else:
                more = False
        except FileError as error:
            ending, more = error, False
        with _uninterruptible(), _started():
            waiting.append(pool.submit(_take, block))
        if len(waiting) > ahead:
            yield from waiting.popleft().result()
    for each in waiting:
        yield from each.result()
    if ending is not None:
        raise ending


@contextmanager
def _started() -> Iterator[None]:
    """Tell where the system lets no other process start."""
    try:
        yield
    except OSError as error:
        raise ChildProcessError(f"no process to share the records with can be started: {error.strerror}") from None


@contextmanager
def _uninterruptible() -> Iterator[None]:
    """Keep interrupts back. Processes that are started meanwhile never get any: they are for this one."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_each: Callable[[Gathered | Rejected], _Done[Any] | Rejected]
"""What this process, one of several, does with a record."""


def _begin(each: _Each[Any]) -> None:
    """Begin as one of several processes, of which none outlives the first one."""
    global _each
    _each = each
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(1)


def _take(block: list[Gathered | Rejected]) -> list[_Done[Any] | Rejected]:
    return [_each(record) for record in block]
