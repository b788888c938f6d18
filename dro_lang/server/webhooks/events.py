"""What is told: CloudEvents 1.0 (https://cloudevents.io), one for each line of a plan's history."""

import json
from datetime import UTC
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from dro_lang.runtime.embedded.port import Header
from dro_lang.runtime.embedded.sqlite.feed import Change
from dro_lang.runtime.operations.documents import history_document, instance_document
from dro_lang.runtime.operations.plan_view import HistoryLine

MEDIA_TYPE = "application/cloudevents+json"


def cloud_event(
    server: str, header: Header, change: Change, number: int, line: HistoryLine, zone: ZoneInfo
) -> dict[str, Any]:
    """The event for a line of a history. Its id is the same each time it is sent."""
    told = history_document(line, zone)
    step = getattr(line.what, "step", None)
    subject = change.plan_id if step is None else f"{change.plan_id}/{step}"
    return {
        "specversion": "1.0",
        "id": f"{change.number}.{number}",
        "source": f"{server}/plans/{quote(change.plan_id, safe='')}",
        "type": f"drolang.{told['what']}",
        "subject": subject,
        "time": line.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": {
            "plan_id": change.plan_id,
            "plan": header.plan,
            "object": header.object,
            "record_id": header.record_id,
            "name": header.name,
            **told,
            **({} if step is None else instance_document(step)),
        },
    }


def body_of(event: dict[str, Any]) -> bytes:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
