"""Literals to constants: their types, units and limits."""

from datetime import UTC, date, datetime
from decimal import Decimal

from dro_lang.diagnostics.diagnostic import Diagnostic, Safety, diagnose
from dro_lang.program.expressions import Constant
from dro_lang.program.types import (
    BOOLEAN,
    DATE,
    DATETIME,
    DECIMAL,
    INTEGER,
    TEXT,
    DurationType,
    DurationUnit,
    MoneyType,
)
from dro_lang.program.values import INTEGER_MAX, INTEGER_MIN, SCALE, WHOLE_DIGITS, Duration
from dro_lang.semantics.modules import did_you_mean
from dro_lang.semantics.typing.currencies import CURRENCIES
from dro_lang.semantics.typing.words import replace
from dro_lang.source import Span
from dro_lang.syntax import ast

_SECONDS = {"second": 1, "minute": 60, "hour": 3_600}
_DAYS = {"day": 1, "week": 7}
_MOST_DAYS = (date.max - date.min).days
"""No longer duration leads from one date to another."""

LITERALS = (
    ast.Number,
    ast.Text,
    ast.DateLiteral,
    ast.DateTimeLiteral,
    ast.MoneyLiteral,
    ast.DurationLiteral,
    ast.Boolean,
)


def literal(node: ast.Expression, report: list[Diagnostic]) -> Constant | None:
    """The constant that a literal, or a signed one, stands for; None after a report (E0101, E0207, E0306, E0009)."""
    match node:
        case ast.Number(value=value, is_whole=is_whole):
            return _number(node, value, is_whole, report)
        case ast.Text(value=text):
            return Constant(text, TEXT)
        case ast.Boolean(value=truth):
            return Constant(truth, BOOLEAN)
        case ast.DateLiteral(value=day):
            return Constant(day, DATE)
        case ast.DateTimeLiteral(value=moment):
            return _moment(node, moment, report)
        case ast.MoneyLiteral(amount=number, currency=currency):
            if not known_currency(report, currency) or not _within_decimal(number, node.span, report):
                return None
            return Constant(_exact(number), MoneyType(currency.text))
        case ast.DurationLiteral():
            return _duration(node, report)
        case ast.Signed(sign="-", operand=ast.Number(value=value, is_whole=True)) if value == -INTEGER_MIN:
            return Constant(INTEGER_MIN, INTEGER)
        case ast.Signed(sign=sign, operand=operand):
            constant = literal(operand, report)
            return constant if constant is None or sign == "+" else negative(constant)
    raise TypeError(f"{type(node).__name__} is no literal")


def negative(constant: Constant) -> Constant | None:
    """The constant with the opposite sign; None for what has none."""
    match constant.value:
        case bool():
            return None
        case int(value):
            return Constant(-value, constant.type)
        case Decimal() as number:
            return Constant(number.copy_negate() if number else number, constant.type)
        case Duration(days, seconds, business_days):
            return Constant(Duration(-days, -seconds, -business_days), constant.type)
    return None


def widened(constant: Constant, span: Span, report: list[Diagnostic]) -> Constant | None:
    """A whole number as a Decimal; None after a report where it has too many digits."""
    assert isinstance(constant.value, int)
    number = Decimal(constant.value)
    return Constant(number, DECIMAL) if _within_decimal(number, span, report) else None


def known_currency(report: list[Diagnostic], code: ast.Name) -> bool:
    """Whether a code is one of ISO 4217; E0101 if not."""
    if code.text in CURRENCIES:
        return True
    match = did_you_mean(code.text, sorted(CURRENCIES))
    help = f"did you mean `{match}`?" if match else "a currency has the three letters of ISO 4217, as in `EUR`"
    fixes = (replace(code.span, match, Safety.UNSAFE),) if match else ()
    report.append(diagnose("E0101", code.span, f"there is no currency `{code.text}`", help=help, fixes=fixes))
    return False


def _number(node: ast.Number, value: Decimal, is_whole: bool, report: list[Diagnostic]) -> Constant | None:
    if not is_whole:
        return Constant(_exact(value), DECIMAL) if _within_decimal(value, node.span, report) else None
    if value > INTEGER_MAX:
        report.append(
            diagnose(
                "E0207",
                node.span,
                "this number is too large",
                help=f"a whole number is at most {INTEGER_MAX:_}",
            )
        )
        return None
    return Constant(int(value), INTEGER)


