"""What operators see, as JSON documents. Moments are ISO 8601 with the offset of the plan's zone."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from dro_lang.conditions.time import in_zone
from dro_lang.kernel.history import (
    Assigned,
    DataChanged,
    IntegrationChanged,
    JeopardyChanged,
    PlanChanged,
    Refused,
    StepChanged,
)
from dro_lang.kernel.standings import Verdict
from dro_lang.kernel.states import InstanceId
from dro_lang.program.model import Program
from dro_lang.program.values import Row
from dro_lang.records.validate import row_to_data
from dro_lang.runtime.embedded.port import PlanRow, StepRow, Submitted
from dro_lang.runtime.operations.performing import Outcome
from dro_lang.runtime.operations.plan_view import Happened, HistoryLine, PlanView, StepInPlan, WaitView
from dro_lang.runtime.operations.queries import IntegrationLine, ProgramLine, QueueLine

Document = dict[str, Any]


def plan_document(row: PlanRow, zone: ZoneInfo) -> Document:
    """A line of the list of plans."""
    header = row.header
    return {
        "plan_id": header.plan_id,
        "plan": header.plan,
        "program": header.program,
        "object": header.object,
        "record_id": header.record_id,
        "usage": header.usage,
        "name": header.name,
        "priority": header.priority.value,
        "state": row.status.value,
        "steps": row.steps,
        "finished": row.finished,
        "submitted_at": moment(header.submitted_at, zone),
        "updated_at": moment(row.updated_at, zone),
        "next_at": moment(row.wake, zone),
        "trouble": row.trouble,
    }


def step_document(row: StepRow, zone: ZoneInfo) -> Document:
    """A line of the list of steps."""
    return {
        "plan_id": row.plan_id,
        "plan": row.header.plan,
        "object": row.header.object,
        "record_id": row.header.record_id,
        "name": row.header.name,
        **instance_document(row.id),
        "kind": row.kind.value,
        "target": row.target,
        "state": row.status.value,
        "since": moment(row.since, zone),
        "queue": row.queue,
        "assignee": row.assignee,
        "jeopardy": row.jeopardy.value if row.jeopardy else None,
        "due_at": moment(row.due_at, zone),
        "attempt": row.attempt,
        "error": row.error,
    }


def instance_document(step: InstanceId) -> Document:
    """A step by its names. `copy` counts inserted compensation groups of one name."""
    return {"group": step.group, "step": step.step, "item": step.item, "copy": step.copy}


def view_document(view: PlanView) -> Document:
    """One plan in full."""
    blueprint = view.kernel.blueprint
    return {
        **plan_document(view.row, view.zone),
        "timezone": str(view.zone),
        "scenarios": list(view.state.scenarios),
        "record": record_document(view.state.row, blueprint.context.attributes, blueprint.program),
        "offline": sorted(view.state.offline),
        "points_of_no_return": list(map(instance_document, view.points_of_no_return)),
        "step_list": [_step(step, view) for step in view.steps],
    }


def record_document(row: Row, attributes: Iterable[Any], program: Program) -> Document:
    """A row as data that is read back as the same row."""
    return row_to_data(row, attributes, program)


def _step(step: StepInPlan, view: PlanView) -> Document:
    seen, zone = step.view, view.zone
    gives = view.kernel.blueprint.gives(step.definition)
    results = {each.name: None for each in gives} | dict(seen.results)
    return {
        **instance_document(seen.id),
        "kind": seen.kind.value,
        "target": step.definition.target,
        "state": seen.state.value,
        "reason": seen.reason or None,
        "since": moment(seen.since, zone),
        "scheduled_for": moment(seen.scheduled_for, zone),
        "ready_at": moment(seen.ready_at, zone),
        "started_at": moment(seen.started_at, zone),
        "finished_at": moment(seen.finished_at, zone),
        "expires_at": moment(seen.expires_at, zone),
        "due_at": moment(seen.due_at, zone),
        "outcome": seen.outcome.value if seen.outcome else None,
        "jeopardy": seen.jeopardy.value if seen.jeopardy else None,
        "attempts": seen.attempts,
        "error": seen.error,
        "assignee": seen.assignee,
        "queue": seen.queue,
        "results": record_document(results, gives, view.kernel.program) if seen.results else {},
        "waits": [_wait(wait) for wait in step.waits],
        "waits_for": "any" if step.any_of else "all",
    }


def _wait(wait: WaitView) -> Document:
    return {
        "steps": list(map(instance_document, wait.steps)),
        "outcomes": [outcome.value for outcome in wait.outcomes],
        "met": wait.verdict is Verdict.MET,
        "verdict": wait.verdict.value,
    }


# ---- what happened


def history_document(line: HistoryLine, zone: ZoneInfo) -> Document:
    """Something that happened to a plan."""
    return {"entry": line.number, "at": moment(line.at, zone), **_happened(line.what)}


def _happened(what: Happened) -> Document:
    match what:
        case Submitted():
            return {"what": "submitted", "by": what.by, "scenarios": list(what.scenarios)}
        case StepChanged():
            states = {"from": what.source.value if what.source else None, "to": what.target.value}
            step = instance_document(what.step)
            return {"what": "step", **step, **states, "reason": what.reason or None, "by": what.by}
        case JeopardyChanged():
            return {"what": "jeopardy", **instance_document(what.step), "to": what.target.value}
        case Assigned():
            return {"what": "assigned", **instance_document(what.step), "user": what.user, "by": what.by}
        case PlanChanged():
            return {"what": "plan", "from": what.source.value, "to": what.target.value, "by": what.by}
        case DataChanged():
            return {"what": "data", "item": what.item, "attributes": list(what.attributes), "by": what.by}
        case IntegrationChanged():
            return {"what": "integration", "integration": what.integration, "online": what.online, "by": what.by}
        case Refused():
            step = {} if what.step is None else instance_document(what.step)
            return {"what": "refused", "event": what.event, **step, "reason": what.reason, "by": what.by}


# ---- the rest


def outcome_document(outcome: Outcome) -> Document:
    """What became of one of many."""
    step = {} if outcome.target.step is None else instance_document(outcome.target.step)
    return {"plan_id": outcome.target.plan_id, **step, "done": outcome.done, "reason": outcome.refusal}


def queue_document(line: QueueLine) -> Document:
    return {
        "queue": line.queue,
        "tasks": line.tasks,
        "unassigned": line.unassigned,
        "fatally_failed": line.fatally_failed,
    }


def integration_document(line: IntegrationLine) -> Document:
    switch = line.switch
    return {
        "integration": line.name,
        "asynchronous": line.asynchronous,
        "online": line.online,
        "since": switch.since.isoformat() if switch else None,
        "by": switch.by if switch else None,
        "in_progress": line.in_progress,
        "on_hold": line.on_hold,
        "failed": line.failed,
    }


def program_document(line: ProgramLine) -> Document:
    plans = {name: {status.value: count for status, count in counts.items()} for name, counts in line.plans.items()}
    return {"program": line.hash, "module": line.module, "plans": plans}


def moment(at: datetime | None, zone: ZoneInfo) -> str | None:
    return None if at is None else in_zone(at, zone).isoformat()
