"""What would become of the running plans of a store if they got a new version of their plan."""

from collections.abc import Iterator

from attrs import define, field

from dro_lang.kernel.states import PlanStatus
from dro_lang.program.model import Program
from dro_lang.program.values import Row
from dro_lang.records.validate import row_of, row_to_data
from dro_lang.runtime.embedded.lists import Mark, PlanFilter
from dro_lang.runtime.embedded.port import Loaded, Store
from dro_lang.runtime.transition import Effect, Transition

RUNNING = frozenset(PlanStatus) - {PlanStatus.COMPLETED}

_BATCH = 200


@define(eq=False)
class RunningPlans:
    """The plans of one name that have not ended, each with the program that it was composed from."""

    store: Store
    plan: str
    _programs: dict[str, Program] = field(factory=dict, init=False)

    @property
    def filter(self) -> PlanFilter:
        return PlanFilter(statuses=RUNNING, plan=self.plan)

    def count(self) -> int:
        return self.store.count_plans(self.filter)

    def effects(self, transition: Transition) -> Iterator[tuple[Loaded, Effect]]:
        """Every plan, in the order of submission, and what would become of it with its record as it is now."""
        after: Mark | None = None
        while rows := self.store.list_plans(self.filter, after, _BATCH):
            for row in rows:
                loaded = self.store.load(row.header.plan_id)
                yield loaded, transition.of_plan(loaded.state, self._as_read(loaded, transition))
            after = Mark(rows[-1].header.plan_id)

    def _as_read(self, loaded: Loaded, transition: Transition) -> Row | str:
        """The record of a plan as the new version reads it, or the code with which it would be rejected."""
        program, new = self._program(loaded.header.program), transition.new
        known = program.contexts[program.plans[loaded.header.plan].context].attributes
        data = row_to_data(loaded.state.row, known, program)
        row = row_of(data, new.program.contexts[new.plan.context].attributes, new.program)
        return row[0].code if isinstance(row, tuple) else row

    def _program(self, hash: str) -> Program:
        if hash not in self._programs:
            self._programs[hash] = self.store.program(hash)
        return self._programs[hash]
