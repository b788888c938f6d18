"""The scenarios of very many records, one at a time: for a service that has no time to spare."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from dro_lang.conditions.compiled.module import Bound
from dro_lang.conditions.compiled.records import Layout, Record
from dro_lang.conditions.compiled.selector import compile_plan
from dro_lang.conditions.selection import Choice
from dro_lang.kernel.blueprint import Blueprint
from dro_lang.kernel.compose import plan_environment
from dro_lang.program.model import Program
from dro_lang.program.values import Row
from dro_lang.records.coded import Unusual, quick_reader
from dro_lang.runtime.submission import beginning


class Selector:
    """A plan's selection as one function, for the runs of one day.

    `choose` gives the choice for a record that `record` has made: the scenarios whose groups it gets, or the code of
    the submission error (R0201, R0202) with its reason. Records serve every day; `at` gives another day's selector.
    """

    __slots__ = ("_bind", "_blueprint", "_layout", "_read", "_typed", "choose")

    choose: Callable[[Record], Choice]

    def __init__(self, program: Program, plan: str, today: date | datetime, typed: Callable[[Mapping[str, Any]], Row]):
        """`typed` makes the typed row of a record, or raises what is wrong with it. Raises KeyError for a plan that the
        program does not have."""
        self._blueprint = Blueprint.of(program, plan)
        context = self._blueprint.context
        self._layout = Layout(context, program.records)
        self._read = quick_reader(self._layout, context, program)
        self._typed = typed
        self._bind: Bound = compile_plan(self._blueprint.plan, self._layout)
        self.choose = self._bound(today)

    def _bound(self, today: date | datetime) -> Callable[[Record], Choice]:
        moment = today if isinstance(today, datetime) else beginning(today, self._blueprint.zone)
        choose: Callable[[Record], Choice] = self._bind(plan_environment(self._blueprint, {}, moment))
        return choose

    def at(self, today: date | datetime) -> "Selector":
        """The same for a run that begins on another day, or at another moment."""
        other = object.__new__(Selector)
        for name in Selector.__slots__:
            setattr(other, name, getattr(self, name))
        other.choose = self._bound(today)
        return other

    def record(self, data: Mapping[str, Any]) -> Record:
        """The record of a typed row, or of data as JSON has it, by the names of attributes; other keys are ignored in
        data. Raises what is wrong with one that does not fit."""
        try:
            return self._read(data)
        except Unusual:
            return self._layout.record(self._typed(data))

    def select(self, data: Mapping[str, Any]) -> Choice:
        """The choice for a typed row, or for data as JSON has it. Raises as `record`."""
        return self.choose(self.record(data))
