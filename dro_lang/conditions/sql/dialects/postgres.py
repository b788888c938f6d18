"""PostgreSQL, from version 14 on: before that the seconds of a moment were a floating number."""

from collections.abc import Callable, Sequence

from sqlglot import exp

from dro_lang.conditions.sql.dialects.base import Dialect
from dro_lang.conditions.sql.terms import call, integer, text, wrapped
from dro_lang.program.types import EnumType, IdType, TextType, Type


class Postgres(Dialect):
    name = "postgres"
    title = "PostgreSQL"
    parameter = "$1"
    most_digits = None

    def fixed(self, node: exp.Expr, digits: int, places: int) -> exp.Expr:
        # Numbers have as many digits as they need.
        return node

    def trim(self, of: exp.Expr) -> exp.Expr:
        return call("BTRIM", of, self.blanks())

    def ends_with(self, of: exp.Expr, part: exp.Expr) -> exp.Expr:
        return exp.EQ(this=call("RIGHT", of, call("LENGTH", part.copy())), expression=wrapped(part))

    def contains(self, of: exp.Expr, part: exp.Expr) -> exp.Expr:
        return exp.GT(this=call("STRPOS", of, part), expression=integer(0))

    def days_between(self, later: exp.Expr, earlier: exp.Expr) -> exp.Expr:
        return exp.Sub(this=wrapped(later), expression=wrapped(earlier))

    def plus_days(self, day: exp.Expr, count: exp.Expr) -> exp.Expr:
        if not isinstance(count, exp.Literal):
            count = exp.Cast(this=count, to=exp.DataType.build("INT"))
        return exp.Add(this=day, expression=count)

    def seconds_between(self, later: exp.Expr, earlier: exp.Expr) -> exp.Expr:
        epochs = [exp.Extract(this=exp.var("EPOCH"), expression=each) for each in (later, earlier)]
        return call("TRUNC", exp.Sub(this=epochs[0], expression=epochs[1]))

    def plus_seconds(self, moment: exp.Expr, count: exp.Expr) -> exp.Expr:
        second = exp.Interval(this=text("1"), unit=exp.var("SECOND"))
        return exp.Add(this=moment, expression=exp.Mul(this=second, expression=wrapped(count)))

    def utc_day(self, moment: exp.Expr) -> exp.Expr:
        at = exp.AtTimeZone(this=wrapped(moment), zone=text("UTC"))
        return exp.Cast(this=at, to=exp.DataType.build("DATE"))

    def names_that_hold(self, flags: Sequence[tuple[exp.Expr, str]]) -> exp.Expr:
        return call("ARRAY_REMOVE", exp.Array(expressions=self._each(flags)), exp.null())

    def unnest(self, column: str, element: str) -> str:
        return f"CROSS JOIN LATERAL JSONB_ARRAY_ELEMENTS({column}) AS {element}"

    def field(self, element: str, path: Sequence[str], of: Type, theirs: Callable[[str], exp.Identifier]) -> exp.Expr:
        json: exp.Expr = exp.column(element)
        for part in path[:-1]:
            json = exp.JSONExtract(this=json, expression=text(part), only_json_types=True)
        value = exp.JSONExtractScalar(this=json, expression=text(path[-1]), only_json_types=True)
        if isinstance(of, IdType | TextType | EnumType):
            return value
        return exp.Cast(this=exp.Paren(this=value), to=self.type_of(of))
