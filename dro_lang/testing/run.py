"""One run of a plan: what went in, all that was done, and what came of it."""

from datetime import date, datetime
from typing import Any

from attrs import field, frozen

from dro_lang.conditions.selection import Selection
from dro_lang.kernel.history import Entry, StepChanged
from dro_lang.kernel.machine import Kernel
from dro_lang.kernel.states import InstanceId, PlanState, PlanStatus, StepStatus
from dro_lang.kernel.view import StepView
from dro_lang.program.tests import TestLine
from dro_lang.program.values import Row
from dro_lang.runtime.submission import Submission
from dro_lang.testing.blocks import block
from dro_lang.testing.world import World


@frozen(repr=False)
class Run:
    """A record that was submitted at 00:00 of `today`, and what became of it in a world.

    `plan` is the plan's last state, None where the record got none; `history` all that happened, `lines` what was done,
    as lines of a test that does the same again. `moment` is that of the end. `is_cut_short` says that the run was given
    up while things were still going on.
    """

    kernel: Kernel = field(eq=False)
    record: Row
    today: date
    world: World
    submission: Submission
    plan: PlanState | None = None
    history: tuple[Entry, ...] = ()
    lines: tuple[TestLine, ...] = ()
    moment: datetime | None = None
    is_cut_short: bool = False

    @property
    def selection(self) -> Selection:
        return self.submission.selection

    @property
    def scenarios(self) -> tuple[str, ...]:
        """The scenarios that matched."""
        return self.submission.selection.matched

    @property
    def error_code(self) -> str | None:
        """Why the record got no plan: the code of the submission error."""
        return self.submission.error_code

    @property
    def ended(self) -> bool:
        return self.plan is not None and self.plan.status is PlanStatus.COMPLETED

    @property
    def steps(self) -> tuple[StepView, ...]:
        """The steps as they are in the end."""
        return () if self.plan is None else self.kernel.view(self.plan)

    def instances(self, step: str) -> tuple[InstanceId, ...]:
        """The instances of a step, named as in a test: `Group.step`, or `step`."""
        steps = () if self.plan is None else self.plan.steps
        return tuple(each.id for each in steps if step in (f"{each.id.group}.{each.id.step}", each.id.step))

    def states(self, step: str, item: str | None = None) -> tuple[StepStatus, ...]:
        """Every state that a step has been in, in order; of all its instances where no item is named. Empty where the
        plan has no such step."""
        instances = [each for each in self.instances(step) if item in (None, each.item)]
        changes = (entry for entry in self.history if isinstance(entry, StepChanged) and entry.step in instances)
        return (StepStatus.PENDING, *(entry.target for entry in changes)) if instances else ()

    def as_test(self, name: str = "a run") -> str:
        """The run as a `test` block that does the same again."""
        return block(self.kernel.blueprint, name, self.record, self.today, self.lines)

    def __repr__(self) -> str:
        return f"Run(\n{self.as_test()})"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """How Hypothesis, and IPython, show a run."""
        printer.text(repr(self))
