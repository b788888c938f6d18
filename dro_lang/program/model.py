"""The checked program. Declarations are held by name; a name means one declaration in a program.

Everything here is frozen and compares by value. Places in the source are not part of it: formatting a file again gives
the same program, and the same hash.
"""

from datetime import time
from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import field, frozen

from dro_lang.program.expressions import Constant, Expression
from dro_lang.program.types import ListType, Type
from dro_lang.program.values import Duration

if TYPE_CHECKING:
    from dro_lang.program.tests import Property, Test

# ---- vocabulary


@frozen
class UsageType:
    name: str
    scopes: tuple[str, ...]
    doc: str = ""


@frozen
class EnumConstant:
    name: str
    text: str
    """What stands for the constant in data."""


@frozen
class Enumeration:
    name: str
    constants: tuple[EnumConstant, ...]
    doc: str = ""


@frozen
class AttributeDefinition:
    """An attribute, parameter, argument or result: its type, inclusive bounds, and whether it may be unknown."""

    name: str
    type: Type
    optional: bool = False
    low: Constant | None = None
    high: Constant | None = None
    default: Expression | None = None
    """Of a group's parameter only."""
    doc: str = ""


@frozen
class RecordShape:
    name: str
    attributes: tuple[AttributeDefinition, ...]
    doc: str = ""

    def attribute(self, name: str) -> AttributeDefinition | None:
        return next((attribute for attribute in self.attributes if attribute.name == name), None)


@frozen
class Context:
    name: str
    attributes: tuple[AttributeDefinition, ...]
    doc: str = ""

    def attribute(self, name: str) -> AttributeDefinition | None:
        return next((attribute for attribute in self.attributes if attribute.name == name), None)

    @property
    def item_node(self) -> AttributeDefinition | None:
        """The attribute that is `items of R`, if there is one."""
        return next((a for a in self.attributes if isinstance(a.type, ListType) and a.type.items), None)


@frozen
class SourceField:
    """Where an attribute comes from: a dotted path of fields in the source object."""

    attribute: str
    path: str


@frozen
class NestedItems:
    """Items stand in a field of the object."""

    field: str
    sources: tuple[SourceField, ...] = ()


@frozen
class JoinedItems:
    """Items are rows of another object, joined to the root's id by a foreign key."""

    object: str
    key: str
    sources: tuple[SourceField, ...] = ()


@frozen
class ContextMapping:
    """An orchestration plan context mapping. An attribute without a source comes from the field of its own name."""

    name: str
    context: str
    usage: str
    object: str
    sources: tuple[SourceField, ...] = ()
    items: NestedItems | JoinedItems | None = None
    doc: str = ""


@frozen
class Queue:
    name: str
    label: str
    doc: str = ""


@frozen
class Calendar:
    """Which days are business days: `weekend` by weekday (Monday is 0), `holidays` a code of the holidays library."""

    name: str
    weekend: tuple[int, ...]
    holidays: str | None = None
    doc: str = ""


class Allocation(StrEnum):
    ROUND_ROBIN = "round robin"
    LEAST_LOADED = "least loaded"


@frozen
class ToQueue:
    queue: str
    allocation: Allocation | None = None


@frozen
class ToUser:
    user: str


@frozen
class ToRouting:
    routing: str


Assignment = ToQueue | ToUser | ToRouting


@frozen
class Route:
    when: Expression
    assignment: Assignment


@frozen
class Routing:
    name: str
    context: str
    routes: tuple[Route, ...]
    otherwise: Assignment
    doc: str = ""


@frozen
class Action:
    name: str
    takes: tuple[AttributeDefinition, ...] = ()
    gives: tuple[AttributeDefinition, ...] = ()
    doc: str = ""


@frozen
class Integration:
    """`timeout` bounds one request."""

    name: str
    takes: tuple[AttributeDefinition, ...] = ()
    gives: tuple[AttributeDefinition, ...] = ()
    asynchronous: bool = False
    timeout: Duration | None = None
    doc: str = ""


# ---- groups and steps


class StepKind(StrEnum):
    AUTO = "auto"
    CALLOUT = "callout"
    MANUAL = "manual"
    MILESTONE = "milestone"
    PAUSE = "pause"


class Outcome(StrEnum):
    COMPLETED = "completed"
    SKIPPED = "skipped"
    EXPIRED = "expired"
    FAILED = "failed"
    CANCELED = "canceled"


class Propagation(StrEnum):
    """Which in-flight changes pass along a dependency."""

    AMENDS = "amends"
    CANCELS = "cancels"
    CHANGES = "changes"  # both


@frozen
class Wait:
    """One dependency. `group` names the instance (alias or group) or is None for the step's own; `outcomes` empty
    means finished: completed, skipped or expired."""

    group: str | None
    step: str
    outcomes: tuple[Outcome, ...] = ()
    same_item: bool = False
    passing: Propagation | None = None


@frozen
class Join:
    """What a step waits for: all of the waits, or one of them."""

    waits: tuple[Wait, ...]
    any_of: bool = False


