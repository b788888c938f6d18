"""What the lines of a test or of a script do to a plan."""

from collections.abc import Callable

from attrs import frozen

from dro_lang.kernel.states import InstanceId
from dro_lang.program.tests import (
    Answer,
    Change,
    ChangeLine,
    Complete,
    Discard,
    Fail,
    Freeze,
    InstanceName,
    Offline,
    Online,
    RetryNow,
    SetData,
    TestLine,
    Unfreeze,
)
from dro_lang.runtime.simulator import Simulation


@frozen
class DoneToSteps:
    """What a line did to each step that its name means, and why those refused that did."""

    verb: str
    name: InstanceName
    answers: tuple[tuple[InstanceId, str | None], ...]


@frozen
class DoneToPlan:
    """What a line did to the plan, and why the plan refused it, if it did."""

    verb: str
    refusal: str | None


def do(simulation: Simulation, line: TestLine) -> DoneToSteps | DoneToPlan | None:
    """Do what a line says; None for a line that does nothing to the plan."""

    def each(verb: str, name: InstanceName, act: Callable[[InstanceId], str | None]) -> DoneToSteps:
        meant = simulation.find(name.group, name.step, name.item)
        return DoneToSteps(verb, name, tuple((instance, act(instance)) for instance in meant))

    match line:
        case Complete(name, results):
            return each("complete", name, lambda step: simulation.complete(step, results))
        case Fail(name, code):
            return each("fail", name, lambda step: simulation.fail(step, code))
        case Answer(name, results):
            return each("answer", name, lambda step: simulation.answer(step, results))
        case RetryNow(name):
            return each("retry", name, simulation.retry)
        case Discard(name):
            return each("discard", name, simulation.discard)
        case SetData(data):
            return DoneToPlan("set", simulation.set(data))
        case ChangeLine(Change.AMEND, item, data):
            return DoneToPlan("amend", simulation.amend(item, data))
        case ChangeLine(Change.CANCEL, item, data):
            return DoneToPlan("cancel", simulation.cancel(item, data))
        case Freeze():
            return DoneToPlan("freeze", simulation.freeze())
        case Unfreeze():
            return DoneToPlan("unfreeze", simulation.unfreeze())
        case Offline(integration):
            return DoneToPlan("offline", simulation.offline(integration))
        case Online(integration):
            return DoneToPlan("online", simulation.online(integration))
    return None
