"""What happens in a simulation as objects for programs, one for each event."""

from collections.abc import Iterator
from typing import Any

from dro_lang.kernel.history import (
    Assigned,
    DataChanged,
    IntegrationChanged,
    JeopardyChanged,
    PlanChanged,
    Refused,
    StepChanged,
)
from dro_lang.kernel.states import InstanceId
from dro_lang.runtime.simulation.simulate import Happening, Simulated

Object = dict[str, Any]


def events_of(simulated: Simulated) -> Iterator[Object]:
    """The objects of a record, in the order of time: its submission, then what happened to its plan.

    Moments are ISO 8601 with the offset of the plan's zone. A step comes into the plan from the state null.
    """
    refused = simulated.plan is None
    yield {
        "record_id": simulated.id,
        "at": simulated.began.isoformat(),
        "event": "submitted",
        "submit_status": "Error" if refused else "Success",
        "error_code": simulated.error_code,
        "reason": simulated.reason or None,
        "scenarios": [] if refused else list(simulated.selection.matched),
    }
    for happening in simulated.happenings:
        told = {"record_id": simulated.id, "at": happening.at.isoformat()}
        yield {**told, **_told(happening)}


def _told(happening: Happening) -> Object:
    match happening.entry:
        case StepChanged(_, step, source, target, reason, by):
            lies = happening.step
            return {
                "event": "step",
                **_named(step),
                "from": source,
                "to": target,
                "reason": reason or None,
                "by": by,
                "queue": None if lies is None else lies.queue,
                "assignee": None if lies is None else lies.assignee,
            }
        case JeopardyChanged(_, step, target):
            return {"event": "jeopardy", **_named(step), "to": target}
        case Assigned(_, step, user, by):
            return {"event": "assigned", **_named(step), "assignee": user, "by": by}
        case PlanChanged(_, source, target, by):
            return {"event": "plan", "from": source, "to": target, "by": by}
        case DataChanged(_, item, attributes, by):
            return {"event": "data", "item": item, "attributes": list(attributes), "by": by}
        case IntegrationChanged(_, integration, online, by):
            return {"event": "integration", "integration": integration, "online": online, "by": by}
        case Refused(_, event, step, reason, by):
            named = {"step": None, "item": None, "copy": None} if step is None else _named(step)
            return {"event": "refused", "what": event, **named, "reason": reason, "by": by}


def _named(step: InstanceId) -> Object:
    return {"step": f"{step.group}.{step.step}", "item": step.item, "copy": step.copy}
