"""Spark SQL, from version 3.4 on, and Databricks, which is made of it."""

from collections.abc import Sequence

from sqlglot import exp

from dro_lang.conditions.sql.dialects.base import Dialect
from dro_lang.conditions.sql.terms import call, integer

_MICRO = 1_000_000
_DAY = 86_400 * _MICRO


class Spark(Dialect):
    name = "spark"
    title = "Spark"
    spare_digits = 1

    def trim(self, of: exp.Expr) -> exp.Expr:
        return exp.Trim(this=of, expression=self.blanks(), position="BOTH")

    def starts_with(self, of: exp.Expr, part: exp.Expr) -> exp.Expr:
        return call("STARTSWITH", of, part)

    def ends_with(self, of: exp.Expr, part: exp.Expr) -> exp.Expr:
        return call("ENDSWITH", of, part)

    def half_even(self, node: exp.Expr, places: int) -> exp.Expr:
        return call("BROUND", node, integer(places))

    def days_between(self, later: exp.Expr, earlier: exp.Expr) -> exp.Expr:
        return call("DATEDIFF", later, earlier)

    def plus_days(self, day: exp.Expr, count: exp.Expr) -> exp.Expr:
        if not isinstance(count, exp.Literal):
            count = exp.Cast(this=count, to=exp.DataType.build("INT"))
        return call("DATE_ADD", day, count)

    def seconds_between(self, later: exp.Expr, earlier: exp.Expr) -> exp.Expr:
        between = exp.Sub(this=call("UNIX_MICROS", later), expression=call("UNIX_MICROS", earlier))
        return exp.IntDiv(this=exp.Paren(this=between), expression=integer(_MICRO))

    def plus_seconds(self, moment: exp.Expr, count: exp.Expr) -> exp.Expr:
        micros = exp.Mul(this=self.as_integer(count), expression=integer(_MICRO))
        return call("TIMESTAMP_MICROS", exp.Add(this=call("UNIX_MICROS", moment), expression=micros))

    def utc_day(self, moment: exp.Expr) -> exp.Expr:
        # Other functions look at the time zone of the session.
        micros = call("UNIX_MICROS", moment)
        rest = call("PMOD", micros.copy(), integer(_DAY))
        days = exp.IntDiv(this=exp.Paren(this=exp.Sub(this=micros, expression=rest)), expression=integer(_DAY))
        return call("DATE_FROM_UNIX_DATE", exp.Cast(this=days, to=exp.DataType.build("INT")))

    def weekday(self, day: exp.Expr) -> exp.Expr:
        return exp.Add(this=call("WEEKDAY", day), expression=integer(1))

    def names_that_hold(self, flags: Sequence[tuple[exp.Expr, str]]) -> exp.Expr:
        return call("ARRAY_COMPACT", exp.Array(expressions=self._each(flags)))

    def unnest(self, column: str, element: str) -> str:
        return f"LATERAL VIEW EXPLODE({column}) nested AS {element}"


class Databricks(Spark):
    name = "databricks"
    title = "Databricks"
