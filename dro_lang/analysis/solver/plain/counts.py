"""What is asked of a list, as how many of its elements meet a condition.

`any(xs where c)` is one element or more, `all(xs where c)` none that does not meet it, `min(xs.a) > 3` none with an `a`
up to 3. What asks for elements that meet a condition asks for as many elements at all. Conditions of elements are put
in their normal form, so that a condition and what denies its opposite are one.
"""

from attrs import frozen

from dro_lang.analysis.solver.plain.leaves import condition_of
from dro_lang.analysis.solver.presence import with_known_attributes
from dro_lang.analysis.solver.records import Records
from dro_lang.conditions.normal import (
    MIRRORED,
    All,
    Any,
    Flag,
    Normal,
    Presence,
    Relation,
    all_of,
    any_of,
    complement,
    normalize,
)
from dro_lang.program.expressions import (
    Aggregate,
    And,
    Arithmetic,
    Comparison,
    ComparisonOperator,
    Constant,
    Expression,
    ItemAttribute,
    Known,
    ListFunction,
    walk,
)
from dro_lang.program.model import AttributeDefinition
from dro_lang.program.types import INTEGER, DateTimeType, DateType, ListType

_AT_LEAST, _MORE = ComparisonOperator.GREATER_OR_EQUAL, ComparisonOperator.GREATER
_AT_MOST, _LESS = ComparisonOperator.LESS_OR_EQUAL, ComparisonOperator.LESS
_EQUAL, _OTHER = ComparisonOperator.EQUAL, ComparisonOperator.NOT_EQUAL


def as_counts(leaf: Normal, records: Records) -> Normal | None:
    """A leaf over a list as counts; None for one that is none, or cannot be put so."""
    match leaf:
        case Flag(Aggregate(ListFunction.ANY, where=where) as each, expected) if where is not None:
            return _List(each, records).some(where) if expected else _List(each, records).none(where)
        case Flag(Aggregate(ListFunction.ALL, where=where) as each, expected) if where is not None:
            return _List(each, records).none(where, False) if expected else _List(each, records).some(where, False)
        case Presence(Aggregate(ListFunction.MIN | ListFunction.MAX) as extreme, is_known):
            elements = _List(extreme, records)
            return elements.some(elements.taken) if is_known else elements.none(elements.taken)
        case Relation(operator, Aggregate(ListFunction.MIN | ListFunction.MAX) as extreme, Constant() as to):
            return _List(extreme, records).extreme(operator, to)
        case Relation(operator, Aggregate(ListFunction.COUNT) as count, Constant(int() as number)):
            return _List(count, records).counted(operator, number)
    return None


@frozen
class _List:
    """The list that a function looks at."""

    aggregate: Aggregate
    records: Records

    def count(self, where: Expression | None, holds: bool = True) -> Aggregate:
        """The number of elements that meet a condition, or that do not."""
        put = None if where is None else condition_of(self._known(_of(where, holds)))
        if isinstance(put, Constant) and put.value is True:
            put = None
        return Aggregate(ListFunction.COUNT, self.aggregate.list, None, put, INTEGER)

    def some(self, where: Expression | None, holds: bool = True) -> Normal:
        return self._with_all(_AT_LEAST, self.count(where, holds), 1)

    def none(self, where: Expression | None, holds: bool = True) -> Normal:
        return Relation(_EQUAL, self.count(where, holds), Constant(0, INTEGER))

    def counted(self, operator: ComparisonOperator, number: int) -> Normal:
        return self._with_all(operator, self.count(self.aggregate.where), number)

    def _with_all(self, operator: ComparisonOperator, count: Aggregate, number: int) -> Normal:
        """A test of a count, which asks for as many elements at all."""
        found = Relation(operator, count, Constant(number, INTEGER))
        least = {_AT_LEAST: number, _EQUAL: number, _MORE: number + 1, _OTHER: 1 if number == 0 else 0}.get(operator, 0)
        if count.where is None or least < 1:
            return found
        return all_of((found, Relation(_AT_LEAST, self.count(None), Constant(least, INTEGER))))

    def extreme(self, operator: ComparisonOperator, to: Constant) -> Normal | None:
        """The least or the greatest value compared with a constant, where it is known."""
        is_least = self.aggregate.function is ListFunction.MIN
        reaches, passes = (_AT_MOST, _LESS) if is_least else (_AT_LEAST, _MORE)
        definition = self.definition
        value = ItemAttribute(definition.name, definition.type)

        def that(asked: ComparisonOperator) -> Expression:
            comparison = Comparison(asked, value, to)
            return comparison if self.taken is None else And((self.taken, comparison))

        match operator if is_least else MIRRORED[operator]:
            case ComparisonOperator.EQUAL:
                return all_of((self.some(that(reaches)), self.none(that(passes))))
            case ComparisonOperator.LESS:
                return self.some(that(passes))
            case ComparisonOperator.LESS_OR_EQUAL:
                return self.some(that(reaches))
            case ComparisonOperator.GREATER_OR_EQUAL:
                return self.none(that(passes))
            case ComparisonOperator.GREATER:
                return self.none(that(reaches))
        return any_of((self.some(that(passes)), self.none(that(reaches))))

    @property
    def elements(self) -> tuple[AttributeDefinition, ...]:
        kind = self.records.definitions[self.aggregate.list].type
        assert isinstance(kind, ListType)
        return self.records.program.records[kind.record].attributes

    @property
    def definition(self) -> AttributeDefinition:
        """The attribute of the elements that the function takes."""
        return next(each for each in self.elements if each.name == self.aggregate.attribute)

    @property
    def taken(self) -> Expression | None:
        """The condition of the elements whose value the function takes: of which it is known."""
        where, definition = self.aggregate.where, self.definition
        if not definition.optional:
            return where
        known = Known(ItemAttribute(definition.name, definition.type))
        return known if where is None else And((where, known))

    def _known(self, formula: Normal) -> Normal:
        """The formula with its tests of presence brought down to the attributes of elements."""
        match formula:
            case All(parts):
                return all_of(map(self._known, parts))
            case Any(parts):
                return any_of(map(self._known, parts))
            case Presence(operand) if not any(_may_leave_calendar(part) for part in walk(operand)):
                return with_known_attributes(formula, self._is_optional)
        return formula

    def _is_optional(self, term: Expression) -> bool:
        if isinstance(term, ItemAttribute):
            return any(each.optional for each in self.elements if each.name == term.name)
        return self.records.is_optional(term)


def _of(where: Expression, holds: bool) -> Normal:
    return normalize(where) if holds else complement(normalize(where))


def _may_leave_calendar(part: Expression) -> bool:
    return isinstance(part, Arithmetic) and isinstance(part.type, DateType | DateTimeType)
