"""Functions over lists as columns: one row for each element, and of these one for each record.

Databases agree on grouped rows far more than on conditions over arrays, so both kinds of lists, rows of another table
and arrays in a column, become rows first.
"""

from collections.abc import Callable

from attrs import define, field, frozen
from sqlglot import exp

from dro_lang.conditions.columnar.terms import Inexpressible
from dro_lang.conditions.normal import normalize
from dro_lang.conditions.sql.columns import Column, may_misfit, terms
from dro_lang.conditions.sql.formulas import Conditions
from dro_lang.conditions.sql.names import Fresh, own
from dro_lang.conditions.sql.terms import Day, Moment, Number, Plain, Term, case, integer
from dro_lang.program.expressions import Aggregate, ListFunction
from dro_lang.program.render import render

COUNT_DIGITS = 9
"""Digits of how many elements a list is taken to have at most."""


@frozen
class Total:
    """A function over a list: the column that it has in the table of totals, its value there, what it is for a record
    without elements, and its text in the plan."""

    column: str
    value: exp.Expr
    otherwise: exp.Expr | None
    text: str


@define
class Elements:
    """The elements of one list: their columns, and the functions over them that conditions ask for."""

    name: str
    columns: tuple[Column, ...]
    conditions: Callable[[], Conditions]
    """Builds conditions for an element."""
    fresh: Fresh
    found: dict[Aggregate, tuple[Total, Term]] = field(factory=dict)
    misfit: str | None = field(init=False)
    """The name of the column that says what does not fit in the elements; None where any of them fits."""

    @misfit.default
    def _misfit(self) -> str | None:
        held = any(may_misfit(each.definition) for each in self.columns)
        return self.fresh.name(f"{self.name}_misfit") if held else None

    def term(self, aggregate: Aggregate) -> Term:
        """The column of a function over the list."""
        if aggregate not in self.found:
            self.found[aggregate] = self._made(aggregate)
        return self.found[aggregate][1]

    def _made(self, aggregate: Aggregate) -> tuple[Total, Term]:
        of = aggregate.attribute or ""
        name = self.fresh.name("_".join(filter(None, (str(aggregate.function), aggregate.list, of))))
        node = exp.column(own(name))
        held = None
        if aggregate.where is not None:
            held = self.conditions().formula(normalize(aggregate.where)).sql
        value, otherwise, term = self._value(aggregate, held, node)
        return Total(name, value, otherwise, render(aggregate)), term

    def _value(
        self, aggregate: Aggregate, held: exp.Expr | None, node: exp.Expr
    ) -> tuple[exp.Expr, exp.Expr | None, Term]:
        every = exp.Count(this=exp.Star())
        count = every if held is None else exp.Count(this=case((held, integer(1))))
        match aggregate.function:
            case ListFunction.ANY:
                return exp.GT(this=count, expression=integer(0)), exp.false(), Plain(node)
            case ListFunction.ALL:
                return exp.EQ(this=count, expression=every), exp.true(), Plain(node)
            case ListFunction.COUNT:
                return count, integer(0), Number(node, COUNT_DIGITS, loose=True)
        of = terms(self.columns, "item").get(aggregate.attribute or "")
        if of is None:
            raise Inexpressible("a duration that stands in the data has no column there")
        taken = of.sql if held is None else case((held, of.sql))
        function = {ListFunction.SUM: exp.Sum, ListFunction.MIN: exp.Min, ListFunction.MAX: exp.Max}
        value = function[aggregate.function](this=taken)
        if isinstance(of, Number):
            digits = of.digits + (COUNT_DIGITS if aggregate.function is ListFunction.SUM else 0)
            otherwise = integer(0) if aggregate.function is ListFunction.SUM else None
            return value, otherwise, Number(node, digits, of.places, loose=True)
        return value, None, Day(node) if isinstance(of, Day) else Moment(node)
