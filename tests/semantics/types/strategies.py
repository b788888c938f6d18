"""Well-typed expressions over the attributes of `Sample`, in the form that typing gives them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache

from hypothesis import strategies as st

from dro_lang.program.expressions import (
    Aggregate,
    And,
    Arithmetic,
    ArithmeticOperator,
    Attribute,
    Call,
    Comparison,
    ComparisonOperator,
    Constant,
    Expression,
    Function,
    InRange,
    InSet,
    ItemAttribute,
    Known,
    ListFunction,
    Negate,
    Not,
    Now,
    Or,
    Today,
)
from dro_lang.program.types import (
    BOOLEAN,
    DATE,
    DATETIME,
    DECIMAL,
    ID,
    INTEGER,
    TEXT,
    DurationType,
    DurationUnit,
    EnumType,
    MoneyType,
    Type,
)
from dro_lang.program.values import Duration

EUR = MoneyType("EUR")
RISK = EnumType("Risk")
DAYS, ELAPSED = DurationType(DurationUnit.DAYS), DurationType(DurationUnit.ELAPSED)
BUSINESS, ANY = DurationType(DurationUnit.BUSINESS_DAYS), DurationType()
Strategy = st.SearchStrategy[Expression]

REQUIRED = {
    ID: ["id"],
    TEXT: ["name"],
    INTEGER: ["number"],
    DECIMAL: ["rate"],
    EUR: ["balance"],
    DATE: ["due", "start_date"],
    DATETIME: ["moment"],
    BOOLEAN: ["active"],
    RISK: ["risk"],
    ANY: ["wait"],
}
OPTIONAL = [
    Attribute("email", TEXT),
    Attribute("promised", DATE),
    Attribute("paid", EUR),
    Attribute("agreed", BOOLEAN),
    Attribute("grade", RISK),
    Attribute("half", DECIMAL),
]
ITEM = {DATE: ["due"], EUR: ["price"], DECIMAL: ["weight"], INTEGER: ["count"], BOOLEAN: ["ready"], RISK: ["risk"]}

_decimals = st.decimals(-1000, 1000, places=3).map(Decimal.normalize)
VALUES: dict[Type, st.SearchStrategy[object]] = {
    TEXT: st.text('aB "\\\n\u00e4\U0001f600', max_size=4),
    INTEGER: st.integers(-1000, 1000),
    # A whole Decimal is written as an Integer is, and becomes one again only beside another Decimal.
    DECIMAL: _decimals.filter(lambda number: number != number.to_integral_value()),
    EUR: _decimals.map(lambda number: number.to_integral_value() if number == number.to_integral_value() else number),
    DATE: st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    DATETIME: st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(
        lambda moment: moment.replace(second=0, microsecond=0)
    ),
    RISK: st.sampled_from(["Low", "Medium", "High"]),
    DAYS: st.integers(0, 99).map(lambda days: Duration(days=days)),
    ELAPSED: st.integers(1, 99).map(lambda hours: Duration(seconds=hours * 3600)),
    BUSINESS: st.integers(1, 99).map(lambda days: Duration(business_days=days)),
}


def constants(type: Type) -> Strategy:
    return VALUES[type].map(lambda value: Constant(value, type))


def names(type: Type, in_list: bool) -> Strategy:
    """Names of a type: at least one operand of every operation is one, as constants would be folded."""
    options: list[Expression] = [Attribute(name, type) for name in REQUIRED.get(type, [])]
    if type == DAYS:
        since = Attribute("due", DATE), Attribute("start_date", DATE)
        options.append(Arithmetic(ArithmeticOperator.SUBTRACT, *since, DAYS))
    if type == DATE:
        options.append(Today())
    if type == DATETIME:
        options.append(Now())
    if in_list:
        options += [ItemAttribute(name, type) for name in ITEM.get(type, [])]
    return st.sampled_from(options)


@cache
def values(type: Type, depth: int, in_list: bool = False) -> Strategy:
    """Values that vary: names, and operations on at least one of them."""
    if depth == 0:
        return names(type, in_list)
    deeper = values_or_constants
    options = [names(type, in_list)] if type in REQUIRED else []
    vary = values(type, depth - 1, in_list) if type in REQUIRED else None
    if vary is not None and type in (INTEGER, EUR, DECIMAL):
        plus = st.sampled_from([ArithmeticOperator.ADD, ArithmeticOperator.SUBTRACT])
        options.append(st.builds(Arithmetic, plus, vary, deeper(type, depth - 1, in_list), st.just(type)))
        options.append(vary.map(lambda operand: Negate(operand, type)))
        options.append(vary.map(lambda operand: Call(Function.ABS, (operand,), type)))
        options.append(
            st.builds(
                lambda function, one, other: Call(function, (one, other), type),
                st.sampled_from([Function.MIN, Function.MAX]),
                vary,
                deeper(type, depth - 1, in_list),
            )
        )
    if vary is not None and type in (EUR, DECIMAL):
        factor = constants(DECIMAL)
        times = st.sampled_from([ArithmeticOperator.MULTIPLY, ArithmeticOperator.DIVIDE])
        options.append(st.builds(Arithmetic, times, vary, factor, st.just(type)))
    if vary is not None and type in (DATE, DATETIME):
        plus = st.sampled_from([ArithmeticOperator.ADD, ArithmeticOperator.SUBTRACT])
        units = [DAYS, BUSINESS] if type == DATE else [DAYS, ELAPSED, BUSINESS]
        lengths = st.one_of(*map(constants, units))
        options.append(st.builds(Arithmetic, plus, vary, lengths, st.just(type)))
    if type == DAYS:
        days = values_or_constants(DATE, depth - 1, in_list)
        minus = st.just(ArithmeticOperator.SUBTRACT)
        options.append(st.builds(Arithmetic, minus, values(DATE, depth - 1, in_list), days, st.just(DAYS)))
    if type == TEXT and vary is not None:
        options.append(
            st.builds(
                lambda function, text: Call(function, (text,), TEXT),
                st.sampled_from([Function.LOWER, Function.TRIM]),
                vary,
            )
        )
    if type == INTEGER:
        options.append(values(TEXT, depth - 1, in_list).map(lambda text: Call(Function.LENGTH, (text,), INTEGER)))
        options.append(values(DATE, depth - 1, in_list).map(lambda day: Call(Function.WEEKDAY, (day,), INTEGER)))
    optional = [each for each in OPTIONAL if each.type == type]
    if optional:
        options.append(
            st.builds(
                lambda attribute, value: Call(Function.DEFAULT, (attribute, value), type),
                st.sampled_from(optional),
                deeper(type, depth - 1, in_list) if type != BOOLEAN else st.just(Attribute("active", BOOLEAN)),
            )
        )
    if not in_list and type in (INTEGER, EUR):
        name = "count" if type == INTEGER else "price"
        lists = st.sampled_from(["lines", "others"])
        where = st.none() | conditions(depth - 1, in_list=True)
        options.append(st.builds(Aggregate, st.just(ListFunction.SUM), lists, st.just(name), where, st.just(type)))
    return st.one_of(options)


def values_or_constants(type: Type, depth: int, in_list: bool) -> Strategy:
    return st.one_of(constants(type), values(type, depth, in_list))


@cache
def conditions(depth: int, in_list: bool = False) -> Strategy:
    """Conditions that use optional attributes only where they have been shown to be known."""
    ordered = st.sampled_from([INTEGER, DECIMAL, EUR, DATE, DATETIME, DAYS])
    equal = st.sampled_from([TEXT, RISK])

    def compared(type: Type, operators: st.SearchStrategy[ComparisonOperator]) -> Strategy:
        return st.builds(Comparison, operators, values(type, depth, in_list), values_or_constants(type, depth, in_list))

    equality = st.sampled_from([ComparisonOperator.EQUAL, ComparisonOperator.NOT_EQUAL])
    simple = [
        names(BOOLEAN, in_list),
        ordered.flatmap(lambda type: compared(type, st.sampled_from(ComparisonOperator))),
        equal.flatmap(lambda type: compared(type, equality)),
        st.sampled_from(OPTIONAL).map(Known),
        st.sampled_from(OPTIONAL).flatmap(shown_and_used),
        st.builds(InSet, values(RISK, depth, in_list), st.lists(constants(RISK), min_size=1, max_size=3).map(tuple)),
        st.sampled_from([INTEGER, DECIMAL, EUR, DATE]).flatmap(lambda type: ranged(type, depth, in_list)),
    ]
    if not in_list:
        simple.append(
            st.builds(
                Aggregate,
                st.sampled_from([ListFunction.ANY, ListFunction.ALL]),
                st.sampled_from(["lines", "others"]),
                st.none(),
                conditions(0, in_list=True),
                st.just(BOOLEAN),
            )
        )
    if depth == 0:
        return st.one_of(simple)
    parts = st.lists(conditions(depth - 1, in_list), min_size=2, max_size=3).map(tuple)
    return st.one_of(*simple, st.builds(And, parts), st.builds(Or, parts), conditions(depth - 1, in_list).map(Not))


def shown_and_used(attribute: Attribute) -> Strategy:
    """`x is known and ...`, or its contrary, `x is unknown or ...`."""
    use: Strategy
    if attribute.type == BOOLEAN:
        use = st.just(attribute)
    else:
        use = values_or_constants(attribute.type, 0, False).map(
            lambda value: Comparison(ComparisonOperator.EQUAL, attribute, value)
        )
    return st.one_of(
        use.map(lambda condition: And((Known(attribute), condition))),
        use.map(lambda condition: Or((Not(Known(attribute)), condition))),
    )


def ranged(type: Type, depth: int, in_list: bool) -> Strategy:
    bounds = st.lists(constants(type), min_size=2, max_size=2).map(
        lambda pair: sorted(pair, key=lambda constant: constant.value)  # type: ignore[attr-defined, no-any-return]
    )
    sides = st.sampled_from([(True, True), (True, False), (False, True)])
    return st.builds(
        lambda operand, pair, side: InRange(operand, pair[0] if side[0] else None, pair[1] if side[1] else None),
        values(type, depth, in_list),
        bounds,
        sides,
    )
