"""Composition: the groups of all matched scenarios, their steps and their items, become one plan."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import chain

from attrs import frozen

from dro_lang.conditions.environment import Environment
from dro_lang.conditions.time import in_zone
from dro_lang.conditions.values import evaluate
from dro_lang.kernel.blueprint import Blueprint
from dro_lang.kernel.board import instances_of
from dro_lang.kernel.expressions import fold
from dro_lang.kernel.limits import misfit
from dro_lang.kernel.states import GroupInstance, InstanceId, PlanState, item_rows, pending
from dro_lang.program.expressions import Constant, Expression
from dro_lang.program.model import AttributeDefinition, GroupCall
from dro_lang.program.values import Row, Value


@frozen
class Rejection:
    """Why no plan could be composed: the code of the submission error, and its reason."""

    code: str
    reason: str


def compose(
    blueprint: Blueprint, program_hash: str, scenarios: Sequence[str], row: Row, plan_id: str, moment: datetime
) -> PlanState | Rejection:
    """The plan of a record for which these scenarios matched, not started.

    Arguments and defaults are bound by value, at this moment. A group that is run twice under one name with the same
    arguments stands in the plan once; with other arguments it is R0203, and a value outside the limits of its parameter
    is R0204.
    """
    scenarios = tuple(scenarios)
    groups = blueprint.remembered(scenarios, lambda: _without_record(blueprint, scenarios, moment))
    if groups is None:
        groups = _groups(blueprint, scenarios, plan_environment(blueprint, row, moment))
    if isinstance(groups, Rejection):
        return groups
    now = moment.astimezone(UTC)
    items = tuple(item_rows(row, blueprint.item_node))
    if items:  # Few records have the same ones.
        instances = _instances(blueprint, groups, items)
    else:
        instances = blueprint.remembered((scenarios, ()), lambda: _instances(blueprint, groups, ()))
    steps = tuple(pending(instance, now) for instance in instances)
    return PlanState(plan_id, program_hash, blueprint.plan.name, row, now, groups, steps, scenarios=scenarios)


def _instances(blueprint: Blueprint, groups: Iterable[GroupInstance], items: Sequence[str]) -> tuple[InstanceId, ...]:
    """The step instances of some groups, in their order; arguments make no difference to them."""
    each = (instances_of(group, blueprint.group(group.group).steps, items) for group in groups)
    return tuple(chain.from_iterable(each))


def _without_record(
    blueprint: Blueprint, scenarios: Sequence[str], moment: datetime
) -> tuple[GroupInstance, ...] | Rejection | None:
    """The groups of some scenarios, where they are the same for every record at every moment; otherwise None."""
    given = (expression for call in _calls(blueprint, scenarios) for _, expression in bindings(blueprint, call))
    if not all(expression is None or isinstance(expression, Constant) for expression in given):
        return None
    return _groups(blueprint, scenarios, plan_environment(blueprint, {}, moment))


def _groups(
    blueprint: Blueprint, scenarios: Sequence[str], environment: Environment
) -> tuple[GroupInstance, ...] | Rejection:
    called: dict[str, tuple[str, tuple[Expression, ...]]] = {}
    groups: list[GroupInstance] = []
    for call in _calls(blueprint, scenarios):
        arguments = tuple(
            _same_form(expression, definition, environment) for definition, expression in bindings(blueprint, call)
        )
        if call.instance in called:
            if called[call.instance] != (call.group, arguments):
                return Rejection("R0203", f"`{call.instance}` is run twice with different arguments")
            continue
        called[call.instance] = call.group, arguments
        bound = bind(blueprint, call, environment)
        if isinstance(bound, Rejection):
            return bound
        groups.append(GroupInstance(call.instance, call.group, bound))
    return tuple(groups)


def plan_environment(blueprint: Blueprint, row: Row, moment: datetime) -> Environment:
    """What a plan's conditions and arguments are evaluated in, for a record at a moment."""
    local = in_zone(moment, blueprint.zone)
    return Environment(row, local.date(), local, blueprint.zone, blueprint.calendar)


def bindings(blueprint: Blueprint, call: GroupCall) -> list[tuple[AttributeDefinition, Expression | None]]:
    """The parameters of a called group, each with its argument or else its default."""
    given = {argument.name: argument.value for argument in call.arguments}
    parameters = blueprint.group(call.group).parameters
    return [(parameter, given.get(parameter.name, parameter.default)) for parameter in parameters]


def bind(blueprint: Blueprint, call: GroupCall, environment: Environment) -> Row | Rejection:
    """The values of a group's parameters, or R0204 for the first one that is outside its limits."""
    values: dict[str, Value] = {}
    for definition, expression in bindings(blueprint, call):
        value = None if expression is None else evaluate(expression, environment)
        problem = misfit(value, definition, blueprint.program)
        if problem:
            return Rejection("R0204", f"`{definition.name}` of `{call.instance}` {problem}")
        values[definition.name] = value
    return values


def _calls(blueprint: Blueprint, scenarios: Iterable[str]) -> Iterable[GroupCall]:
    chosen = set(scenarios)
    return (call for scenario in blueprint.plan.scenarios if scenario.name in chosen for call in scenario.runs)


def _same_form(expression: Expression | None, definition: AttributeDefinition, environment: Environment) -> Expression:
    """An argument as it is compared with another one for the same parameter: a constant has the parameter's type."""
    if expression is None:
        return Constant(None, definition.type)
    folded = fold(expression, environment)
    return Constant(folded.value, definition.type) if isinstance(folded, Constant) else folded
