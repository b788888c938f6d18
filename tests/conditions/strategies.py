"""Well-typed expressions over one small but complete context, and records and environments to evaluate them in.

The values of records and the constants of expressions come from the same small pools, so that they meet on boundaries:
neighbouring numbers, texts that differ in case, days and moments around clock changes and holidays.
"""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from dro_lang.conditions.environment import Environment
from dro_lang.conditions.time import BusinessCalendar
from dro_lang.program import expressions as e
from dro_lang.program.expressions import ArithmeticOperator as Op
from dro_lang.program.expressions import ComparisonOperator as Cmp
from dro_lang.program.expressions import Function as F
from dro_lang.program.expressions import ListFunction as L
from dro_lang.program.model import AttributeDefinition, Context, EnumConstant, Enumeration, RecordShape
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
    ListType,
    MoneyType,
)
from dro_lang.program.values import Duration

RISK = EnumType("Risk")
EUR = MoneyType("EUR")
DAYS = DurationType(DurationUnit.DAYS)
ELAPSED = DurationType(DurationUnit.ELAPSED)
BUSINESS = DurationType(DurationUnit.BUSINESS_DAYS)

RISKS = Enumeration(
    "Risk", (EnumConstant("Low", "low"), EnumConstant("Medium", "medium"), EnumConstant("High", "HIGH"))
)

LINE = RecordShape(
    "Line",
    (
        AttributeDefinition("id", ID),
        AttributeDefinition("number", TEXT, optional=True),
        AttributeDefinition("amount", EUR),
        AttributeDefinition("refund", EUR, optional=True),
        AttributeDefinition("discount", DECIMAL, optional=True),
        AttributeDefinition("pieces", INTEGER),
        AttributeDefinition("spare", INTEGER, optional=True),
        AttributeDefinition("kind", RISK),
        AttributeDefinition("ready", BOOLEAN),
        AttributeDefinition("shipped", BOOLEAN, optional=True),
        AttributeDefinition("ship_date", DATE, optional=True),
        AttributeDefinition("seen_at", DATETIME),
        AttributeDefinition("transit", ELAPSED, optional=True),
        AttributeDefinition("slack", DAYS),
    ),
)

CONTEXT = Context(
    "Case",
    (
        AttributeDefinition("id", ID),
        AttributeDefinition("start_date", DATE),
        AttributeDefinition("name", TEXT),
        AttributeDefinition("nickname", TEXT, optional=True),
        AttributeDefinition("risk", RISK),
        AttributeDefinition("mood", RISK, optional=True),
        AttributeDefinition("vip", BOOLEAN),
        AttributeDefinition("blocked", BOOLEAN, optional=True),
        AttributeDefinition("visits", INTEGER),
        AttributeDefinition("rank", INTEGER, optional=True),
        AttributeDefinition("rate", DECIMAL),
        AttributeDefinition("score", DECIMAL, optional=True),
        AttributeDefinition("balance", EUR),
        AttributeDefinition("credit", EUR, optional=True),
        AttributeDefinition("promised_on", DATE, optional=True),
        AttributeDefinition("opened_at", DATETIME),
        AttributeDefinition("called_at", DATETIME, optional=True),
        AttributeDefinition("notice", DAYS),
        AttributeDefinition("patience", ELAPSED, optional=True),
        AttributeDefinition("lead", BUSINESS, optional=True),
        AttributeDefinition("lines", ListType("Line", items=True)),
        AttributeDefinition("old_lines", ListType("Line")),
    ),
)

PARAMETERS = (AttributeDefinition("first", DAYS), AttributeDefinition("limit", EUR, optional=True))
RESULTS = (
    e.Result(None, "visit", "note", TEXT),
    e.Result("Remind", "call", "answered", BOOLEAN),
    e.Result("Remind", "call", "paid", EUR),
)
LISTS = ("lines", "old_lines")

# ---- values


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


