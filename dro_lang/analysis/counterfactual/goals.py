"""When a record gets a step, as a formula."""

from collections.abc import Iterator
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from attrs import frozen

from dro_lang.analysis.selection import applies
from dro_lang.analysis.solver.records import Records
from dro_lang.analysis.substitution import arguments_of, substitute
from dro_lang.conditions.normal import Normal, Truth, all_of, any_of, complement, normalize
from dro_lang.program.expressions import (
    Aggregate,
    And,
    Arithmetic,
    ArithmeticOperator,
    Comparison,
    ComparisonOperator,
    Constant,
    Expression,
    ItemAttribute,
    Known,
    ListFunction,
    Not,
    walk,
)
from dro_lang.program.model import GroupCall, Outcome, Schedule, ScheduleRelation, Step
from dro_lang.program.types import BOOLEAN, DATE, DATETIME, ID, DateType


@frozen
class StepWanted:
    """A step of a group instance, of one item (or of any), and what of it is asked for: that it `runs` (its condition
    holds), is skipped, or (None) is there at all; that it `ends` by itself, if it is a pause; `by` is the day by which
    its date is to have come."""

    group: str
    step: str
    item: str | None
    runs: bool | None
    ends: bool
    by: date | None


def step_formula(wanted: StepWanted, records: Records, earlier: bool = False) -> Normal:
    """When a record's plan has the step as it is wanted, as far as its scenario, condition and schedule say it; and, if
    asked for, the conditions of `earlier` steps, without which it does not run where their turn has come."""
    plan, program = records.plan, records.program
    formulas = applies(plan)
    ways = []
    for scenario in plan.scenarios:
        for call in scenario.runs:
            step = program.groups[call.group].step(wanted.step) if call.instance == wanted.group else None
            if step is not None:
                asked = [_begun(call, step, wanted.by, records, frozenset())] if wanted.by else []
                if wanted.runs is False and step.only_if is None:
                    continue
                if wanted.runs is not None and step.only_if is not None:
                    asked.append(_condition(wanted, call, step, step.only_if, wanted.runs, records))
                if wanted.runs and earlier:
                    asked += _completed_before(wanted, call, step, records)
                if wanted.ends and step.until is not None:
                    asked.append(_condition(wanted, call, step, step.until, True, records))
                ways.append(all_of((formulas[scenario.name], *asked)))
    return any_of(ways)


def _condition(
    wanted: StepWanted, call: GroupCall, step: Step, condition: Expression, holds: bool, records: Records
) -> Normal:
    """When a condition of the step holds, or does not; for the wanted item, or else for one of them."""
    condition = substitute(condition, arguments_of(call, records.program.groups[call.group]))
    items = records.program.contexts[records.plan.context].item_node
    if not step.per_item or items is None or not any(isinstance(part, ItemAttribute) for part in walk(condition)):
        return normalize(condition) if holds else complement(normalize(condition))
    if not holds:
        condition = Not(condition)
    if wanted.item is not None:
        its_own = Comparison(ComparisonOperator.EQUAL, ItemAttribute("id", ID), Constant(wanted.item, ID))
        condition = And((its_own, condition))
    return normalize(Aggregate(ListFunction.ANY, items.name, None, condition, BOOLEAN))


def _completed_before(wanted: StepWanted, call: GroupCall, step: Step, records: Records) -> Iterator[Normal]:
    """When the conditions hold of those steps of its group that must be completed for it to run."""
    waits = step.join.waits if step.join is not None else ()
    if step.join is None or (step.join.any_of and len(waits) > 1):
        return
    for wait in waits:
        earlier = records.program.groups[call.group].step(wait.step) if wait.group is None else None
        # Of several instances it is enough that some are not bypassed.
        if earlier is None or (earlier.per_item and not wait.same_item):
            continue
        only_way = earlier.skip_branch and not wait.outcomes and len(waits) == 1
        if wait.outcomes == (Outcome.COMPLETED,) or only_way:
            if earlier.only_if is not None:
                yield _condition(wanted, call, earlier, earlier.only_if, True, records)
            yield from _completed_before(wanted, call, earlier, records)


def _begun(call: GroupCall, step: Step, by: date, records: Records, seen: frozenset[str]) -> Normal:
    """Where the dates of a step, and of those of its group that it waits for, have come by a day."""
    group = records.program.groups[call.group]
    parts = [Truth(True) if step.starts is None else _come(step.starts, call, by, records)]
    if step.join is not None and not step.join.any_of:
        for wait in step.join.waits:
            earlier = group.step(wait.step) if wait.group is None else None
            if earlier is not None and earlier.name not in seen:
                parts.append(_begun(call, earlier, by, records, seen | {step.name}))
    return all_of(parts)


def _come(schedule: Schedule, call: GroupCall, by: date, records: Records) -> Normal:
    if schedule.base is None:
        return Truth(True)
    arguments = arguments_of(call, records.program.groups[call.group])
    moment: Expression = substitute(schedule.base, arguments)
    if schedule.delay is not None:
        before = schedule.relation is ScheduleRelation.BEFORE
        operator = ArithmeticOperator.SUBTRACT if before else ArithmeticOperator.ADD
        moment = Arithmetic(operator, moment, substitute(schedule.delay, arguments), moment.type)
    day = isinstance(moment.type, DateType)
    limit = Constant(by, DATE) if day else Constant(_midnight(by, records), DATETIME)
    return normalize(And((Known(moment), Comparison(ComparisonOperator.LESS_OR_EQUAL, moment, limit))))


def _midnight(day: date, records: Records) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(records.plan.timezone))
