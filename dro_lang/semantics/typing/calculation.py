"""Arithmetic in expressions."""

from typing import TYPE_CHECKING

from dro_lang.diagnostics.diagnostic import Safety, diagnose
from dro_lang.program.expressions import Arithmetic, ArithmeticOperator, Constant, Expression, Parameter
from dro_lang.program.types import (
    DateTimeType,
    DateType,
    DecimalType,
    DurationType,
    DurationUnit,
    IntegerType,
    MoneyType,
    Type,
)
from dro_lang.program.values import Duration
from dro_lang.semantics.typing.clashes import clash, is_number
from dro_lang.semantics.typing.durations import BUSINESS, NOT_BUSINESS, WHOLE_DAYS, Requirement, open_sources
from dro_lang.semantics.typing.folding import folded
from dro_lang.semantics.typing.operators import DIVIDE, MULTIPLY, SUBTRACT, result_type
from dro_lang.semantics.typing.presence import Facts
from dro_lang.semantics.typing.scope import Term
from dro_lang.semantics.typing.words import declared, replace, type_words
from dro_lang.syntax import ast

if TYPE_CHECKING:
    from dro_lang.semantics.typing.expressions import Typing


def arithmetic(typing: "Typing", node: ast.Binary, facts: Facts) -> Term | None:
    """`+ - * /`. A quotient is optional unless its divisor is a constant."""
    operator = ArithmeticOperator(node.operator)
    left, right = typing.known(node.left, facts), typing.known(node.right, facts)
    if left is None or right is None:
        return None
    type = result_type(operator, left.type, right.type)
    if type is None:
        _report_clash(typing, node, operator, left, right)
        return None
    if not _units_fit(typing, left, right):
        return None
    optional = False
    if operator is DIVIDE:
        if isinstance(right.expression, Constant) and not right.expression.value:
            help = "divide by something else; a quotient by zero is never known"
            typing.report(diagnose("E0212", right.span, f"`{node.span.text}` divides by zero", help=help))
            return None
        optional = not isinstance(right.expression, Constant)
    return Term(node, folded(Arithmetic(operator, left.expression, right.expression, type)), optional)


def duration(typing: "Typing", node: ast.Expression, facts: Facts) -> Term | None:
    """An expression where a duration is wanted (E0201)."""
    term = typing.known(node, facts)
    if term is None or isinstance(term.type, DurationType):
        return term
    message = f"`{term.text}` is {type_words(term.type)}, not a duration"
    typing.report(diagnose("E0201", node.span, message, *declared(term), help="say the unit, as in `5 days`"))
    return None


def whole_days(typing: "Typing", day: Term, duration: Term) -> bool:
    """Whether a duration may be added to a Date, which takes whole days only; E0306 if not.

    Where a parameter decides it, every call is checked.
    """
    assert isinstance(duration.type, DurationType)
    unit = duration.type.unit
    if unit in WHOLE_DAYS:
        return True
    why = f"a Date takes whole days only, and `{day.text}` is a Date"
    sources = open_sources(duration.expression) if unit is DurationUnit.ANY else []
    if sources and all(isinstance(source, Parameter) for source in sources):
        for source in sources:
            assert isinstance(source, Parameter)
            typing.requirements.append(Requirement(source.name, WHOLE_DAYS, "E0306", duration.span, why))
        return True
    better = _in_days(duration.expression)
    if better is not None:
        help = f"write `{better}`"
    elif unit is DurationUnit.ANY:
        help = f"declare the number of days as an Integer, and write `{duration.text} * 1 day`"
    else:
        help = f"count in days, or declare `{day.text}` as a DateTime"
    typing.report(
        diagnose(
            "E0306",
            duration.span,
            f"`{duration.text}` {'may hold hours' if unit is DurationUnit.ANY else 'is not whole days'}, "
            f"and `{day.text}` is a Date",
            *declared(day, duration),
            notes=("a Date takes whole days only",),
            help=help,
            fixes=(replace(duration.span, better, Safety.UNSAFE),) if better else (),
        )
    )
    return False


def _in_days(duration: Expression) -> str | None:
    if isinstance(duration, Constant) and isinstance(duration.value, Duration):
        days, rest = divmod(duration.value.total_seconds, 86_400)
        if rest == 0:
            return "1 day" if days == 1 else f"{days} days"
    return None


def _units_fit(typing: "Typing", left: Term, right: Term) -> bool:
    match left.type, right.type:
        case (DateType(), DurationType()):
            return whole_days(typing, left, right)
        case (DurationType(), DateType()):
            return whole_days(typing, right, left)
        case (DurationType(), DurationType()):
            _require_same_kind(typing, left, right)
            _require_same_kind(typing, right, left)
    return True


def _require_same_kind(typing: "Typing", term: Term, other: Term) -> None:
    assert isinstance(other.type, DurationType)
    if other.type.unit is DurationUnit.ANY:
        return
    units = BUSINESS if other.type.unit is DurationUnit.BUSINESS_DAYS else NOT_BUSINESS
    why = f"`{term.text}` and {type_words(other.type)} are added up here"
    for source in open_sources(term.expression):
        if isinstance(source, Parameter):
            typing.requirements.append(Requirement(source.name, units, "E0304", other.span, why))


def _report_clash(typing: "Typing", node: ast.Binary, operator: ArithmeticOperator, left: Term, right: Term) -> None:
    labels = declared(left, right)
    together = f"`{left.text}` is {type_words(left.type)}, and `{right.text}` is {type_words(right.type)}"
    culprit, other = (left, right) if is_number(left.node) else (right, left)
    if operator in (MULTIPLY, DIVIDE) or left.type == right.type or not _mixes(culprit.type, other.type):
        help = _way_out(operator, left.type, right.type)
        message = f"there is no `{operator}` for these: {together}"
        typing.report(diagnose("E0202", node.span, message, *labels, help=help))
        return
    problem = clash(culprit.node, culprit.type, other.type, typing.lowering.enums)
    typing.report(diagnose(problem.code, node.span, together, *labels, help=problem.help, fixes=problem.fixes))


def _mixes(found: Type, wanted: Type) -> bool:
    """Whether what keeps two types from being added is a unit, a currency or a kind of day."""
    match found, wanted:
        case (IntegerType() | DecimalType() | MoneyType(), IntegerType() | DecimalType() | MoneyType()):
            return True
        case (DurationType(), DurationType()) | (IntegerType() | DecimalType(), DurationType()):
            return True
        case (DateType(), DateTimeType()) | (DateTimeType(), DateType()):
            return True
    return False


def _way_out(operator: ArithmeticOperator, left: Type, right: Type) -> str:
    match operator, left, right:
        case (_, MoneyType(one), MoneyType(other)) if one != other:
            return "amounts are never converted: have both in one currency"
        case (_, MoneyType(), MoneyType()):
            return "multiply an amount by a number"
        case (_, DateType() | DateTimeType(), DateType() | DateTimeType()):
            return "dates are subtracted from one another, which gives a duration"
        case (_, DurationType(), DateType() | DateTimeType()) if operator is SUBTRACT:
            return "write the date first"
        case (_, DateType() | DateTimeType(), IntegerType() | DecimalType()):
            return "say the unit of what is added, as in `5 days`"
        case (_, DurationType(), _) | (_, _, DurationType()):
            return "durations are added to dates and to each other, and multiplied by whole numbers"
    return "numbers, amounts, dates and durations can be calculated with"
