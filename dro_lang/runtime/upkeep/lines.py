"""The form in which a store is written out: a line for each thing, an object with its `type`. NDJSON, in UTF-8.

| type | has |
|---|---|
| `store` | the first line: `version` of this form, `drolang` that wrote it, and when (`at`) |
| `program` | `hash`, `source`, and the program as `drolang compile` writes it |
| `plan` | what never changes of it, and its whole `journal`; `accepted` are the steps that the outside will answer |
| `receipt`, `archived`, `switch`, `queue` | submissions; plans that were archived; integrations; turns of queues |
| `end` | the last line: how many lines came before |

A plan's state is not written out: it follows from the journal, and is made again from it.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import frozen

from dro_lang.kernel.states import InstanceId
from dro_lang.program.model import Priority
from dro_lang.runtime.embedded.port import Header, JournalEntry
from dro_lang.runtime.embedded.sqlite.rows import entry_of, entry_texts

VERSION = 1

Line = dict[str, Any]


class BadLine(ValueError):
    """A line that is not what a store was written out as. The message says why."""


@frozen
class PlanOut:
    """A plan as a line has it."""

    header: Header
    entries: tuple[JournalEntry, ...]
    trouble: str | None
    accepted: tuple[InstanceId, ...]


def plan_line(plan: PlanOut) -> Line:
    header = plan.header
    journal = []
    for entry in plan.entries:
        event, history = entry_texts(entry)
        journal.append({"event": json.loads(event), "history": json.loads(history)})
    return {
        "type": "plan",
        "plan_id": header.plan_id,
        "object": header.object,
        "record_id": header.record_id,
        "usage": header.usage,
        "program": header.program,
        "plan": header.plan,
        "name": header.name,
        "priority": header.priority.value,
        "submitted_at": header.submitted_at.isoformat(),
        "trouble": plan.trouble,
        "accepted": [[step.group, step.step, step.item, step.copy] for step in plan.accepted],
        "journal": journal,
    }


def plan_of(line: Mapping[str, Any]) -> PlanOut:
    """Raises BadLine."""
    try:
        header = Header(
            line["plan_id"],
            line["object"],
            line["record_id"],
            line["usage"],
            line["program"],
            line["plan"],
            line["name"],
            Priority(line["priority"]),
            datetime.fromisoformat(line["submitted_at"]),
        )
        entries = tuple(
            entry_of(number, json.dumps(each["event"]), json.dumps(each["history"]))
            for number, each in enumerate(line["journal"])
        )
        return PlanOut(header, entries, line["trouble"], tuple(InstanceId(*step) for step in line["accepted"]))
    except (KeyError, TypeError, ValueError) as problem:
        raise BadLine(f"no plan: {problem!r}") from problem


def written(line: Line) -> str:
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n"


def read(text: str) -> Line:
    """Raises BadLine."""
    try:
        line = json.loads(text)
    except ValueError as problem:
        raise BadLine(f"no JSON: {problem}") from problem
    if not isinstance(line, dict) or not isinstance(line.get("type"), str):
        raise BadLine("no object with a type")
    return line
