"""What became of one record, and the object that tells it to programs."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from attrs import define, evolve, field, frozen

from dro_lang.cli.report.objects import line_of
from dro_lang.conditions.selection import Verdict
from dro_lang.conditions.trace import Trace
from dro_lang.kernel.states import PlanStatus
from dro_lang.kernel.view import StepView
from dro_lang.records.load import Accepted, Rejected
from dro_lang.runtime.run import PlanOutcome, StepCheck

NO_SCENARIO = "R0202"
"""The code of a record that no scenario matches."""


@frozen
class Result:
    """A record with its plan, or with the code and the reason why it has none. `place` is where a rejected one stands.
    `verdicts` and `traces` (by scenario) say why it got its scenarios, `checks` what the conditions of steps came to;
    they are kept only where they are asked for, or where there is no plan."""

    record_id: str | None
    name: str
    scenarios: tuple[str, ...]
    submit_status: str
    error_code: str | None
    reason: str
    plan_state: PlanStatus | None
    steps: tuple[StepView, ...] = ()
    place: str | None = None
    verdicts: tuple[Verdict, ...] = ()
    traces: Mapping[str, Trace] = field(factory=dict)
    checks: tuple[StepCheck, ...] = ()
    line: str | None = None
    """The object that tells all of this, as a line, where only that is wanted: the rest is left out then."""


def planned(accepted: Accepted, outcome: PlanOutcome, why: bool) -> Result:
    """The result of a record that was submitted."""
    label = accepted.row.get("name")
    explained = why or outcome.submit_status != "Success"
    return Result(
        accepted.id,
        label if isinstance(label, str) else "",
        outcome.scenarios,
        outcome.submit_status,
        outcome.error_code,
        outcome.reason,
        outcome.plan_state,
        outcome.steps,
        None,
        outcome.selection.verdicts if explained else (),
        outcome.trace if explained else {},
        outcome.step_checks if explained else (),
    )


def refused(rejected: Rejected) -> Result:
    """The result of a record that does not fit. Its code is that of the first problem; the reason tells them all."""
    reason = "; ".join(
        f"`{problem.attribute}`: {problem.reason}" if problem.attribute else problem.reason
        for problem in rejected.problems
    )
    code = rejected.problems[0].code
    return Result(rejected.id, "", (), "Error", code, reason, None, place=str(rejected.position))


def in_a_line(result: Result, why: bool) -> Result:
    """The result as its line, and what it is counted by: that is quickly handed to another process."""
    line = line_of(object_of(result, why))
    return evolve(result, steps=(), verdicts=(), traces={}, checks=(), line=line)


def object_of(result: Result, why: bool) -> dict[str, Any]:
    """The object that tells a result. Moments are ISO 8601 with the offset of the plan's zone."""
    told: dict[str, Any] = {
        "record_id": result.record_id,
        "scenarios": list(result.scenarios),
        "submit_status": result.submit_status,
        "error_code": result.error_code,
        "reason": result.reason or None,
        "plan_state": result.plan_state.value if result.plan_state else None,
        "steps": [_step(step) for step in result.steps],
    }
    if why:
        told["why"] = {
            "scenarios": [_why(verdict, result.traces.get(verdict.scenario)) for verdict in result.verdicts],
            "steps": [_checked(check) for check in result.checks],
        }
    return told


def _step(step: StepView) -> dict[str, Any]:
    return {
        "step": f"{step.group}.{step.step}",
        "item": step.item,
        "state": step.state.value,
        "reason": step.reason or None,
        "scheduled_for": _moment(step.scheduled_for),
        "ready_at": _moment(step.ready_at),
        "started_at": _moment(step.started_at),
        "finished_at": _moment(step.finished_at),
        "due_at": _moment(step.due_at),
        "jeopardy": step.jeopardy.value if step.jeopardy else None,
    }


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _why(verdict: Verdict, traced: Trace | None) -> dict[str, Any]:
    return {
        "scenario": verdict.scenario,
        "matches": verdict.matches,
        "blocked_by": verdict.blocked_by,
        "condition": None if traced is None else _condition(traced),
    }


def _checked(check: StepCheck) -> dict[str, Any]:
    return {
        "step": f"{check.step.group}.{check.step.step}",
        "item": check.step.item,
        "clause": check.clause,
        "condition": _condition(check.trace),
    }


def _condition(traced: Trace) -> dict[str, Any]:
    told: dict[str, Any] = {"text": traced.text, "holds": traced.holds}
    if traced.values:
        told["values"] = dict(traced.values)
    if traced.parts:
        told["parts"] = [_condition(part) for part in traced.parts]
    return told


def to_blame(traced: Trace) -> Iterator[Trace]:
    """The smallest parts of a condition that make it hold, or not."""
    if not traced.parts:
        yield traced
        return
    # Of `and` and `or` the parts that stand as the whole does; a `not` stands against its only part.
    for part in [part for part in traced.parts if part.holds == traced.holds] or traced.parts:
        yield from to_blame(part)


@define
class Tally:
    """How many records there were, by what became of them."""

    records: int = 0
    plans: Counter[tuple[str, ...]] = field(factory=Counter)
    errors: Counter[str] = field(factory=Counter)
    rejected: int = 0
    items: int = 0
    """Rows of an items file that were rejected: no records."""

    def add(self, result: Result) -> None:
        self.records += 1
        if result.place is not None:
            self.rejected += 1
        elif result.error_code is not None:
            self.errors[result.error_code] += 1
        else:
            self.plans[result.scenarios] += 1

    @property
    def clean(self) -> bool:
        """Whether every record got a plan and nothing was rejected."""
        return not (self.rejected or self.errors or self.items)
