"""How what the columns gave and what single records got become one result."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import define

from dro_lang.conditions.columnar.terms import text_literal
from dro_lang.records.parquet_records import scan
from dro_lang.runtime.batch.job import Selected
from dro_lang.runtime.batch.looked_at import Look
from dro_lang.runtime.batch.tables import Selector

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
    groups = connection.execute(f"SELECT {column}, count(*) FROM ({query}) GROUP BY 1").fetchall()
    # Apart: most files tell in their statistics that they have none.
    failed = f"SELECT error, count(*) FROM ({query}) WHERE error IS NOT NULL GROUP BY 1"
    errors = dict(connection.execute(failed).fetchall())
    by_scenario: dict[str, int] = {}
    for scenarios, count in groups:
        for scenario in scenarios or () if many else filter(None, (scenarios,)):
            by_scenario[scenario] = by_scenario.get(scenario, 0) + count
    records = sum(count for _, count in groups)
    return Selected(records + tally.rejected, by_scenario, errors, tally.rejected, tally.items, tally.looked_at)
