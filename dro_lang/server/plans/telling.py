"""What is told of a change of a plan: to whoever follows live."""

import json

from dro_lang.runtime.embedded.sqlite.feed import Change
from dro_lang.runtime.operations.documents import Document, history_document
from dro_lang.runtime.operations.plan_view import lines_of
from dro_lang.server.plans.reading import Reader


def change_text(reader: Reader, change: Change) -> str:
    return json.dumps(_document(reader, change), ensure_ascii=False)


def _document(reader: Reader, change: Change) -> Document:
    """A change of a plan, with the lines of its history."""
    row = reader.store.plan_row(change.plan_id)
    zone = reader.queries.kernel(row.header).blueprint.zone
    entry = reader.store.entry_of_change(change.number)
    return {
        "plan_id": change.plan_id,
        "plan": row.header.plan,
        "object": change.object,
        "record_id": change.record_id,
        "name": row.header.name,
        "lines": [history_document(line, zone) for line in (lines_of(entry) if entry is not None else ())],
    }
