"""What is left to single records, and how it joins what the columns gave."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import define, evolve

from dro_lang.conditions.columnar.terms import text_literal
from dro_lang.conditions.environment import Environment
from dro_lang.conditions.evaluators import COMPILED
from dro_lang.program.model import Plan, Policy
from dro_lang.records.load import Accepted, Loader
from dro_lang.records.parquet_records import scan
from dro_lang.records.problems import Found, Rejected
from dro_lang.runtime.batch.job import Job, Selected
from dro_lang.runtime.batch.looked_at import Look
from dro_lang.runtime.batch.parts import Rows
from dro_lang.runtime.batch.tables import Selector
from dro_lang.runtime.batch.workspace import unwritable

_EVERY = 1_000
_SLOTS = 2**40
"""More than a part has."""


@define
class Tally:
    """How many were rejected, how many records were looked at, and how many of those fit."""

    rejected: int = 0
    items: int = 0
    looked_at: int = 0
    kept: int = 0


def orphaned(selector: Selector, files: Mapping[int, Path], connection: Any) -> set[str]:
    """The keys of items that belong to no record whose columns fit; some may belong to one that is looked at."""
    if selector.items is None:
        return set()
    keys = f'SELECT DISTINCT "#key" FROM {scan(selector.items)}'
    for path in files.values():
        keys += f" EXCEPT SELECT id FROM {scan(path)} WHERE error IS DISTINCT FROM '?'"
    return {key for (key,) in connection.execute(keys).fetchall()}


def look_at(
    job: Job,
    loader: Loader,
    looks: Sequence[Look],
    orphans: Collection[str],
    decided: Path,
    connection: Any,
    tally: Tally,
    reject: Callable[[Rejected], None],
    report: Callable[[int], None],
) -> None:
    """Take the records through the row readers and the reference evaluator; what they get is written down by the part
    and the slot that it stands in."""
    environment = job.environment

    def refused(rejected: Rejected, of_items: bool) -> None:
        tally.items += of_items
        tally.rejected += not of_items
        reject(rejected)

    try:
        with open(decided, "w", encoding="utf-8") as file:
            if job.inputs.items is not None:
                for rejected in loader.take_items(job.inputs.items, _only(looks, loader, orphans, connection)):
                    refused(rejected, of_items=True)
            for look in looks:
                for slot, found in look.records(loader.columns(), connection):
                    if found is None:
                        file.write(json.dumps({"part": look.number, "slot": slot, "number": 0, "kept": False}) + "\n")
                        continue
                    tally.looked_at += 1
                    result = loader.record(found) if isinstance(found, Found) else found
                    if isinstance(result, Rejected):
                        refused(result, of_items=False)
                    else:
                        tally.kept += 1
                    file.write(json.dumps(_line(look, slot, tally.looked_at, result, job.plan, environment)) + "\n")
                    if tally.looked_at % _EVERY == 0:
                        report(tally.looked_at)
    except OSError as error:
        raise unwritable(decided, error) from None
    for rejected in loader.orphans():
        refused(rejected, of_items=True)


def _only(looks: Sequence[Look], loader: Loader, orphans: Collection[str], connection: Any) -> Collection[str] | None:
    """The ids whose items matter; None for all of them, where whole inputs are looked at."""
    if any(isinstance(look.part, Rows) for look in looks):
        return None
    return {id for look in looks for id in look.ids(loader, connection)} | set(orphans)


def _line(
    look: Look, slot: int, number: int, result: Accepted | Rejected, plan: Plan, environment: Environment
) -> dict[str, Any]:
    line: dict[str, Any] = {"part": look.number, "slot": slot, "number": number, "kept": isinstance(result, Accepted)}
    if isinstance(result, Accepted):
        selection = COMPILED.select(plan, evolve(environment, root=result.row))
        many = plan.policy is Policy.EVERY_MATCHING
        names: Any = list(selection.matched) if many else next(iter(selection.matched), None)
        line |= {"id": result.id, "scenarios" if many else "scenario": names or None, "error": selection.error}
    return line


def combined(files: Mapping[int, Path], looks: Sequence[Look], decided: Path, tally: Tally, many: bool) -> str:
    """The query of the whole result, in the order of the input."""
    column, of = ("scenarios", "VARCHAR[]") if many else ("scenario", "VARCHAR")
    own = f"id, {column}, error"
    paths = ", ".join(text_literal(str(path)) for path in files.values())
    if not looks and not files:
        return f"SELECT NULL::VARCHAR AS id, NULL::{of} AS {column}, NULL::VARCHAR AS error LIMIT 0"
    if not looks:
        return f"SELECT {own} FROM read_parquet([{paths}])"
    types = f"part: 'BIGINT', slot: 'BIGINT', number: 'BIGINT', kept: 'BOOLEAN', id: 'VARCHAR', {column}: '{of}'"
    place = f"part * {_SLOTS} + slot AS place"
    looked = f"SELECT *, {place} FROM read_ndjson({text_literal(str(decided))}, columns={{{types}, error: 'VARCHAR'}})"
    back = f"SELECT place, number, {own} FROM ({looked}) WHERE kept"
    if not files:
        return f"SELECT {own} FROM ({back})"
    number = f"{list(files)}[CAST(file_index AS BIGINT) + 1]"
    rows = f"SELECT *, {number} AS part, 2 * file_row_number AS slot FROM read_parquet([{paths}])"
    others = (
        f"SELECT place, 0 AS number, {own} FROM (SELECT *, {place} FROM ({rows})) "
        f"WHERE place NOT IN (SELECT place FROM ({looked}))"
    )
    back_between = f" UNION ALL {back}" if tally.kept else ""
    return f"SELECT {own} FROM ({others}{back_between} ORDER BY place, number)"


def counted(query: str, many: bool, tally: Tally, connection: Any) -> Selected:
    """How many records got what."""
    column = "scenarios" if many else "scenario"
    groups = connection.execute(f"SELECT {column}, error, count(*) FROM ({query}) GROUP BY ALL").fetchall()
    by_scenario: dict[str, int] = {}
    errors: dict[str, int] = {}
    records = 0
    for scenarios, error, count in groups:
        records += count
        if error is not None:
            errors[error] = errors.get(error, 0) + count
        for scenario in scenarios or () if many else filter(None, (scenarios,)):
            by_scenario[scenario] = by_scenario.get(scenario, 0) + count
    return Selected(records + tally.rejected, by_scenario, errors, tally.rejected, tally.items, tally.looked_at)
