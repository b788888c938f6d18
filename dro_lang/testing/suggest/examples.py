"""Records that a condition asks for, such as a person could write down."""

from datetime import datetime, timedelta

from attrs import evolve

from dro_lang.analysis.solver.records import Records
from dro_lang.analysis.solver.satisfy import Example, satisfy
from dro_lang.conditions.normal import Normal
from dro_lang.kernel.limits import misfits
from dro_lang.program.values import Row, Value
from dro_lang.records.validate import row_of, row_to_data

_BUDGET = 20_000
"""Leaves that the search for a record may look at."""


def example(records: Records, formula: Normal) -> Example | None:
    """A record for which a formula holds, or nearly, that fits its context; None where none is found."""
    answer = satisfy(formula, records, _BUDGET)
    if not isinstance(answer, Example):
        return None
    attributes = records.program.contexts[records.plan.context].attributes
    row = _in_whole_seconds(answer.row)
    if misfits(row, attributes, records.program) is not None:
        return None
    fitting = row_of(row_to_data(row, attributes, records.program), attributes, records.program)
    return None if isinstance(fitting, tuple) else evolve(answer, row=row)


def _in_whole_seconds(row: Row) -> Row:
    """The language writes moments to the second; those that the analysis puts beside one are moved to the next."""

    def moved(value: Value) -> Value:
        if isinstance(value, tuple):
            return tuple(_in_whole_seconds(element) for element in value)
        if not isinstance(value, datetime) or not value.microsecond:
            return value
        later = value.microsecond < 500_000
        return value.replace(microsecond=0) + timedelta(seconds=1) * later

    return {name: moved(value) for name, value in row.items()}
