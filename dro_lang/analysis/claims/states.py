"""The states that a step can come into, as far as what is written decides it.

What operators do to a plan as a whole (amend, cancel, discard) is left out: for the states that it brings about nothing
is impossible.
"""

from attrs import field, frozen

from dro_lang.analysis.claims.assumed import Assumed, StepAt
from dro_lang.program.model import Outcome, StepKind, Wait
from dro_lang.program.states import StepStatus

_OUTSIDE = (StepKind.AUTO, StepKind.CALLOUT)
_KINDS = {
    StepStatus.READY: (StepKind.MANUAL,),
    StepStatus.IN_PROGRESS: (StepKind.AUTO, StepKind.CALLOUT, StepKind.MANUAL, StepKind.PAUSE),
    StepStatus.ON_HOLD: (StepKind.CALLOUT,),
    StepStatus.FAILED: _OUTSIDE,
    StepStatus.FATALLY_FAILED: _OUTSIDE,
}
"""The kinds of steps that come into a state at all."""

_BEGUN = frozenset(
    {
        StepStatus.READY,
        StepStatus.IN_PROGRESS,
        StepStatus.ON_HOLD,
        StepStatus.FAILED,
        StepStatus.FATALLY_FAILED,
        StepStatus.EXPIRED,
        StepStatus.COMPLETED,
    }
)
"""States of a step whose condition held."""

_ENDS = {
    StepStatus.COMPLETED: Outcome.COMPLETED,
    StepStatus.SKIPPED: Outcome.SKIPPED,
    StepStatus.EXPIRED: Outcome.EXPIRED,
    StepStatus.FATALLY_FAILED: Outcome.FAILED,
    StepStatus.BYPASSED: None,
}
"""The states in which a step can be when a plan ends, with the outcome that waits see."""


@frozen(eq=False)
class States:
    """Why a step cannot come into a state; each answer is found once."""

    assumed: Assumed
    _known: dict[tuple[StepAt, StepStatus], str | None] = field(factory=dict, init=False)

    def impossible(self, at: StepAt, state: StepStatus) -> str | None:
        """Why the step is never in the state, as a sentence; None where it may be."""
        key = at, state
        if key not in self._known:
            self._known[key] = self._impossible(at, state)
        return self._known[key]

    def _impossible(self, at: StepAt, state: StepStatus) -> str | None:
        step, path = at.step, f"`{at.path}`"
        kinds = _KINDS.get(state)
        if kinds is not None and step.kind not in kinds:
            return f"{path} is {step.kind.value}, and such a step is never {state.replace('_', ' ')}"
        if state is StepStatus.SCHEDULED and step.starts is None:
            return f"{path} has no date to wait for"
        if state is StepStatus.EXPIRED and step.expires is None:
            return f"{path} never expires"
        if state is StepStatus.FAILED and not self._is_retried(at):
            return f"nothing tries {path} again"
        if state is StepStatus.SKIPPED:
            if step.only_if is None:
                return f"{path} has no condition"
            if self.assumed.always_holds(at.home, step.only_if):
                return f"the condition of {path} always holds"
        if state in _BEGUN and step.only_if is not None and self.assumed.never_holds(at.home, step.only_if):
            return f"the condition of {path} never holds"
        if state is StepStatus.BYPASSED and not self._can_be_bypassed(at):
            return f"every wait of {path} is met sooner or later"
        return None

    def _is_retried(self, at: StepAt) -> bool:
        """Whether a failure of the step can be followed by an automatic retry."""
        if at.step.retry is not None:
            return at.step.retry.retries > 0
        rules = self.assumed.plan.fallout
        return any(rule.target.kind is at.step.kind and rule.target.target in (None, at.step.target) for rule in rules)

    def ends(self, at: StepAt) -> frozenset[StepStatus]:
        """The states in which the step can be when its plan ends."""
        return frozenset(
            state
            for state in _ENDS
            if self.impossible(at, state) is None
            and (state is not StepStatus.FATALLY_FAILED or self._fails_for_good(at))
        )

    def _fails_for_good(self, at: StepAt) -> bool:
        """Whether some step waits for this one to fail, which makes its failure an outcome."""
        for home in self.assumed.homes:
            for step in self.assumed.program.groups[home.call.group].steps:
                for wait in step.join.waits if step.join else ():
                    named = wait.group or home.call.instance, wait.step
                    if Outcome.FAILED in wait.outcomes and named == (at.home.call.instance, at.step.name):
                        return True
        return False

    def _can_be_bypassed(self, at: StepAt) -> bool:
        join = at.step.join
        if join is None:
            return False
        if join.any_of:
            return all(self._can_be_unmet(at, wait) or self._can_be_dropped(at, wait) for wait in join.waits)
        unmet = any(self._can_be_unmet(at, wait) for wait in join.waits)
        return unmet or all(self._can_be_dropped(at, wait) for wait in join.waits)

    def _can_be_unmet(self, at: StepAt, wait: Wait) -> bool:
        """Whether what the wait is for can end in a way that the wait does not accept."""
        awaited = self.assumed.target(at.home, wait.group, wait.step)
        if awaited is None:
            return True
        ends = self.ends(awaited)
        if not wait.outcomes:
            return StepStatus.FATALLY_FAILED in ends
        return any(_ENDS[state] not in wait.outcomes for state in ends)

    def _can_be_dropped(self, at: StepAt, wait: Wait) -> bool:
        """Whether a plain wait may come to hold nothing back, as its step is bypassed or skipped with its branch."""
        awaited = self.assumed.target(at.home, wait.group, wait.step)
        if awaited is None or wait.outcomes:
            return awaited is None
        ends = self.ends(awaited)
        return StepStatus.BYPASSED in ends or (awaited.step.skip_branch and StepStatus.SKIPPED in ends)
