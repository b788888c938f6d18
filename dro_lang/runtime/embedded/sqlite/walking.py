"""READ FIRST: how lists are read, so that they take no longer where there are millions.

Every list is read from indexes that are in its order, a page behind a place at a time (keyset paging). What an index
does not know of the filter is asked row by row, of so many rows at most: then the page is a shorter one, and the next
one goes on from there. Where something that a filter names has an index of its own, and names few, these few are sorted
instead.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Any, TypeAlias

from attrs import evolve, frozen

from dro_lang.runtime.embedded.clock import to_micros
from dro_lang.runtime.embedded.lists import MOST_LOOKED_AT
from dro_lang.runtime.embedded.sqlite.filters import Where
from dro_lang.runtime.embedded.sqlite.rows import Columns
from dro_lang.runtime.embedded.sqlite.tables import Tables


@frozen
class Sort:
    """What a list is sorted by: a column (None: the place alone), whether rows without it come last, then the place."""

    column: str | None
    place: tuple[str, ...]
    descending: bool
    optional: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        return self.place if self.column is None else (self.column, *self.place)


@frozen
class Query:
    text: str
    values: tuple[Any, ...]


@frozen
class Source:
    """Rows that are in the order of a list: tables with the index that has it (and `values` for question marks there),
    and what narrows that; `meant` is what else the filter says. Rows without what the list is sorted by may have a
    source of their own, which has more rows."""

    tables: str
    narrowed: Where
    meant: Where
    unknown: "Source | None" = None
    values: tuple[Any, ...] = ()

    def also(self, condition: str, *values: Any) -> "Source":
        more = Where()
        more.add(condition, *values)
        return evolve(self, narrowed=self.narrowed.both(more))

    def without(self, column: str) -> "Source":
        """Of the rows those that do not have what the list is sorted by."""
        if self.unknown is None:
            return self.also(f"{column} IS NULL")
        more = Where()
        more.add(f"{column} IS NULL")
        return evolve(self.unknown, meant=self.unknown.meant.both(more))

    def counted(self) -> Query:
        """How many rows are in it."""
        text = f"SELECT count(*) FROM {self.tables} WHERE {self.narrowed} AND {self.meant}"
        return Query(text, (*self.values, *self.narrowed.values, *self.meant.values))


@frozen
class Place:
    """A place in a list: the value that it is sorted by, and the key of the row."""

    value: int | str | None
    key: tuple[int, ...]


def column_of(value: datetime | str | None) -> int | str | None:
    """What a list is sorted by, as the table has it."""
    return to_micros(value) if isinstance(value, datetime) else value


@frozen
class Stage:
    """Queries whose rows are put together in their order. A list has one, or two: the rows that have what it is sorted
    by, then the others, in the order of their places alone."""

    sort: Sort
    queries: Sequence[Query]


def stages(sources: Iterable[Source], sort: Sort, after: Place | None) -> list[Stage]:
    """The queries for the rows of sources behind a place: the value, the key, and whether the row is meant. They do not
    say the order."""
    all = list(sources)
    if sort.column is None:
        return [Stage(sort, [_query(source, sort, None if after is None else after.key) for source in all])]
    found: list[Stage] = []
    if after is None or after.value is not None:
        behind = None if after is None else (after.value, *after.key)
        known = f"{sort.column} IS NOT NULL"
        known_of = [source.also(known) if sort.optional else source for source in all]
        found.append(Stage(sort, [_query(source, sort, behind) for source in known_of]))
        after = None
    if sort.optional:
        by_place = evolve(sort, column=None)
        behind = None if after is None else after.key
        found.append(Stage(by_place, [_query(source.without(sort.column), by_place, behind) for source in all]))
    return found


def _query(source: Source, sort: Sort, after: tuple[Any, ...] | None) -> Query:
    if after is not None:
        comparison = "<" if sort.descending else ">"
        marks = ", ".join("?" * len(sort.columns))
        source = source.also(f"({', '.join(sort.columns)}) {comparison} ({marks})", *after)
    shown = ", ".join([sort.column or "NULL", *sort.place, f"({source.meant})"])
    text = f"SELECT {shown} FROM {source.tables} WHERE {source.narrowed}"
    return Query(text, (*source.meant.values, *source.values, *source.narrowed.values))


def _in_order(queries: Sequence[Query], sort: Sort) -> Query:
    """All rows of some queries in their order: from each index as it has them, put together as they come."""
    direction = "DESC" if sort.descending else "ASC"
    first = 2 if sort.column is None else 1
    order = ", ".join(f"{number} {direction}" for number in range(first, len(sort.place) + 2))
    text = " UNION ALL ".join(query.text for query in queries)
    return Query(f"{text} ORDER BY {order}", tuple(value for query in queries for value in query.values))


_TOGETHER = 200
"""So many indexes are put together by SQLite, which takes 500 at most."""

Probe: TypeAlias = Iterable[Query]
"""Queries for the keys of the rows that have what a filter names, from an index of that."""


class Walking(Tables):
    """Reads lists. Rows come all at once: between two of them, others would have their turn, and not soon give it
    back."""

    def _few(self, probes: Iterable[Probe], width: int) -> list[Columns] | None:
        """The keys that the first probe has which has few; None where all have many. A key has `width` columns."""
        for probe in probes:
            asked = list(probe)
            if self._number(asked) <= MOST_LOOKED_AT:
                return [row for query in asked for row in self._rows(query, width, MOST_LOOKED_AT)]
        return None

    def _some(self, probes: Iterable[Probe], width: int) -> list[Columns]:
        """The first keys of the first probe."""
        found: list[Columns] = []
        for query in next(iter(probes)):
            found += self._rows(query, width, MOST_LOOKED_AT - len(found))
            if len(found) == MOST_LOOKED_AT:
                break
        return found

    def _number(self, asked: Iterable[Query]) -> int:
        """How many keys there are, or one more than may be looked at."""
        found = 0
        for query in asked:
            limited = f"SELECT count(*) FROM ({query.text} LIMIT ?)"
            row = self._first(limited, *query.values, MOST_LOOKED_AT + 1 - found)
            assert row is not None  # an aggregate always has one
            found += row[0]
            if found > MOST_LOOKED_AT:
                break
        return found

    def _rows(self, query: Query, width: int, most: int) -> list[Columns]:
        """The first rows of a query, which has so many columns, of numbers and texts."""
        names = [f"c{number}" for number in range(width)]
        arrays = ", ".join(f"json_group_array({name})" for name in names)
        row = self._first(
            f"WITH r ({', '.join(names)}) AS ({query.text} LIMIT ?) SELECT {arrays} FROM r", *query.values, most
        )
        assert row is not None  # an aggregate always has one
        return list(zip(*map(json.loads, row), strict=True))

    def _walk(
        self, sources: Sequence[Source], sort: Sort, after: Place | None, limit: int, most: int | None
    ) -> tuple[list[Columns], Columns | None]:
        """The rows behind a place that are meant; and the one at which looking came to its end, before there were
        enough of them."""
        found: list[Columns] = []
        looked_at, size = 0, limit
        while True:
            size = size if most is None else min(size, most - looked_at)
            rows = self._stretch(sources, sort, after, size)
            for row in rows:
                looked_at += 1
                if row[-1]:
                    found.append(row)
                    if len(found) == limit:
                        return found, None
                if looked_at == most:
                    return found, row
            if len(rows) < size:
                return found, None
            value, *key, _ = rows[-1]
            after = Place(value, tuple(key))
            # Where few of them are meant, more are looked at at once.
            size = min(8 * size, MOST_LOOKED_AT)

    def _stretch(self, sources: Iterable[Source], sort: Sort, after: Place | None, size: int) -> list[Columns]:
        """So many rows behind a place."""
        found: list[Columns] = []
        width = len(sort.place) + 2
        for stage in stages(sources, sort, after):
            parts = [stage.queries[first : first + _TOGETHER] for first in range(0, len(stage.queries), _TOGETHER)]
            lists = [self._rows(_in_order(part, stage.sort), width, size - len(found)) for part in parts]
            found += islice(merged(lists, sort), size - len(found))
            if len(found) == size:
                break
        return found


def merged(lists: Sequence[Iterable[Columns]], sort: Sort) -> Iterator[Columns]:
    """Several sorted lists as one."""
    if len(lists) == 1:
        return iter(lists[0])
    return merge(*lists, key=_rank_descending if sort.descending else _rank, reverse=sort.descending)


def _rank(row: Columns) -> tuple[Any, ...]:
    value, *place, _ = row
    return (value is None, _comparable(value), *place)


def _rank_descending(row: Columns) -> tuple[Any, ...]:
    value, *place, _ = row
    return (value is not None, _comparable(value), *place)


def _comparable(value: Any) -> Any:
    """A value as SQLite compares it: NOCASE knows A to Z alone, and compares the bytes of UTF-8."""
    if value is None:
        return 0
    return value.encode().lower() if isinstance(value, str) else value
