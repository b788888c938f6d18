"""The workload of `batch.py`: accounts in a file, and queries by hand that choose their scenarios from it."""

import csv
import json
import time
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from peers import business_rules
from workload import CHANNELS, REGIONS, SCENARIOS, TODAY, Joined

from dro_lang.conditions.columnar.cases import chosen, selection
from dro_lang.conditions.columnar.formulas import scope_of
from dro_lang.conditions.columnar.helpers import ReferenceHelpers
from dro_lang.program.model import Program
from dro_lang.records.load import Inputs
from dro_lang.runtime.batch.deliver import as_file
from dro_lang.runtime.batch.job import DEFAULT_MEMORY, Job
from dro_lang.runtime.batch.select import select_all
from dro_lang.runtime.batch.workspace import Workspace

TYPES = {
    "id": "VARCHAR",
    "start_date": "DATE",
    "risk": "VARCHAR",
    "region": "VARCHAR",
    "channel": "VARCHAR",
    "balance": "DECIMAL(18, 2)",
    "limit": "DECIMAL(18, 2)",
    "rate": "DECIMAL(18, 2)",
    "days_late": "INTEGER",
    "score": "INTEGER",
    "disputed": "BOOLEAN",
    "vip": "BOOLEAN",
    "due_date": "DATE",
    "promised_on": "DATE",
}
OPTIONS = {"parquet": "FORMAT parquet", "csv": "FORMAT csv, HEADER", "ndjson": "FORMAT json"}


SETTINGS = f"SET TimeZone = 'UTC'; SET memory_limit = '{DEFAULT_MEMORY}'; SET enable_progress_bar = false"
"""With the memory that `drolang select` gives DuckDB."""


def database() -> Any:
    import duckdb

    connection = duckdb.connect()
    connection.execute(SETTINGS)
    return connection


def write(path: Path, count: int, in_order: bool = True, regions: tuple[str, ...] = REGIONS) -> None:
    """Accounts drawn as `workload.records` draws them, in a file; with ids in their order, or in none."""

    def number(draw: int, size: int) -> str:
        return f"CAST(hash(i, {draw}) % {size} AS INTEGER)"

    def one_of(draw: int, values: tuple[str, ...]) -> str:
        return f"([{', '.join(map(repr, values))}])[{number(draw, len(values))} + 1]"

    def amount(draw: int, size: int) -> str:
        return f"CAST({number(draw, size)} / 100 AS DECIMAL(18, 2))"

    today = f"DATE '{TODAY}'"
    columns = {
        "id": "'A-' || i" if in_order else "format('{:016x}', hash(i, 0))",
        "start_date": today,
        "risk": one_of(1, ("Low", "Medium", "High")),
        "region": one_of(2, regions),
        "channel": one_of(3, CHANNELS),
        "balance": amount(4, 400_001),
        "limit": amount(5, 500_001),
        "rate": amount(6, 13),
        "days_late": number(7, 61),
        "score": number(8, 1000),
        "disputed": f"{number(9, 100)} < 5",
        "vip": f"{number(10, 100)} < 20",
        "due_date": f"{today} + {number(11, 81)} - 70",
        "promised_on": f"CASE WHEN {number(12, 100)} < 30 THEN {today} + {number(13, 41)} - 20 END",
    }
    query = ", ".join(f'{value} AS "{column}"' for column, value in columns.items())
    options = OPTIONS[path.suffix[1:]]
    database().execute(f"COPY (SELECT {query} FROM range({count}) AS numbers(i)) TO '{path}' ({options})")


def table(file: Path) -> str:
    """What reads a file as somebody would write it who knows its columns."""
    types = ", ".join(f"'{column}': '{type}'" for column, type in TYPES.items())
    return {
        ".parquet": f"read_parquet('{file}')",
        ".csv": f"read_csv('{file}', header = true, auto_detect = false, columns = {{{types}}})",
        ".ndjson": f"read_json('{file}', format = 'newline_delimited', columns = {{{types}}})",
    }[file.suffix]


def loaded(rows: list[dict[str, Any]], times: int) -> Any:
    """A database of one thread with records as a table `accounts`, over and over: first in their order."""
    connection = database()
    connection.execute("SET threads = 1")
    with TemporaryDirectory() as folder:
        file = Path(folder, "accounts.csv")
        with file.open("w", encoding="utf-8", newline="") as stream:
            written = csv.DictWriter(stream, TYPES, extrasaction="ignore")
            written.writeheader()
            written.writerows(rows)
        connection.execute(f"CREATE TABLE accounts AS FROM {table(file)}")
        repeated = f"SELECT accounts.* FROM range({times - 1}) CROSS JOIN {table(file)} AS accounts"
        connection.execute(f"INSERT INTO accounts {repeated}")
    return connection


def query_of(checked: Program) -> str:
    """The selection of a plan over the table `accounts`, as drolang writes it."""
    plan = checked.plans["Chase"]
    context = checked.contexts[plan.context]
    environment = Job(checked, plan, Inputs(()), TODAY).environment
    helpers = ReferenceHelpers(checked, context, environment)
    scope = scope_of(checked, context, environment, helpers)
    query = selection(chosen(plan, scope, helpers), "accounts", "TRUE")
    assert not helpers.found
    return query


