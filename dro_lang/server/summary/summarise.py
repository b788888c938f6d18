"""The summary of a record, of what is known of it. Pure."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, TypeVar

from dro_lang.conditions.time import in_zone
from dro_lang.kernel.blueprint import Blueprint
from dro_lang.kernel.states import FINISHED, Jeopardy, PlanState, PlanStatus, StepState, StepStatus
from dro_lang.program.model import Step, StepKind
from dro_lang.server.rights.permissions import Record
from dro_lang.server.summary.model import (
    Failure,
    Next,
    PlanFact,
    Progress,
    Risk,
    StateCount,
    StepFact,
    Submission,
    SubmissionStatus,
    Summary,
    Task,
    Upcoming,
)
from dro_lang.server.summary.stored import Known

F = TypeVar("F", bound=StepFact)

DONE_FIRST = (
    *(state for state in StepStatus if state in FINISHED),
    *(state for state in reversed(StepStatus) if state not in FINISHED),
)
"""States as a bar shows them: what is done with, what goes on or has failed, what is still to come."""

MOST_UPCOMING = 5
MOST_LISTED = 20


def summarise(record: Record, known: Known, viewer: str, url: str | None = None) -> Summary:
    """`viewer` is the person whose open tasks are listed; `url` that of the plan in the console."""
    if known.plan is None or known.blueprint is None:
        return Summary(object=record.object, record_id=record.id, submission=_submission(known))
    steps = _Steps(known.plan, known.blueprint)
    return Summary(
        object=record.object,
        record_id=record.id,
        submission=_submission(known),
        plan=_plan(known.plan, known.blueprint),
        progress=_progress(known.plan),
        upcoming=sorted(steps.upcoming(), key=_soonest)[:MOST_UPCOMING],
        at_risk=list(steps.at_risk())[:MOST_LISTED],
        failed=list(steps.failed())[:MOST_LISTED],
        tasks=sorted(steps.tasks(viewer), key=lambda task: (task.due_at is None, task.due_at))[:MOST_LISTED],
        url=url,
    )


def _submission(known: Known) -> Submission:
    if known.error_code is not None:
        status = SubmissionStatus.ERROR
    elif known.plan is not None:
        status = SubmissionStatus.SUBMITTED
    else:
        status = SubmissionStatus.NOT_SUBMITTED
    return Submission(
        status=status,
        at=known.submitted_at,
        request_id=known.request_id,
        error_code=known.error_code,
        reason=known.reason or None,
    )


def _plan(plan: PlanState, blueprint: Blueprint) -> PlanFact:
    started = min((step.since for step in plan.steps if step.since is not None), default=None)
    done = plan.status is PlanStatus.COMPLETED
    return PlanFact(
        id=plan.id,
        name=str(plan.row.get("name") or plan.id),
        state=plan.status,
        priority=blueprint.plan.priority,
        program=plan.plan,
        version=blueprint.plan.version,
        scenarios=list(plan.scenarios),
        started_at=_local(started, blueprint) if plan.status is not PlanStatus.NOT_STARTED else None,
        completed_at=_local(plan.moment, blueprint) if done else None,
    )


def _progress(plan: PlanState) -> Progress:
    counts = Counter(step.status for step in plan.steps)
    return Progress(
        total=len(plan.steps),
        finished=sum(step.finished for step in plan.steps),
        by_state=[StateCount(state=state, count=counts[state]) for state in DONE_FIRST if counts[state]],
    )


def _soonest(upcoming: Upcoming) -> tuple[bool, datetime | None]:
    return upcoming.at is None, upcoming.at


def _local(moment: datetime | None, blueprint: Blueprint) -> datetime | None:
    return None if moment is None else in_zone(moment, blueprint.zone)


class _Steps:
    def __init__(self, plan: PlanState, blueprint: Blueprint) -> None:
        self.plan = plan
        self.blueprint = blueprint
        self._groups = {group.key: group.group for group in plan.groups}

    def upcoming(self) -> Iterator[Upcoming]:
        if self.plan.status is PlanStatus.FROZEN:
            for step in self.plan.steps:
                if step.status in (StepStatus.SCHEDULED, StepStatus.READY):
                    yield self._fact(Upcoming, step, what=Next.UNFREEZE)
            return
        for step in self.plan.steps:
            expected = self._expected(step)
            if expected is not None:
                what, at, who = expected
                yield self._fact(Upcoming, step, what=what, at=_local(at, self.blueprint), who=who)

    def _expected(self, step: StepState) -> tuple[Next, datetime | None, str | None] | None:
        """What will happen to a step, when, and by whom; None where nothing will by itself, or not yet."""
        definition = self._definition(step)
        match step.status:
            case StepStatus.SCHEDULED:
                return Next.STARTS, step.scheduled_for, definition.target
            case StepStatus.FAILED:
                return Next.RETRIES, step.retry_at, definition.target
            case StepStatus.READY:
                return Next.PERSON, None, step.assignee or step.queue
            case StepStatus.ON_HOLD:
                return Next.ONLINE, None, definition.target
            case StepStatus.IN_PROGRESS if definition.kind is StepKind.MANUAL:
                return Next.PERSON, None, step.assignee
            case StepStatus.IN_PROGRESS if definition.kind is StepKind.PAUSE:
                return Next.CONDITION, None, None
            case StepStatus.IN_PROGRESS:
                return Next.ANSWER, None, definition.target
        return None

    def at_risk(self) -> Iterator[Risk]:
        for step in self.plan.steps:
            if step.jeopardy in (Jeopardy.IN_JEOPARDY, Jeopardy.LATE) and not step.finished:
                yield self._fact(Risk, step, jeopardy=step.jeopardy, due_at=_local(step.due_at, self.blueprint))

    def failed(self) -> Iterator[Failure]:
        for step in self.plan.steps:
            if step.status in (StepStatus.FAILED, StepStatus.FATALLY_FAILED) and not step.finished:
                retry = _local(step.retry_at, self.blueprint) if step.status is StepStatus.FAILED else None
                yield self._fact(Failure, step, error=step.error, attempts=step.attempt, retry_at=retry)

    def tasks(self, viewer: str) -> Iterator[Task]:
        for step in self.plan.steps if viewer else ():
            open_ = step.status in (StepStatus.READY, StepStatus.IN_PROGRESS)
            if open_ and step.assignee == viewer and self._definition(step).kind is StepKind.MANUAL:
                due = _local(step.due_at, self.blueprint)
                yield self._fact(Task, step, due_at=due, jeopardy=step.jeopardy, queue=step.queue)

    def _definition(self, step: StepState) -> Step:
        return self.blueprint.step(self._groups[step.id.group_key], step.id.step)

    def _fact(self, kind: Callable[..., F], step: StepState, **more: Any) -> F:
        return kind(
            group=step.id.group,
            step=step.id.step,
            item=step.id.item,
            copy_=step.id.copy,
            kind=self._definition(step).kind,
            state=step.status,
            **more,
        )
