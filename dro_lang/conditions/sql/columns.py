"""The columns that a plan reads: as terms, and what they have to fit."""

from collections.abc import Iterable, Mapping

from attrs import frozen
from sqlglot import exp

from dro_lang.conditions.sql.dialects.base import Dialect
from dro_lang.conditions.sql.expressions import constant
from dro_lang.conditions.sql.names import own
from dro_lang.conditions.sql.terms import BIGINT_DIGITS, Day, Length, Moment, Number, Plain, Value, case, is_null, text
from dro_lang.program.expressions import (
    Aggregate,
    Arithmetic,
    Attribute,
    Call,
    Expression,
    Function,
    ItemAttribute,
    ListFunction,
    Negate,
    Today,
    operands,
)
from dro_lang.program.model import AttributeDefinition, Enumeration
from dro_lang.program.types import (
    DateTimeType,
    DateType,
    DecimalType,
    DurationType,
    EnumType,
    IntegerType,
    ListType,
    MoneyType,
)
from dro_lang.program.values import SCALE, WHOLE_DIGITS


@frozen
class Reads:
    """What conditions read: attributes of the root, and by list those of its elements. `calculated` are those that
    calculations read, which need a type of known digits; those of elements stand as `list.attribute`."""

    root: frozenset[str]
    elements: Mapping[str, frozenset[str]]
    calculated: frozenset[str]
    today: bool


def reads(conditions: Iterable[Expression]) -> Reads:
    root: set[str] = set()
    elements: dict[str, set[str]] = {}
    calculated: set[str] = set()
    today = False

    def visit(expression: Expression, of: str, calculates: bool) -> None:
        nonlocal today
        match expression:
            case Attribute(name):
                root.add(name)
                if calculates:
                    calculated.add(name)
            case ItemAttribute(name):
                elements[of].add(name)
                if calculates:
                    calculated.add(f"{of}.{name}")
            case Today():
                today = True
            case Aggregate(function, name, attribute, where):
                elements.setdefault(name, set())
                if attribute is not None:
                    elements[name].add(attribute)
                    if function is ListFunction.SUM:
                        calculated.add(f"{name}.{attribute}")
                if where is not None:
                    visit(where, name, False)
                return
            case Arithmetic() | Negate() | Call(Function.ABS | Function.ROUND):
                calculates = True
        for part in operands(expression):
            visit(part, of, calculates)

    for condition in conditions:
        visit(condition, "", False)
    return Reads(frozenset(root), {name: frozenset(of) for name, of in elements.items()}, frozenset(calculated), today)


@frozen
class Column:
    """A column that a query makes of what the data has: its name, its value in terms of the data, and what it is to
    those that read it."""

    definition: AttributeDefinition
    value: exp.Expr
    digits: int | None = None
    """Digits before the point, of one that is cast to an exact decimal."""

    def term(self, table: str | None = None) -> Value | None:
        """The column as a term; there is none for a duration."""
        node = exp.Column(this=own(self.definition.name), table=own(table) if table else None)
        loose = self.digits is None
        match self.definition.type:
            case IntegerType():
                return Number(node, self.digits or BIGINT_DIGITS, loose=loose)
            case DecimalType() | MoneyType():
                return Number(node, self.digits or WHOLE_DIGITS, SCALE, loose=loose)
            case DateType():
                return Day(node)
            case DateTimeType():
                return Moment(node)
            case DurationType() | ListType():
                return None
        return Plain(node)


def column(definition: AttributeDefinition, value: exp.Expr, calculated: bool, dialect: Dialect) -> Column:
    """A column of an attribute. What calculations read is of a type that has the attribute's digits."""
    if calculated and isinstance(definition.type, IntegerType | DecimalType | MoneyType):
        whole = isinstance(definition.type, IntegerType)
        digits, places = (BIGINT_DIGITS, 0) if whole else (WHOLE_DIGITS, SCALE)
        cast = dialect.cast_decimal if whole else dialect.fixed
        if isinstance(value, exp.Cast) and value.to == dialect.decimal_type(digits, places):
            return Column(definition, value, digits)
        return Column(definition, cast(value, digits, places), dialect.digits(digits, places))
    return Column(definition, value)


def terms(columns: Iterable[Column], table: str | None = None) -> Mapping[str, Value]:
    found = ((each.definition.name, each.term(table)) for each in columns)
    return {name: term for name, term in found if term is not None}


def required(columns: Iterable[Column], item: bool = False) -> frozenset[Expression]:
    """The attributes (of an item) that are never unknown."""
    kind = ItemAttribute if item else Attribute
    definitions = (each.definition for each in columns)
    return frozenset(kind(each.name, each.type) for each in definitions if not each.optional)


def may_misfit(definition: AttributeDefinition) -> bool:
    """Whether there are values in a column of an attribute's type that do not fit it."""
    bounded = definition.low is not None or definition.high is not None
    return not definition.optional or bounded or isinstance(definition.type, EnumType)


def misfit(
    columns: Iterable[Column], enums: Mapping[str, Enumeration], dialect: Dialect, table: str | None = None
) -> exp.Expr | None:
    """The code of the reason why a row does not fit, or NULL; None where any row fits."""
    missing: list[exp.Expr] = []
    strange: list[exp.Expr] = []
    outside: list[exp.Expr] = []
    for each in columns:
        definition, of = each.definition, each.term(table)
        if of is None:
            continue
        if not definition.optional:
            missing.append(is_null(of.sql))
        if isinstance(definition.type, EnumType):
            texts = [text(each.text) for each in enums[definition.type.name].constants]
            strange.append(exp.Not(this=exp.In(this=of.sql, expressions=texts)))
        for bound, kind in ((definition.low, exp.LT), (definition.high, exp.GT)):
            if bound is not None:
                limit = constant(bound.value, bound.type, enums, dialect)
                assert not isinstance(limit, Length)
                outside.append(kind(this=of.sql, expression=limit.sql))
    codes = ((missing, "R0102"), (strange, "R0105"), (outside, "R0104"))
    branches = [(exp.or_(*tests, copy=False), text(code)) for tests, code in codes if tests]
    return case(*branches) if branches else None
