"""Which of two values is the greater, in the order that the language gives their type."""

import operator
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from dro_lang.conditions.time import instant
from dro_lang.program.expressions import ComparisonOperator
from dro_lang.program.values import Duration, Value

DAY_SECONDS = 86_400


def length(duration: Duration) -> int:
    """A duration in seconds, for comparisons: a day is 24 hours, and so is a business day (which the checker lets
    meet only its own kind, save in a parameter that takes either)."""
    return duration.total_seconds + duration.business_days * DAY_SECONDS


def comparable(value: Value) -> Any:
    """The value as something that Python compares the way the language does: numbers exactly, text by code point,
    moments as instants, durations by their length."""
    if isinstance(value, datetime):
        return instant(value)
    return length(value) if isinstance(value, Duration) else value


def order(left: Value, right: Value) -> int:
    """-1, 0 or 1: whether one known value is less than, equal to or greater than another of its kind."""
    ours, theirs = comparable(left), comparable(right)
    return int(ours > theirs) - int(ours < theirs)


COMPARISONS: Mapping[ComparisonOperator, Callable[[Any, Any], bool]] = {
    ComparisonOperator.EQUAL: operator.eq,
    ComparisonOperator.NOT_EQUAL: operator.ne,
    ComparisonOperator.LESS: operator.lt,
    ComparisonOperator.LESS_OR_EQUAL: operator.le,
    ComparisonOperator.GREATER: operator.gt,
    ComparisonOperator.GREATER_OR_EQUAL: operator.ge,
}


def compare(comparison: ComparisonOperator, left: Value, right: Value) -> bool:
    """Whether two known values of a kind stand in a relation."""
    return COMPARISONS[comparison](comparable(left), comparable(right))


def smallest(values: Iterable[Value]) -> Value:
    """The first of the least of known values; unknown of none."""
    return min(values, key=comparable, default=None)


def largest(values: Iterable[Value]) -> Value:
    """The first of the greatest of known values; unknown of none."""
    return max(values, key=comparable, default=None)
