"""The ids that several records have, among any number of them, in memory that does not grow."""

from collections.abc import Iterator, Sequence
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import Any

from dro_lang.conditions.columnar.terms import text_literal
from dro_lang.records.parquet_records import scan

_FITS = "error IS DISTINCT FROM '?'"
_ROWS = 2**21
"""So many hashes are fetched at a time."""
_ORDERS = ("strlen(id) > strlen(earlier) OR (strlen(id) = strlen(earlier) AND id > earlier)", "id > earlier")
"""Orders that ids are mostly exported in: by the number that stands behind a prefix, and by text."""
_FIRST = 2_000
"""Rows that mostly tell whether an order is that of all."""


def shared_ids(files: Sequence[Path], connection: Any, scratch: Path) -> set[str]:
    """The ids that several of the rows that fit have, of results in these files."""
    source = f"(SELECT id FROM {_of(files)} WHERE {_FITS})"
    if not files:
        return set()
    first = f"SELECT id, lag(id) OVER () AS earlier FROM (SELECT id FROM {source} LIMIT {_FIRST})"
    tests = ", ".join(f"coalesce(bool_and({order}), TRUE)" for order in _ORDERS)
    held = connection.execute(f"SELECT {tests} FROM ({first})").fetchall()[0]
    orders = [order for order, holds in zip(_ORDERS, held, strict=True) if holds]
    neighbours = list(_neighbours(files, source, connection)) if orders else []
    if any(_ascending(neighbours, order, connection) for order in orders):
        return set()
    hashes = list(_found_twice([_sorted_hashes(file, connection, scratch) for file in files]))
    if not hashes:
        return set()
    shared = f"SELECT id FROM {source} WHERE hash(id) IN (SELECT unnest(?::UBIGINT[])) GROUP BY id HAVING count(*) > 1"
    return {id for (id,) in connection.execute(shared, [hashes]).fetchall()}


def _of(files: Sequence[Path]) -> str:
    return f"read_parquet([{', '.join(text_literal(str(path)) for path in files)}])"


def _neighbours(files: Sequence[Path], source: str, connection: Any) -> Iterator[str]:
    """Queries that together give the id of each row that fits with that of the one before, `earlier`: where all rows
    fit, as many of them as there are threads, as one of them is gone through by one thread."""
    if connection.execute(f"SELECT 1 FROM {_of(files)} WHERE NOT ({_FITS}) LIMIT 1").fetchall():
        yield f"SELECT id, lag(id) OVER () AS earlier FROM {source}"
        return
    threads = connection.execute("SELECT current_setting('threads')").fetchall()[0][0]
    last = None
    for file in files:
        rows = connection.execute(f"SELECT count(*) FROM {scan(file)}").fetchall()[0][0]
        if rows == 0:
            continue
        edges = sorted({rows * number // threads for number in range(threads + 1)})
        for start, end in pairwise(edges):
            # From the last row before, so that no pair is left out.
            here = f"file_row_number BETWEEN {max(start - 1, 0)} AND {end - 1}"
            yield f"SELECT id, lag(id) OVER () AS earlier FROM {scan(file)} WHERE {here}"
        first = f"SELECT id FROM {scan(file)} WHERE file_row_number = 0"
        if last is not None:
            yield f"SELECT ({first}) AS id, ({last}) AS earlier"
        last = f"SELECT id FROM {scan(file)} WHERE file_row_number = {rows - 1}"


def _ascending(neighbours: Sequence[str], order: str, connection: Any) -> bool:
    """Whether each row has a greater id than the one before, so that none has that of another."""
    if not neighbours:
        return True
    others = " UNION ALL ".join(f"(SELECT 1 FROM ({pairs}) WHERE NOT ({order}))" for pairs in neighbours)
    # Counted to the end: with a limit, which keeps rows in their order, one would be gone through after the other.
    return not connection.execute(f"SELECT count(*) FROM ({others})").fetchall()[0][0]


def _sorted_hashes(file: Path, connection: Any, scratch: Path) -> Any:
    """The hashes of the ids of a file, in order: an array that lies on the disk."""
    import numpy

    rows = connection.execute(f"SELECT count(*) FROM {scan(file)}").fetchall()[0][0]
    found: Any = numpy.empty(rows, dtype=numpy.uint64)
    end = 0
    for start in range(0, rows, _ROWS):
        here = f"file_row_number BETWEEN {start} AND {start + _ROWS - 1}"
        query = f"SELECT hash(id) AS h FROM {scan(file)} WHERE {_FITS} AND {here}"
        some = connection.execute(query).fetchnumpy()["h"]
        found[end : end + len(some)] = some
        end += len(some)
    found = found[:end]
    found.sort()
    kept = scratch / f"{file.stem}.npy"
    numpy.save(kept, found)
    return numpy.load(kept, mmap_mode="r") if end else found


def _found_twice(arrays: Sequence[Any]) -> Iterator[int]:
    """The hashes that stand twice in sorted arrays, of a range of hashes after another: as many of them as there are
    arrays, so that what is looked at together is about as much as one array holds."""
    import numpy

    edges = [2**64 * number // len(arrays) for number in range(len(arrays))]
    for low, high in zip_longest(edges, edges[1:]):
        some = numpy.concatenate([_between(array, low, high) for array in arrays])
        if len(arrays) > 1:
            some.sort()
        yield from map(int, numpy.unique(some[1:][some[1:] == some[:-1]]))


def _between(array: Any, low: int, high: int | None) -> Any:
    import numpy

    from_here = array[numpy.searchsorted(array, numpy.uint64(low)) :]
    return from_here if high is None else from_here[: numpy.searchsorted(from_here, numpy.uint64(high))]