POOLS = {
    ID: ["A-1", "a-1", ""],
    TEXT: [
        "",
        "a",
        "A",
        "b",
        "ab",
        "aB",
        "ä",
        "Ä",
        "ß",
        "SS",
        "ss",
        "İ",
        "i",
        " a\t",
        "\u00a0a",
        "a\n",
        "\r",
        "😀",
        "e\u0301",
        "é",
        'a"b\\',
        "Low",
        "\x00",
    ],
    BOOLEAN: [True, False],
    INTEGER: [-1, 0, 1, 2, 7, 29, 30, 59, 60, 2**63 - 1, -(2**63), 1_000_000],
    DECIMAL: [
        Decimal(text) for text in ("0", "0.000001", "-0.000001", "0.5", "1.5", "2.5", "0.1", "0.3", "3", "29.999999")
    ]
    + [Decimal("1000000"), Decimal("1000000.000001"), Decimal("999999999999.999999"), Decimal("-999999999999.999999")],
    DATE: [date(2026, 3, day) for day in (28, 29, 30)]
    + [date(2026, 10, day) for day in (24, 25, 26)]
    + [date(2026, 12, day) for day in (23, 24, 25, 26, 27, 28, 31)]
    + [date(2027, 1, 1), date(2024, 2, 29), date(2011, 12, 29), date.min, date.max],
    DATETIME: [
        _at("2026-03-29T00:30:00+00:00"),
        _at("2026-03-29T01:30:00+01:00"),
        _at("2026-03-29T03:30:00+02:00"),
        _at("2026-03-28T02:30:00+01:00"),
        _at("2026-10-25T02:30:00+02:00"),
        _at("2026-10-25T02:30:00+01:00"),
        _at("2026-10-24T02:30:00+02:00"),
        _at("2026-12-31T23:59:59.500000+00:00"),
        _at("2027-01-01T00:59:59+01:00"),
        _at("2011-12-29T12:00:00-10:00"),
        _at("2026-12-24T09:00:00+01:00"),
        _at("9999-12-31T23:30:00+00:00"),
        _at("0001-01-01T00:30:00+00:00"),
    ],
    DAYS: [Duration(days=n) for n in (0, 1, -1, 2, 7, 365)],
    ELAPSED: [Duration(seconds=n) for n in (0, 1, 1800, 3600, 86_399, 86_400, 86_401, -3600)],
    BUSINESS: [Duration(business_days=n) for n in (0, 1, 2, 5, -1, -3)],
    RISK: [constant.name for constant in RISKS.constants],
}
POOLS[EUR] = POOLS[DECIMAL]

_DRAWN = {
    INTEGER: st.integers(-(2**63), 2**63 - 1),
    DECIMAL: st.decimals(-1000, 1000, places=6),
    EUR: st.decimals(-1000, 1000, places=2),
    TEXT: st.text(alphabet=st.sampled_from("aAbBäÄ \t\u2003ßz"), max_size=4),
    DATE: st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    DATETIME: st.datetimes(
        datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.sampled_from([UTC, timezone(timedelta(hours=2))])
    ),
    DAYS: st.integers(-400, 400).map(lambda n: Duration(days=n)),
    ELAPSED: st.integers(-200_000, 200_000).map(lambda n: Duration(seconds=n)),
}


@lru_cache
def values(type):
    """Values of a type as they stand in a record."""
    if isinstance(type, ListType):
        return st.lists(rows(LINE), max_size=3).map(tuple)
    pool = st.sampled_from(POOLS[type])
    return st.one_of(pool, pool, _DRAWN[type]) if type in _DRAWN else pool


@lru_cache
def rows(shape):
    """Records of a shape; an optional attribute is unknown half of the time."""
    return st.fixed_dictionaries(
        {a.name: st.none() | values(a.type) if a.optional else values(a.type) for a in shape.attributes}
    )


ZONES = [ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "America/New_York", "Pacific/Apia", "Asia/Kolkata")]
CALENDARS = [
    BusinessCalendar(),
    BusinessCalendar(holidays="DE"),
    BusinessCalendar(holidays="XECB"),
    BusinessCalendar(weekend=(4, 5), holidays="US"),
]


@st.composite
def environments(draw):
    """A record at a moment. `today` goes with `now`, save where that lies beyond the calendar in the zone."""
    zone = draw(st.sampled_from(ZONES))
    now = draw(values(DATETIME))
    try:
        today = now.astimezone(zone).date()
    except OverflowError:
        today = now.date()
    return Environment(
        draw(rows(CONTEXT)),
        today,
        now,
        zone,
        draw(st.sampled_from(CALENDARS)),
        parameters={p.name: draw(values(p.type)) for p in PARAMETERS if not p.optional or draw(st.booleans())},
        results={(r.group, r.step, r.name): draw(values(r.type)) for r in RESULTS if draw(st.booleans())},
    )


