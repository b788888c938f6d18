"""Snowflake."""

from collections.abc import Callable, Sequence

from sqlglot import exp

from dro_lang.conditions.sql.dialects.base import Dialect
from dro_lang.conditions.sql.terms import call, integer, text
from dro_lang.program.types import Type

# https://docs.snowflake.com/en/sql-reference/operators-arithmetic: the scale of a product is the sum of the scales up
# to 12; of a quotient, that of the dividend, widened to 12.


class Snowflake(Dialect):
    name = "snowflake"
    title = "Snowflake"
    parameter = "$today"
    folds_up = True

    def starts_with(self, of: exp.Expr, part: exp.Expr) -> exp.Expr:
        return call("STARTSWITH", of, part)

    def ends_with(self, of: exp.Expr, part: exp.Expr) -> exp.Expr:
        return call("ENDSWITH", of, part)

    def half_even(self, node: exp.Expr, places: int) -> exp.Expr:
        return call("ROUND", node, integer(places), text("HALF_TO_EVEN"))

    def seconds_between(self, later: exp.Expr, earlier: exp.Expr) -> exp.Expr:
        # DATEDIFF(SECOND, ...) counts how often the clock's second changes.
        micros = call("DATEDIFF", exp.var("MICROSECOND"), earlier, later)
        return call("TRUNC", exp.Div(this=micros, expression=integer(1_000_000)))

    def plus_seconds(self, moment: exp.Expr, count: exp.Expr) -> exp.Expr:
        return call("DATEADD", exp.var("SECOND"), count, moment)

    def utc_day(self, moment: exp.Expr) -> exp.Expr:
        return call("TO_DATE", call("CONVERT_TIMEZONE", text("UTC"), moment))

    def date_part(self, part: str, day: exp.Expr) -> exp.Expr:
        return call(part, day)

    def weekday(self, day: exp.Expr) -> exp.Expr:
        return call("DAYOFWEEKISO", day)

    def names_that_hold(self, flags: Sequence[tuple[exp.Expr, str]]) -> exp.Expr:
        return call("ARRAY_CONSTRUCT_COMPACT", *self._each(flags))

    def unnest(self, column: str, element: str) -> str:
        return f"CROSS JOIN LATERAL FLATTEN(INPUT => {column}) AS {element}"

    def field(self, element: str, path: Sequence[str], of: Type, theirs: Callable[[str], exp.Identifier]) -> exp.Expr:
        value: exp.Expr = exp.column("value", table=element)
        for part in path:
            value = call("GET", value, text(part))
        return exp.Cast(this=value, to=self.type_of(of))

    def names(self, names: Sequence[str]) -> exp.Expr:
        return call("ARRAY_CONSTRUCT", *map(text, names))
