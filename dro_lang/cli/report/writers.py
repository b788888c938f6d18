"""The forms in which results are written."""

from collections.abc import Iterator
from itertools import chain
from typing import Protocol

from attrs import define, field

from dro_lang.cli.report.cells import Painter
from dro_lang.cli.report.kept import Kept
from dro_lang.cli.report.lines import WholeLines
from dro_lang.cli.report.objects import Objects, line_of
from dro_lang.cli.report.results import Result, Tally, object_of
from dro_lang.cli.report.table import Run, table
from dro_lang.cli.report.why import explained


class Writer(Protocol):
    """Takes results one by one."""

    def add(self, result: Result) -> None: ...

    def finish(self, tally: Tally) -> None:
        """All results are there."""

    def abandon(self) -> None:
        """No more results come: leave what is written in order."""


@define
class Told:
    """Results as objects for programs, written as they come."""

    objects: Objects
    why: bool

    def add(self, result: Result) -> None:
        self.objects.add(line_of(object_of(result, self.why)) if result.line is None else result.line)

    def finish(self, tally: Tally) -> None:
        self.objects.end()

    def abandon(self) -> None:
        self.objects.end()


@define
class Table:
    """The table for people, written when all is there: until then results wait by the scenarios that they got."""

    out: WholeLines
    why: bool
    run: Run
    painter: Painter
    plans: dict[tuple[str, ...], Kept] = field(factory=dict)
    others: Kept = field(factory=Kept)

    def add(self, result: Result) -> None:
        kept = self.others if result.error_code is not None else self.plans.setdefault(result.scenarios, Kept())
        kept.add(result)

    def finish(self, tally: Tally) -> None:
        for line in self._lines(tally):
            self.out.write(line + "\n")

    def _lines(self, tally: Tally) -> Iterator[str]:
        yield from table(self.run, self.plans, self.others, tally, self.painter)
        if self.why:
            for result in chain(*self.plans.values(), self.others):
                yield from explained(self.run.plan, result, self.painter)

    def abandon(self) -> None:
        pass
