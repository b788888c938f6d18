"""Tests and properties of a plan, typed. The line of the source that each came from takes no part in comparison."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from attrs import field, frozen

from dro_lang.program.expressions import Expression
from dro_lang.program.states import PlanStatus, StepStatus
from dro_lang.program.values import Duration, Row

Data: TypeAlias = (
    "str | bool | int | Decimal | date | datetime | Duration | tuple[Data, ...] | Mapping[str, Data] | None"
)
"""What a record is made of before it is validated: an enum's constant is the text that stands for it in data, an
amount a text with its currency (`250 EUR`)."""


@frozen
class StepName:
    """A step of a plan: `group` names the instance (alias or group)."""

    group: str
    step: str


@frozen
class InstanceName:
    """A step of a plan, of one item where `item` is its id."""

    group: str
    step: str
    item: str | None = None


# ---- the lines of a test


@frozen
class Line:
    line: int = field(eq=False, kw_only=True)


@frozen
class TodayLine(Line):
    """Where the clock starts. A date means its 00:00 in the plan's zone; a moment has an offset."""

    moment: date | datetime


@frozen
class Given(Line):
    """A record by the names of its attributes, to be validated and submitted like any other. It fits the context,
    unless the test expects it to be rejected."""

    record: Mapping[str, Data]


@frozen
class ExpectScenarios(Line):
    """Exactly these scenarios match; none of them where it is empty."""

    scenarios: tuple[str, ...]


@frozen
class ExpectPlan(Line):
    state: PlanStatus


@frozen
class ExpectStep(Line):
    """`on` is the day (in the plan's zone) on which it came into that state."""

    instance: InstanceName
    state: StepStatus
    on: date | None = None


@frozen
class ExpectRejected(Line):
    code: str


@frozen
class Advance(Line):
    duration: Duration


@frozen
class AdvanceTo(Line):
    moment: date | datetime


@frozen
class Complete(Line):
    instance: InstanceName
    results: Row = field(factory=dict)


@frozen
class Fail(Line):
    instance: InstanceName
    code: str | None = None


@frozen
class Answer(Line):
    instance: InstanceName
    results: Row = field(factory=dict)


@frozen
class RetryNow(Line):
    instance: InstanceName


@frozen
class Discard(Line):
    instance: InstanceName


@frozen
class SetData(Line):
    """New values of attributes of the root; None clears."""

    data: Row


class Change(StrEnum):
    AMEND = "amend"
    CANCEL = "cancel"


@frozen
class ChangeLine(Line):
    """An in-flight change of the plan, or of one item, with the data that it changes: of the root, or of that item."""

    change: Change
    item: str | None = None
    data: Row = field(factory=dict)


@frozen
class Freeze(Line):
    pass


@frozen
class Unfreeze(Line):
    pass


@frozen
class Offline(Line):
    integration: str


@frozen
class Online(Line):
    integration: str


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
    | ChangeLine
    | Freeze
    | Unfreeze
    | Offline
    | Online
)


@frozen
class Test:
    name: str
    plan: str
    lines: tuple[TestLine, ...]
    doc: str = ""
    line: int = field(eq=False, default=0)


# ---- properties


@frozen
class NeverStep(Line):
    """No instance of the step is ever in that state."""

    step: StepName
    state: StepStatus


@frozen
class AlwaysStep(Line):
    """Where the step is in the plan at all, each instance ends in that state, or has been in it."""

    step: StepName
    state: StepStatus


@frozen
class AlwaysScenarios(Line):
    """Exactly these scenarios match."""

    scenarios: tuple[str, ...]


@frozen
class Order(Line):
    """No instance of `then` starts before every instance of `first` is finished."""

    first: StepName
    then: StepName


@frozen
class Ends(Line):
    """The plan ends, within a time where there is one."""

    within: Duration | None = None


Claim: TypeAlias = NeverStep | AlwaysStep | AlwaysScenarios | Order | Ends


@frozen
class Property:
    """Claims about every record that fits the context and for which `assume` holds."""

    name: str
    plan: str
    assume: Expression | None
    claims: tuple[Claim, ...]
    doc: str = ""
    line: int = field(eq=False, default=0)
