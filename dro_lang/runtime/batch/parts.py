"""Inputs cut into parts: each is read by one query, and written as a whole."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from dro_lang.records.formats import Format, format_by_name
from dro_lang.records.load import Inputs
from dro_lang.records.parquet_records import scan
from dro_lang.records.problems import InputError
from dro_lang.records.streams import STANDARD_INPUT, check_readable
from dro_lang.records.tables.address import Source, Table
from dro_lang.runtime.batch.job import Limits

if TYPE_CHECKING:
    from dro_lang.records.columnar.json_lines import Lines
    from dro_lang.records.columnar.lexical import Layout
    from dro_lang.records.columnar.ndjson import Form

_PATTERN = "*?["
_SAMPLE = 2**16
_SMALL = 2**20
_TEXT = {Format.CSV, Format.TSV, Format.NDJSON}
_COLUMNS_OF = {Format.PARQUET, *_TEXT}


@frozen
class Parquet:
    """Rows of a file, from one to before another; `name` is what its records are said to stand in."""

    path: Path
    name: str
    start: int
    end: int
    whole: bool


@frozen
class Text:
    """Bytes of a CSV or NDJSON file, from one to before another; `line` is the line at which they begin."""

    path: Path
    layout: "Layout"
    form: "Form | Lines | None"
    """How lines are JSON; None of CSV."""
    start: int
    end: int
    line: int
    whole: bool


@frozen
class Rows:
    """An input that only the readers of single records can read: JSON, standard input, a file of an odd form."""

    path: Source


Part = Parquet | Text | Rows


def small(inputs: Inputs) -> bool:
    """Whether records are better decided one by one: few bytes, or a form that is not read by columns."""
    files = [source for source in inputs.paths if not isinstance(source, Table)]
    if any(path == STANDARD_INPUT or format_by_name(path) not in _COLUMNS_OF for path in files):
        return True
    # Tables, as Parquet, are read by DuckDB in any case.
    text = len(files) == len(inputs.paths) and all(format_by_name(path) is not Format.PARQUET for path in files)
    return text and sum(os.path.getsize(path) for path in files) < _SMALL


def expanded(inputs: tuple[Source, ...]) -> tuple[Source, ...]:
    """Every file and table that is meant: of a folder and of a pattern the files of a known format, by name.

    Raises InputError where there is none.
    """
    found: list[Source] = []
    for given in inputs:
        if isinstance(given, Table):
            check_readable(given)
            found.append(given)
            continue
        path = Path(given)
        if given == STANDARD_INPUT or path.is_file():
            found.append(given)
        elif path.is_dir():
            found += _known(path.rglob("*"), given)
        elif any(mark in str(given) for mark in _PATTERN):
            root, pattern = (Path(path.anchor), path.relative_to(path.anchor)) if path.anchor else (Path(), path)
            found += _known(root.glob(str(pattern)), given)
        else:
            check_readable(given)
            found.append(given)
    return tuple(found)


def _known(paths: Iterator[Path], given: Path | str) -> list[Path]:
    files = sorted(path for path in paths if path.is_file() and format_by_name(path) and not path.name.startswith("."))
    if not files:
        raise InputError(
            f"`{given}` holds no file of records", "files of records end in .parquet, .csv, .tsv, .ndjson or .json"
        )
    return files


def parts(path: Path | str, connection: Any, limits: Limits) -> Iterator[Part]:
    """The parts of a file or of standard input, in its order. Raises InputError for a Parquet file that cannot be
    read."""
    format = format_by_name(path)
    if format is Format.PARQUET:
        yield from of_parquet(Path(path), str(path), connection, limits)
    elif format in _TEXT:
        # Many inputs are Parquet alone.
        from dro_lang.runtime.batch.text_parts import of_csv, of_ndjson

        of_text = of_ndjson if format is Format.NDJSON else of_csv
        yield from of_text(Path(path), limits)
    else:
        yield Rows(path)


def of_parquet(path: Path, name: str, connection: Any, limits: Limits) -> Iterator[Parquet]:
    """The parts of a Parquet file whose records are said to stand in `name`. Raises InputError where it cannot be
    read."""
    import duckdb

    try:
        rows = connection.execute(f"SELECT count(*) FROM {scan(path)}").fetchall()[0][0]
    except duckdb.Error as error:
        raise InputError(
            f"`{path}` cannot be read as Parquet: {str(error).splitlines()[0]}", "check the file"
        ) from None
    for start in range(0, max(rows, 1), limits.part_rows):
        end = min(start + limits.part_rows, rows)
        yield Parquet(path, name, start, end, whole=rows <= limits.part_rows)


def about_rows(part: Parquet | Text) -> int:
    """How many rows a part has; of text, by the length of its first lines."""
    if isinstance(part, Parquet):
        return part.end - part.start
    with open(part.path, "rb") as file:
        file.seek(part.start)
        sample = file.read(min(_SAMPLE, part.end - part.start))
    return (part.end - part.start) * sample.count(b"\n") // max(len(sample), 1)
