"""The steps of a plan as a list, and the filters of that page."""

from collections.abc import Callable, Mapping
from enum import StrEnum

from attrs import frozen

from dro_lang.kernel.states import Jeopardy, StepStatus
from dro_lang.program.model import StepKind
from dro_lang.runtime.embedded.lists import AT_RISK
from dro_lang.runtime.operations.plan_view import PlanView, StepInPlan
from dro_lang.server.console.plan.graph import node_id

LINES = 100


class Show(StrEnum):
    """DRO's filters of the plan view, and two more."""

    MANUAL = "manual"
    FATALLY_FAILED = "fatally_failed"
    IN_PROGRESS = "in_progress"
    PENDING = "pending"
    AT_RISK = "at_risk"
    OPEN = "open"


WORDS: Mapping[Show, str] = {
    Show.MANUAL: "Manual tasks",
    Show.FATALLY_FAILED: "Fatally failed",
    Show.IN_PROGRESS: "In progress",
    Show.PENDING: "Pending",
    Show.AT_RISK: "At risk",
    Show.OPEN: "Not finished",
}

_FITS: Mapping[Show, Callable[[StepInPlan], bool]] = {
    Show.MANUAL: lambda step: step.view.kind is StepKind.MANUAL,
    Show.FATALLY_FAILED: lambda step: step.view.state is StepStatus.FATALLY_FAILED,
    Show.IN_PROGRESS: lambda step: step.view.state is StepStatus.IN_PROGRESS,
    Show.PENDING: lambda step: step.view.state is StepStatus.PENDING,
    Show.AT_RISK: lambda step: step.view.jeopardy in AT_RISK and step.view.finished_at is None,
    Show.OPEN: lambda step: step.view.finished_at is None and step.view.outcome is None,
}


@frozen
class Filter:
    """Which steps are meant: those of a kind (`show`), and whose names have a text."""

    show: Show | None = None
    text: str = ""

    @property
    def says(self) -> bool:
        return self.show is not None or bool(self.text)

    def fits(self, step: StepInPlan) -> bool:
        if self.show is not None and not _FITS[self.show](step):
            return False
        wanted = self.text.casefold()
        found = (str(step.view.id), step.definition.target, step.view.queue, step.view.assignee, step.view.error)
        return not wanted or any(wanted in each.casefold() for each in found if each)


def meant(view: PlanView, filter: Filter) -> list[StepInPlan]:
    return [step for step in view.steps if filter.fits(step)]


def nodes_of(steps: list[StepInPlan]) -> frozenset[str]:
    """The nodes of the graph that stand for some steps."""
    return frozenset(node_id(step.view.id.group_key, step.view.step) for step in steps)


def counts(view: PlanView) -> Mapping[Show, int]:
    return {show: sum(map(fits, view.steps)) for show, fits in _FITS.items()}


def worst(view: PlanView) -> Jeopardy | None:
    """The worst risk of the steps that are not finished."""
    risks = {step.view.jeopardy for step in view.steps if step.view.finished_at is None}
    return next((risk for risk in (Jeopardy.LATE, Jeopardy.IN_JEOPARDY) if risk in risks), None)
