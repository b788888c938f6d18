"""Tests and properties."""

from typing import TypeAlias

from attrs import frozen

from dro_lang.syntax.ast.base import Documented, Name, Node, Text
from dro_lang.syntax.ast.expressions import DateLiteral, DateTimeLiteral, DurationLiteral, Expression, Object
from dro_lang.syntax.ast.groups import StepReference


@frozen
class Instance(Node):
    """`G.s`, or `G.s for item "id"`."""

    step: StepReference
    item: Text | None


@frozen
class TodayLine(Node):
    moment: DateLiteral | DateTimeLiteral


@frozen
class Given(Node):
    record: Object


@frozen
class ExpectScenarios(Node):
    """No scenarios: `expect no scenario`."""

    scenarios: tuple[Name, ...]


@frozen
class ExpectPlan(Node):
    state: Name


@frozen
class ExpectStep(Node):
    instance: Instance
    state: Name
    on: DateLiteral | None


@frozen
class ExpectRejected(Node):
    code: Text


@frozen
class Advance(Node):
    duration: DurationLiteral


@frozen
class AdvanceTo(Node):
    moment: DateLiteral | DateTimeLiteral


@frozen
class Complete(Node):
    instance: Instance
    results: Object | None


@frozen
class Fail(Node):
    instance: Instance
    code: Text | None


@frozen
class Answer(Node):
    instance: Instance
    results: Object


@frozen
class RetryNow(Node):
    instance: Instance


@frozen
class Discard(Node):
    instance: Instance


@frozen
class SetData(Node):
    data: Object


@frozen
class Change(Node):
    """An amendment or a cancellation, of the plan or of one item, with the data that it changes."""

    event: str
    item: Text | None
    data: Object | None


@frozen
class Freeze(Node):
    pass


@frozen
class Unfreeze(Node):
    pass


@frozen
class Offline(Node):
    integration: Name


@frozen
class Online(Node):
    integration: Name


TestLine: TypeAlias = (
    TodayLine
    | Given
    | ExpectScenarios
    | ExpectPlan
    | ExpectStep
    | ExpectRejected
    | Advance
    | AdvanceTo
    | Complete
    | Fail
    | Answer
    | RetryNow
    | Discard
    | SetData
    | Change
    | Freeze
    | Unfreeze
    | Offline
    | Online
)


@frozen
class Test(Documented):
    name: Text
    plan: Name
    lines: tuple[TestLine, ...]


@frozen
class NeverStep(Node):
    step: StepReference
    state: Name


@frozen
class AlwaysStep(Node):
    step: StepReference
    state: Name


@frozen
class AlwaysScenario(Node):
    scenarios: tuple[Name, ...]


@frozen
class Order(Node):
    first: StepReference
    then: StepReference


@frozen
class Ends(Node):
    within: DurationLiteral | None


Claim: TypeAlias = NeverStep | AlwaysStep | AlwaysScenario | Order | Ends


@frozen
class Property(Documented):
    name: Text
    plan: Name
    assume: Expression | None
    claims: tuple[Claim, ...]
