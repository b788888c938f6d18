"""Lists of open steps, a page at a time, and how many there are."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import TypeAlias

from dro_lang.kernel.states import Jeopardy, PlanStatus, StepStatus
from dro_lang.program.model import StepKind
from dro_lang.runtime.embedded.clock import from_micros, to_micros
from dro_lang.runtime.embedded.lists import (
    AT_RISK,
    MOST_LOOKED_AT,
    Count,
    Mark,
    StepField,
    StepFilter,
    StepOrder,
    Stretch,
)
from dro_lang.runtime.embedded.port import OPEN, StepRow
from dro_lang.runtime.embedded.sqlite.filters import (
    Where,
    is_counted,
    where_counts,
    where_kinds_of_steps,
    where_own,
    where_steps,
)
from dro_lang.runtime.embedded.sqlite.requests import RequestTables
from dro_lang.runtime.embedded.sqlite.rows import STEP, Columns, step_row_of
from dro_lang.runtime.embedded.sqlite.schema import UNDER_WAY
from dro_lang.runtime.embedded.sqlite.walking import Place, Probe, Query, Sort, Source, Walking, column_of

StepKey: TypeAlias = tuple[int, int]
"""A step: its plan, and its place in that."""

_COLUMNS: Mapping[StepOrder, str | None] = {
    StepOrder.PLAN: None,
    StepOrder.DUE: "s.due",
    StepOrder.SINCE: "s.since",
}


class StepListTables(RequestTables, Walking):
    """The part of the store that lists open steps."""

    def list_steps(
        self,
        filter: StepFilter,
        after: Mark | None = None,
        limit: int = 100,
        order: StepOrder = StepOrder.PLAN,
        descending: bool = False,
    ) -> list[StepRow]:
        return list(self.look_at_steps(filter, after, limit, order, descending).rows)

    def look_at_steps(
        self,
        filter: StepFilter,
        after: Mark | None = None,
        limit: int = 100,
        order: StepOrder = StepOrder.PLAN,
        descending: bool = False,
        most: int | None = None,
    ) -> Stretch[StepRow]:
        optional = order is StepOrder.SINCE or (order is StepOrder.DUE and filter.due_before is None)
        sort = Sort(_COLUMNS[order], ("s.plan", "s.place"), descending, optional)
        with self._at_one_moment():
            begin = None if after is None else self._step_place(after)
            found, last = self._walk(self._step_sources(filter, order), sort, begin, limit, most)
            keys = _packed((plan, place) for _, plan, place, _ in found)
            rows = tuple(map(step_row_of, self._all(_SHOWN, keys)))
            return Stretch(rows, None if last is None else self._step_mark(last))

    def _step_place(self, mark: Mark) -> Place:
        row = self._first("SELECT key FROM plans WHERE id = ?", mark.plan_id)
        if row is None:
            raise KeyError(mark.plan_id)
        return Place(column_of(mark.value), (row[0], mark.place))

    def _step_mark(self, row: Columns) -> Mark:
        value, plan, place, _ = row
        found = self._first("SELECT id FROM plans WHERE key = ?", plan)
        assert found is not None  # it was just read
        return Mark(found[0], place, None if value is None else from_micros(value))

    def _step_sources(self, filter: StepFilter, order: StepOrder) -> list[Source]:
        few = self.few_steps(filter)
        if few is not None:
            return [_of_few(few, filter)]
        if order is StepOrder.PLAN and not filter.statuses:
            return [Source("steps s", Where(), where_steps(filter))]
        if order is StepOrder.DUE and (filter.group is not None or filter.step is not None):
            statuses, names = sorted(filter.statuses or OPEN), self._names(filter)
            if len(statuses) * len(names) <= _MOST_NAMES:
                return [_of_name(filter, *name, status) for name in names for status in statuses]
        return [_in_state(filter, order, status) for status in sorted(filter.statuses or OPEN)]

    # ---- few

    def few_steps(self, filter: StepFilter) -> list[StepKey] | None:
        """Steps among which are all that the filter means, where an index of something that it names has few."""
        if is_counted(filter) and not any(self._tally(StepField.STATUS, filter).values()):
            return []
        few = self._few(chain(_probes(filter), self._of_few_plans(filter)), 2)
        return None if few is None else _pairs(few)

    def _of_few_plans(self, filter: StepFilter) -> Iterator[Probe]:
        """The steps of the plans that the filter means by their kinds, where those are few."""
        kinds = where_kinds_of_steps(filter)
        if not kinds:
            return
        # A completed plan has no open step.
        plans = (
            "plan_counts c JOIN kinds k ON k.key = c.kind {}"
            f" WHERE c.count > 0 AND c.status <> '{PlanStatus.COMPLETED.value}' AND {kinds}"
        )
        row = self._first(f"SELECT ifnull(sum(c.count), 0) FROM {plans.format('')}", *kinds.values)
        if row is not None and row[0] <= MOST_LOOKED_AT:
            steps = (
                "CROSS JOIN plans p INDEXED BY plans_by_submission ON p.kind = c.kind AND p.status = c.status"
                " AND p.risk = c.risk CROSS JOIN steps s ON s.plan = p.key"
            )
            yield [_keys(plans.format(steps), *kinds.values)]

    def _names(self, filter: StepFilter) -> list[tuple[str, str]]:
        """The groups and steps that open steps have, of those that the filter names."""
        if filter.step is None:
            return [(filter.group or "", step) for (step,) in self._all(_STEPS_OF_GROUP, filter.group)]
        if filter.group is not None:
            return [(filter.group, filter.step)]
        query = (
            f"SELECT n.name FROM ({_NAMES}) n WHERE EXISTS (SELECT 1 FROM steps s INDEXED BY steps_by_name"
            " WHERE s.name = n.name AND s.step = ?)"
        )
        return [(name, filter.step) for (name,) in self._all(query, filter.step)]

    # ---- counts

    def tally_steps(self, by: StepField, filter: StepFilter) -> Mapping[str | None, int]:
        if is_counted(filter):
            with self._at_one_moment():
                return self._tally(by, filter)
        where = where_steps(filter)
        return dict(self._by_field(by, "steps s", where))

    def _tally(self, by: StepField, filter: StepFilter) -> Mapping[str | None, int]:
        where = where_counts(filter)
        query = (
            f"SELECT nullif(c.{by.value}, ''), sum(c.count) FROM step_counts c JOIN kinds k ON k.key = c.plans"
            f" WHERE c.count > 0 AND {where} GROUP BY 1"
        )
        found: Counter[str | None] = Counter(dict(self._all(query, *where.values)))
        if StepKind.AUTO in (filter.kinds or StepKind) and StepStatus.IN_PROGRESS in (filter.statuses or OPEN):
            under_way = where_steps(filter)
            under_way.add(UNDER_WAY.format(row="s"))
            found.update(dict(self._by_field(by, "steps s INDEXED BY steps_awaited", under_way)))
        if filter.sight.queues is not None:
            found.update(dict(self._by_field(by, "steps s INDEXED BY steps_by_assignee", where_own(filter))))
        return found

    def _by_field(self, by: StepField, tables: str, where: Where) -> list[Columns]:
        query = f"SELECT s.{by.value}, count(*) FROM {tables} WHERE {where} GROUP BY 1"
        return self._all(query, *where.values)

    def count_steps(self, filter: StepFilter) -> int:
        counted = self.about_steps(filter)
        if counted.exact:
            return counted.number
        where = where_steps(filter)
        row = self._first(f"SELECT count(*) FROM steps s WHERE {where}", *where.values)
        assert row is not None  # an aggregate always has one
        return int(row[0])

    def about_steps(self, filter: StepFilter) -> Count:
        with self._at_one_moment():
            if is_counted(filter):
                return Count(sum(self._tally(StepField.STATUS, filter).values()))
            few = self.few_steps(filter)
            some = few if few is not None else _pairs(self._some([*_probes(filter), [_keys("steps s")]], 2))
            query = _of_few(some, filter).counted()
            row = self._first(query.text, *query.values)
            assert row is not None  # an aggregate always has one
            return Count(row[0], few is not None)

    def worst_risks(self, plan_ids: Iterable[str]) -> Mapping[str, Jeopardy]:
        """Of those of some plans that have open steps at risk: the worst."""
        query = (
            "SELECT p.id, max(s.jeopardy = ?) FROM json_each(?) w CROSS JOIN plans p ON p.id = w.value"
            " CROSS JOIN steps s ON s.plan = p.key WHERE s.jeopardy IN (?, ?) GROUP BY p.id"
        )
        rows = self._all(
            query, Jeopardy.LATE.value, json.dumps(list(plan_ids)), *sorted(each.value for each in AT_RISK)
        )
        return {plan_id: Jeopardy.LATE if late else Jeopardy.IN_JEOPARDY for plan_id, late in rows}


_MOST_NAMES = 200
"""So many groups and steps in a state are put together in their order."""
# Walks over an index, one step a name.
_NAMES = (
    "WITH RECURSIVE n (name) AS (SELECT min(name) FROM steps UNION ALL SELECT (SELECT min(s.name) FROM steps s"
    " WHERE s.name > n.name) FROM n WHERE n.name IS NOT NULL) SELECT name FROM n WHERE name IS NOT NULL"
)
_STEPS_OF_GROUP = (
    "WITH RECURSIVE n (step) AS (SELECT min(step) FROM steps WHERE name = ?1 UNION ALL SELECT (SELECT min(s.step)"
    " FROM steps s WHERE s.name = ?1 AND s.step > n.step) FROM n WHERE n.step IS NOT NULL)"
    " SELECT step FROM n WHERE step IS NOT NULL"
)
_PLACES = 20
"""A plan has fewer than two to this power of steps."""
_UNPACKED = f"s.plan = w.value >> {_PLACES} AND s.place = w.value & {(1 << _PLACES) - 1}"


def _packed(keys: Iterable[StepKey]) -> str:
    """Steps as a list of numbers, which is read faster than one of lists."""
    return json.dumps([plan << _PLACES | place for plan, place in keys])


_SHOWN = (
    f"SELECT {STEP} FROM json_each(?) w CROSS JOIN steps s ON {_UNPACKED} CROSS JOIN plans p ON p.key = s.plan"
    " CROSS JOIN programs g ON g.key = p.program ORDER BY w.key"
)


def _pairs(rows: Iterable[Columns]) -> list[StepKey]:
    return [(plan, place) for plan, place in rows]


def _probes(filter: StepFilter) -> Iterator[Probe]:
    """For what the filter names and an index has: the steps that have it."""
    people = filter.kinds == {StepKind.MANUAL}
    if filter.plan_id is not None:
        yield [_keys("steps s WHERE s.plan = (SELECT key FROM plans WHERE id = ?)", filter.plan_id)]
    if filter.assignee is not None:
        yield [_keys("steps s INDEXED BY steps_by_assignee WHERE s.assignee = ?", filter.assignee)]
    if filter.error is not None:
        yield [_keys("steps s INDEXED BY steps_by_error WHERE s.error = ?", filter.error)]
    if filter.jeopardy and Jeopardy.ON_TIME not in filter.jeopardy:
        where = Where()
        where.one_of("s.jeopardy", filter.jeopardy)
        yield [_keys(f"steps s INDEXED BY steps_at_risk WHERE {where}", *where.values)]
    if filter.group is not None:
        named = Where()
        named.add("s.name = ?", filter.group)
        named.equal("s.step", filter.step)
        yield [_keys(f"steps s INDEXED BY steps_by_name WHERE {named}", *named.values)]
    elif filter.step is not None:
        named_so = f"({_NAMES}) n CROSS JOIN steps s INDEXED BY steps_by_name ON s.name = n.name AND s.step = ?"
        yield [_keys(named_so, filter.step)]
    if filter.queue is not None:
        yield [_keys("steps s INDEXED BY steps_by_queue WHERE s.queue = ?", filter.queue)]
    if filter.kinds == {StepKind.CALLOUT}:
        callouts = "steps s INDEXED BY steps_by_target WHERE s.kind = 'callout'"
        yield [_keys(callouts) if filter.target is None else _keys(f"{callouts} AND s.target = ?", filter.target)]
    if filter.due_before is not None:
        yield _in_states(filter, "steps_by_due", "s.due < ?", to_micros(filter.due_before))
    if people and filter.unassigned:
        yield _in_states(filter, "steps_of_nobody", "s.kind = 'manual' AND s.assignee IS NULL")
    elif people:
        yield _in_states(filter, "steps_of_people", "s.kind = 'manual'")
    elif filter.statuses:
        yield _in_states(filter, "steps_by_status", "true")


def _in_states(filter: StepFilter, index: str, condition: str, *values: object) -> list[Query]:
    tables = f"steps s INDEXED BY {index} WHERE s.status = ? AND {condition}"
    return [_keys(tables, status, *values) for status in sorted(filter.statuses or OPEN)]


def _keys(tables: str, *values: object) -> Query:
    return Query(f"SELECT s.plan, s.place FROM {tables}", values)


def _of_few(keys: Iterable[StepKey], filter: StepFilter) -> Source:
    """Steps that are looked up one by one, and then sorted."""
    where = Where()
    where.add(_UNPACKED)
    return Source(
        "json_each(?) w CROSS JOIN steps s", where.both(where_steps(filter)), Where(), values=(_packed(keys),)
    )


def _of_name(filter: StepFilter, group: str, step: str, status: StepStatus) -> Source:
    """The steps of a name in a state, those first that are due first."""
    narrowed = Where()
    narrowed.add("s.name = ? AND s.step = ? AND s.status = ?", group, step, status.value)
    if filter.due_before is not None:
        narrowed.add("s.due < ?", to_micros(filter.due_before))
    return Source("steps s INDEXED BY steps_by_name", narrowed, where_steps(filter))


def _in_state(filter: StepFilter, order: StepOrder, status: StepStatus) -> Source:
    """The steps in a state, from the index that has them in an order."""
    people = filter.kinds == {StepKind.MANUAL}
    narrowed, unknown = Where(), None
    if order is StepOrder.DUE and people and filter.queue is not None:
        index = "steps_in_queues"
        narrowed.add("s.kind = 'manual' AND s.queue = ?", filter.queue)
    elif order is StepOrder.DUE and people and filter.unassigned:
        index = "steps_of_nobody"
        narrowed.add("s.kind = 'manual' AND s.assignee IS NULL")
    elif order is StepOrder.DUE and people:
        index = "steps_of_people"
        narrowed.add("s.kind = 'manual'")
    elif order is StepOrder.DUE:
        index = "steps_by_due"
        narrowed.add("s.due IS NOT NULL")
        unknown = _in_state(filter, StepOrder.PLAN, status)
    else:
        index = "steps_by_since" if order is StepOrder.SINCE else "steps_by_status"
    narrowed.add("s.status = ?", status.value)
    if order is StepOrder.DUE and filter.due_before is not None:
        narrowed.add("s.due < ?", to_micros(filter.due_before))
    return Source(f"steps s INDEXED BY {index}", narrowed, where_steps(filter), unknown)