def _within_decimal(value: Decimal, span: Span, report: list[Diagnostic]) -> bool:
    exponent = value.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    if abs(value) >= 10**WHOLE_DIGITS:
        message = "this number is too large"
    elif -exponent > SCALE:
        message = "this number has too many digits"
    else:
        return True
    help = f"a number has at most {WHOLE_DIGITS} digits before the point and {SCALE} after it"
    report.append(diagnose("E0207", span, message, help=help))
    return False


def _exact(value: Decimal) -> Decimal:
    """The number without trailing zeros after the point: one form for one value."""
    whole = value.to_integral_value()
    return whole if value == whole else value.normalize()


def _moment(node: ast.DateTimeLiteral, moment: datetime, report: list[Diagnostic]) -> Constant | None:
    text = node.span.text
    if moment.utcoffset() is not None:
        if _is_within_calendar(moment):
            return Constant(moment, DATETIME)
        help = "a moment lies in the years 1 to 9999, in UTC too"
        report.append(diagnose("E0009", node.span, f"`{text}` is outside the calendar", help=help))
        return None
    report.append(
        diagnose(
            "E0009",
            node.span,
            f"`{text}` does not say its time zone",
            help=f"write `{text}Z` for UTC, or the offset, as in `{text}+01:00`",
        )
    )
    return None


def _is_within_calendar(moment: datetime) -> bool:
    try:
        moment.astimezone(UTC)
    except OverflowError:
        return False
    return True


def _duration(node: ast.DurationLiteral, report: list[Diagnostic]) -> Constant | None:
    found = _business_days(node) if node.business else _elapsed(node) if node.unit in _SECONDS else _days(node)
    if isinstance(found, Diagnostic):
        report.append(found)
        return None
    return found


def _elapsed(node: ast.DurationLiteral) -> Constant | Diagnostic:
    seconds = node.amount * _SECONDS[node.unit]
    if seconds != seconds.to_integral_value():
        return _refused(node, "a duration has whole seconds", f"{round(seconds)} seconds")
    if seconds > _MOST_DAYS * 86_400:
        return _too_long(node)
    return Constant(Duration(seconds=int(seconds)), DurationType(DurationUnit.ELAPSED))


def _days(node: ast.DurationLiteral) -> Constant | Diagnostic:
    days = node.amount * _DAYS[node.unit]
    if node.amount != node.amount.to_integral_value():
        in_days = f"{int(days)} days" if days == days.to_integral_value() else None
        in_hours = f"{int(days * 24)} hours" if days * 24 == (days * 24).to_integral_value() else None
        return _refused(node, f"{node.unit}s are counted whole", in_days or in_hours)
    if days > _MOST_DAYS:
        return _too_long(node)
    return Constant(Duration(days=int(days)), DurationType(DurationUnit.DAYS))


def _business_days(node: ast.DurationLiteral) -> Constant | Diagnostic:
    number = node.amount
    if node.unit != "day":
        is_whole_week = node.unit == "week" and number == number.to_integral_value()
        better = f"{int(number) * 5} business days" if is_whole_week else f"{number:f} {node.unit}s"
        return _refused(node, "business time is counted in days", better)
    if number != number.to_integral_value():
        return _refused(node, "business days are counted whole", None)
    if number > _MOST_DAYS:
        return _too_long(node)
    return Constant(Duration(business_days=int(number)), DurationType(DurationUnit.BUSINESS_DAYS))


def _refused(node: ast.DurationLiteral, why: str, better: str | None) -> Diagnostic:
    return diagnose(
        "E0306",
        node.span,
        f"`{node.span.text}` is not a duration: {why}",
        help=f"write `{better}`" if better else "write a whole number",
        fixes=(replace(node.span, better, Safety.UNSAFE),) if better else (),
    )


def _too_long(node: ast.DurationLiteral) -> Diagnostic:
    help = f"no time from one date to another is longer than {_MOST_DAYS:_} days"
    return diagnose("E0207", node.span, f"`{node.span.text}` is too long", help=help)
