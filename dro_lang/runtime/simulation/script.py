"""A scripted world: the lines of a test, without a record of their own, done to the plan of every record."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

from attrs import evolve

from dro_lang.conditions.time import shift
from dro_lang.diagnostics.diagnostic import Diagnostic, Label, Severity
from dro_lang.pipeline import check_text
from dro_lang.program.tests import (
    Advance,
    AdvanceTo,
    ExpectPlan,
    ExpectRejected,
    ExpectScenarios,
    ExpectStep,
    Given,
    TestLine,
    TodayLine,
)
from dro_lang.runtime.simulation.lines import do
from dro_lang.runtime.simulator import Simulation
from dro_lang.runtime.submission import moment_in
from dro_lang.source import Source, Span

_NAME = "what a script does"
_ELSEWHERE = (TodayLine, Given, ExpectScenarios, ExpectPlan, ExpectStep, ExpectRejected)


def read_script(script: Source, file: Source, path: Path, plan: str) -> tuple[TestLine, ...] | tuple[Diagnostic, ...]:
    """The lines of a script for a plan of a file that has no errors; or what is wrong with them.

    Raises ValueError for a line that belongs in a test: a script has no record of its own, and expects nothing.
    """
    head = f'{file.text}\ntest "{_NAME}" for {plan} {{\n'
    whole = Source(script.name, f"{head}{script.text}\n}}\n")
    checked = check_text(whole, path)
    if checked.program is None:
        errors = [each for each in checked.diagnostics if each.severity is Severity.ERROR]
        return tuple(_moved(each, whole, script, len(head)) for each in errors)
    lines = checked.program.tests[-1].lines
    for line in lines:
        if isinstance(line, _ELSEWHERE):
            number = line.line - head.count("\n")
            raise ValueError(f"line {number}: `{script.line(number).strip()}` belongs in a test, not in a script")
    return lines


def _moved(diagnostic: Diagnostic, whole: Source, source: Source, by: int) -> Diagnostic:
    """A finding at its place in the script as it was written."""

    def label(old: Label) -> Label:
        if old.span.source is not whole:
            return old
        start, end = (min(max(offset - by, 0), len(source.text)) for offset in (old.span.start, old.span.end))
        return Label(Span(source, start, end), old.text)

    labels = tuple(map(label, diagnostic.labels))
    return evolve(diagnostic, primary=label(diagnostic.primary), labels=labels, fixes=())


def planned(lines: tuple[TestLine, ...], simulation: Simulation) -> Iterator[tuple[datetime, Callable[[], object]]]:
    """When each line is done to a plan that begins now, and what does it. What the plan has no step for is nothing to
    it; what it refuses is in its history."""
    blueprint = simulation.kernel.blueprint
    at = simulation.now
    for line in lines:
        match line:
            case Advance(duration):
                at = shift(at, duration, 1, blueprint.zone, blueprint.calendar)
            case AdvanceTo(moment):
                at = max(at, moment_in(simulation.kernel, moment))
            case _:
                yield at, partial(do, simulation, line)
