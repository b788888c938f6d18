"""READ FIRST: how lists are read, so that they take no longer where there are millions.

Every list is read from indexes that are in its order, a page behind a place at a time (keyset paging). What an index
does not know of the filter is asked row by row, of so many rows at most: then the page is a shorter one, and the next
one goes on from there. Where something that a filter names has an index of its own, and names few, these few are sorted
instead.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from datetime import datetime
from heapq import merge
from itertools import chain, islice
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

    def order(self, columns: Sequence[str]) -> str:
        direction = "DESC" if self.descending else "ASC"
        return "ORDER BY " + ", ".join(f"{column} {direction}" for column in columns)


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


Stage: TypeAlias = Sequence[Query]
"""Queries whose rows are merged. A list has one, or two: the rows that have what it is sorted by, then the others."""


def stages(sources: Iterable[Source], sort: Sort, after: Place | None) -> list[Stage]:
    """The queries for the rows of sources behind a place: the value, the key, and whether the row is meant."""
    all = list(sources)
    if sort.column is None:
        return [[_query(source, sort, None if after is None else after.key) for source in all]]
    found: list[Stage] = []
    if after is None or after.value is not None:
        behind = None if after is None else (after.value, *after.key)
        known = f"{sort.column} IS NOT NULL"
        found.append([_query(source.also(known) if sort.optional else source, sort, behind) for source in all])
        after = None
    if sort.optional:
        by_place = evolve(sort, column=None)
        behind = None if after is None else after.key
        found.append([_query(source.without(sort.column), by_place, behind) for source in all])
    return found


def _query(source: Source, sort: Sort, after: tuple[Any, ...] | None) -> Query:
    if after is not None:
        comparison = "<" if sort.descending else ">"
        marks = ", ".join("?" * len(sort.columns))
        source = source.also(f"({', '.join(sort.columns)}) {comparison} ({marks})", *after)
    shown = ", ".join([sort.column or "NULL", *sort.place, f"({source.meant})"])
    text = f"SELECT {shown} FROM {source.tables} WHERE {source.narrowed} {sort.order(sort.columns)}"
    return Query(text, (*source.meant.values, *source.values, *source.narrowed.values))


def merged(lists: Sequence[Iterable[Columns]], sort: Sort) -> Iterator[Columns]:
    """Several sorted lists as one."""
    if len(lists) == 1:
        return iter(lists[0])
    return merge(*lists, key=_rank_descending if sort.descending else _rank, reverse=sort.descending)


Probe: TypeAlias = Iterable[Query]
"""Queries for the keys of the rows that have what a filter names, from an index of that."""


class Walking(Tables):
    """Reads lists."""

    def _few(self, probes: Iterable[Probe]) -> list[Columns] | None:
        """The keys that the first probe has which has few; None where all have many."""
        for probe in probes:
            asked = list(probe)
            if self._number(asked) <= MOST_LOOKED_AT:
                return [row for query in asked for row in self._all(query.text, *query.values)]
        return None

    def _some(self, probes: Iterable[Probe]) -> list[Columns]:
        """The first keys of the first probe."""
        rows = (row for query in next(iter(probes)) for row in self._each(query.text, *query.values))
        return list(islice(rows, MOST_LOOKED_AT))

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

    def _walk(
        self, asked: Sequence[Stage], sort: Sort, limit: int, most: int | None
    ) -> tuple[list[Columns], Columns | None]:
        """The rows that are meant; and the one at which looking came to its end, before there were enough of them."""
        found: list[Columns] = []
        with ExitStack() as stack:

            def rows(stage: Stage) -> Iterator[Columns]:
                lists = [stack.enter_context(closing(self._each(query.text, *query.values))) for query in stage]
                return merged(lists, sort)

            for count, row in enumerate(chain.from_iterable(map(rows, asked)), 1):
                if row[-1]:
                    found.append(row)
                    if len(found) == limit:
                        break
                if count == most:
                    return found, row
        return found, None


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
