"""The clauses of steps, and calls of groups, as text of the language."""

from collections.abc import Callable, Iterable

from dro_lang.program.expressions import Expression
from dro_lang.program.model import (
    Argument,
    Assignment,
    AttributeDefinition,
    Compensation,
    GroupCall,
    Join,
    Retry,
    RetryPolicy,
    Schedule,
    ServiceLevel,
    Step,
    ToQueue,
    ToRouting,
    ToUser,
    Wait,
)
from dro_lang.program.render import render, render_value
from dro_lang.program.types import DurationType, DurationUnit
from dro_lang.program.values import Duration

Text = Callable[[Expression], str]
"""How to write an expression: `render`, or that of what stands in the place of parameters."""

_DURATION = DurationType(DurationUnit.ANY)


def clauses(step: Step, text: Text = render) -> dict[str, str]:
    """The clauses that a step has, each by its keyword, in the order of the formatter; its kind and scope first."""
    found = {
        "kind": f"{step.kind}{f' {step.target}' if step.target else ''}" + (" for each item" if step.per_item else ""),
        "after": step.join and waiting(step.join),
        "only if": step.only_if and text(step.only_if) + (" else skip branch" if step.skip_branch else ""),
        "starts": step.starts and starting(step.starts, text),
        "until": step.until and text(step.until),
        "expires": step.expires and f"after {text(step.expires)}",
        "assign": step.assignment and assigned(step.assignment),
        "due": step.due and level(step.due, text),
        "with": step.arguments and f"{{ {given(step.arguments, text)} }}",
        "gives": step.gives and f"{{ {', '.join(map(definition, step.gives))} }}",
        "retry": step.retry and retried(step.retry),
        "on amend": step.on_amend and compensation(step.on_amend, text),
        "on cancel": step.on_cancel and compensation(step.on_cancel, text),
        "point of no return": step.point_of_no_return and "yes",
        "freeze": step.freeze_by_completing and "by completing",
        "run as": step.run_as and f'"{step.run_as}"',
    }
    return {keyword: clause for keyword, clause in found.items() if clause}


def waiting(join: Join) -> str:
    """`a, B.b completed or skipped for the same item passing cancels`"""
    return ("any of " if join.any_of else "") + ", ".join(map(wait, join.waits))


def wait(one: Wait) -> str:
    """One dependency."""
    parts = [
        one.step if one.group is None else f"{one.group}.{one.step}",
        " or ".join(one.outcomes),
        "for the same item" if one.same_item else "",
        f"passing {one.passing}" if one.passing else "",
    ]
    return " ".join(part for part in parts if part)


def starting(schedule: Schedule, text: Text = render) -> str:
    """`5 days before due_date at 09:00`"""
    delay = "" if schedule.delay is None else f"{text(schedule.delay)} "
    base = "previous" if schedule.base is None else text(schedule.base)
    return f"{delay}{schedule.relation} {base}" + (f" at {schedule.at.isoformat('minutes')}" if schedule.at else "")


def assigned(assignment: Assignment) -> str:
    """`to queue Collections by round robin`"""
    match assignment:
        case ToQueue(queue, allocation):
            return f"to queue {queue}" + (f" by {allocation}" if allocation else "")
        case ToUser(user):
            return f'to user "{user}"'
        case ToRouting(routing):
            return f"to routing {routing}"


def level(due: ServiceLevel, text: Text = render) -> str:
    """`within 2 days, warn 4 hours before`"""
    return f"within {text(due.within)}" + (f", warn {text(due.warn)} before" if due.warn else "")


def retried(retry: Retry) -> str:
    """`3 times every 5 minutes then queue Fallout`"""
    intervals = ", ".join(map(duration, retry.intervals))
    match retry.policy:
        case RetryPolicy.IMMEDIATE:
            said = _times(retry.retries)
        case RetryPolicy.MONOTONOUS:
            said = f"{_times(retry.retries)} every {intervals}"
        case RetryPolicy.STAGGERED:
            said = f"after {intervals}"
    return said + (f" then queue {retry.queue}" if retry.queue else "")


def _times(count: int) -> str:
    return "1 time" if count == 1 else f"{count} times"


def duration(length: Duration) -> str:
    return render_value(length, _DURATION)


def compensation(run: Compensation, text: Text = render) -> str:
    """`run Undo(reason: "late") in reverse`"""
    return f"run {called(run.call, text)}" + (" in reverse" if run.in_reverse else "")


def called(call: GroupCall, text: Text = render) -> str:
    """`Remind(first: 5 days) as early`"""
    arguments = f"({given(call.arguments, text)})" if call.arguments else ""
    return f"{call.group}{arguments}" + (f" as {call.alias}" if call.alias else "")


def given(arguments: Iterable[Argument], text: Text = render) -> str:
    """`first: 5 days, notice: 7 days`"""
    return ", ".join(f"{argument.name}: {text(argument.value)}" for argument in arguments)


def definition(attribute: AttributeDefinition) -> str:
    """`days_overdue : Integer in 0..120 optional`"""
    low, high = (None if bound is None else render(bound) for bound in (attribute.low, attribute.high))
    bounds = "" if low is None and high is None else f" in {low or ''}..{high or ''}"
    default = "" if attribute.default is None else f" = {render(attribute.default)}"
    return f"{attribute.name} : {attribute.type}{bounds}{' optional' if attribute.optional else ''}{default}"
