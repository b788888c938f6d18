"""Items that are rows of another object, as columns: read once, kept beside the parts, joined to each of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dro_lang.conditions.columnar.terms import name, text_literal
from dro_lang.program.model import AttributeDefinition, JoinedItems
from dro_lang.program.types import ID, ListType
from dro_lang.records.columnar import lexical, ndjson, typed
from dro_lang.records.columnar.json_lines import Lines
from dro_lang.records.columnar.readings import Reading, absent, of_text, staged
from dro_lang.records.load import Loader
from dro_lang.records.parquet_records import check_fields, columns_of, scan
from dro_lang.records.tables.address import Table
from dro_lang.records.tables.copied import copy_table
from dro_lang.runtime.batch.job import Job, Limits
from dro_lang.runtime.batch.parts import Parquet, Part, Rows, Text, of_parquet, parts
from dro_lang.runtime.batch.reading import run_over_text
from dro_lang.runtime.batch.workspace import Workspace

_WHOLE = Limits(part_rows=2**62, part_bytes=2**62)


def stage_items(job: Job, loader: Loader, workspace: Workspace, connection: Any) -> Path | None:
    """Write the items of a job as columns: `#number`, `#key`, `#item`, `#fits`. None where columns do not do: the file
    is not read so, or a row of it does not say for certain which record it belongs to."""
    assert job.inputs.items is not None
    staged = workspace.scratch("items.parquet")
    [part] = _parts(job, loader, workspace, connection)
    if isinstance(part, Rows) or (isinstance(part, Text) and isinstance(part.form, Lines)):
        return None
    query = _query(job, loader, part, connection)
    dropped = run_over_text(
        connection, f"COPY ({query}) TO {text_literal(str(staged))} (FORMAT parquet)", str(job.inputs.items)
    )
    numbered = f'SELECT file_row_number AS "#number", * FROM {scan(staged)}'
    unclear = connection.execute(f'SELECT 1 FROM {scan(staged)} WHERE "#key" IS NULL LIMIT 1').fetchall()
    if dropped or unclear:
        return None
    final = workspace.scratch("items-numbered.parquet")
    connection.execute(f"COPY ({numbered}) TO {text_literal(str(final))} (FORMAT parquet)")
    return final


def _parts(job: Job, loader: Loader, workspace: Workspace, connection: Any) -> Iterator[Part]:
    items = job.inputs.items
    if not isinstance(items, Table):
        assert items is not None
        return parts(items, connection, _WHOLE)
    mapping = job.program.mappings[job.plan.mapping]
    assert isinstance(mapping.items, JoinedItems)
    copy = workspace.scratch("items-table.parquet")
    copy_table(items, loader.reader.item_columns(mapping.items.key), connection, copy)
    return of_parquet(copy, str(items), connection, _WHOLE)


def _query(job: Job, loader: Loader, part: Parquet | Text, connection: Any) -> str:
    mapping = job.program.mappings[job.plan.mapping]
    node = job.program.contexts[job.plan.context].item_node
    assert isinstance(mapping.items, JoinedItems)
    assert node is not None
    assert isinstance(node.type, ListType)
    sources = {source.attribute: source.path for source in mapping.items.sources}
    there = columns_of(connection, scan(part.path)) if isinstance(part, Parquet) else {}
    if isinstance(part, Parquet):
        check_fields(there, loader.reader.item_columns(mapping.items.key), part.name)

    def reading(attribute: AttributeDefinition, path: str) -> Reading:
        if isinstance(part, Parquet):
            return typed.typed(attribute, path, there, job.program)
        if isinstance(part.form, ndjson.Form):
            return ndjson.of_piece(attribute, path, part.form, job.program)
        if path not in part.layout.columns:
            return absent(attribute, job.program)
        return of_text(attribute, name(path), job.program)

    fields = {
        each.name: reading(each, sources.get(each.name, each.name))
        for each in job.program.records[node.type.record].attributes
    }
    key = reading(AttributeDefinition("key", ID), mapping.items.key)
    fits = [each.fits for each in fields.values()]
    if isinstance(part, Parquet):
        source = scan(part.path)
    else:
        source = part.layout.scan(part.path, part.line - 1)
        read = {sources.get(each, each) for each in fields} | {mapping.items.key}
        unread = tuple(column for column in part.layout.columns if column not in read)
        if isinstance(part.form, ndjson.Form):
            fits += ndjson.well_formed(part.form, unread)
        else:
            fits += lexical.well_formed(part.layout, unread)
    return (
        f'SELECT CASE WHEN {key.fits} THEN {key.value} END AS "#key", {typed.packed(fields)} AS "#item", '
        f'coalesce({" AND ".join(fits)}, FALSE) AS "#fits" FROM {staged(source, [*fields.values(), key])}'
    )
