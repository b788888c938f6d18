"""What is written on a step and along a wait, in the words of the language; and a whole picture in words."""

from collections.abc import Mapping

from dro_lang.analysis.substitution import substitute
from dro_lang.interop.graphs.picture import Node, Picture
from dro_lang.interop.graphs.states import word
from dro_lang.program.expressions import Expression
from dro_lang.program.model import (
    Assignment,
    Compensation,
    Schedule,
    ServiceLevel,
    Step,
    ToQueue,
    ToRouting,
    ToUser,
    Wait,
)
from dro_lang.program.render import render

Arguments = Mapping[str, Expression]
"""What the parameters of a group stand for."""


def about(step: Step) -> str:
    """What the step calls, or who does it."""
    return (step.target or "") if step.assignment is None else _assignee(step.assignment)


def _assignee(assignment: Assignment) -> str:
    match assignment:
        case ToQueue(queue, allocation):
            return f"queue {queue}" + (f" by {allocation}" if allocation else "")
        case ToUser(user):
            return user
        case ToRouting(routing):
            return f"routing {routing}"


def details(step: Step, level: ServiceLevel | None, arguments: Arguments) -> tuple[str, ...]:
    """The condition, the schedule and the limits of a step; `level` is its own service level or that of a rule."""

    def text(expression: Expression) -> str:
        return render(substitute(expression, arguments))

    lines = [
        step.starts and _schedule(step.starts, arguments),
        step.until and f"until {text(step.until)}",
        step.only_if and f"only if {text(step.only_if)}" + (" else skip branch" if step.skip_branch else ""),
        step.expires and f"expires after {text(step.expires)}",
        level and f"due within {text(level.within)}" + (f", warn {text(level.warn)} before" if level.warn else ""),
        _compensation("amend", step.on_amend),
        _compensation("cancel", step.on_cancel),
        step.point_of_no_return and "point of no return",
    ]
    return tuple(line for line in lines if line)


def _schedule(schedule: Schedule, arguments: Arguments) -> str:
    base = "previous" if schedule.base is None else render(substitute(schedule.base, arguments))
    delay = "" if schedule.delay is None else f"{render(substitute(schedule.delay, arguments))} "
    return f"{delay}{schedule.relation} {base}" + (f" at {schedule.at:%H:%M}" if schedule.at else "")


def _compensation(event: str, compensation: Compensation | None) -> str:
    if compensation is None:
        return ""
    return f"on {event} run {compensation.call.instance}" + (" in reverse" if compensation.in_reverse else "")


def wait_label(wait: Wait, awaited_per_item: bool) -> str:
    """The outcomes that a wait asks for, and its scope where the awaited step has an instance for each item."""
    scope = "same item" if wait.same_item else "every item" if awaited_per_item else ""
    parts = [" or ".join(wait.outcomes), scope, f"passing {wait.passing}" if wait.passing else ""]
    return ", ".join(part for part in parts if part)


def described(picture: Picture) -> str:
    """The picture in words, for those who do not see it."""
    name = {node.id: node.key for node in picture.nodes}
    sentences = [picture.doc, *(f"Scenario {fact.name}: {fact.text}. {fact.doc}" for fact in picture.facts)]
    for lane in picture.lanes:
        about = f" ({'; '.join(lane.about)})" if lane.about else ""
        sentences.append(f"Group {lane.name}{about}: {', '.join(map(_said, lane.nodes)) or 'no steps'}.")
    for edge in picture.edges:
        label = f" ({edge.label})" if edge.label else ""
        sentences.append(f"{name[edge.target]} waits for {name[edge.source]}{label}.")
    return "\n".join(sentence for sentence in sentences if sentence)


def _said(node: Node) -> str:
    return f"{node.name} ({node.kind}" + (f", {word(node.state)})" if node.state else ")")
