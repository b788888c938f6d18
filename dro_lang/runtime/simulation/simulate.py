"""One record in a world of chance: its plan is composed and carried on, and all that happens to it is told."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import partial

from attrs import define, field, frozen

from dro_lang.conditions.selection import Selection
from dro_lang.conditions.time import in_zone
from dro_lang.kernel.events import SYSTEM
from dro_lang.kernel.history import Entry, StepChanged
from dro_lang.kernel.machine import Kernel
from dro_lang.kernel.states import InstanceId, PlanState, PlanStatus, StepState
from dro_lang.kernel.view import StepView
from dro_lang.program.values import Row
from dro_lang.runtime.foresight import next_event
from dro_lang.runtime.simulation.assumptions import Assumptions
from dro_lang.runtime.simulation.chance import Chance
from dro_lang.runtime.simulation.script import planned as script_of
from dro_lang.runtime.simulation.world import OPERATOR, Act, World
from dro_lang.runtime.simulator import Simulation
from dro_lang.runtime.submission import moment_in, submit


@frozen
class Happening:
    """Something that happened to a plan, with the step that it happened to as it was then. `at` is on the wall clock
    of the plan."""

    at: datetime
    entry: Entry
    step: StepState | None = None


@frozen
class Simulated:
    """What became of a record. Without a plan there is a code and a reason; else `happenings` are in the order of time
    and begin with its steps, and `steps` are seen at the end."""

    id: str
    selection: Selection
    began: datetime
    ended: datetime
    error_code: str | None = None
    reason: str = ""
    plan: PlanState | None = None
    happenings: tuple[Happening, ...] = ()
    steps: tuple[StepView, ...] = ()


def simulate(kernel: Kernel, row: Row, today: date, until: date, assumptions: Assumptions) -> Simulated:
    """Submit a record at 00:00 of `today` in the plan's zone, and carry its plan on to 00:00 of `until`, with all that
    is due or done until then.

    It depends on nothing but the arguments: the same ones give the same happenings, and a later `until` the same ones
    and more.
    """
    began, ends = moment_in(kernel, today), moment_in(kernel, until)
    id = str(row["id"])
    submission = submit(kernel, row, began)
    if submission.plan is None:
        selection, code = submission.selection, submission.error_code
        return Simulated(id, selection, began, ends, code, submission.reason)
    world = World(kernel.blueprint, assumptions, Chance(assumptions.seed, id))
    life = _Life(Simulation(kernel, submission.plan, world, OPERATOR), world)
    life.carry_on(submission.plan, ends)
    simulation = life.simulation
    happenings = tuple(life.happenings)
    return Simulated(
        id, submission.selection, began, ends, plan=simulation.plan, happenings=happenings, steps=simulation.steps
    )


@define(eq=False)
class _Life:
    """A plan that is carried on, and what has happened to it so far."""

    simulation: Simulation
    world: World
    happenings: list[Happening] = field(factory=list)
    _told: int = 0
    _refused: set[tuple[InstanceId, int, datetime | None]] = field(factory=set)

    def carry_on(self, plan: PlanState, ends: datetime) -> None:
        """One move after the other. At one moment what is due by itself comes first, then what is planned, then what
        somebody does for a step."""
        for step in plan.steps:
            began = StepChanged(plan.moment, step.id, None, step.status, "", SYSTEM)
            self.happenings.append(Happening(self.simulation.now, began, step))
        script = script_of(self.world.assumptions.script, self.simulation)
        planned = sorted([*self._outages(), *script], key=lambda each: each[0])
        while planned and planned[0][0] <= self.simulation.now:
            planned.pop(0)[1]()
        while True:
            plan = self.simulation.plan
            self._tell(plan)
            if plan.status is PlanStatus.COMPLETED:
                break
            act = self._next_act(plan)
            others = [at for at, _ in planned[:1]] + [each.at for each in (act,) if each is not None]
            moment = min([ends, *others])
            due = next_event(self.simulation.kernel.blueprint, plan, moment)
            if due is not None:
                self.simulation.advance_to(due)
            elif planned and planned[0][0] == moment:
                self.simulation.advance_to(moment)
                planned.pop(0)[1]()
            elif act is not None and act.at <= ends:
                self._do(plan, act)
            else:
                break
        self.simulation.advance_to(ends)
        self._tell(self.simulation.plan)

    def _outages(self) -> Iterator[tuple[datetime, Callable[[], object]]]:
        for outage in self.world.assumptions.outages:
            began = self.simulation.now if outage.since is None else self._beginning(outage.since)
            yield began, partial(self.simulation.offline, outage.integration)
            if outage.until is not None:
                yield self._beginning(outage.until), partial(self.simulation.online, outage.integration)

    def _beginning(self, day: date) -> datetime:
        return moment_in(self.simulation.kernel, day)

    def _next_act(self, plan: PlanState) -> Act | None:
        wanted = (
            act for act in self.world.acts(plan) if (act.step, act.attempt, _since(plan, act)) not in self._refused
        )
        return min(wanted, key=lambda act: act.at, default=None)

    def _do(self, plan: PlanState, act: Act) -> None:
        """What is refused changes nothing, and is not tried again while the step stays as it is."""
        self.simulation.advance_to(act.at)
        if self.simulation.do(act.event(self.simulation.now)) is not None:
            self._refused.add((act.step, act.attempt, _since(plan, act)))

    def _tell(self, plan: PlanState) -> None:
        zone = self.simulation.kernel.blueprint.zone
        for entry in self.simulation.history[self._told :]:
            step = getattr(entry, "step", None)
            self.happenings.append(Happening(in_zone(entry.at, zone), entry, None if step is None else plan.step(step)))
        self._told = len(self.simulation.history)


def _since(plan: PlanState, act: Act) -> datetime | None:
    step = plan.step(act.step)
    return None if step is None else step.since
