"""What became of records that were submitted to a store."""

from collections.abc import Iterator
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from attrs import define, field, frozen

from dro_lang.cli.output import plural
from dro_lang.cli.report.cells import BAD, FAINT, PLAN_STATES, STRONG, Cell, Painter, day
from dro_lang.cli.report.lines import WholeLines
from dro_lang.cli.report.objects import Objects, line_of
from dro_lang.cli.report.results import Result, Tally
from dro_lang.conditions.time import in_zone
from dro_lang.runtime.embedded.requests import Receipt
from dro_lang.runtime.embedded.sqlite.store import SqliteStore

FEW = 20
"""So many records are told one by one in a table."""


@frozen
class Submission:
    """A record, and the receipt that it got. One that was rejected has a receipt without a request."""

    record_id: str | None
    receipt: Receipt


class Submissions(Protocol):
    """Takes submissions one by one."""

    def add(self, submission: Submission) -> None: ...

    def end(self) -> None:
        """No more come."""


@define
class Told:
    """Submissions as objects for programs, written as they come."""

    objects: Objects

    def add(self, submission: Submission) -> None:
        receipt = submission.receipt
        told: dict[str, Any] = {
            "record_id": submission.record_id,
            "request_id": receipt.request_id or None,
            "plan_id": receipt.plan_id,
            "submit_status": receipt.submit_status,
            "error_code": receipt.error_code,
            "reason": receipt.reason or None,
            "existing": receipt.existing,
        }
        self.objects.add(line_of(told))

    def end(self) -> None:
        self.objects.end()


@define
class Table:
    """The first of many in a table for people, with the state of each plan as it is at the end, and when it goes on, in
    the plan's zone."""

    out: WholeLines
    painter: Painter
    store: SqliteStore
    zone: ZoneInfo
    first: list[Submission] = field(factory=list)
    count: int = 0

    def add(self, submission: Submission) -> None:
        self.count += 1
        if len(self.first) < FEW:
            self.first.append(submission)

    def end(self) -> None:
        rows = [[Cell(text, STRONG) for text in ("Record", "Plan", "Submitted", "State", "Next")]]
        rows += [self._row(submission) for submission in self.first]
        for line in self.painter.table(rows, 0) if self.first else ():
            self.out.write(line + "\n")
        if self.count > len(self.first):
            self.out.write(f"and {plural(self.count - len(self.first), 'more record')}\n")

    def _row(self, submission: Submission) -> list[Cell]:
        receipt = submission.receipt
        record = Cell(submission.record_id or "-")
        if receipt.plan_id is None:
            return [record, Cell("-", FAINT), Cell(receipt.error_code or "", BAD), Cell(""), Cell(receipt.reason)]
        plan = self.store.plan_row(receipt.plan_id)
        submitted = Cell("before", FAINT) if receipt.existing else Cell("now")
        wake = "" if plan.wake is None else day(in_zone(plan.wake, self.zone))
        return [record, Cell(receipt.plan_id), submitted, Cell(PLAN_STATES[plan.status]), Cell(wake)]


@define
class Outcome:
    """How many submissions there were, by what became of them."""

    tally: Tally = field(factory=Tally)
    existing: int = 0
    new: int = 0

    def add(self, result: Result, receipt: Receipt) -> None:
        self.tally.add(result)
        self.existing += receipt.existing
        self.new += receipt.plan_id is not None and not receipt.existing

    def __str__(self) -> str:
        told = "; ".join(self._parts())
        return plural(self.tally.records, "record") + (f": {told}" if told else "")

    def _parts(self) -> Iterator[str]:
        tally = self.tally
        if self.new:
            yield plural(self.new, "new plan")
        if self.existing:
            yield f"{plural(self.existing, 'plan')} from before"
        for code, count in tally.errors.items():
            yield f"{count:,} without a plan ({code})"
        if tally.rejected:
            yield f"{tally.rejected:,} rejected"
        if tally.items:
            yield f"{plural(tally.items, 'row')} of items rejected"
