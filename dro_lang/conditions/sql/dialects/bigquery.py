"""BigQuery."""

from collections.abc import Sequence

from sqlglot import exp

from dro_lang.conditions.sql.dialects.base import Dialect, not_zero
from dro_lang.conditions.sql.terms import Number, call, case, integer, is_known, text, wrapped

# https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#decimal_types
_NUMERIC_DIGITS, _NUMERIC_PLACES, _BIG_PLACES = 29, 9, 38


class BigQuery(Dialect):
    name = "bigquery"
    title = "BigQuery"
    parameter = "@today"
    points_in_names = False

    def decimal_type(self, digits: int, places: int) -> exp.DataType:
        wide = digits > _NUMERIC_DIGITS or places > _NUMERIC_PLACES
        return exp.DataType.build("BIGNUMERIC" if wide else "NUMERIC", dialect="bigquery")

    def decimal(self, literal: str, digits: int, places: int) -> exp.Expr:
        # A literal with a point is a FLOAT64.
        return exp.Cast(this=text(literal), to=self.decimal_type(digits, places))

    def operand(self, node: exp.Expr, digits: int, places: int) -> exp.Expr:
        # A result that NUMERIC has no room for is rounded, or an error; a literal of whole numbers is taken as it is.
        wide = digits > _NUMERIC_DIGITS or places > _NUMERIC_PLACES
        if not wide or isinstance(node, exp.Literal):
            return node
        return exp.Cast(this=node, to=self.decimal_type(digits, places))

    def ends_with(self, of: exp.Expr, part: exp.Expr) -> exp.Expr:
        return call("ENDS_WITH", of, part)

    def contains(self, of: exp.Expr, part: exp.Expr) -> exp.Expr:
        found = exp.GT(this=call("STRPOS", of, part), expression=integer(0))
        if isinstance(part, exp.Literal) and part.name:
            return found
        # Where an empty text is found is not written anywhere.
        empty = exp.And(this=exp.EQ(this=wrapped(part.copy()), expression=text("")), expression=is_known(of.copy()))
        return exp.Paren(this=exp.Or(this=found, expression=exp.Paren(this=empty)))

    def half_even(self, node: exp.Expr, places: int) -> exp.Expr:
        return call("ROUND", node, integer(places), text("ROUND_HALF_EVEN"))

    def days_between(self, later: exp.Expr, earlier: exp.Expr) -> exp.Expr:
        return call("DATE_DIFF", later, earlier, exp.var("DAY"))

    def plus_days(self, day: exp.Expr, count: exp.Expr) -> exp.Expr:
        return call("DATE_ADD", day, _interval(count, "DAY"))

    def seconds_between(self, later: exp.Expr, earlier: exp.Expr) -> exp.Expr:
        return call("TIMESTAMP_DIFF", later, earlier, exp.var("SECOND"))

    def plus_seconds(self, moment: exp.Expr, count: exp.Expr) -> exp.Expr:
        return call("TIMESTAMP_ADD", moment, _interval(count, "SECOND"))

    def utc_day(self, moment: exp.Expr) -> exp.Expr:
        return call("DATE", moment, text("UTC"))

    def weekday(self, day: exp.Expr) -> exp.Expr:
        # DAYOFWEEK counts from Sunday, which is 1.
        from_sunday = exp.Extract(this=exp.var("DAYOFWEEK"), expression=day)
        monday_first = call("MOD", exp.Add(this=from_sunday, expression=integer(5)), integer(7))
        return exp.Add(this=monday_first, expression=integer(1))

    def quotient(self, dividend: Number, divisor: Number, places: int) -> exp.Expr | None:
        # BIGNUMERIC has 38 digits before the point, and as many after it.
        if max(dividend.digits + divisor.places, places) > _BIG_PLACES:
            return None
        wide = exp.Cast(this=dividend.sql, to=self.decimal_type(dividend.digits, _BIG_PLACES))
        return exp.Div(this=wide, expression=not_zero(divisor))

    def whole_quotient(self, dividend: exp.Expr, divisor: exp.Expr) -> exp.Expr:
        return call("DIV", dividend, divisor)

    def names_that_hold(self, flags: Sequence[tuple[exp.Expr, str]]) -> exp.Expr:
        # An array that is a result must not hold NULL.
        lists = [
            case((flag, exp.Array(expressions=[text(name)])), otherwise=exp.Array(expressions=[]))
            for flag, name in flags
        ]
        return call("ARRAY_CONCAT", *lists)


def _interval(count: exp.Expr, unit: str) -> exp.Expr:
    if not isinstance(count, exp.Literal | exp.Neg):
        count = exp.Cast(this=count, to=exp.DataType.build("BIGINT"))
    return exp.Interval(this=count, unit=exp.var(unit))
