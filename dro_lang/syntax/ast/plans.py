"""Plans and scenarios."""

from typing import TypeAlias

from attrs import field, frozen

from dro_lang.source import Span
from dro_lang.syntax.ast.base import Documented, Name, Node, Text
from dro_lang.syntax.ast.expressions import Expression, Number
from dro_lang.syntax.ast.groups import GroupCall, Level, Retry


@frozen
class RuleTarget(Node):
    """`kind` is "auto", "callout" or "manual"."""

    kind: str
    target: Name | None


@frozen
class UsageClause(Node):
    usage: Name


@frozen
class VersionClause(Node):
    version: Number


@frozen
class CalendarClause(Node):
    calendar: Name


@frozen
class TimezoneClause(Node):
    timezone: Text


@frozen
class PriorityClause(Node):
    priority: Name


@frozen
class ChooseClause(Node):
    """`policy` is "exactly one", "first matching" or "every matching"; `policy_span` is where it stands."""

    policy: str
    policy_span: Span = field(eq=False, repr=False)


@frozen
class FalloutClause(Node):
    target: RuleTarget
    error_code: Text | None
    retry: Retry


@frozen
class ServiceLevelClause(Node):
    target: RuleTarget
    level: Level


PlanClause: TypeAlias = (
    UsageClause
    | VersionClause
    | CalendarClause
    | TimezoneClause
    | PriorityClause
    | ChooseClause
    | FalloutClause
    | ServiceLevelClause
)


@frozen
class Scenario(Documented):
    name: Name
    usage: Name | None
    when: Expression | None
    otherwise: bool
    unless: tuple[Name, ...]
    runs: tuple[GroupCall, ...]


@frozen
class Plan(Documented):
    name: Name
    context: Name
    clauses: tuple[PlanClause, ...]
    scenarios: tuple[Scenario, ...]
