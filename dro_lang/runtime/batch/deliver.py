"""The result as a file that is there as a whole or not at all."""

import os
from pathlib import Path

from dro_lang.conditions.columnar.terms import text_literal
from dro_lang.records.parquet_records import WRITTEN, told
from dro_lang.records.problems import OutputError
from dro_lang.records.tables.address import Table
from dro_lang.runtime.batch.select import Outcome
from dro_lang.runtime.batch.workspace import Workspace, unwritable

FORMATS = {".parquet": "parquet", ".pq": "parquet", ".csv": "csv", ".ndjson": "ndjson", ".jsonl": "ndjson"}


Output = Path | Table


def parts_beside(out: Output) -> Path:
    """The folder in which the parts of an output are kept: beside its file, or in the working directory."""
    if isinstance(out, Path):
        return out.with_name(f".{out.name}.parts")
    name = out.name.replace("/", "-")
    return Path(f".{name}.parts") if out.file is None else out.file.with_name(f".{out.file.name}.{name}.parts")


def as_file(outcome: Outcome, workspace: Workspace, path: Path, format: str) -> None:
    """Write the result to a file. Raises OutputError."""
    try:
        if format == "parquet" and outcome.file is not None:
            os.replace(outcome.file, path)
            return
        draft = workspace.scratch(f"result.{format}")
        _copied(outcome, draft, format)
        os.replace(draft, path)
    except OSError as error:
        raise unwritable(path, error) from None


def _copied(outcome: Outcome, path: Path, format: str) -> None:
    import duckdb

    query = outcome.query
    if format == "csv" and outcome.many:
        query = f"SELECT id, array_to_string(scenarios, ';') AS scenarios, error FROM ({query})"
    options = {"parquet": WRITTEN, "csv": "FORMAT csv, HEADER", "ndjson": "FORMAT json"}[format]
    try:
        outcome.connection.execute(f"COPY ({query}) TO {text_literal(str(path))} ({options})")
    except duckdb.Error as error:
        raise OutputError(f"`{path}` cannot be written: {told(error)}", "give room, or name another file") from None


def as_text(outcome: Outcome, workspace: Workspace, format: str) -> Path:
    """Write the result as text to a file of the workspace, to be handed on from there."""
    draft = workspace.scratch(f"result.{format}")
    _copied(outcome, draft, format)
    return draft
