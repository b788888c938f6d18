"""READ FIRST: from the goals that no test reached to the tests that reach them."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from attrs import define, field, frozen

from dro_lang.conditions.time import in_zone, midnight
from dro_lang.kernel.blueprint import Blueprint
from dro_lang.kernel.machine import Kernel
from dro_lang.kernel.states import InstanceId, PlanState, StepState
from dro_lang.program.model import Program
from dro_lang.program.tests import AdvanceTo, ExpectPlan, ExpectStep, Given, InstanceName, TestLine, TodayLine
from dro_lang.testing.blocks import block
from dro_lang.testing.coverage.goals import Aim, Decides, Ends, Goal, Goals, Met
from dro_lang.testing.coverage.measure import Coverage, Measured, place_of, reached
from dro_lang.testing.suggest.demands import Site
from dro_lang.testing.suggest.player import Player
from dro_lang.testing.suggest.plays import Play, Plays
from dro_lang.testing.watch import OfStep, Watch


@frozen
class Suggestion:
    """A test that reaches goals, as the text of a block."""

    text: str
    goals: tuple[Goal, ...]


@frozen
class Suggestions:
    """The tests that are to be added to a file."""

    file: str
    tests: tuple[Suggestion, ...]


@frozen
class _Stage:
    """How far a play had come: its lines, the plan, and the goals reached until then."""

    lines: int
    plan: PlanState | None
    aims: frozenset[Aim]


@define
class _Suggester:
    program: Program
    goals: Goals
    missing: dict[Aim, Goal]
    names: set[str] = field(factory=set)

    def suggest(self) -> Iterator[Suggestion]:
        """Tests that together reach what can be reached; what was, is no longer missing."""
        plays = Plays(self.program, self.goals)
        kernels = {name: Kernel(self.program, name) for name in self.program.plans}
        for aim in list(self.missing):
            if aim not in self.missing:
                continue
            tried: list[Play] = []
            for play in plays.of(aim):
                if play in tried:
                    continue
                tried.append(play)
                player = Player(kernels[play.plan], play)
                stages = list(self._stages(player))
                if aim in stages[-1].aims:
                    yield self._written(aim, player, stages)
                    break

    def _stages(self, player: Player) -> Iterator[_Stage]:
        aims: frozenset[Aim] = frozenset()
        seen = 0
        for _ in player.run():
            looks = player.watch.looks[seen:]
            seen += len(looks)
            watch = player.watch
            aims |= reached(self.goals, Watch(looks, watch.scenarios, watch.states, watch.met))
            yield _Stage(len(player.lines), player.plan, aims)

    def _written(self, aim: Aim, player: Player, stages: Sequence[_Stage]) -> Suggestion:
        """The play up to where it reaches nothing new, with what is to be expected on the way."""
        gained = stages[-1].aims & self.missing.keys()
        end = next(index for index, stage in enumerate(stages) if gained <= stage.aims)
        lines: list[TestLine] = []
        before = _Stage(0, None, frozenset())
        for stage in stages[: end + 1]:
            lines += player.lines[before.lines : stage.lines]
            new = [each for each in self.missing if each in stage.aims - before.aims]
            lines += _expected(player, stage.plan, new)
            before = stage
        if before.plan is not None:
            lines.append(ExpectPlan(before.plan.status, line=0))
        goals = tuple(self.missing.pop(each) for each in list(self.missing) if each in gained)
        first = next(goal for goal in goals if goal.aim == aim)
        told = [line for line in _condensed(lines, player.kernel.blueprint) if not isinstance(line, TodayLine | Given)]
        play = player.play
        return Suggestion(block(player.kernel.blueprint, self._name(first), play.row, play.today, told), goals)

    def _name(self, goal: Goal) -> str:
        """A name that no test of the module has yet."""
        name = f"{goal.subject}: {goal.shown}"
        number = 2
        while name in self.names:
            name = f"{goal.subject}: {goal.shown} ({number})"
            number += 1
        self.names.add(name)
        return name


def suggestions(measured: Sequence[Measured], coverage: Coverage) -> list[Suggestions]:
    """Tests for what the tests of some programs, together, do not show; each gap is closed in one file."""
    missing = {place_of(goal) for goal in coverage.missing}
    found = []
    for each in measured:
        left = {goal.aim: goal for goal in each.goals.all if place_of(goal) in missing}
        names = {test.name for test in each.program.tests}
        tests = tuple(_Suggester(each.program, each.goals, left, names).suggest())
        missing -= {place_of(goal) for test in tests for goal in test.goals}
        found.append(Suggestions(each.source.name, tests))
    return found


def _expected(player: Player, plan: PlanState | None, aims: Sequence[Aim]) -> Iterator[ExpectStep]:
    """The states of the steps that goals are about."""
    sites = dict.fromkeys(site for aim in aims if (site := _site(aim)) is not None)
    for site in sites if plan is not None else ():
        assert plan is not None
        by_group: dict[str, list[StepState]] = {}
        for step in plan.steps:
            group = plan.group(step.id.group_key)
            if group is not None and (group.group, step.id.step) == site:
                by_group.setdefault(step.id.group, []).append(step)
        for instances in by_group.values():
            yield from _states(player, instances)


def _states(player: Player, instances: Sequence[StepState]) -> Iterator[ExpectStep]:
    """The states of the instances of one step: in a line where all are alike."""

    def expectation(step: StepState, item: str | None) -> ExpectStep:
        assert step.since is not None  # every step came into the plan at a moment
        day = in_zone(step.since, player.kernel.blueprint.zone).date()
        name = InstanceName(step.id.group, step.id.step, item)
        return ExpectStep(name, step.status, day, line=0)

    if len({expectation(step, None) for step in instances}) == 1:
        yield expectation(instances[0], None)
    else:
        yield from (expectation(step, step.id.item) for step in instances if _is_alone(step.id, instances))


def _is_alone(instance: InstanceId, instances: Sequence[StepState]) -> bool:
    """Whether a line can name this instance and no other."""
    return instance.item is not None and sum(step.id.item == instance.item for step in instances) == 1


def _site(aim: Aim) -> Site | None:
    match aim:
        case Ends(group, step) | Met(group, step) | Decides(OfStep(group, step)):
            return group, step
    return None


def _condensed(lines: Sequence[TestLine], blueprint: Blueprint) -> Iterator[TestLine]:
    """Without the stops at which nothing is looked at; the beginning of a day as that day."""
    following = [*lines[1:], None]
    for line, after in zip(lines, following, strict=True):
        if not isinstance(line, AdvanceTo):
            yield line
        elif not isinstance(after, AdvanceTo):
            assert isinstance(line.moment, datetime)  # what a player waits for
            local = in_zone(line.moment, blueprint.zone)
            begins = midnight(local.date(), blueprint.zone) == local
            yield AdvanceTo(local.date() if begins else local, line=0)
