"""Which goals tests reached, and how many of all that is."""

from collections.abc import Iterable, Iterator

from attrs import define, evolve, field, frozen

from dro_lang.kernel.states import StepStatus
from dro_lang.pipeline import Checked
from dro_lang.program.model import Outcome, Program
from dro_lang.source import Source
from dro_lang.testing.coverage.decisions import shown
from dro_lang.testing.coverage.goals import Aim, Decides, Ends, Gets, Goal, Goals, Kind, Met, goals_of
from dro_lang.testing.coverage.possible import Possibility
from dro_lang.testing.watch import Watch

_ENDINGS = {
    StepStatus.COMPLETED: Outcome.COMPLETED,
    StepStatus.SKIPPED: Outcome.SKIPPED,
    StepStatus.EXPIRED: Outcome.EXPIRED,
    StepStatus.FATALLY_FAILED: Outcome.FAILED,
}


def reached(goals: Goals, watch: Watch) -> set[Aim]:
    """What was shown in the runs that a watch saw."""
    aims: set[Aim] = {Gets(scenario) for scenario in watch.scenarios}
    aims |= {Ends(group, step, _ENDINGS[state]) for group, step, state in watch.states if state in _ENDINGS}
    aims |= {Met(*met) for met in watch.met}
    for look in watch.looks:
        whole = goals.decisions.get(look.owner)
        if whole is not None:
            aims |= {Decides(look.owner, atom, value) for atom, value in shown(whole, look.environment)}
    return aims


@frozen
class Mark:
    """A goal, and whether it was reached, or is proved to be out of reach."""

    goal: Goal
    reached: bool
    impossible: bool = False


@frozen
class Count:
    """How many goals there are, and how many of them were reached."""

    reached: int
    total: int

    @property
    def percent(self) -> float:
        """The share that was reached; 100 where there is nothing to reach."""
        return 100 * self.reached / self.total if self.total else 100.0

    def __str__(self) -> str:
        """Rounded down, so that 100 % says that nothing is missing."""
        return f"{self.reached} of {self.total}, {int(self.percent)} %"


@define
class Measured:
    """One program: its goals, and those that its tests reached."""

    source: Source
    program: Program
    goals: Goals
    reached: set[Aim] = field(factory=set)

    @classmethod
    def of(cls, checked: Checked) -> "Measured":
        """A program without errors, before its tests ran."""
        assert checked.program is not None
        assert checked.world is not None
        return cls(checked.source, checked.program, goals_of(checked.world, checked.program))

    def add(self, watch: Watch) -> None:
        self.reached |= reached(self.goals, watch)

    def marks(self) -> Iterator[Mark]:
        """Every goal, in order of writing."""
        possibility = Possibility(self.program, self.goals)
        for goal in self.goals.all:
            if goal.aim in self.reached:
                yield Mark(goal, True)
            else:
                yield Mark(goal, False, possibility.is_impossible(goal.aim))


@frozen
class Coverage:
    """The goals of several programs, by file and place. Those at one place count once, and are reached where one of the
    programs reached them. What is proved to be out of reach is left out."""

    marks: tuple[Mark, ...]

    @classmethod
    def of(cls, programs: Iterable[Measured]) -> "Coverage":
        merged: dict[tuple[object, ...], Mark] = {}
        for program in programs:
            for mark in program.marks():
                key = place_of(mark.goal)
                known = merged.setdefault(key, mark)
                merged[key] = evolve(
                    known,
                    reached=known.reached or mark.reached,
                    impossible=known.impossible and mark.impossible,
                )
        asked = [mark for mark in merged.values() if mark.reached or not mark.impossible]
        return cls(tuple(sorted(asked, key=lambda mark: (mark.goal.span.source.name, mark.goal.span.start))))

    def count(self, kind: Kind | None = None) -> Count:
        """The goals of a kind, or all."""
        asked = [mark for mark in self.marks if kind in (None, mark.goal.kind)]
        return Count(sum(mark.reached for mark in asked), len(asked))

    @property
    def missing(self) -> tuple[Goal, ...]:
        """The goals that were not reached, by file and place."""
        return tuple(mark.goal for mark in self.marks if not mark.reached)

    @property
    def sources(self) -> tuple[Source, ...]:
        """The files that have goals, by name."""
        by_name = {mark.goal.span.source.name: mark.goal.span.source for mark in self.marks}
        return tuple(by_name[name] for name in sorted(by_name))


def place_of(goal: Goal) -> tuple[object, ...]:
    """What a goal is about, the same in every program that has it."""
    return goal.span.source.name, goal.span.start, goal.span.end, goal.kind, goal.shown