class ScheduleRelation(StrEnum):
    BEFORE = "before"
    ON = "on"
    AFTER = "after"


@frozen
class Schedule:
    """Not before a moment. `base` None is `previous`, the moment the last wait was met; `delay` is None with ON."""

    relation: ScheduleRelation
    base: Expression | None
    delay: Expression | None = None
    at: time | None = None


@frozen
class ServiceLevel:
    """In jeopardy from `warn` before the end of `within`; late after it. Each is a duration or a parameter of it."""

    within: Expression
    warn: Expression | None = None


class RetryPolicy(StrEnum):
    IMMEDIATE = "Immediate"
    MONOTONOUS = "Monotonous"
    STAGGERED = "Staggered"


@frozen
class Retry:
    """`intervals` has one entry for Monotonous and one per retry for Staggered."""

    policy: RetryPolicy
    retries: int
    intervals: tuple[Duration, ...] = ()
    queue: str | None = None


@frozen
class Argument:
    name: str
    value: Expression


@frozen
class GroupCall:
    """A group with its arguments: every parameter without a default is there. `alias` names the instance."""

    group: str
    arguments: tuple[Argument, ...] = ()
    alias: str | None = None

    @property
    def instance(self) -> str:
        return self.alias or self.group


@frozen
class Compensation:
    """A group inserted when a step is amended or canceled."""

    call: GroupCall
    in_reverse: bool = False


@frozen
class Step:
    """`target` is the action of an auto and the integration of a callout. `per_item`: one instance per item."""

    name: str
    kind: StepKind
    target: str | None = None
    per_item: bool = False
    join: Join | None = None
    only_if: Expression | None = None
    skip_branch: bool = False
    starts: Schedule | None = None
    until: Expression | None = None
    expires: Expression | None = None
    assignment: Assignment | None = None
    due: ServiceLevel | None = None
    arguments: tuple[Argument, ...] = ()
    gives: tuple[AttributeDefinition, ...] = ()
    """Of a manual step; those of an auto or callout are its signature's."""
    retry: Retry | None = None
    on_amend: Compensation | None = None
    on_cancel: Compensation | None = None
    point_of_no_return: bool = False
    freeze_by_completing: bool = False
    run_as: str | None = None
    doc: str = ""


@frozen
class Group:
    name: str
    context: str
    parameters: tuple[AttributeDefinition, ...] = ()
    usage: str | None = None
    steps: tuple[Step, ...] = ()
    doc: str = ""

    def step(self, name: str) -> Step | None:
        return next((step for step in self.steps if step.name == name), None)


# ---- plans


class Policy(StrEnum):
    EXACTLY_ONE = "exactly one"
    FIRST_MATCHING = "first matching"
    EVERY_MATCHING = "every matching"


class Priority(StrEnum):
    HIGH = "high"
    DEFAULT = "default"
    BULK = "bulk"


@frozen
class RuleTarget:
    """Which steps a plan's rule is for; the more that is named, the more specific the rule."""

    kind: StepKind
    target: str | None = None
    error_code: str | None = None


@frozen
class FalloutRule:
    target: RuleTarget
    retry: Retry


@frozen
class ServiceLevelRule:
    target: RuleTarget
    level: ServiceLevel


@frozen
class Scenario:
    """It matches when `when` holds (always where it is None) and no scenario in `unless` matches; an `otherwise` one
    when no other does."""

    name: str
    when: Expression | None = None
    otherwise: bool = False
    unless: tuple[str, ...] = ()
    runs: tuple[GroupCall, ...] = ()
    usage: str | None = None
    doc: str = ""


@frozen
class Plan:
    """`mapping` is the name of the mapping of its context with its usage type."""

    name: str
    context: str
    usage: str
    mapping: str
    policy: Policy
    scenarios: tuple[Scenario, ...]
    version: int = 1
    calendar: str | None = None
    timezone: str = "UTC"
    priority: Priority = Priority.DEFAULT
    fallout: tuple[FalloutRule, ...] = ()
    service_levels: tuple[ServiceLevelRule, ...] = ()
    doc: str = ""


# ---- the whole


@frozen
class Program:
    """All declarations of a module and of what it needs of others. `plans`, `tests` and `properties` are those of the
    module itself."""

    module: str
    usages: dict[str, UsageType] = field(factory=dict)
    enums: dict[str, Enumeration] = field(factory=dict)
    records: dict[str, RecordShape] = field(factory=dict)
    contexts: dict[str, Context] = field(factory=dict)
    mappings: dict[str, ContextMapping] = field(factory=dict)
    queues: dict[str, Queue] = field(factory=dict)
    calendars: dict[str, Calendar] = field(factory=dict)
    routings: dict[str, Routing] = field(factory=dict)
    actions: dict[str, Action] = field(factory=dict)
    integrations: dict[str, Integration] = field(factory=dict)
    groups: dict[str, Group] = field(factory=dict)
    plans: dict[str, Plan] = field(factory=dict)
    tests: "tuple[Test, ...]" = ()
    properties: "tuple[Property, ...]" = ()
