"""What the kernel asks of an expression without a record: whether it names `today`, and its constant form."""

from dro_lang.conditions.environment import Environment
from dro_lang.conditions.values import evaluate
from dro_lang.program.expressions import Aggregate, Constant, Expression, Today, operands, walk, with_operands


def names_today(expression: Expression) -> bool:
    """Whether the value may change at midnight."""
    return any(isinstance(part, Today) for part in walk(expression))


def fold(expression: Expression, environment: Environment) -> Expression:
    """The expression with every part that is made of constants alone replaced by its value.

    Only the zone and the calendar of the environment are looked at.
    """
    parts = tuple(fold(part, environment) for part in operands(expression))
    folded = with_operands(expression, parts)
    if not parts or isinstance(folded, Aggregate) or not all(isinstance(part, Constant) for part in parts):
        return folded
    value = evaluate(folded, environment)
    return folded if value is None else Constant(value, folded.type)
