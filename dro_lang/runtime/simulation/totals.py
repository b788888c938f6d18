"""What each step of many plans comes to: in which states it ends up, how long it took, how often it was late."""

from collections import Counter

from attrs import define, field

from dro_lang.kernel.states import FINISHED, Jeopardy, StepStatus
from dro_lang.kernel.view import StepView
from dro_lang.runtime.simulation.simulate import Simulated


@define
class StepTotal:
    """All instances of one step: how many are in each state at the end, how many were or are late, and how long those
    that were completed took, from when they could begin, in seconds."""

    name: str
    states: Counter[StepStatus] = field(factory=Counter)
    late: int = 0
    times: list[float] = field(factory=list)

    def add(self, step: StepView) -> None:
        self.states[step.state] += 1
        self.late += step.jeopardy is Jeopardy.LATE
        began = step.ready_at or step.started_at
        if step.state in FINISHED and step.finished_at is not None and began is not None:
            self.times.append((step.finished_at - began).total_seconds())

    def time(self, share: float) -> float | None:
        """The time within which such a share of them was done (the nearest rank); None where none was."""
        ordered = sorted(self.times)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else None


@define
class Totals:
    """The totals of all steps, in the order in which plans have them."""

    steps: dict[str, StepTotal] = field(factory=dict)

    def add(self, simulated: Simulated) -> None:
        for step in simulated.steps:
            name = f"{step.group}.{step.step}"
            self.steps.setdefault(name, StepTotal(name)).add(step)
