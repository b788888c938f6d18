"""Groups, steps and their clauses."""

from typing import TypeAlias

from attrs import frozen

from dro_lang.syntax.ast.base import Documented, Name, Node, Text
from dro_lang.syntax.ast.expressions import (
    DurationLiteral,
    Expression,
    NameReference,
    Number,
    Object,
    ObjectValue,
    TimeLiteral,
)
from dro_lang.syntax.ast.vocabulary import Assignee, Attribute, Type


@frozen
class Argument(Node):
    name: Name
    value: ObjectValue


@frozen
class GroupCall(Node):
    group: Name
    arguments: tuple[Argument, ...]
    alias: Name | None


@frozen
class StepReference(Node):
    """`step`, `Group.step` or `alias.step`."""

    group: Name | None
    step: Name


@frozen
class SameScope(Node):
    """`for the same item` (or another scope's name, which the checker refuses)."""

    scope: Name


@frozen
class EveryScope(Node):
    """`for every item`."""

    scope: Name


@frozen
class AcrossPlans(Node):
    """`across plans`."""


DependencyScope: TypeAlias = SameScope | EveryScope | AcrossPlans


@frozen
class Dependency(Node):
    """`passing` is "amends", "cancels", "changes" or None."""

    step: StepReference
    outcomes: tuple[Name, ...]
    scope: DependencyScope | None
    passing: str | None


@frozen
class After(Node):
    dependencies: tuple[Dependency, ...]
    any_of: bool


@frozen
class OnlyIf(Node):
    condition: Expression
    skip_branch: bool


@frozen
class Previous(Node):
    """`previous`: the moment the last wait was met."""


@frozen
class Starts(Node):
    """`relation` is "before", "after" or "on"; `delay` is None with "on"."""

    relation: str
    delay: Expression | None
    base: Expression | Previous
    at: TimeLiteral | None


@frozen
class Until(Node):
    condition: Expression


DurationOrName: TypeAlias = DurationLiteral | NameReference


@frozen
class Expires(Node):
    after: DurationOrName


@frozen
class Assign(Node):
    assignee: Assignee


@frozen
class Level(Node):
    """`within 2 days, warn 4 hours before`."""

    within: DurationOrName
    warn: DurationOrName | None


@frozen
class Due(Node):
    level: Level


@frozen
class With(Node):
    arguments: Object


@frozen
class Gives(Node):
    attributes: tuple[Attribute, ...]


@frozen
class Retry(Node):
    """`times` with an optional `every` interval, or one interval per retry; then the fallout queue."""

    times: Number | None
    every: DurationLiteral | None
    intervals: tuple[DurationLiteral, ...]
    queue: Name | None


@frozen
class OnChange(Node):
    """`on cancel run G in reverse`; `event` is "cancel" or "amend"."""

    event: str
    call: GroupCall
    in_reverse: bool


@frozen
class PointOfNoReturn(Node):
    pass


@frozen
class FreezeByCompleting(Node):
    pass


@frozen
class RunAs(Node):
    user: Text


Clause: TypeAlias = (
    After
    | OnlyIf
    | Starts
    | Until
    | Expires
    | Assign
    | Due
    | With
    | Gives
    | Retry
    | OnChange
    | PointOfNoReturn
    | FreezeByCompleting
    | RunAs
)


@frozen
class Kind(Node):
    """`name` is auto, callout, manual, milestone, pause or staged_assetize; `target` what an auto or callout calls."""

    name: str
    target: Name | None


@frozen
class Step(Documented):
    """`each` is the scope word after `for each`."""

    name: Name
    kind: Kind
    each: Name | None
    clauses: tuple[Clause, ...]


@frozen
class Parameter(Node):
    name: Name
    type: Type
    default: Expression | None


@frozen
class Group(Documented):
    name: Name
    parameters: tuple[Parameter, ...]
    context: Name
    usage: Name | None
    steps: tuple[Step, ...]