# ---- expressions

ORDERED = (INTEGER, DECIMAL, EUR, DATE, DATETIME, DAYS, ELAPSED, BUSINESS)
UNORDERED = (ID, TEXT, RISK)


def names(type, item):
    """The attributes, parameters and results of a type; `item`: with those of the element at hand."""
    found = [e.Attribute(a.name, type) for a in CONTEXT.attributes if a.type == type]
    found += [e.Parameter(p.name, type) for p in PARAMETERS if p.type == type]
    found += [r for r in RESULTS if r.type == type]
    if item:
        # Twice: what is at hand is what matters inside a list function.
        found += 2 * [e.ItemAttribute(a.name, type) for a in LINE.attributes if a.type == type]
    return st.sampled_from(found)


def constants(type):
    # The literals of the language have no fractions of a second.
    written = values(type).map(lambda value: value.replace(microsecond=0)) if type == DATETIME else values(type)
    return written.map(lambda value: e.Constant(value, type))


def _arithmetic(operators, left, right, type):
    return st.builds(e.Arithmetic, st.sampled_from(operators), left, right, st.just(type))


def _call(function, *arguments, type):
    return st.tuples(*arguments).map(lambda taken: e.Call(function, taken, type))


@st.composite
def expressions(draw, type, depth=2, item=False):
    """Expressions of a type that is not Boolean, at most so many operations deep."""
    return draw(_expressions(type, depth, item))


# Strategies that are drawn from by a composite one keep reports of failures short.


@cache
def _expressions(type, depth, item):
    leaves = st.one_of(names(type, item), names(type, item), constants(type), *_clock(type))
    if depth == 0:
        return leaves
    return st.one_of(leaves, _operations(type, depth - 1, item))


def _clock(type):
    return {DATE: [st.just(e.Today())], DATETIME: [st.just(e.Now())]}.get(type, [])


def _operations(type, depth, item):
    def of(other):
        return expressions(other, depth, item)

    same = of(type)
    found = [_call(F.DEFAULT, same, same, type=type)]
    plus_minus, times, by = (Op.ADD, Op.SUBTRACT), (Op.MULTIPLY,), (Op.DIVIDE,)
    if type == TEXT:
        found += [_call(function, same, type=TEXT) for function in (F.LOWER, F.UPPER, F.TRIM)]
    if type in ORDERED:
        found += [_call(F.MIN, same, same, type=type), _call(F.MAX, same, same, same, type=type)]
    if type in (INTEGER, DECIMAL, EUR, DAYS, ELAPSED):
        found += [st.builds(e.Negate, same, st.just(type)), _call(F.ABS, same, type=type)]
    if type in (INTEGER, DECIMAL, EUR, DAYS, ELAPSED, BUSINESS):
        found.append(_arithmetic(plus_minus, same, same, type))
    if type == INTEGER:
        found += [_arithmetic(times, same, same, type), _call(F.LENGTH, of(TEXT), type=type)]
        parts = (F.YEAR, F.MONTH, F.DAY, F.WEEKDAY)
        found += [_call(part, of(moment), type=type) for part in parts for moment in (DATE, DATETIME)]
    if type == DECIMAL:
        either = of(DECIMAL) | of(INTEGER)
        found += [_arithmetic(plus_minus, either, same, type), _arithmetic(times, same, either, type)]
        found += [_arithmetic(by, either, either, type), _arithmetic(by, of(EUR), of(EUR), type)]
        found.append(_call(F.MIN, of(INTEGER), same, type=type))
    if type in (DECIMAL, EUR):
        found.append(_call(F.ROUND, same, st.integers(0, 6).map(lambda n: e.Constant(n, INTEGER)), type=type))
    if type == EUR:
        number = of(DECIMAL) | of(INTEGER)
        found += [_arithmetic((*times, *by), same, number, type), _arithmetic(times, number, same, type)]
    if type == DATE:
        found += [
            _arithmetic(plus_minus, same, of(DAYS) | of(BUSINESS), type),
            _arithmetic((Op.ADD,), of(DAYS), same, type),
        ]
    if type == DATETIME:
        found.append(_arithmetic(plus_minus, same, of(DAYS) | of(BUSINESS) | of(ELAPSED), type))
        found.append(_arithmetic(plus_minus, same, _arithmetic(plus_minus, of(DAYS), of(ELAPSED), ELAPSED), type))
    if type == DAYS:
        found += [_arithmetic((Op.SUBTRACT,), of(DATE), of(DATE), type), _arithmetic(times, same, of(INTEGER), type)]
    if type == ELAPSED:
        found += [
            _arithmetic((Op.SUBTRACT,), of(DATETIME), of(DATETIME), type),
            _arithmetic(times, of(INTEGER), same, type),
        ]
    if not item:
        found += _aggregates(type, depth)
    return st.one_of(found)


