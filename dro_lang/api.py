"""drolang in Python: read a plan, choose scenarios for records, compose plans and simulate them, and ask why.

All of this is there as `dro_lang.load` and so on, loaded when it is first asked for.

    >>> from datetime import date
    >>> import dro_lang as drolang
    >>> program = drolang.load("examples/dunning/dunning.dro")
    >>> record = {
    ...     "id": "CP-1", "name": "Acme", "start_date": date(2026, 12, 1), "due_date": date(2026, 12, 20),
    ...     "risk": "High", "balance": "900 EUR", "email": "ap@acme.example",
    ... }
    >>> drolang.select(program, record).matched
    ('firm',)
    >>> plan = drolang.simulate(program, record)
    >>> plan.advance_to(date(2026, 12, 24))
    >>> [step.step for step in plan.steps if step.state == "ready"]
    ['call_customer']

A record is a mapping by the names of attributes, with values as Python has them: the text or the name of an enum's
constant, a `Decimal` or a text such as `"250 EUR"` for an amount, a `date`, a list of mappings for a list; None, or
nothing at all, for what is unknown. A float is refused: it is not exact. A run begins at 00:00 of `today` in the plan's
zone; without `today`, when the record starts.
"""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from dro_lang.conditions.selection import Selection, Verdict
from dro_lang.conditions.trace import lines, trace
from dro_lang.diagnostics.diagnostic import Diagnostic, Severity
from dro_lang.diagnostics.render import text
from dro_lang.kernel.compose import plan_environment
from dro_lang.kernel.limits import misfits
from dro_lang.kernel.machine import Kernel
from dro_lang.pipeline import Checked, check_file
from dro_lang.program.model import Plan, Program
from dro_lang.program.values import Row
from dro_lang.records.problems import Problem
from dro_lang.records.validate import row_of
from dro_lang.runtime.outside.port import Outside
from dro_lang.runtime.outside.willing import Willing
from dro_lang.runtime.selector import Selector
from dro_lang.runtime.simulator import Simulation
from dro_lang.runtime.submission import Submission, moment_in, submit

__all__ = ["DrolangError", "check", "compile_selection", "compose", "explain", "load", "row", "select", "simulate"]

Record = Mapping[str, Any]


class DrolangError(Exception):
    """What drolang has to say against a file or a record; the text of the exception is for people.

    `diagnostics` are the errors of a file, `problems` what is wrong with a record. `code` is the first code of either,
    or that of a submission error.
    """

    def __init__(
        self,
        message: str,
        code: str,
        diagnostics: tuple[Diagnostic, ...] = (),
        problems: tuple[Problem, ...] = (),
    ) -> None:
        super().__init__(message)
        self.code = code
        self.diagnostics = diagnostics
        self.problems = problems


# ---- files


def check(path: str | Path) -> Checked:
    """Check a file: its findings, and its program where none of them is an error.

    Raises OSError where it cannot be read, and UnicodeDecodeError where it is not UTF-8.
    """
    return check_file(Path(path))


def load(path: str | Path) -> Program:
    """The program of a file. Warnings are no obstacle.

    Raises DrolangError with the findings of a file that has errors, and as `check` does.
    """
    checked = check(path)
    if checked.program is None:
        errors = tuple(each for each in checked.diagnostics if each.severity is Severity.ERROR)
        raise DrolangError(text.render(errors).rstrip(), errors[0].code, diagnostics=errors)
    return checked.program


# ---- records


def row(program: Program, record: Record, *, plan: str | None = None) -> Row:
    """The typed row of a record: every attribute of the context with its value, None for unknown.

    A row that is typed already stays as it is. Raises DrolangError with everything that does not fit, KeyError for a
    plan that is not there, or not named where there are several.
    """
    attributes = program.contexts[_plan(program, plan).context].attributes
    if misfits(record, attributes, program) is None:
        return record
    typed = row_of(record, attributes, program)
    if isinstance(typed, tuple):
        told = "\n".join(f"{each.code}: `{each.attribute}`: {each.reason}" for each in typed)
        raise DrolangError(told, typed[0].code, problems=typed)
    return typed


def select(
    program: Program, record: Record, *, plan: str | None = None, today: date | datetime | None = None
) -> Selection:
    """Which scenarios a record gets, with a verdict on each; or the code of the submission error. Raises as `row`."""
    kernel, typed, moment = _beginning(program, record, plan, today)
    return _choose(kernel, typed, moment)


