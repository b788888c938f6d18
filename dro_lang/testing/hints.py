"""Values that are worth trying: what the conditions of a plan compare attributes with."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from dro_lang.analysis.solver.regions import A_DAY
from dro_lang.program.expressions import (
    Aggregate,
    Attribute,
    Call,
    Comparison,
    Constant,
    Expression,
    InRange,
    InSet,
    ItemAttribute,
    Result,
    operands,
    walk,
)
from dro_lang.program.model import GroupCall, Plan, Program, Step
from dro_lang.program.types import DateType, Type
from dro_lang.program.values import Duration, Value


def hints(program: Program, plan: Plan, others: Iterable[Expression] = ()) -> dict[str, list[Value]]:
    """By attribute, the constants with which the plan's conditions compare it, and those of `others`; for dates, days
    that are as far from the day of the run as the durations in the plan are long. Attributes of elements stand under
    the name of their list, a dot, and their own."""
    context = program.contexts[plan.context]
    node = context.item_node
    found: dict[str, dict[Value, None]] = {}
    everything = [*expressions_of(program, plan), *others]
    for expression in everything:
        for path, value in _compared(expression, "" if node is None else node.name):
            found.setdefault(path, {})[value] = None
    days = sorted({length.days for length in lengths(everything)})
    near = [A_DAY + timedelta(days=sign * count) for count in days for sign in (1, -1)]
    for definition in context.attributes:
        if isinstance(definition.type, DateType):
            found.setdefault(definition.name, {}).update(dict.fromkeys(near))
    return {path: list(values) for path, values in found.items()}


def expressions_of(program: Program, plan: Plan) -> Iterator[Expression]:
    """Every expression of a plan and of the groups that it may come to hold."""
    for scenario in plan.scenarios:
        if scenario.when is not None:
            yield scenario.when
    for rule in plan.service_levels:
        yield from (each for each in (rule.level.within, rule.level.warn) if each is not None)
    calls = [call for scenario in plan.scenarios for call in scenario.runs]
    seen: set[str] = set()
    while calls:
        call = calls.pop(0)
        yield from (argument.value for argument in call.arguments)
        if call.group not in seen:
            seen.add(call.group)
            for step in program.groups[call.group].steps:
                yield from expressions_in(step)
                calls += compensation_of(step)


def compensation_of(step: Step) -> list[GroupCall]:
    return [made_up.call for made_up in (step.on_amend, step.on_cancel) if made_up is not None]


def expressions_in(step: Step) -> Iterator[Expression]:
    """Every expression of a step: its conditions, dates, clocks and arguments."""
    yield from (each for each in (step.only_if, step.until, step.expires) if each is not None)
    if step.starts is not None:
        yield from (each for each in (step.starts.base, step.starts.delay) if each is not None)
    if step.due is not None:
        yield from (each for each in (step.due.within, step.due.warn) if each is not None)
    yield from (argument.value for argument in step.arguments)


def reads(expression: Expression) -> set[str]:
    """The attributes of the root that an expression looks at."""
    parts = list(walk(expression))
    attributes = {part.name for part in parts if isinstance(part, Attribute)}
    return attributes | {part.list for part in parts if isinstance(part, Aggregate)}


def _compared(expression: Expression, elements: str) -> Iterator[tuple[str, Value]]:
    """The attributes of comparisons, each with the constants beside it. `elements` is the list of the item at hand."""
    if isinstance(expression, Comparison | InRange | InSet | Call):
        terms = list(_terms(expression, elements))
        constants = [term for term in terms if isinstance(term, Constant)]
        if isinstance(expression, InRange):
            constants += [bound for bound in (expression.low, expression.high) if bound is not None]
        for term in terms:
            if isinstance(term, tuple):
                path, kind = term
                yield from ((path, each.value) for each in constants if type(each.type) is type(kind))
    inner = expression.list if isinstance(expression, Aggregate) else elements
    for operand in operands(expression):
        yield from _compared(operand, inner)


def _terms(expression: Expression, elements: str) -> Iterator[Constant | tuple[str, Type]]:
    """The constants in an expression, and its attributes with their types."""
    match expression:
        case Constant():
            yield expression
        case Attribute(name, kind):
            yield name, kind
        case ItemAttribute(name, kind):
            yield f"{elements}.{name}", kind
        case Result(_, step, name, kind):
            yield f"{step}.{name}", kind
        case Aggregate(_, name, attribute):
            if attribute is not None:
                yield f"{name}.{attribute}", expression.type
        case _:
            for operand in operands(expression):
                yield from _terms(operand, elements)


def lengths(expressions: Iterable[Expression]) -> set[timedelta]:
    """How long the durations in expressions are, roughly where they are counted in business days."""
    values = (part.value for each in expressions for part in walk(each) if isinstance(part, Constant))
    return {length_of(value) for value in values if isinstance(value, Duration)}


def length_of(duration: Duration) -> timedelta:
    """How long a duration is, roughly where it is counted in business days."""
    return timedelta(abs(duration.days) + abs(duration.business_days) * 7 // 5, abs(duration.seconds))
