"""What is assumed of the world: how long people and systems take, what fails, how single steps end, who is offline."""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum

from attrs import field, frozen

from dro_lang.kernel.blueprint import Blueprint
from dro_lang.program.model import Step, StepKind, ToQueue
from dro_lang.program.tests import TestLine
from dro_lang.program.values import Duration, Value
from dro_lang.runtime.simulation.chance import Delay

AT_ONCE = Delay(Duration())


class Who(StrEnum):
    """Whose time is meant where no step, queue, action or integration is named."""

    PEOPLE = "people"
    """From when a task is ready until it is done; also of a pause that somebody is assumed to end."""
    CALLOUTS = "callouts"
    """Until the callback of an asynchronous one."""
    AUTOMATIONS = "automations"
    """Synchronous callouts included."""
    OPERATORS = "operators"
    """Until a step that is fatally failed is tried again. Its fallout queue may be named instead."""


USUAL: Mapping[str, Delay | None] = {
    Who.PEOPLE: Delay(Duration(days=1), about=True),
    Who.CALLOUTS: Delay(Duration(seconds=3600), about=True),
    Who.AUTOMATIONS: AT_ONCE,
    Who.OPERATORS: None,
}
"""What is assumed where nobody says otherwise. None: never."""


class End(StrEnum):
    """How a step may be assumed to end; OPEN is not at all, by anybody's doing."""

    COMPLETED = "completed"
    FAILED = "failed"
    EXPIRED = "expired"
    OPEN = "open"


@frozen
class Ending:
    """A step ends so in a share of its instances; FAILED with a code, or without."""

    end: End
    code: str | None = None
    share: float = 1.0


@frozen
class FailRate:
    """Of the attempts of an automation or a callout so many fail, with a code or without one."""

    rate: float
    code: str | None = None


@frozen
class Answer:
    """A result that a person, an automation or a callout gives in a share of the instances of a step."""

    value: Value
    share: float = 1.0


@frozen
class Outage:
    """An integration is offline from the beginning of a day (None: of the run) to that of another (None: for good)."""

    integration: str
    since: date | None = None
    until: date | None = None


@frozen
class Assumptions:
    """Everything that is assumed, and the seed of chance.

    Subjects are a step (`Group.step`), a queue, an action, an integration, or one of `Who`; the narrower one holds.
    `endings` and `answers` are by step, the latter also by the name of the result.
    """

    seed: int = 0
    takes: Mapping[str, Delay | None] = field(factory=dict)
    fail_rates: Mapping[str, FailRate] = field(factory=dict)
    endings: Mapping[str, tuple[Ending, ...]] = field(factory=dict)
    answers: Mapping[str, Mapping[str, tuple[Answer, ...]]] = field(factory=dict)
    outages: tuple[Outage, ...] = ()
    script: tuple[TestLine, ...] = ()
    """What is done to every plan (`script.py`)."""

    def delay(self, subjects: Iterable[str]) -> Delay | None:
        """The time that is assumed for the first subject of which something is said."""
        for subject in subjects:
            if subject in self.takes:
                return self.takes[subject]
            if subject in USUAL:
                return USUAL[subject]
        raise KeyError("no subject of which anything is known")

    def fail_rate(self, subjects: Iterable[str]) -> FailRate:
        """The rate that is assumed for the first subject of which something is said; else nothing fails."""
        return next((self.fail_rates[each] for each in subjects if each in self.fail_rates), FailRate(0.0))


def who(blueprint: Blueprint, step: Step) -> Who:
    """Whose time a step takes."""
    if step.kind is StepKind.AUTO:
        return Who.AUTOMATIONS
    if step.kind is StepKind.CALLOUT:
        is_asynchronous = blueprint.program.integrations[str(step.target)].asynchronous
        return Who.CALLOUTS if is_asynchronous else Who.AUTOMATIONS
    return Who.PEOPLE


def subjects(blueprint: Blueprint, name: str, step: Step, queue: str | None) -> tuple[str, ...]:
    """What may be said of a step (by its name `Group.step`, in a queue), from the narrowest to the widest."""
    return tuple(each for each in (name, queue, step.target, who(blueprint, step)) if each is not None)


def known_subjects(blueprint: Blueprint) -> Mapping[str, frozenset[StepKind]]:
    """Every subject of a plan, with the kinds of the steps that it stands for."""
    found: dict[str, set[StepKind]] = {each: set() for each in Who}
    for name, group in blueprint.groups.items():
        for step in group.steps:
            queues = (step.assignment.queue,) if isinstance(step.assignment, ToQueue) else ()
            for subject in (*subjects(blueprint, f"{name}.{step.name}", step, None), *queues):
                found.setdefault(subject, set()).add(step.kind)
    for routing in blueprint.program.routings.values():
        for to in (*(route.assignment for route in routing.routes), routing.otherwise):
            if isinstance(to, ToQueue):
                found.setdefault(to.queue, set()).add(StepKind.MANUAL)
    for queue in blueprint.program.queues:
        # A queue without tasks of its own may get what is fatally failed.
        found.setdefault(queue, set())
    return {subject: frozenset(kinds) for subject, kinds in found.items()}
