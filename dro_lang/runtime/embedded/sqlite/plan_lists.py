"""Lists of plans, a page at a time, and how many there are.

What a filter says of what a plan was composed from, of its state and of the risk it is at, picks cells of plans that
have these in common: few, with an index each for every order. The counts of plans know which of them there are.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TypeAlias

from attrs import evolve

from dro_lang.kernel.states import PlanStatus
from dro_lang.runtime.embedded.clock import from_micros
from dro_lang.runtime.embedded.lists import Count, Mark, PlanFilter, PlanOrder, Stretch
from dro_lang.runtime.embedded.port import EVERY_PLAN, PlanRow
from dro_lang.runtime.embedded.sqlite.filters import Where, prefix, where_kinds, where_plans, where_submitted
from dro_lang.runtime.embedded.sqlite.rows import PLAN, Columns, plan_row_of
from dro_lang.runtime.embedded.sqlite.step_lists import StepListTables
from dro_lang.runtime.embedded.sqlite.walking import Place, Probe, Query, Sort, Source, column_of

Cell: TypeAlias = tuple[int, str, int]
"""Plans of a kind that are in a state and at a risk."""

_COLUMNS: Mapping[PlanOrder, str] = {
    PlanOrder.SUBMITTED: "p.submitted",
    PlanOrder.UPDATED: "p.updated",
    PlanOrder.NEXT: "p.wake",
    PlanOrder.NAME: "p.name COLLATE NOCASE",
}
_INDEXES: Mapping[PlanOrder, str] = {
    PlanOrder.SUBMITTED: "plans_by_submission",
    PlanOrder.UPDATED: "plans_by_update",
    PlanOrder.NEXT: "plans_by_wake",
    PlanOrder.NAME: "plans_by_name",
}


class PlanListTables(StepListTables):
    """The part of the store that lists plans."""

    def plan_row(self, plan_id: str) -> PlanRow:
        row = self._first(f"SELECT {PLAN} FROM plans p JOIN programs g ON g.key = p.program WHERE p.id = ?", plan_id)
        if row is None:
            raise KeyError(plan_id)
        return plan_row_of(row)

    def list_plans(
        self,
        filter: PlanFilter,
        after: Mark | None = None,
        limit: int = 100,
        order: PlanOrder = PlanOrder.SUBMITTED,
        descending: bool = False,
    ) -> list[PlanRow]:
        return list(self.look_at_plans(filter, after, limit, order, descending).rows)

    def look_at_plans(
        self,
        filter: PlanFilter,
        after: Mark | None = None,
        limit: int = 100,
        order: PlanOrder = PlanOrder.SUBMITTED,
        descending: bool = False,
        most: int | None = None,
    ) -> Stretch[PlanRow]:
        sort = Sort(_COLUMNS[order], ("p.key",), descending)
        with self._at_one_moment():
            begin = None if after is None else self._place(after, order)
            found, last = self._walk(self._sources(filter, order), sort, begin, limit, most)
            rows = tuple(map(plan_row_of, self._all(_SHOWN, json.dumps([key for _, key, _ in found]))))
            return Stretch(rows, None if last is None else self._mark(last, order))

    def _sources(self, filter: PlanFilter, order: PlanOrder) -> list[Source]:
        cells = [cell for cell, _ in self._cells(filter)]
        rest = where_plans(filter)
        in_order = Where()
        if order is PlanOrder.NEXT:
            in_order.add("p.wake IS NOT NULL")
        few = self._few_plans(filter, cells)
        if few is not None:
            return [_of_few(few, cells, rest.both(in_order))]
        if order is PlanOrder.NAME and filter.search:
            found = self._of_search(filter, filter.search, cells)
            if found is not None:
                return found
        index = _INDEXES[order]
        if order is PlanOrder.SUBMITTED:
            in_order = where_submitted(filter)
        return [Source(f"plans p INDEXED BY {index}", _in_cell(cell).both(in_order), rest) for cell in cells]

    def _of_search(self, filter: PlanFilter, search: str, cells: Sequence[Cell]) -> list[Source] | None:
        """Plans whose name begins so, from the index of names, and those of which only the id does, where those are
        few."""
        few = self._few([[_with_id(search)]], 1)
        if few is None:
            return None
        rest, named = where_plans(evolve(filter, search=None)), _named(search)
        others = Where()
        others.add(f"NOT ({named})", *named.values)
        sources = [Source("plans p INDEXED BY plans_by_name", _in_cell(cell).both(named), rest) for cell in cells]
        return [*sources, _of_few([key for (key,) in few], cells, rest.both(others))]

    def _cells(self, filter: PlanFilter) -> list[tuple[Cell, int]]:
        """The kinds, states and risks of plans that the filter means, of which there are any, and how many."""
        where = where_kinds(filter)
        query = (
            "SELECT c.kind, c.status, c.risk, c.count FROM plan_counts c JOIN kinds k ON k.key = c.kind"
            f" WHERE c.count > 0 AND {where}"
        )
        return [((kind, status, risk), count) for kind, status, risk, count in self._all(query, *where.values)]

    def _few_plans(self, filter: PlanFilter, cells: Sequence[Cell]) -> list[int] | None:
        """The keys of plans among which are all that the filter means, where an index of something that it names has
        few."""
        few = self._few(self._probes(filter, cells), 1)
        return None if few is None else [key for (key,) in few]

    def _probes(self, filter: PlanFilter, cells: Sequence[Cell]) -> Iterator[Probe]:
        """For what the filter names and an index has: the plans that have it."""
        if filter.plan_id is not None:
            yield [_keys("plans p WHERE p.id = ?", filter.plan_id)]
        if filter.record_id is not None:
            yield [_keys("plans p WHERE p.record = ?", filter.record_id)]
        if filter.in_trouble:
            yield [_in_cells("plans_in_trouble", cells, _troubled())]
        if filter.search:
            yield [_with_id(filter.search), _in_cells("plans_by_name", cells, _named(filter.search))]
        if filter.having is not None:
            places = self.few_steps(filter.having)
            if places is not None:
                plans = list(dict.fromkeys(plan for plan, _ in places))
                yield [Query("SELECT e.value FROM json_each(?) e", (json.dumps(plans),))]
        submitted = where_submitted(filter)
        if submitted:
            yield [_in_cells("plans_by_submission", cells, submitted)]
        if filter.waiting:
            waits = Where()
            waits.add("p.wake IS NOT NULL")
            yield [_in_cells("plans_by_wake", cells, waits)]

    def _place(self, mark: Mark, order: PlanOrder) -> Place:
        row = self._first("SELECT key, submitted FROM plans WHERE id = ?", mark.plan_id)
        if row is None:
            raise KeyError(mark.plan_id)
        key, submitted = row
        if order is PlanOrder.SUBMITTED:
            return Place(submitted, (key,))
        return Place(column_of(mark.value), (key,))

    def _mark(self, row: Columns, order: PlanOrder) -> Mark:
        value, key, _ = row
        found = self._first("SELECT id FROM plans WHERE key = ?", key)
        assert found is not None  # it was just read
        if order is PlanOrder.SUBMITTED:
            return Mark(found[0])
        return Mark(found[0], 0, from_micros(value) if isinstance(value, int) else value)

    # ---- counts

    def tally_plans(self, filter: PlanFilter = EVERY_PLAN) -> Mapping[tuple[str, str, PlanStatus], int]:
        where = where_kinds(filter)
        query = (
            "SELECT g.hash, k.plan, c.status, sum(c.count) FROM plan_counts c JOIN kinds k ON k.key = c.kind"
            f" JOIN programs g ON g.key = k.program WHERE c.count > 0 AND {where} GROUP BY 1, 2, 3"
        )
        rows = self._all(query, *where.values)
        return {(program, plan, PlanStatus(status)): count for program, plan, status, count in rows}

    def count_plans(self, filter: PlanFilter) -> int:
        with self._at_one_moment():
            counted = self._counted(filter)
            if counted.exact:
                return counted.number
            rest = where_plans(filter)
            return sum(self._number_in(cell, rest) for cell, _ in self._cells(filter))

    def about_plans(self, filter: PlanFilter) -> Count:
        with self._at_one_moment():
            return self._counted(filter)

    def _counted(self, filter: PlanFilter) -> Count:
        kept = self._kept(filter)
        if kept is not None:
            return Count(kept)
        cells = [cell for cell, _ in self._cells(filter)]
        rest = where_plans(filter)
        few = self._few_plans(filter, cells)
        exact = few is not None
        if few is None:
            probes = self._probes(filter, cells)
            few = [key for (key,) in self._some(chain(probes, [[_in_cells("plans_by_submission", cells, Where())]]), 1)]
        query = _of_few(few, cells, rest).counted()
        row = self._first(query.text, *query.values)
        assert row is not None  # an aggregate always has one
        return Count(row[0], exact)

    def _kept(self, filter: PlanFilter) -> int | None:
        """How many plans are meant, where counts that are kept, or an index alone, say it."""
        if where_plans(evolve(filter, in_trouble=False)):
            return None
        counts = self._cells(filter)
        if not filter.in_trouble:
            return sum(count for _, count in counts)
        troubled = _in_cells("plans_in_trouble", [cell for cell, _ in counts], _troubled())
        row = self._first(f"SELECT count(*) FROM ({troubled.text})", *troubled.values)
        assert row is not None  # an aggregate always has one
        return int(row[0])

    def _number_in(self, cell: Cell, rest: Where) -> int:
        where = _in_cell(cell).both(rest)
        row = self._first(f"SELECT count(*) FROM plans p WHERE {where}", *where.values)
        assert row is not None  # an aggregate always has one
        return int(row[0])


_SHOWN = (
    f"SELECT {PLAN} FROM json_each(?) w CROSS JOIN plans p ON p.key = w.value"
    " CROSS JOIN programs g ON g.key = p.program ORDER BY w.key"
)


def _keys(tables: str, *values: object) -> Query:
    return Query(f"SELECT p.key FROM {tables}", values)


def _in_cells(index: str, cells: Iterable[Cell], where: Where) -> Query:
    """The keys of the plans of some cells, from an index that begins with those."""
    kind, status, risk = (f"json_extract(c.value, '$[{number}]')" for number in range(3))
    tables = f"json_each(?) c CROSS JOIN plans p INDEXED BY {index}"
    cell = f"p.kind = {kind} AND p.status = {status} AND p.risk = {risk}"
    return _keys(f"{tables} ON {cell} WHERE {where}", json.dumps(list(cells)), *where.values)


def _with_id(search: str) -> Query:
    """The keys of the plans whose id begins so. It begins with that of the record."""
    return _keys("plans p WHERE p.id >= ? AND p.id < ?", *prefix(search))


def _named(search: str) -> Where:
    where = Where()
    where.add("p.name COLLATE NOCASE >= ? AND p.name COLLATE NOCASE < ?", *prefix(search))
    return where


def _troubled() -> Where:
    where = Where()
    where.add("p.trouble IS NOT NULL")
    return where


def _in_cell(cell: Cell) -> Where:
    where = Where()
    where.add("p.kind = ? AND p.status = ? AND p.risk = ?", *cell)
    return where


def _of_few(keys: Iterable[int], cells: Iterable[Cell], rest: Where) -> Source:
    """Plans that are looked up one by one, and then sorted."""
    where = Where()
    where.add("p.key = w.value")
    cell = ", ".join(f"json_extract(e.value, '$[{number}]')" for number in range(3))
    where.add(f"(p.kind, p.status, p.risk) IN (SELECT {cell} FROM json_each(?) e)", json.dumps(list(cells)))
    few = json.dumps(list(dict.fromkeys(keys)))
    return Source("json_each(?) w CROSS JOIN plans p", where.both(rest), Where(), values=(few,))
