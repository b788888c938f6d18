"""What the claims of properties mean for a run: whether it breaks one, and how a test shows that."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from attrs import frozen

from dro_lang.conditions.time import in_zone
from dro_lang.kernel.board import Board
from dro_lang.kernel.history import Entry, StepChanged
from dro_lang.kernel.machine import Kernel
from dro_lang.kernel.states import FINISHED, InstanceId, PlanState, PlanStatus, StepStatus, spoken
from dro_lang.program.tests import (
    AlwaysScenarios,
    AlwaysStep,
    Claim,
    Ends,
    ExpectPlan,
    ExpectScenarios,
    ExpectStep,
    InstanceName,
    NeverStep,
    Order,
    StepName,
    TestLine,
)
from dro_lang.testing.run import Run

_STARTED = frozenset({StepStatus.READY, StepStatus.IN_PROGRESS, StepStatus.ON_HOLD, StepStatus.COMPLETED})


@frozen
class Breach:
    """How a claim is broken, as a sentence, and lines that a plan which keeps the claim might meet, the best first."""

    message: str
    expected: tuple[TestLine, ...]


def breach(claim: Claim, run: Run) -> Breach | None:
    """How a run breaks a claim; None where it does not. A run that was cut short says nothing of the end."""
    if isinstance(claim, AlwaysScenarios):
        return _scenarios(claim, run)
    if run.plan is None:
        return None
    match claim:
        case NeverStep() | Order():
            return breach_so_far(claim, run.kernel, run.plan, run.history)
        case AlwaysStep():
            return _always(claim, run, run.plan)
        case Ends():
            return _ends(claim, run, run.plan)


def breach_so_far(claim: Claim, kernel: Kernel, plan: PlanState, history: Sequence[Entry]) -> Breach | None:
    """How a plan has broken a claim about what happens, which the rest of the run cannot mend."""
    match claim:
        case NeverStep():
            return _never(claim, kernel, plan, history)
        case Order():
            return _order(claim, kernel, plan, history)
    return None


def _scenarios(claim: AlwaysScenarios, run: Run) -> Breach | None:
    if set(run.scenarios) == set(claim.scenarios):
        return None
    got = " and ".join(f"`{name}`" for name in run.scenarios)
    message = f"a record gets {got}" if got else f"a record gets no plan: {run.submission.reason}"
    return Breach(message, (ExpectScenarios(claim.scenarios, line=0),))


def _never(claim: NeverStep, kernel: Kernel, plan: PlanState, history: Sequence[Entry]) -> Breach | None:
    state = claim.state
    found: tuple[InstanceId, StepStatus | None, datetime] | None
    if state is StepStatus.PENDING:
        waiting = next((step for step in plan.steps if _is(step.id, claim.step) and step.status is state), None)
        found = None if waiting is None or waiting.since is None else (waiting.id, None, waiting.since)
    else:
        changes = (entry for entry in _changes(history, claim.step) if entry.target is state)
        found = next(((entry.step, entry.source, entry.at) for entry in changes), None)
    if found is None:
        return None
    instance, source, at = found
    # It was in another state before, and might have stayed there.
    others = (source, StepStatus.SKIPPED, StepStatus.BYPASSED, StepStatus.PENDING)
    return Breach(f"{instance} is {spoken(state)} on {_day(kernel, at)}", _expectations(instance, others))


def _order(claim: Order, kernel: Kernel, plan: PlanState, history: Sequence[Entry]) -> Breach | None:
    """Where both steps run for each item, those of the same item are meant."""
    board = Board(kernel.blueprint, plan)
    firsts = [step.id for step in plan.steps if _is(step.id, claim.first)]
    open_ = dict.fromkeys(firsts, StepStatus.PENDING)
    for entry in history:
        if not isinstance(entry, StepChanged):
            continue
        if entry.step in open_:
            final = entry.target is StepStatus.FATALLY_FAILED and board.failure_awaited(entry.step)
            if entry.target in FINISHED or final:
                del open_[entry.step]
            else:
                open_[entry.step] = entry.target
        elif _is(entry.step, claim.then) and entry.target in _STARTED and entry.source not in _STARTED:
            before = (each for each in open_ if None in (each.item, entry.step.item) or each.item == entry.step.item)
            early = next(before, None)
            if early is not None:
                day = _day(kernel, entry.at)
                return Breach(
                    f"{entry.step} starts on {day}, while {early} is {spoken(open_[early])}",
                    _expectations(entry.step, (entry.source, StepStatus.PENDING, StepStatus.SCHEDULED)),
                )
    return None


def _always(claim: AlwaysStep, run: Run, plan: PlanState) -> Breach | None:
    if not run.ended:
        return None
    wanted = claim.state
    for step in plan.steps:
        if _is(step.id, claim.step) and wanted is not StepStatus.PENDING:
            been = {entry.target for entry in run.history if isinstance(entry, StepChanged) and entry.step == step.id}
            if wanted not in been:
                message = f"the plan ends, and {step.id} was never {spoken(wanted)}: it is {spoken(step.status)}"
                return Breach(message, _expectations(step.id, (wanted,)))
    return None


def _ends(claim: Ends, run: Run, plan: PlanState) -> Breach | None:
    if plan.status is PlanStatus.COMPLETED or run.is_cut_short:
        return None
    views = [view for view in run.steps if plan.by_id[view.id].finished is False]
    held = next((view for view in views if view.state is not StepStatus.PENDING), views[0])
    when = "never ends" if claim.within is None else "has not ended in time"
    return Breach(
        f"the plan {when}: {held.id} is {spoken(held.state)}, {held.reason}",
        (ExpectPlan(PlanStatus.COMPLETED, line=0),),
    )


def _changes(history: Iterable[Entry], step: StepName) -> Iterator[StepChanged]:
    return (entry for entry in history if isinstance(entry, StepChanged) and _is(entry.step, step))


def _is(instance: InstanceId, step: StepName) -> bool:
    return (instance.group, instance.step) == (step.group, step.step)


def _expectations(instance: InstanceId, states: Iterable[StepStatus | None]) -> tuple[TestLine, ...]:
    name = InstanceName(instance.group, instance.step, instance.item)
    wanted = dict.fromkeys(state for state in states if state is not None)
    return tuple(ExpectStep(name, state, line=0) for state in wanted)


def _day(kernel: Kernel, at: datetime) -> str:
    return f"{in_zone(at, kernel.blueprint.zone):%Y-%m-%d}"
