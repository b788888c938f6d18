"""The formats of records: which one an input has, and its records."""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from dro_lang.records.csv_records import Columns, read_csv
from dro_lang.records.parquet_records import read_parquet
from dro_lang.records.problems import Found, Rejected
from dro_lang.records.streams import STANDARD_INPUT, name_of, opened
from dro_lang.records.tables.address import Source, Table
from dro_lang.records.tables.rows import Only


class Format(StrEnum):
    NDJSON = "ndjson"
    JSON = "json"
    CSV = "csv"
    TSV = "tsv"
    PARQUET = "parquet"


_EXTENSIONS = {
    ".ndjson": Format.NDJSON,
    ".jsonl": Format.NDJSON,
    ".json": Format.JSON,
    ".csv": Format.CSV,
    ".tsv": Format.TSV,
    ".parquet": Format.PARQUET,
    ".pq": Format.PARQUET,
}


def format_by_name(path: Source) -> Format | None:
    """The format that the name of an input says."""
    return None if path == STANDARD_INPUT or isinstance(path, Table) else _EXTENSIONS.get(Path(path).suffix.lower())


def read_records(path: Source, columns: Columns, only: Only | None = None) -> Iterator[Found | Rejected]:
    """The records of a file, a table or standard input (`-`), in their order; what cannot be read as one is rejected.
    `only` says of tables which are wanted; of others all come.

    Raises InputError, at once or while it is read, where the input as a whole is of no use.
    """
    name = name_of(path)
    if isinstance(path, Table):
        from dro_lang.records.tables.copied import read_table

        yield from read_table(path, columns, only)
        return
    by_extension = format_by_name(path)
    if by_extension is Format.PARQUET:
        yield from read_parquet(Path(path), columns)
        return
    from dro_lang.records.json_records import read_json, read_ndjson

    with opened(path) as (head, stream):
        match by_extension or _format_of(head):
            case Format.NDJSON:
                yield from read_ndjson(stream, name)
            case Format.JSON:
                yield from read_json(stream, name)
            case Format.CSV:
                yield from read_csv(stream, name, columns)
            case Format.TSV:
                yield from read_csv(stream, name, columns, "\t")


def _format_of(head: bytes) -> Format:
    """By what it begins with: an array, an object (alone on its line, or over several), or a line of names."""
    begun = head.lstrip()
    if begun.startswith(b"["):
        return Format.JSON
    if begun.startswith(b"{"):
        line, newline, _ = begun.partition(b"\n")
        return Format.NDJSON if line.rstrip().endswith(b"}") or not newline else Format.JSON
    return Format.CSV if begun else Format.NDJSON
