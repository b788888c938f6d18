"""How an attribute is read from a column: its value as SQL, and a test that the row readers would say the same."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import zip_longest

from attrs import evolve, frozen

from dro_lang.conditions.columnar.columns import column_type
from dro_lang.conditions.columnar.expressions import constant
from dro_lang.conditions.columnar.terms import Length, date_literal, moment_literal, text_literal
from dro_lang.program.model import AttributeDefinition, Program
from dro_lang.program.types import (
    BooleanType,
    DateTimeType,
    DateType,
    DecimalType,
    DurationType,
    EnumType,
    IntegerType,
    ListType,
    MoneyType,
)
from dro_lang.records.columnar.shortest import Step, decimal, whole
from dro_lang.records.validate import may_be_absent


@frozen
class Reading:
    """The value of an attribute, of the type that its column has (conditions/columnar), and a test that is true only
    where the value is right: anything else is to be looked at."""

    value: str
    fits: str
    steps: tuple[Step, ...] = ()
    """Columns that both are made of, each from those before it."""


NEVER = "FALSE"
ALWAYS = "TRUE"

_EXACT = r"-?[0-9]{1,12}(\.[0-9]{1,6})?"
_MOMENT = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?"
    r"(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9])"
)
_DURATION = "(-?[0-9]{1,5}) (business day|second|minute|hour|day|week)s?"
_FEW = 8
_SAFE_FROM, _SAFE_TO = datetime(1, 1, 3, tzinfo=UTC), datetime(9999, 12, 29, tzinfo=UTC)
"""Moments between these have a place in the calendar in every time zone."""


def absent(definition: AttributeDefinition, program: Program) -> Reading:
    """An attribute for which the source has no column."""
    return Reading(_nothing(definition, program), ALWAYS if may_be_absent(definition) else NEVER)


def of_text(definition: AttributeDefinition, cell: str, program: Program) -> Reading:
    """An attribute that is written as text without NUL; a NULL is an absent value, and there is no empty text."""
    value, fits = _text(definition, cell, program)
    return present(definition, cell, value, fits, program)


def of_column(definition: AttributeDefinition, column: str, places: int | None, program: Program) -> Reading:
    """The same, where what is made of the column may be columns itself; `places` is how many digits after the point
    decimals in it are expected to have."""
    pattern = text_pattern(definition)
    if pattern is None:
        return of_text(definition, column, program)
    if isinstance(definition.type, IntegerType):
        step, shortest = whole(definition.name, column)
        found = present(definition, column, step[0], f"({shortest} OR {matches(column, pattern)})", program)
        return evolve(found, steps=(step,))
    if isinstance(definition.type, DecimalType | MoneyType) and places is not None:
        steps, value, same = decimal(definition.name, column, places, text_value(definition, column))
        found = present(definition, column, value, f"({same} OR {matches(column, pattern)})", program)
        return evolve(found, steps=tuple(steps))
    return of_text(definition, column, program)


def present(definition: AttributeDefinition, raw: str, value: str, fits: str, program: Program) -> Reading:
    """A reading of what may be NULL, and may lie outside of the attribute's bounds."""
    if isinstance(definition.type, ListType):
        return Reading(f"coalesce({value}, {_nothing(definition, program)})", f"({raw} IS NULL OR {fits})")
    tests = [fits, *_bounds(definition, value, program)]
    held = " AND ".join(test for test in tests if test != ALWAYS)
    if not definition.optional:
        return Reading(value, f"({raw} IS NOT NULL{' AND ' + held if held else ''})")
    return Reading(value, f"({raw} IS NULL OR ({held}))" if held else ALWAYS)


def staged(source: str, readings: Iterable[Reading]) -> str:
    """What gives the rows of a source with the columns that readings make of its own."""
    waiting = [reading.steps for reading in readings]
    for steps in zip_longest(*waiting):
        columns = ", ".join(f"{text} AS {column}" for column, text in filter(None, steps))
        source = f"(SELECT *, {columns} FROM {source})"
    return source


def _nothing(definition: AttributeDefinition, program: Program) -> str:
    of = column_type(definition.type, program)
    return f"CAST([] AS {of})" if isinstance(definition.type, ListType) else f"CAST(NULL AS {of})"


def _bounds(definition: AttributeDefinition, value: str, program: Program) -> list[str]:
    tests = []
    for bound, sign in ((definition.low, ">="), (definition.high, "<=")):
        if bound is not None:
            limit = constant(bound.value, bound.type, program.enums)
            assert not isinstance(limit, Length)
            tests.append(f"{value} {sign} {limit.sql}")
    return tests


