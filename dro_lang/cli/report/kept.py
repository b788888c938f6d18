"""Results that are told when all of them are there: the first in memory, the others on disk."""

import pickle
from collections.abc import Iterator
from contextlib import suppress
from tempfile import TemporaryFile
from typing import IO

from attrs import define, field

from dro_lang.cli.report.results import Result

IN_MEMORY = 2_000
"""So many results of a kind are held in memory; with their steps they take a few kilobytes each."""


@define
class Kept:
    """Results in the order in which they came. They can be gone through as often as one likes, one pass at a time."""

    _first: list[Result] = field(factory=list, init=False)
    _others: IO[bytes] | None = field(default=None, init=False)
    _count: int = field(default=0, init=False)

    def add(self, result: Result) -> None:
        self._count += 1
        if len(self._first) < IN_MEMORY:
            self._first.append(result)
            return
        if self._others is None:
            self._others = TemporaryFile(prefix="drolang-results-")  # noqa: SIM115
        pickle.dump(result, self._others, pickle.HIGHEST_PROTOCOL)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Result]:
        yield from self._first
        if self._others is not None:
            self._others.seek(0)
            with suppress(EOFError):
                while True:
                    yield pickle.load(self._others)
