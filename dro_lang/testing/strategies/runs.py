"""Whole runs of a plan: a record, a world, and what comes of them."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from attrs import field, frozen
from hypothesis import strategies as st

from dro_lang.analysis.solver.records import Records
from dro_lang.conditions.normal import Normal, Truth, all_of, normalize
from dro_lang.conditions.time import in_zone
from dro_lang.kernel.machine import Kernel
from dro_lang.program.expressions import Expression
from dro_lang.program.model import Program
from dro_lang.program.values import Row
from dro_lang.runtime.submission import moment_in, submit
from dro_lang.testing.hints import hints
from dro_lang.testing.life import live
from dro_lang.testing.run import Run
from dro_lang.testing.strategies.records import Case, Holds, Maker, plan_of
from dro_lang.testing.strategies.values import Values
from dro_lang.testing.strategies.where import condition
from dro_lang.testing.strategies.worlds import ALL_BUT_OPERATORS, Kinds, Worlds
from dro_lang.testing.world import World

FIRST_DAY, LAST_DAY = date(2, 1, 1), date(9998, 1, 1)
"""Runs begin around or between these days, so that every zone can show them."""


def runs(
    program: Program, of: str | None = None, where: str | Expression | None = None, kinds: Kinds = ALL_BUT_OPERATORS
) -> st.SearchStrategy[Run]:
    """Runs of a plan of the program, its only one without a name (`of`): any record for which `where` holds, any world,
    and what comes of them. The record's data changes only as long as `where` holds.

    Raises ValueError for a condition that the checker refuses, and where it is proved that no record satisfies it.
    """
    plan = plan_of(program, of)
    typed = None if where is None else condition(program, program.contexts[plan.context], where)
    maker = Runs(Kernel(program, plan.name), typed)
    cases = maker.cases()
    if cases is None:
        raise ValueError(f"no record of {plan.context} satisfies `{where}`")
    return maker.of(cases, kinds)


ANY_RECORD = Truth(True)

Carry = Callable[[Kernel, Row, date, World], Run]
"""Carries a record's plan on in a world that begins on a day."""


@frozen(eq=False)
class Runs:
    """Makes strategies for the runs of one plan with records that fit an assumption."""

    kernel: Kernel
    assume: Expression | None
    further: tuple[timedelta, ...] = ()
    """Lengths of time that are worth trying, besides those in the plan."""

    _values: Values = field(init=False)
    _maker: Maker = field(init=False)
    _worlds: Worlds = field(init=False)
    _fits: Holds = field(init=False)

    @_values.default
    def _values_of_the_plan(self) -> Values:
        program, plan = self.kernel.program, self.kernel.blueprint.plan
        return Values(program, hints(program, plan, () if self.assume is None else (self.assume,)))

    @_maker.default
    def _maker_of_records(self) -> Maker:
        return Maker(Records(self.kernel.program, self.kernel.blueprint.plan), self._values)

    @_worlds.default
    def _worlds_of_the_plan(self) -> Worlds:
        return Worlds(self.kernel.blueprint, self._values, self.further)

    @_fits.default
    def _fits_the_assumption(self) -> Holds:
        return Holds.of(self._assumed, self._maker.records)

    @property
    def _assumed(self) -> Normal:
        return ANY_RECORD if self.assume is None else normalize(self.assume)

    def cases(self, formula: Normal = ANY_RECORD) -> st.SearchStrategy[Case] | None:
        """Records that fit the assumption and satisfy a formula; None where it is proved that there are none."""
        return self._maker.cases(all_of((self._assumed, formula)))

    def of(self, cases: st.SearchStrategy[Case], kinds: Kinds, carry: Carry = live) -> st.SearchStrategy[Run]:
        """Runs with these records, in worlds of these kinds."""

        @st.composite
        def draw_run(draw: st.DrawFn) -> Run:
            case = draw(cases)
            today = self._draw_day(draw, case.row) if case.is_free else case.today
            plan = submit(self.kernel, case.row, moment_in(self.kernel, today)).plan
            if plan is None:
                return carry(self.kernel, case.row, today, World())
            world = self._worlds.draw(draw, kinds, plan, lambda changed: self._fits(changed, today))
            return carry(self.kernel, case.row, today, world)

        return draw_run()

    def _draw_day(self, draw: st.DrawFn, row: Row) -> date:
        """The start date, another date of the record, or a day around them."""
        zone = self.kernel.blueprint.zone
        days = [row["start_date"], *(value for value in row.values() if isinstance(value, date))]
        near = draw(_POSITIONS) % len(days)
        day = days[near]
        assert isinstance(day, date)  # a start date is a Date or a DateTime
        local = in_zone(day, zone).date() if isinstance(day, datetime) else day
        return min(max(local, FIRST_DAY), LAST_DAY) + timedelta(draw(_SHIFTS))


_POSITIONS = st.integers(0, 11)
_SHIFTS = st.just(0) | st.integers(-30, 30)
