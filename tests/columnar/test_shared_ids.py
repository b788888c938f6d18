"""Ids that several records have, found among many."""

from collections import Counter
from itertools import pairwise

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dro_lang.runtime.batch import shared_ids as of_files
from dro_lang.runtime.batch.shared_ids import shared_ids


def written(path, ids):
    """A result with these ids; those that are None stand for rows that do not fit."""
    connection = duckdb.connect()
    connection.execute("CREATE TABLE rows (id VARCHAR, error VARCHAR)")
    if ids:
        connection.executemany("INSERT INTO rows VALUES (?, ?)", [[id or "A-1", None if id else "?"] for id in ids])
    connection.execute(f"COPY rows TO '{path}' (FORMAT parquet)")
    return path


SOME = st.lists(st.sampled_from([*(f"A-{n}" for n in range(30)), "a-1", "", None]), max_size=30)


@settings(max_examples=30, deadline=None)
@given(st.lists(SOME, max_size=4), st.booleans(), st.sampled_from([3, 1000]))
def test_ids_that_several_rows_have(tmp_path_factory, parts, in_order, rows):
    if in_order:
        parts = [sorted(part, key=lambda id: (len(id or ""), id or "")) for part in parts]
    folder = tmp_path_factory.mktemp("ids")
    files = [written(folder / f"part-{number}.parquet", part) for number, part in enumerate(parts)]
    counts = Counter(id for part in parts for id in part if id)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(of_files, "_ROWS", rows)
        assert shared_ids(files, duckdb.connect(), folder) == {id for id, count in counts.items() if count > 1}


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 40), st.lists(st.integers(0, 40), max_size=3), st.integers(0, 39), st.integers(1, 3))
def test_of_ids_in_order_one_is_that_of_the_one_before(tmp_path_factory, count, cuts, place, threads):
    ids = [f"A-{number}" for number in range(count)]
    expected = set()
    if 0 < place < count:
        ids[place] = ids[place - 1]
        expected = {ids[place]}
    folder = tmp_path_factory.mktemp("ids")
    edges = sorted({0, count, *(cut for cut in cuts if cut < count)})
    files = [written(folder / f"part-{start:02}.parquet", ids[start:end]) for start, end in pairwise(edges)]
    connection = duckdb.connect()
    connection.execute(f"SET threads = {threads}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(of_files, "_FIRST", 2)
        assert shared_ids(files, connection, folder) == expected
