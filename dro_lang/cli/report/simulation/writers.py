"""The forms in which a simulation is written."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from attrs import define, field

from dro_lang.cli.report.cells import Painter
from dro_lang.cli.report.lines import WholeLines
from dro_lang.cli.report.results import Result
from dro_lang.cli.report.simulation.outcome import Outlook, object_of
from dro_lang.cli.report.simulation.plans import MOST, Drawn, gantt_of
from dro_lang.cli.report.simulation.table import table
from dro_lang.cli.report.simulation.timeline import timeline
from dro_lang.interop.gantt import svg
from dro_lang.runtime.simulation.events import Object, events_of
from dro_lang.runtime.simulation.simulate import Simulated


class Writer(Protocol):
    """Takes records one by one, as they were simulated; one that does not fit only with its result."""

    def add(self, result: Result, simulated: Simulated | None) -> None: ...

    def finish(self, outlook: Outlook) -> None:
        """All records are there."""


@define
class Events:
    """One object a line for each event, written as they come."""

    out: WholeLines

    def add(self, result: Result, simulated: Simulated | None) -> None:
        events = [_rejected(result)] if simulated is None else events_of(simulated)
        self.out.write("".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events))

    def finish(self, outlook: Outlook) -> None:
        pass


def _rejected(result: Result) -> Object:
    return {
        "record_id": result.record_id,
        "at": None,
        "event": "submitted",
        "submit_status": result.submit_status,
        "error_code": result.error_code,
        "reason": result.reason,
        "scenarios": [],
    }


@define
class Whole:
    """What is written when all is there, from the days and steps of all records."""

    out: WholeLines
    lines: Callable[[Outlook], Iterator[str]]

    def add(self, result: Result, simulated: Simulated | None) -> None:
        pass

    def finish(self, outlook: Outlook) -> None:
        for line in self.lines(outlook):
            self.out.write(line + "\n")


@define
class Pictures:
    """What is drawn when all is there, of the first plans, one by one."""

    out: WholeLines
    draw: Callable[[Outlook, Sequence[Drawn]], Iterator[str]]
    plans: list[Drawn] = field(factory=list)

    def add(self, result: Result, simulated: Simulated | None) -> None:
        if simulated is not None and simulated.plan is not None and len(self.plans) < MOST:
            self.plans.append(Drawn(result, simulated))

    def finish(self, outlook: Outlook) -> None:
        for line in self.draw(outlook, self.plans):
            self.out.write(line + "\n")


def as_table(out: WholeLines, painter: Painter) -> Whole:
    return Whole(out, lambda outlook: table(outlook, painter))


def as_json(out: WholeLines) -> Whole:
    return Whole(out, lambda outlook: iter([json.dumps(object_of(outlook), ensure_ascii=False, indent=2)]))


def as_timeline(out: WholeLines, painter: Painter) -> Pictures:
    return Pictures(out, lambda outlook, plans: timeline(outlook, plans, painter))


def as_svg(out: WholeLines) -> Pictures:
    return Pictures(out, lambda outlook, plans: iter(svg(gantt_of(outlook, plans)).splitlines()))
