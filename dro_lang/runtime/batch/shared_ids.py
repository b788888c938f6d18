"""The ids that several records have, among any number of them, in memory that does not grow."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

from dro_lang.conditions.columnar.terms import text_literal
from dro_lang.records.parquet_records import scan

_FITS = "error IS DISTINCT FROM '?'"
_ROWS = 2**21
"""So many hashes are fetched at a time."""
_ORDERS = ("id > earlier", "strlen(id) > strlen(earlier) OR (strlen(id) = strlen(earlier) AND id > earlier)")
"""Orders that ids are mostly exported in: by text, and by the number that stands behind a prefix."""


def shared_ids(files: Sequence[Path], connection: Any, scratch: Path) -> set[str]:
    """The ids that several of the rows that fit have, of results in these files."""
    paths = ", ".join(text_literal(str(path)) for path in files)
    source = f"(SELECT id FROM read_parquet([{paths}]) WHERE {_FITS})"
    if not files or any(_ascending(source, order, connection) for order in _ORDERS):
        return set()
    hashes = list(_found_twice([_sorted_hashes(file, connection, scratch) for file in files]))
    if not hashes:
        return set()
    shared = f"SELECT id FROM {source} WHERE hash(id) IN (SELECT unnest(?::UBIGINT[])) GROUP BY id HAVING count(*) > 1"
    return {id for (id,) in connection.execute(shared, [hashes]).fetchall()}


def _ascending(source: str, order: str, connection: Any) -> bool:
    """Whether each row has a greater id than the one before, so that none has that of another."""
    neighbours = f"SELECT id, lag(id) OVER () AS earlier FROM {source}"
    return not connection.execute(f"SELECT 1 FROM ({neighbours}) WHERE NOT ({order}) LIMIT 1").fetchall()


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
