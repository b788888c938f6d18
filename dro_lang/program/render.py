"""Typed expressions and values as text of the language, with no more parentheses than the grammar needs."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import IntEnum

from dro_lang.program.expressions import (
    Aggregate,
    And,
    Arithmetic,
    ArithmeticOperator,
    Attribute,
    Call,
    Comparison,
    Constant,
    Expression,
    InRange,
    InSet,
    ItemAttribute,
    Known,
    Negate,
    Not,
    Now,
    Or,
    Parameter,
    Result,
    Today,
)
from dro_lang.program.types import DurationType, DurationUnit, EnumType, MoneyType, Type
from dro_lang.program.values import Duration, Value

_UNITS = ((3600, "hour"), (60, "minute"), (1, "second"))
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


class _Level(IntEnum):
    """How tightly an expression binds: the grammar's rules from `expr` down to `atom`."""

    CONDITION = 0  # and, or
    UNARY = 1  # not
    COMPARISON = 2
    SUM = 3
    PRODUCT = 4
    ATOM = 5


def render(expression: Expression) -> str:
    """The canonical text of an expression. Reading it gives the same meaning again."""
    return _text(expression)[0]


def _within(expression: Expression, level: _Level) -> str:
    """The text where the grammar wants at least this level; in parentheses if it binds less tightly."""
    text, own = _text(expression)
    return text if own >= level else f"({text})"


def _text(expression: Expression) -> tuple[str, _Level]:
    match expression:
        case Constant(value, type):
            return _constant(value, type)
        case Attribute(name) | Parameter(name):
            return name, _Level.ATOM
        case ItemAttribute(name):
            return f"item.{name}", _Level.ATOM
        case Result(group, step, name):
            return f"{step}.{name}" if group is None else f"{group}.{step}.{name}", _Level.ATOM
        case Today():
            return "today", _Level.ATOM
        case Now():
            return "now", _Level.ATOM
        case Negate(operand):
            return f"-{_within(operand, _Level.ATOM)}", _Level.ATOM
        case Arithmetic(operator, left, right):
            level = _Level.SUM if operator in _SUM_OPERATORS else _Level.PRODUCT
            # Sums and products are read from left to right, so only the right side binds more tightly.
            return f"{_within(left, level)} {operator} {_within(right, _Level(level + 1))}", level
        case Call(function, arguments):
            return f"{function}({', '.join(map(render, arguments))})", _Level.ATOM
        case Aggregate(function, list_name, attribute, where):
            over = list_name if attribute is None else f"{list_name}.{attribute}"
            return f"{function}({over}{'' if where is None else f' where {render(where)}'})", _Level.ATOM
        case And(operands):
            return " and ".join(_within(operand, _Level.UNARY) for operand in operands), _Level.CONDITION
        case Or(operands):
            return " or ".join(_within(operand, _Level.UNARY) for operand in operands), _Level.CONDITION
        case Not(InRange() | InSet() | Known() as operand):
            return _membership(operand, negated=True), _Level.COMPARISON
        case Not(operand):
            return f"not {_within(operand, _Level.UNARY)}", _Level.UNARY
        case Comparison(operator, left, right):
            return f"{_within(left, _Level.SUM)} {operator} {_within(right, _Level.SUM)}", _Level.COMPARISON
        case InRange() | InSet() | Known():
            return _membership(expression, negated=False), _Level.COMPARISON


_SUM_OPERATORS = (ArithmeticOperator.ADD, ArithmeticOperator.SUBTRACT)


def _membership(test: InRange | InSet | Known, negated: bool) -> str:
    operand = _within(test.operand, _Level.SUM)
    if isinstance(test, Known):
        return f"{operand} is {'unknown' if negated else 'known'}"
    if isinstance(test, InSet):
        members = f"{{ {', '.join(map(render, test.members))} }}"
    else:
        members = "..".join("" if bound is None else render(bound) for bound in (test.low, test.high))
    return f"{operand} {'not in' if negated else 'in'} {members}"


def _constant(value: Value, type: Type) -> tuple[str, _Level]:
    mixed = isinstance(value, Duration) and bool(value.days) + bool(value.seconds) + bool(value.business_days) > 1
    return render_value(value, type), _Level.SUM if mixed else _Level.ATOM


def render_value(value: Value, type: Type) -> str:
    """A value as a literal of its type: money with its currency, `unknown` for None.

    A list has no literal: it is rendered as the number of its elements.
    """
    if value is None:
        return "unknown"
    if isinstance(value, str):
        return value if isinstance(type, EnumType) else _quoted(value)
    if isinstance(value, tuple):
        return "1 element" if len(value) == 1 else f"{len(value)} elements"
    if isinstance(value, Duration):
        return _duration(value, type)
    text = _PLAIN[value.__class__](value) if value.__class__ in _PLAIN else str(value)
    return f"{text} {type.currency}" if isinstance(type, MoneyType) else text


def _quoted(text: str) -> str:
    def escaped(character: str) -> str:
        if character in _ESCAPES:
            return _ESCAPES[character]
        return character if character.isprintable() else f"\\u{{{ord(character):X}}}"

    return f'"{"".join(map(escaped, text))}"'


def _decimal(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _moment(moment: datetime) -> str:
    offset = moment.utcoffset()
    if offset is not None and offset % timedelta(minutes=1):
        moment = moment.astimezone(UTC)
    text = moment.isoformat(timespec="auto" if moment.second or moment.microsecond else "minutes")
    return text[:-6] + "Z" if text.endswith("+00:00") else text


_PLAIN: dict[type, Callable[..., str]] = {
    bool: lambda value: "true" if value else "false",
    Decimal: _decimal,
    date: date.isoformat,
    datetime: _moment,
}


def _duration(duration: Duration, type: Type) -> str:
    parts = []
    if duration.business_days:
        parts.append((duration.business_days, "business day"))
    if duration.days:
        parts.append((duration.days, "day"))
    if duration.seconds:
        size, unit = next((size, unit) for size, unit in _UNITS if duration.seconds % size == 0)
        parts.append((duration.seconds // size, unit))
    if not parts:
        unit = "second"
        if isinstance(type, DurationType) and type.unit in (DurationUnit.DAYS, DurationUnit.BUSINESS_DAYS):
            unit = type.unit.value.removesuffix("s")
        parts.append((0, unit))
    return " + ".join(f"{count} {unit}" if count in (1, -1) else f"{count} {unit}s" for count, unit in parts)
