"""Lowering of plans."""

from collections.abc import Iterator
from typing import TypeVar

from dro_lang.program import model
from dro_lang.semantics.lower.clauses import lower_retry
from dro_lang.semantics.lower.lowering import Lowering
from dro_lang.semantics.lower.mappings import mapping_for
from dro_lang.semantics.lower.scenarios import Scenarios
from dro_lang.semantics.lower.vocabulary import doc, shape_of
from dro_lang.semantics.modules import Module
from dro_lang.semantics.typing.calculation import duration
from dro_lang.semantics.typing.expressions import Typing
from dro_lang.semantics.typing.presence import NOTHING
from dro_lang.semantics.typing.scope import Scope
from dro_lang.syntax import ast

C = TypeVar("C")


def lower(lowering: Lowering, module: Module, plan: ast.Plan) -> None:
    """The typed form of a plan and its scenarios. What it does not say has the value that Typed promises."""
    no_item = "a scenario looks at the record as a whole: ask about its items with `any(... where ...)`"
    scope = Scope(module, shape_of(lowering, module, plan.context), no_item=no_item)
    typing = Typing(lowering, scope, otherwise=", or run it from a scenario that matches `when {} is known`")
    usage, calendar = _clause(plan, ast.UsageClause), _clause(plan, ast.CalendarClause)
    policy, version = _clause(plan, ast.ChooseClause), _clause(plan, ast.VersionClause)
    timezone, priority = _clause(plan, ast.TimezoneClause), _clause(plan, ast.PriorityClause)
    usage_type = lowering.find(module, usage.usage, ast.UsageType) if usage else None
    mapping = mapping_for(lowering, module, plan, usage_type)
    has_calendar = calendar is not None and lowering.find(module, calendar.calendar, ast.Calendar) is not None
    lowering.typed.plans[plan] = model.Plan(
        plan.name.text,
        plan.context.text,
        usage_type.name.text if usage_type else "",
        mapping.name.text if mapping else "",
        model.Policy(policy.policy) if policy else model.Policy.EXACTLY_ONE,
        Scenarios(typing, module, plan).lower(),
        int(version.version.value) if version and version.version.is_whole else 1,
        calendar.calendar.text if calendar and has_calendar else None,
        timezone.timezone.value if timezone else "UTC",
        _PRIORITIES.get(priority.priority.text, model.Priority.DEFAULT) if priority else model.Priority.DEFAULT,
        tuple(_fallout(lowering, module, plan)),
        tuple(_levels(typing, module, plan)),
        doc(plan),
    )


_PRIORITIES = {priority.value: priority for priority in model.Priority}


def _clause(plan: ast.Plan, kind: type[C]) -> C | None:
    """The clause of a kind that a plan has: of two, which is an error, the first."""
    return next((clause for clause in plan.clauses if isinstance(clause, kind)), None)


def _fallout(lowering: Lowering, module: Module, plan: ast.Plan) -> Iterator[model.FalloutRule]:
    for clause in plan.clauses:
        if isinstance(clause, ast.FalloutClause):
            target = _target(lowering, module, clause.target, clause.error_code)
            retry = lower_retry(lowering, module, clause.retry)
            if target is not None and retry is not None:
                yield model.FalloutRule(target, retry)


def _levels(typing: Typing, module: Module, plan: ast.Plan) -> Iterator[model.ServiceLevelRule]:
    for clause in plan.clauses:
        if isinstance(clause, ast.ServiceLevelClause):
            target = _target(typing.lowering, module, clause.target, None)
            within = duration(typing, clause.level.within, NOTHING)
            warn = duration(typing, clause.level.warn, NOTHING) if clause.level.warn else None
            if target is not None and within is not None and (warn is not None or clause.level.warn is None):
                level = model.ServiceLevel(within.expression, warn.expression if warn else None)
                yield model.ServiceLevelRule(target, level)


def _target(
    lowering: Lowering, module: Module, node: ast.RuleTarget, error_code: ast.Text | None
) -> model.RuleTarget | None:
    if node.target is not None:
        kind = ast.Action if node.kind == "auto" else ast.Integration
        if lowering.find(module, node.target, kind) is None:
            return None
    name = node.target.text if node.target else None
    return model.RuleTarget(model.StepKind(node.kind), name, error_code.value if error_code else None)
