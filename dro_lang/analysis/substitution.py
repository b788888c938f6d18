"""A group's expression as one scenario uses it: its parameters replaced by what the call hands over."""

from collections.abc import Mapping

from dro_lang.program.expressions import Expression, Parameter, operands, with_operands
from dro_lang.program.model import Group, GroupCall


def arguments_of(call: GroupCall, group: Group) -> dict[str, Expression]:
    """What each parameter stands for in a call, the defaults included."""
    given = {argument.name: argument.value for argument in call.arguments}
    defaults = {each.name: each.default for each in group.parameters if each.default is not None}
    return {**defaults, **given}


def substitute(expression: Expression, arguments: Mapping[str, Expression]) -> Expression:
    """The expression with arguments in the place of parameters."""
    if isinstance(expression, Parameter):
        return arguments.get(expression.name, expression)
    return with_operands(expression, tuple(substitute(part, arguments) for part in operands(expression)))
