"""Selection record by record: for inputs so small that a database would take longer to start, and for comparison."""

import csv
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from attrs import evolve

from dro_lang.conditions.columnar.terms import text_literal
from dro_lang.conditions.evaluators import EVALUATORS
from dro_lang.program.model import Policy
from dro_lang.records.load import Rejected, load
from dro_lang.records.parquet_records import database
from dro_lang.records.streams import name_of
from dro_lang.runtime.batch.job import Job, Selected
from dro_lang.runtime.batch.workspace import unwritable


def select_by_rows(
    job: Job,
    evaluator: str,
    target: Path,
    format: str,
    reject: Callable[[Rejected], None],
    report: Callable[[int], None],
) -> Selected:
    """Select for every record of a job; the result is written to a file, which is there whole or not at all.

    Raises FileError where an input is of no use, or the output cannot be written.
    """
    draft = target.with_name(f".{target.name}.draft")
    many = job.plan.policy is Policy.EVERY_MATCHING
    items = None if job.inputs.items is None else name_of(job.inputs.items)
    environment = job.environment
    decides = EVALUATORS[evaluator]
    by_scenario: dict[str, int] = {}
    errors: dict[str, int] = {}
    taken = rejected = rejected_items = 0

    def results() -> Iterator[dict[str, Any]]:
        nonlocal taken, rejected, rejected_items
        for found in load(job.program, job.plan, job.inputs):
            report(taken + rejected)
            if isinstance(found, Rejected):
                of_items = found.position.file == items
                rejected_items += of_items
                rejected += not of_items
                reject(found)
                continue
            taken += 1
            selection = decides.select(job.plan, evolve(environment, root=found.row))
            for scenario in selection.matched:
                by_scenario[scenario] = by_scenario.get(scenario, 0) + 1
            if selection.error is not None:
                errors[selection.error] = errors.get(selection.error, 0) + 1
            names: Any = list(selection.matched) or None
            yield {
                "id": found.id,
                "scenarios" if many else "scenario": names if many or names is None else names[0],
                "error": selection.error,
            }

    try:
        _write(results(), draft, format, many)
        os.replace(draft, target)
    except OSError as error:
        raise unwritable(target, error) from None
    finally:
        draft.unlink(missing_ok=True)
    return Selected(taken + rejected, by_scenario, errors, rejected, rejected_items, taken + rejected)


def _write(results: Iterator[dict[str, Any]], path: Path, format: str, many: bool) -> None:
    column = "scenarios" if many else "scenario"
    if format == "parquet":
        lines = path.with_name(f"{path.name}.ndjson")
        try:
            _write(results, lines, "ndjson", many)
            types = f"{{id: 'VARCHAR', {column}: '{'VARCHAR[]' if many else 'VARCHAR'}', error: 'VARCHAR'}}"
            with database() as connection:
                source = f"read_ndjson({text_literal(str(lines))}, columns={types})"
                connection.execute(f"COPY (FROM {source}) TO {text_literal(str(path))} (FORMAT parquet)")
        finally:
            lines.unlink(missing_ok=True)
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        if format == "ndjson":
            for result in results:
                file.write(json.dumps(result, ensure_ascii=False, separators=(",", ":")) + "\n")
            return
        table = csv.DictWriter(file, ("id", column, "error"), lineterminator="\n")
        table.writeheader()
        for result in results:
            if many and result[column]:
                result[column] = ";".join(result[column])
            table.writerow(result)