def _text(definition: AttributeDefinition, cell: str, program: Program) -> tuple[str, str]:
    """The value of a text that is not NULL, and the test that it is written as values usually are."""
    value = text_value(definition, cell)
    pattern = text_pattern(definition)
    if pattern is not None:
        safely = f" AND {safe(value)}" if isinstance(definition.type, DateTimeType) else ""
        return value, matches(cell, pattern) + safely
    match definition.type:
        case EnumType(enum):
            return value, one_of(cell, [constant.text for constant in program.enums[enum].constants])
        case BooleanType():
            return value, f"({one_of(cell, ('false', 'true'))} OR lower({cell}) IN ('true', 'false'))"
        case DateType():
            return value, f"CAST({value} AS VARCHAR) = {cell}"
        case ListType():
            return _nothing(definition, program), NEVER
    return value, ALWAYS


def text_value(definition: AttributeDefinition, text: str) -> str:
    """The value of a text that is not NULL, if it is written as usual."""
    match definition.type:
        case BooleanType():
            # As most write it, and then as anyone does.
            return f"CASE {text} WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE ELSE lower({text}) = 'true' END"
        case IntegerType():
            return f"TRY_CAST({text} AS BIGINT)"
        case DecimalType():
            return f"TRY_CAST({text} AS DECIMAL(18, 6))"
        case MoneyType(currency):
            suffix = text_literal(f" {currency}")
            before = f"CASE WHEN suffix({text}, {suffix}) THEN left({text}, {-len(currency) - 1}) END"
            return f"coalesce(TRY_CAST({text} AS DECIMAL(18, 6)), TRY_CAST({before} AS DECIMAL(18, 6)))"
        case DateType():
            return f"TRY_CAST({text} AS DATE)"
        case DateTimeType():
            return f"make_timestamp(epoch_us(TRY_CAST({text} AS TIMESTAMPTZ)))"
        case DurationType():
            return _duration(text)
    return text


def one_of(text: str, texts: Sequence[str]) -> str:
    """A test that a text is one of these. DuckDB compares with a few one after the other faster than with a list."""
    if len(texts) > _FEW:
        return f"{text} IN ({', '.join(map(text_literal, texts))})"
    return f"({' OR '.join(f'{text} = {text_literal(each)}' for each in texts)})"


def enum_type(texts: Sequence[str]) -> str:
    """The type of the constants of an enum, which stand for these texts in data."""
    return f"ENUM({', '.join(map(text_literal, texts))})"


def code_of(text: str, constants: Mapping[str, str], texts: Sequence[str]) -> str:
    """A constant of an enum, by the texts that stand for it; NULL of any other."""
    if not constants:
        return f"CAST(NULL AS {enum_type(texts)})"
    cases = (
        f"WHEN {text_literal(written)} THEN CAST({text_literal(each)} AS {enum_type(texts)})"
        for written, each in constants.items()
    )
    return f"CASE {text} {' '.join(cases)} END"


def text_pattern(definition: AttributeDefinition) -> str | None:
    """How numbers, moments and durations are usually written, as a regular expression."""
    match definition.type:
        case IntegerType():
            return "-?[0-9]{1,18}"
        case DecimalType():
            return _EXACT
        case MoneyType(currency):
            return f"{_EXACT}( {currency})?"
        case DateTimeType():
            return _MOMENT
        case DurationType():
            return _DURATION
    return None


def matches(text: str, pattern: str) -> str:
    return f"regexp_full_match({text}, {text_literal(pattern)})"


def safe(moment: str) -> str:
    return f"coalesce({moment} BETWEEN {moment_literal(_SAFE_FROM)} AND {moment_literal(_SAFE_TO)}, FALSE)"


def in_calendar(day: str) -> str:
    return f"{day} BETWEEN {date_literal(date.min)} AND {date_literal(date.max)}"


_UNITS = {
    "days": {"day": 1, "week": 7},
    "seconds": {"second": 1, "minute": 60, "hour": 3_600},
    "business_days": {"business day": 1},
}


def _duration(text: str) -> str:
    count = f"TRY_CAST(regexp_extract({text}, '^-?[0-9]+') AS BIGINT)"
    unit = f"regexp_extract({text}, {text_literal(_DURATION)}, 2)"
    fields = []
    for field, units in _UNITS.items():
        sizes = " ".join(f"WHEN {text_literal(word)} THEN {size}" for word, size in units.items())
        fields.append(f"{field}: CAST({count} * CASE {unit} {sizes} ELSE 0 END AS BIGINT)")
    return f"CASE WHEN {matches(text, _DURATION)} THEN {{{', '.join(fields)}}} END"