def compile_selection(program: Program, *, today: date | datetime, plan: str | None = None) -> Selector:
    """What `select` does, for a service that does it very often: the selection of a plan as one generated function.

        >>> from datetime import date
        >>> import dro_lang as drolang
        >>> program = drolang.load("examples/dunning/dunning.dro")
        >>> selector = drolang.compile_selection(program, today=date(2026, 12, 1))
        >>> record = selector.record({
        ...     "id": "CP-1", "name": "Acme", "start_date": "2026-12-01", "due_date": "2026-12-20",
        ...     "risk": "High", "balance": "900 EUR", "email": "ap@acme.example",
        ... })
        >>> selector.choose(record).scenarios
        ('firm',)

    A record is made once, of what `select` takes or of data as JSON has it, and chosen for as often as is wanted.
    `selector.at(day)` is the same for another day, at no cost. Raises KeyError for a plan that is not there, or not
    named where there are several; `selector.record` raises as `row`.
    """
    name = _plan(program, plan).name
    return Selector(program, name, today, lambda record: row(program, record, plan=name))


def compose(
    program: Program, record: Record, *, plan: str | None = None, today: date | datetime | None = None
) -> Submission:
    """Submit a record: its selection, and the plan that is composed, not started, or why there is none. Raises as
    `row`."""
    kernel, typed, moment = _beginning(program, record, plan, today)
    return submit(kernel, typed, moment)


def simulate(
    program: Program,
    record: Record,
    *,
    plan: str | None = None,
    today: date | datetime | None = None,
    outside: Outside | None = None,
) -> Simulation:
    """A record's plan on a virtual clock, to be carried on: `advance_to`, `complete`, `fail`, `set` and so on.

    Without an `outside`, automations and synchronous callouts succeed at once. Raises as `row`, and DrolangError with
    the code of the submission error for a record that gets no plan.
    """
    kernel, typed, moment = _beginning(program, record, plan, today)
    submission = submit(kernel, typed, moment)
    if submission.plan is None:
        code = str(submission.error_code)
        raise DrolangError(f"{code}: {submission.reason}", code)
    return Simulation(kernel, submission.plan, outside or Willing(kernel.blueprint, callouts=True))


def explain(program: Program, record: Record, *, plan: str | None = None, today: date | datetime | None = None) -> str:
    """Why a record gets its scenarios: each with its verdict, and its condition taken apart, as lines of text.

    Raises as `row`.
    """
    kernel, typed, moment = _beginning(program, record, plan, today)
    environment = plan_environment(kernel.blueprint, typed, moment)
    scenarios = {scenario.name: scenario for scenario in kernel.blueprint.plan.scenarios}
    told: list[str] = []
    for verdict in _choose(kernel, typed, moment).verdicts:
        told.append(f"{verdict.scenario} {'matches' if verdict.matches else 'does not match'}{_aside(verdict)}")
        when = scenarios[verdict.scenario].when
        if when is not None:
            told += [f"  {line}" for line in lines(trace(when, environment))]
    return "\n".join(told)


def _aside(verdict: Verdict) -> str:
    if verdict.blocked_by is not None:
        return f", as {verdict.blocked_by} does"
    if verdict.otherwise:
        return ", as no other scenario does" if verdict.matches else ", as another scenario does"
    return ""


def _choose(kernel: Kernel, row: Row, moment: datetime) -> Selection:
    blueprint = kernel.blueprint
    return blueprint.evaluator.select(blueprint.plan, plan_environment(blueprint, row, moment))


def _plan(program: Program, name: str | None) -> Plan:
    if name is None and len(program.plans) != 1:
        raise KeyError(f"name one of the plans: {', '.join(program.plans) or 'there is none'}")
    if name is not None and name not in program.plans:
        raise KeyError(f"there is no plan `{name}`, there are: {', '.join(program.plans)}")
    return next(iter(program.plans.values())) if name is None else program.plans[name]


def _beginning(
    program: Program, record: Record, plan: str | None, today: date | datetime | None
) -> tuple[Kernel, Row, datetime]:
    kernel = Kernel(program, _plan(program, plan).name)
    typed = row(program, record, plan=plan)
    start = typed["start_date"] if today is None else today
    if not isinstance(start, date):
        raise TypeError(f"`today` is a date or a datetime, not {start!r}")
    return kernel, typed, moment_in(kernel, start)