def _aggregates(type, depth):
    where = st.none() | conditions(min(depth, 1), item=True)
    if type == INTEGER:
        counted = st.builds(e.Aggregate, st.just(L.COUNT), st.sampled_from(LISTS), st.none(), where, st.just(INTEGER))
        return [counted, counted, _taken((L.SUM, L.MIN, L.MAX), type, where)]
    if type in (DECIMAL, EUR):
        return [_taken((L.SUM, L.MIN, L.MAX), type, where)]
    return [_taken((L.MIN, L.MAX), type, where)] if type in (DATE, DATETIME, ELAPSED, DAYS) else []


def _taken(functions, type, where):
    attributes = st.sampled_from([a.name for a in LINE.attributes if a.type == type])
    return st.builds(e.Aggregate, st.sampled_from(functions), st.sampled_from(LISTS), attributes, where, st.just(type))


# ---- conditions


@st.composite
def conditions(draw, depth=3, item=False):
    """Conditions, at most so many connectives deep."""
    return draw(_conditions(depth, item))


@cache
def _conditions(depth, item):
    leaves = _comparisons(min(depth, 2), item)
    if depth == 0:
        return leaves
    deeper = conditions(depth - 1, item)
    several = st.lists(deeper, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        leaves,
        st.builds(e.Not, deeper),
        st.builds(e.And, several),
        st.builds(e.Or, several),
        st.builds(e.Comparison, st.sampled_from([Cmp.EQUAL, Cmp.NOT_EQUAL]), deeper, deeper),
        _guarded(item),
    )


def _comparisons(depth, item):
    def of(type):
        return expressions(type, depth, item)

    flags = names(BOOLEAN, item)
    found = [flags, flags, st.booleans().map(lambda value: e.Constant(value, BOOLEAN))]
    found.append(_call(F.DEFAULT, flags, flags, type=BOOLEAN))
    for type in ORDERED:
        found.append(st.builds(e.Comparison, st.sampled_from(Cmp), of(type), of(type)))
        found.append(st.builds(e.Known, of(type)))
    for type in UNORDERED:
        found.append(st.builds(e.Comparison, st.sampled_from([Cmp.EQUAL, Cmp.NOT_EQUAL]), of(type), of(type)))
    found.append(st.builds(e.Comparison, st.sampled_from(Cmp), of(INTEGER), of(DECIMAL)))
    for type in (INTEGER, DECIMAL, EUR, DATE):
        bound = st.none() | constants(type)
        found.append(st.builds(e.InRange, of(type), bound, bound))
    for type in (*ORDERED, *UNORDERED):
        # Constants for the most part, as people write them; now and then something to compute.
        members = st.lists(constants(type) | constants(type) | constants(type) | of(type), min_size=1, max_size=3)
        found.append(st.builds(e.InSet, of(type), members.map(tuple)))
    for function in (F.CONTAINS, F.STARTS_WITH, F.ENDS_WITH):
        found.append(_call(function, of(TEXT), of(TEXT), type=BOOLEAN))
    found.append(st.builds(e.Known, st.one_of(flags, names(TEXT, item), names(RISK, item))))
    if not item:
        where = st.none() | conditions(min(depth, 1), item=True)
        found.append(
            st.builds(
                e.Aggregate, st.sampled_from([L.ANY, L.ALL]), st.sampled_from(LISTS), st.none(), where, st.just(BOOLEAN)
            )
        )
    return st.one_of(found)


@st.composite
def _guarded(draw, item):
    """`x is known and x < y`, or `x is unknown or not x < y`: what people write about optional attributes."""
    type = draw(st.sampled_from(ORDERED))
    operand = draw(names(type, item))
    test = e.Comparison(draw(st.sampled_from(Cmp)), operand, draw(expressions(type, 0, item)))
    if draw(st.booleans()):
        return e.And((e.Known(operand), test))
    return e.Or((e.Not(e.Known(operand)), e.Not(test)))
