"""How far a long run has come, on standard error, where that is a terminal."""

import sys
import time
from collections.abc import Iterable
from pathlib import Path

from dro_lang.records.tables.address import Source, Table

_AFTER = 0.5
_EVERY = 0.1
_BAR = 24


class Progress:
    """A line that is written over itself: how many of what is counted are done, with `rate` how many a second, and a
    bar where the total is known."""

    def __init__(self, wanted: bool, total: int | None, counted: str = "records", rate: bool = False) -> None:
        self._wanted = wanted
        self._total = total
        self._counted = counted
        self._begun = time.monotonic() if rate else None
        self._next = time.monotonic() + _AFTER
        self._shown = 0

    def at(self, count: int, total: int | None = None, counted: str | None = None) -> None:
        """So many are done; of about how many, where that is known only now. `counted`: of what, if of something
        else."""
        self._total = total or self._total
        if not self._wanted or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _EVERY
        line = f"{count:,} {counted or self._counted}"
        if self._begun is not None:
            line += f", {count / (time.monotonic() - self._begun):,.0f} a second"
        if self._total:
            part = min(count / self._total, 1.0)
            line = f"[{'#' * int(part * _BAR):<{_BAR}}] {part:4.0%}  {line}"
        sys.stderr.write(f"\r{line:<{self._shown}}")
        sys.stderr.flush()
        self._shown = len(line)

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            sys.stderr.write(f"\r{'':<{self._shown}}\r")
            sys.stderr.flush()
            self._shown = 0


def lines_in(sources: Iterable[Source]) -> int | None:
    """About how many records files hold, by their lines; None where one is a pipe, a table, JSON or Parquet."""
    total = 0
    for source in sources:
        if isinstance(source, Table):
            return None
        path = Path(source)
        if not path.is_file() or path.suffix.lower() in (".json", ".parquet", ".pq"):
            return None
        with path.open("rb") as file:
            while chunk := file.read(2**20):
                total += chunk.count(b"\n")
    return total
