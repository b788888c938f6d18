"""Which of a plan's rules applies to a step: fallout, service level, routing."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

from dro_lang.conditions.environment import Environment
from dro_lang.program.model import (
    Assignment,
    FalloutRule,
    Retry,
    RuleTarget,
    ServiceLevel,
    ServiceLevelRule,
    Step,
    ToQueue,
    ToRouting,
    ToUser,
)

if TYPE_CHECKING:
    from dro_lang.kernel.blueprint import Blueprint

Rule = TypeVar("Rule", FalloutRule, ServiceLevelRule)


def retry_of(blueprint: "Blueprint", step: Step, code: str | None) -> Retry | None:
    """What happens after a failure: the step's own `retry`, or the plan's most specific fallout rule."""
    if step.retry is not None:
        return step.retry
    rule = _most_specific(blueprint.plan.fallout, step, code)
    return None if rule is None else rule.retry


def level_of(blueprint: "Blueprint", step: Step) -> ServiceLevel | None:
    """The service level of a step: its own `due`, or the plan's most specific rule."""
    if step.due is not None:
        return step.due
    rule = _most_specific(blueprint.plan.service_levels, step, None)
    return None if rule is None else rule.level


def _most_specific(rules: Iterable[Rule], step: Step, code: str | None) -> Rule | None:
    """The rule that names the most; of two that name as much, the one that names the target."""
    matching = [rule for rule in rules if _matches(rule.target, step, code)]
    return max(matching, key=lambda rule: _specificity(rule.target), default=None)


def _matches(target: RuleTarget, step: Step, code: str | None) -> bool:
    named = target.target in (None, step.target) and target.error_code in (None, code)
    return target.kind is step.kind and named


def _specificity(target: RuleTarget) -> tuple[int, bool]:
    named = target.target is not None
    return named + (target.error_code is not None), named


def assignee_of(
    assignment: Assignment | None, blueprint: "Blueprint", environment: Callable[[], Environment]
) -> ToUser | ToQueue | None:
    """The user or queue that a task goes to. A routing's first route whose condition holds decides, else its
    `otherwise`; a routing that leads back to itself gives nobody."""
    seen: set[str] = set()
    while isinstance(assignment, ToRouting):
        if assignment.routing in seen:
            return None
        seen.add(assignment.routing)
        routing = blueprint.program.routings[assignment.routing]
        here, holds = environment(), blueprint.evaluator.holds
        chosen = (route.assignment for route in routing.routes if holds(route.when, here))
        assignment = next(chosen, routing.otherwise)
    return assignment
