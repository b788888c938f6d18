"""Waits, computed the long way: an oracle for the kernel and for whatever drives it."""

from dro_lang.kernel.states import PlanState, StepState
from dro_lang.program.model import Outcome, Program, Wait


def naive(wait: Wait, waiting: StepState, state: PlanState, program: Program) -> str:
    """The verdict on a wait from the text of the language alone: met, open, dropped or impossible."""
    owner = waiting.id.group if wait.group is None else wait.group
    copy = waiting.id.copy if wait.group is None else 0
    seen = [s for s in state.steps if (s.id.group, s.id.copy, s.id.step) == (owner, copy, wait.step)]
    if wait.same_item:
        seen = [s for s in seen if s.id.item == waiting.id.item]
    if not seen:
        return "met"
    accepted = set(wait.outcomes) or {Outcome.COMPLETED, Outcome.SKIPPED, Outcome.EXPIRED}
    group = state.group(seen[0].id.group_key)
    assert group is not None
    definition = program.groups[group.group].step(wait.step)
    assert definition is not None

    def ignored(step: StepState) -> bool:
        if step.status in ("bypassed", "discarded"):
            return True
        if step.outcome is Outcome.CANCELED:
            return Outcome.CANCELED not in accepted
        return not wait.outcomes and step.outcome is Outcome.SKIPPED and definition.skip_branch

    left = [step for step in seen if not ignored(step)]
    if not left:
        return "impossible" if wait.outcomes else "dropped"

    def may_yet(step: StepState) -> bool:
        return step.outcome is None or (step.outcome is Outcome.COMPLETED and Outcome.CANCELED in accepted)

    if any(step.outcome not in accepted and not may_yet(step) for step in left):
        return "impossible"
    return "met" if all(step.outcome in accepted for step in left) else "open"


def naive_join(waiting: StepState, state: PlanState, program: Program) -> str:
    group = state.group(waiting.id.group_key)
    assert group is not None
    definition = program.groups[group.group].step(waiting.id.step)
    assert definition is not None
    if definition.join is None:
        return "met"
    verdicts = {naive(wait, waiting, state, program) for wait in definition.join.waits}
    order = ("met", "open") if definition.join.any_of else ("impossible", "open", "met")
    return next((verdict for verdict in order if verdict in verdicts), "impossible")
