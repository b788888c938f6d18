"""What becomes of records, and of running plans, when a plan gets a new version: which scenario each gets, and which
steps come and go."""

from collections.abc import Iterable
from datetime import date

from attrs import field, frozen

from dro_lang.analysis.difference.model import StepPath, Taken, Version
from dro_lang.kernel.machine import Kernel
from dro_lang.kernel.states import InstanceId, PlanState
from dro_lang.program.values import Row
from dro_lang.runtime.submission import moment_in, submit


@frozen
class Effect:
    """What a record gets from the old version and from the new one, and the steps that its plan loses and gains."""

    before: Taken
    after: Taken
    lost: tuple[StepPath, ...]
    gained: tuple[StepPath, ...]

    @property
    def changes(self) -> bool:
        return self.before != self.after or bool(self.lost or self.gained)

    @property
    def strands(self) -> bool:
        """Whether a running plan of the record would have a step that the new version lacks, or the record no plan."""
        return bool(self.lost) or (self.after.error is not None and self.before.error is None)


@frozen
class Transition:
    """Composes both plans of a record, at the beginning of one day."""

    old: Version
    new: Version
    today: date
    _kernels: tuple[Kernel, Kernel] = field(init=False, eq=False, repr=False)

    @_kernels.default
    def _both(self) -> tuple[Kernel, Kernel]:
        return Kernel(self.old.program, self.old.plan.name), Kernel(self.new.program, self.new.plan.name)

    def effect(self, before: Row | str, after: Row | str) -> Effect:
        """What becomes of a record: its row as each version reads it, or the code with which it is rejected."""
        (was, steps), (now, steps_now) = (
            self._composed(kernel, row) for kernel, row in zip(self._kernels, (before, after), strict=True)
        )
        kept, known = set(steps), set(steps_now)
        return Effect(
            was, now, _paths(each for each in steps if each not in known), _paths(s for s in steps_now if s not in kept)
        )

    def of_plan(self, plan: PlanState, after: Row | str) -> Effect:
        """What becomes of a running plan, of which the new version reads the record as `after`. It loses the steps that
        are not finished and that the new version lacks."""
        now, steps = self._composed(self._kernels[1], after)
        made_up = {group.key: group.group for group in plan.groups if group.cause is not None}
        known, held = set(steps), {step.id for step in plan.steps}
        lost = (
            step.id
            for step in plan.steps
            if not step.finished
            and not (
                self._makes_up(made_up[step.id.group_key], step.id)
                if step.id.group_key in made_up
                else step.id in known
            )
        )
        return Effect(Taken(plan.scenarios), now, _paths(lost), _paths(step for step in steps if step not in held))

    def _makes_up(self, group: str, step: InstanceId) -> bool:
        """Whether the new version has a step of a compensation group, which no record alone leads to."""
        found = self.new.program.groups.get(group)
        return found is not None and found.step(step.step) is not None

    def _composed(self, kernel: Kernel, row: Row | str) -> tuple[Taken, list[InstanceId]]:
        if isinstance(row, str):
            return Taken((), row), []
        submission = submit(kernel, row, moment_in(kernel, self.today))
        if submission.plan is None:
            return Taken((), submission.error_code), []
        return Taken(submission.selection.matched), [step.id for step in submission.plan.steps]


def _paths(steps: Iterable[InstanceId]) -> tuple[StepPath, ...]:
    return tuple(dict.fromkeys(StepPath(step.group, step.step, step.item is not None) for step in steps))
