"""DuckDB."""

from collections.abc import Sequence

from sqlglot import exp

from dro_lang.conditions.sql.dialects.base import Dialect
from dro_lang.conditions.sql.terms import Number, call, integer, wrapped


class DuckDB(Dialect):
    name = "duckdb"
    title = "DuckDB"
    parameter = "$today"
    # The product of two decimals of 18 digits at most has 18 digits too.
    least_digits = 19

    def days_between(self, later: exp.Expr, earlier: exp.Expr) -> exp.Expr:
        return exp.Sub(this=wrapped(later), expression=wrapped(earlier))

    def plus_days(self, day: exp.Expr, count: exp.Expr) -> exp.Expr:
        if not isinstance(count, exp.Literal):
            count = exp.Cast(this=count, to=exp.DataType.build("INT"))
        return exp.Add(this=day, expression=count)

    def seconds_between(self, later: exp.Expr, earlier: exp.Expr) -> exp.Expr:
        between = exp.Sub(this=call("EPOCH_US", later), expression=call("EPOCH_US", earlier))
        return exp.IntDiv(this=exp.Paren(this=between), expression=integer(1_000_000))

    def plus_seconds(self, moment: exp.Expr, count: exp.Expr) -> exp.Expr:
        return exp.Add(this=moment, expression=call("TO_SECONDS", self.as_integer(count)))

    def utc_day(self, moment: exp.Expr) -> exp.Expr:
        at = exp.AtTimeZone(this=wrapped(moment), zone=exp.Literal.string("UTC"))
        return exp.Cast(this=at, to=exp.DataType.build("DATE"))

    def quotient(self, dividend: Number, divisor: Number, places: int) -> exp.Expr | None:
        # The quotient of two decimals is a floating number.
        return None

    def whole_quotient(self, dividend: exp.Expr, divisor: exp.Expr) -> exp.Expr:
        huge = [exp.Cast(this=each, to=exp.DataType.build("INT128")) for each in (dividend, divisor)]
        return exp.IntDiv(this=huge[0], expression=huge[1])

    def names_that_hold(self, flags: Sequence[tuple[exp.Expr, str]]) -> exp.Expr:
        names = exp.Array(expressions=self._each(flags))
        kept = exp.Lambda(
            this=exp.Is(this=exp.column("name"), expression=exp.Not(this=exp.null())),
            expressions=[exp.to_identifier("name")],
        )
        return call("LIST_FILTER", names, kept)

    def unnest(self, column: str, element: str) -> str:
        return f"CROSS JOIN UNNEST({column}) AS nested({element})"
