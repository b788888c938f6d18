"""What databases say differently. The methods are what most of them say; a dialect of its own says what differs.

Only what sqlglot writes the same in all of them, or rightly for each, is left to it: names, literals, CASE, CAST,
comparisons, sums and products. Functions are written out here, as its translations change the meaning of some of them
(CONTAINS becomes a search regardless of case in BigQuery, a quotient a double in PostgreSQL).
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

from sqlglot import exp

from dro_lang.conditions.sql.terms import Number, call, case, integer, text, wrapped
from dro_lang.program.types import (
    BooleanType,
    DateTimeType,
    DateType,
    DecimalType,
    IntegerType,
    MoneyType,
    Type,
)


class Dialect:
    name: str
    """As people choose it, and as sqlglot calls it."""
    title: str
    parameter: str = ":today"
    """The day of the run, as its statements have parameters."""
    folds_up: bool = False
    """Names without quotes are taken as upper case."""
    points_in_names: bool = True
    """The name of a column may have a point in it."""
    most_digits: int | None = 38
    """Digits of the widest exact decimal."""
    least_digits: int = 0
    """Digits of the narrowest one whose products have room."""
    spare_digits: int = 0
    """By how many digits a product of fractions is taken to be longer than its factors together."""

    def write(self, node: exp.Expr, pretty: bool = False) -> str:
        return node.sql(dialect=self.name, pretty=pretty, max_text_width=88)

    # ---- literals and types

    def decimal_type(self, digits: int, places: int) -> exp.DataType:
        return exp.DataType.build(f"DECIMAL({digits + places}, {places})")

    def decimal(self, literal: str, digits: int, places: int) -> exp.Expr:
        """A decimal number, which must not become a floating one."""
        number = exp.Literal.number(literal.lstrip("-"))
        return exp.Neg(this=number) if literal.startswith("-") else number

    def digits(self, digits: int, places: int) -> int:
        """The digits before the point of the type that `cast_decimal` casts to."""
        return max(digits, self.least_digits - places)

    def cast_decimal(self, node: exp.Expr, digits: int, places: int) -> exp.Expr:
        return exp.Cast(this=node, to=self.decimal_type(self.digits(digits, places), places))

    def fixed(self, node: exp.Expr, digits: int, places: int) -> exp.Expr:
        """An exact decimal with a type of so many digits, where types have them."""
        return self.cast_decimal(node, digits, places)

    def operand(self, node: exp.Expr, digits: int, places: int) -> exp.Expr:
        """A decimal that takes part in a sum or product of so many digits."""
        return node

    def as_integer(self, node: exp.Expr) -> exp.Expr:
        """A whole number of an exact decimal type, as an integer."""
        return exp.Cast(this=node, to=exp.DataType.build("BIGINT"))

    def day(self, day: date) -> exp.Expr:
        return exp.Cast(this=text(day.isoformat()), to=exp.DataType.build("DATE"))

    def parameter_day(self) -> exp.Expr:
        """The day of the run, as a parameter."""
        return exp.Cast(this=exp.var(self.parameter), to=exp.DataType.build("DATE"))

    def moment(self, moment: datetime) -> exp.Expr:
        written = moment.astimezone(UTC).isoformat(" ")
        return exp.Cast(this=text(written), to=exp.DataType.build("TIMESTAMPTZ"))

    def type_of(self, of: Type) -> exp.DataType:
        """The type of the values of a type of the language."""
        match of:
            case BooleanType():
                return exp.DataType.build("BOOLEAN")
            case IntegerType():
                return exp.DataType.build("BIGINT")
            case DecimalType() | MoneyType():
                return self.decimal_type(12, 6)
            case DateType():
                return exp.DataType.build("DATE")
            case DateTimeType():
                return exp.DataType.build("TIMESTAMPTZ")
        return exp.DataType.build("TEXT")

    # ---- text

    def blanks(self) -> exp.Expr:
        return exp.DPipe(
            this=exp.DPipe(
                this=exp.DPipe(this=text(" "), expression=call("CHR", integer(9))), expression=call("CHR", integer(10))
            ),
            expression=call("CHR", integer(13)),
        )

    def trim(self, of: exp.Expr) -> exp.Expr:
        return call("TRIM", of, self.blanks())

    def starts_with(self, of: exp.Expr, part: exp.Expr) -> exp.Expr:
        return call("STARTS_WITH", of, part)

    def ends_with(self, of: exp.Expr, part: exp.Expr) -> exp.Expr:
        return call("ENDS_WITH", of, part)

    def contains(self, of: exp.Expr, part: exp.Expr) -> exp.Expr:
        return call("CONTAINS", of, part)

    # ---- numbers

    def half_even(self, node: exp.Expr, places: int) -> exp.Expr:
        """A decimal rounded half even: rounded half away from zero, and back where that left an even digit."""
        unit = f"0.{'1'.rjust(places, '0')}" if places else "1"
        tie = f"0.{'5'.rjust(places + 1, '0')}"
        twice = f"0.{'2'.rjust(places, '0')}" if places else "2"

        def number(literal: str) -> exp.Expr:
            return exp.Literal.number(literal)

        rest = self.remainder(node.copy(), number(twice))
        back = exp.Case(
            this=rest,
            ifs=[
                exp.If(this=number(tie), true=number(unit)),
                exp.If(this=exp.Neg(this=number(tie)), true=exp.Neg(this=number(unit))),
            ],
            default=integer(0),
        )
        return exp.Sub(this=call("ROUND", node.copy(), integer(places)), expression=back)

    def remainder(self, dividend: exp.Expr, divisor: exp.Expr) -> exp.Expr:
        return call("MOD", dividend, divisor)

    def quotient(self, dividend: Number, divisor: Number, places: int) -> exp.Expr | None:
        """The quotient, with no fewer digits after the point; None where there is no room for them. It has as many as
        its dividend at least."""
        if self.most_digits is not None and dividend.digits + divisor.places + places > self.most_digits:
            return None
        wide = exp.Cast(this=dividend.sql, to=self.decimal_type(dividend.digits, places))
        return exp.Div(this=wide, expression=not_zero(divisor))

    def whole_quotient(self, dividend: exp.Expr, divisor: exp.Expr) -> exp.Expr:
        """Of whole numbers, the quotient without its fraction: what divides without a rest is exact."""
        whole = exp.Sub(this=wrapped(dividend), expression=self.remainder(dividend.copy(), divisor.copy()))
        return exp.Div(this=exp.Paren(this=whole), expression=wrapped(divisor))

    # ---- dates and moments

    def days_between(self, later: exp.Expr, earlier: exp.Expr) -> exp.Expr:
        return call("DATEDIFF", exp.var("DAY"), earlier, later)

    def plus_days(self, day: exp.Expr, count: exp.Expr) -> exp.Expr:
        return call("DATEADD", exp.var("DAY"), count, day)

    def seconds_between(self, later: exp.Expr, earlier: exp.Expr) -> exp.Expr:
        """Whole seconds, a fraction of the last one dropped."""
        raise NotImplementedError

    def plus_seconds(self, moment: exp.Expr, count: exp.Expr) -> exp.Expr:
        raise NotImplementedError

    def utc_day(self, moment: exp.Expr) -> exp.Expr:
        """The date that a moment has in UTC."""
        raise NotImplementedError

    def date_part(self, part: str, day: exp.Expr) -> exp.Expr:
        return exp.Extract(this=exp.var(part), expression=day)

    def weekday(self, day: exp.Expr) -> exp.Expr:
        """From 1 (Monday) to 7."""
        return exp.Extract(this=exp.var("ISODOW"), expression=day)

    # ---- lists

    def names_that_hold(self, flags: Sequence[tuple[exp.Expr, str]]) -> exp.Expr:
        """The list of the names whose conditions are true; empty where none is."""
        raise NotImplementedError

    def unnest(self, column: str, element: str) -> str:
        """What stands behind a table in FROM for a row for each element of a list in a column."""
        return f"CROSS JOIN UNNEST({column}) AS {element}"

    def field(self, element: str, path: Sequence[str], of: Type, theirs: Callable[[str], exp.Identifier]) -> exp.Expr:
        """What stands in an element at a path; `theirs` makes the name of a field."""
        return exp.Dot.build([exp.to_identifier(element), *map(theirs, path)])

    def names(self, names: Sequence[str]) -> exp.Expr:
        """A list of names."""
        return exp.Array(expressions=[text(name) for name in names])

    def _each(self, flags: Sequence[tuple[exp.Expr, str]]) -> list[exp.Expr]:
        return [case((flag, text(name))) for flag, name in flags]


def not_zero(divisor: Number) -> exp.Expr:
    """A divisor, unknown where it is zero."""
    return divisor.sql if divisor.value else call("NULLIF", divisor.sql, integer(0))