def case(scenarios: list[Joined]) -> str:
    """The selection as a query written by hand has it."""
    cases = " ".join(f"WHEN {sql(each)} THEN 's{number}'" for number, each in enumerate(scenarios))
    return f"CASE {cases} ELSE 'rest' END"


def sql(condition: Any) -> str:
    if condition[0] in ("and", "or"):
        return "(" + f" {condition[0]} ".join(map(sql, condition[1])) + ")"
    name, operator, constant = condition
    if operator == "known":
        return f'"{name}" IS NOT NULL'
    if isinstance(constant, bool):
        return name if constant else f"NOT {name}"
    return f'"{name}" {operator} ' + (
        repr(constant) if isinstance(constant, str | int | float) else f"DATE '{constant}'"
    )


def by_columns(checked: Program, file: Path, result: Path) -> None:
    """What `drolang select` does, within this process."""
    plan = checked.plans["Chase"]
    job = Job(checked, plan, Inputs((file,)), TODAY)
    workspace = Workspace.beside(result.with_name(f".{result.name}.parts"), job)
    with select_all(job, workspace, lambda rejected: None, lambda done, of: None) as outcome:
        as_file(outcome, workspace, result, "parquet")
    workspace.remove()


# ---- what is measured: statements for DuckDB


def reading(file: Path, result: Path) -> list[str]:
    """Every value read, and nothing done with it."""
    columns = ", ".join(f'max("{column}")' for column in TYPES)
    return [f"SELECT {columns} FROM {table(file)}"]


def query(file: Path, result: Path) -> list[str]:
    """The query by hand."""
    return [_copy(case(SCENARIOS), file, result)]


def query_valid(file: Path, result: Path) -> list[str]:
    """The query by hand, which names no scenario where a value is missing, or is none of its enum's."""
    required = " AND ".join(f'"{column}" IS NOT NULL' for column in TYPES if column != "promised_on")
    enums = f"risk IN ('Low', 'Medium', 'High') AND region IN {REGIONS} AND id <> '' AND NOT contains(id, chr(0))"
    return [_copy(f"CASE WHEN {required} AND {enums} THEN {case(SCENARIOS)} END", file, result)]


def query_unique(file: Path, result: Path) -> list[str]:
    """The query by hand, and a second one that finds ids that stand twice."""
    twice = f"SELECT id FROM read_parquet('{result}') GROUP BY id HAVING count(*) > 1"
    return [*query(file, result), twice]


def _copy(scenario: str, file: Path, result: Path) -> str:
    return f"COPY (SELECT id, {scenario} AS scenario FROM {table(file)}) TO '{result}' (FORMAT parquet)"


# ---- answers


def compare(results: Mapping[str, Path], sample: int, file: Path) -> str | None:
    """What differs between the first of some results and another, row by row, or from business-rules in a sample."""
    connection = database()
    (first, hand), *others = ((name, f"read_parquet('{result}')") for name, result in results.items())
    for name, other in others:
        query = (
            f"SELECT a.id, a.scenario, b.id, b.scenario FROM {hand} AS a POSITIONAL JOIN {other} AS b "
            "WHERE a.id IS DISTINCT FROM b.id OR a.scenario IS DISTINCT FROM b.scenario LIMIT 1"
        )
        for row in connection.execute(query).fetchall():
            return f"{first} gives {row[:2]}, and {name} {row[2:]}"
    chosen = connection.execute(f"SELECT scenario FROM {hand} LIMIT {sample}").fetchall()
    if [name for (name,) in chosen] != by_business_rules(file, sample)[0]:
        return f"{first} and business-rules differ on the first {sample} records"
    return None


def by_business_rules(file: Path, count: int) -> tuple[list[str], float]:
    """The scenarios of the first records of a file, from the library that drolang has its reference from, and how long
    that took, reading them included."""
    prepare, choose = business_rules(SCENARIOS)
    start = time.process_time()
    found = [choose(prepare(record)) for record in islice(_typed(file), count)]
    return found, time.process_time() - start


def _typed(file: Path) -> Iterator[dict[str, Any]]:
    """The records of a file with values of their types, as its own reader gives them."""
    if file.suffix == ".parquet":
        rows = database().execute(f"FROM {table(file)}")
        while row := rows.fetchone():
            yield dict(zip(TYPES, row, strict=True))
        return
    with file.open(encoding="utf-8", newline="") as stream:
        records = csv.DictReader(stream) if file.suffix == ".csv" else map(json.loads, stream)
        for record in records:
            yield {column: _value(record[column], type) for column, type in TYPES.items()}


def _value(raw: Any, type: str) -> Any:
    if raw in (None, ""):
        return None
    if type == "DATE":
        return date.fromisoformat(raw)
    if type.startswith("DECIMAL"):
        return Decimal(str(raw))
    if type == "BOOLEAN":
        return raw in (True, "true")
    return int(raw) if type == "INTEGER" else raw
