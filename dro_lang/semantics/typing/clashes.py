"""Why two types do not go together, and what would make it right."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from attrs import frozen

from dro_lang.diagnostics.diagnostic import Fix, Safety
from dro_lang.program.model import Enumeration
from dro_lang.program.types import (
    DateTimeType,
    DateType,
    DecimalType,
    DurationType,
    DurationUnit,
    EnumType,
    IdType,
    IntegerType,
    ListType,
    MoneyType,
    TextType,
    Type,
)
from dro_lang.semantics.typing.words import insert_currency, replace
from dro_lang.syntax import ast


@frozen
class Clash:
    """The code of a clash of two types, and the way out of it."""

    code: str
    help: str | None = None
    fixes: tuple[Fix, ...] = ()


def clash(
    node: ast.Expression, found: Type, wanted: Type, enums: Mapping[str, Sequence[Enumeration]], code: str = "E0201"
) -> Clash:
    """Why an expression cannot stand where another type is wanted, or beside one. `code` is that of a clash which has
    to do with no unit, currency or kind of day."""
    match found, wanted:
        case (MoneyType(), MoneyType(currency)):
            return Clash("E0303", f"amounts are never converted: have both in {currency}")
        case (IntegerType() | DecimalType(), MoneyType(currency)):
            return _bare_amount(node, currency)
        case (MoneyType(), IntegerType() | DecimalType()):
            return _amount_for_number(node)
        case (DurationType(), DurationType()):
            return Clash("E0304", "count both in business days, or neither")
        case (DateType(), DateTimeType()) | (DateTimeType(), DateType()):
            return _day_and_moment(node, wanted)
        case (IntegerType() | DecimalType(), DurationType(unit)):
            return _without_unit(node, unit, code)
        case (TextType(), _) if isinstance(node, ast.Text):
            return _quoted(node, wanted, enums, code)
        case (TextType(), IdType()):
            return Clash(code, "an Id may stand where Text is wanted, but not the reverse")
        case (DecimalType(), IntegerType()):
            return Clash(code, "a whole number is wanted")
        case (ListType(), _):
            return Clash(code, "ask about its elements, with `any`, `all`, `count`, `sum`, `min` or `max`")
    return Clash(code)


def _bare_amount(node: ast.Expression, currency: str) -> Clash:
    text = node.span.text
    if is_number(node):
        return Clash("E0302", f"write `{text} {currency}`", (insert_currency(node.span, currency),))
    return Clash(
        "E0302", f"an amount says its currency, as in `250 {currency}`, or is declared as `Money in {currency}`"
    )


def _amount_for_number(node: ast.Expression) -> Clash:
    if isinstance(node, ast.MoneyLiteral):
        number = node.span.text.removesuffix(node.currency.text).rstrip()
        currency = node.currency.text
        return Clash("E0302", f"write `{number}`, or declare the other side as `Money in {currency}`")
    return Clash("E0302", "divide by an amount of the same currency to get a number")


def _day_and_moment(node: ast.Expression, wanted: Type) -> Clash:
    is_day_wanted = isinstance(wanted, DateType)
    match node:
        case ast.Today() if not is_day_wanted:
            return Clash("E0305", "write `now`", (replace(node.span, "now"),))
        case ast.Now() if is_day_wanted:
            return Clash("E0305", "write `today`", (replace(node.span, "today"),))
        case ast.DateLiteral(value=day) if not is_day_wanted:
            text = f"{day.isoformat()}T00:00Z"
            help = f"write `{text}`, with the time and its offset from UTC"
            return Clash("E0305", help, (replace(node.span, text, Safety.UNSAFE),))
        case ast.DateTimeLiteral(value=moment) if is_day_wanted:
            text = moment.date().isoformat()
            return Clash("E0305", f"write the day alone, `{text}`", (replace(node.span, text, Safety.UNSAFE),))
    return Clash("E0305", "declare both as `Date`, or both as `DateTime`")


def _without_unit(node: ast.Expression, unit: DurationUnit, code: str) -> Clash:
    word = (
        "business days" if unit is DurationUnit.BUSINESS_DAYS else "hours" if unit is DurationUnit.ELAPSED else "days"
    )
    if is_number(node):
        text = f"{node.span.text} {word}"
        return Clash(code, f"say the unit, as in `{text}`", (replace(node.span, text, Safety.UNSAFE),))
    return Clash(code, f"multiply it by a unit, as in `{node.span.text} * 1 {word.removesuffix('s')}`")


def _quoted(node: ast.Text, wanted: Type, enums: Mapping[str, Sequence[Enumeration]], code: str) -> Clash:
    text = node.value
    match wanted:
        case EnumType(name):
            constants = [constant for enum in enums.get(name, ()) for constant in enum.constants]
            match = next((c.name for c in constants if text.lower() in (c.text.lower(), c.name.lower())), None)
            if match is not None:
                return Clash(code, f"write `{match}`", (replace(node.span, match),))
            return Clash(code, f"write one of its constants: {', '.join(f'`{c.name}`' for c in constants)}")
        case DateType() | DateTimeType():
            parse = date.fromisoformat if isinstance(wanted, DateType) else datetime.fromisoformat
            example = "2026-12-31" if isinstance(wanted, DateType) else "2026-12-31T09:00Z"
            if len(text) >= len("2026-12-31") and _parses(parse, text):
                return Clash(code, f"write `{text}`, without quotes", (replace(node.span, text),))
            return Clash(code, f"write it without quotes, as in `{example}`")
        case IdType():
            return Clash(code, "an Id may stand where Text is wanted, but not the reverse")
    return Clash(code, "leave out the quotes" if text.replace(".", "", 1).isdecimal() else None)


def _parses(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True


def is_number(node: ast.Expression) -> bool:
    """Whether an expression is a number as written, perhaps with a sign."""
    return isinstance(node, ast.Number) or (isinstance(node, ast.Signed) and is_number(node.operand))
