"""Filters as conditions in SQL."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

from attrs import evolve

from dro_lang.runtime.embedded.clock import to_micros
from dro_lang.runtime.embedded.lists import AT_RISK, PlanFilter, Sight, StepFilter
from dro_lang.runtime.embedded.sqlite.rows import PRIORITIES
from dro_lang.runtime.embedded.sqlite.schema import RISKS

LAST = "\U0010ffff"
"""Sorts behind whatever may follow in a text."""


class Where:
    """The conditions of a query, and the values for their question marks."""

    def __init__(self) -> None:
        self._conditions: list[str] = []
        self.values: list[Any] = []

    def __str__(self) -> str:
        return " AND ".join(self._conditions) or "true"

    def __bool__(self) -> bool:
        return bool(self._conditions)

    def add(self, condition: str, *values: Any) -> None:
        self._conditions.append(condition)
        self.values += values

    def both(self, other: "Where") -> "Where":
        """What meets these conditions and others."""
        made = Where()
        made._conditions = [*self._conditions, *other._conditions]
        made.values = [*self.values, *other.values]
        return made

    def equal(self, column: str, value: object) -> None:
        if value is not None:
            self.add(f"{column} = ?", value)

    def among(self, column: str, values: Iterable[str] | None) -> None:
        """None says nothing; nothing at all is never met."""
        if values is not None:
            # A list without a name would be false before SQLite has looked at the rest, and at what index is meant.
            names: list[str | None] = [*sorted(values)] or [None]
            self.add(f"{column} IN ({', '.join('?' * len(names))})", *names)

    def one_of(self, column: str, constants: Iterable[StrEnum]) -> None:
        """No constant says nothing."""
        names = sorted(constant.value for constant in constants)
        if names:
            self.among(column, names)

    def moment(self, condition: str, moment: datetime | None) -> None:
        if moment is not None:
            self.add(condition, to_micros(moment))


# ---- plans: what their kind and their state say, and the rest


def where_kinds(filter: PlanFilter) -> Where:
    """Of counts c of plans, and their kinds k: what counts and the order of every index know."""
    where = Where()
    where.one_of("c.status", filter.statuses)
    if filter.program is not None:
        where.add("k.program = (SELECT key FROM programs WHERE hash = ?)", filter.program)
    where.equal("k.plan", filter.plan)
    where.equal("k.object", filter.object)
    where.among("k.object", filter.sight.objects)
    risk = risk_of(filter)
    if risk is not None:
        where.add("c.risk & ? <> 0", risk)
    where.equal("k.priority", None if filter.priority is None else PRIORITIES.index(filter.priority))
    if filter.scenario is not None:
        where.add("EXISTS (SELECT 1 FROM json_each(k.scenarios) e WHERE e.value = ?)", filter.scenario)
    return where


def risk_of(filter: PlanFilter) -> int | None:
    """The risks of plans of which one is wanted, as `plans.risk` has them; None where nothing is said of that."""
    jeopardy = frozenset() if filter.having is None else filter.having.jeopardy
    return sum(RISKS[each] for each in jeopardy) if jeopardy and jeopardy <= AT_RISK else None


def where_plans(filter: PlanFilter) -> Where:
    """What `where_kinds` does not say, of plans p."""
    where = Where()
    where.equal("p.id", filter.plan_id)
    where.equal("p.record", filter.record_id)
    where = where.both(where_submitted(filter))
    if filter.waiting:
        where.add("p.wake IS NOT NULL")
    if filter.in_trouble:
        where.add("p.trouble IS NOT NULL")
    if filter.search:
        begins = (f"(p.{column} >= ? AND p.{column} < ?)" for column in ("id", "record", "name COLLATE NOCASE"))
        where.add(f"({' OR '.join(begins)})", *(prefix(filter.search) * 3))
    having = filter.having
    if having is not None and (risk_of(filter) is None or having != StepFilter(jeopardy=having.jeopardy)):
        steps = where_steps(having)
        where.add(f"EXISTS (SELECT 1 FROM steps s WHERE s.plan = p.key AND {steps})", *steps.values)
    return where


def where_submitted(filter: PlanFilter) -> Where:
    where = Where()
    where.moment("p.submitted >= ?", filter.submitted_from)
    where.moment("p.submitted < ?", filter.submitted_before)
    return where


def prefix(text: str) -> tuple[str, str]:
    """The first text that begins so, and one behind the last."""
    return text, text + LAST


# ---- steps


def where_steps(filter: StepFilter) -> Where:
    """Of steps s."""
    where = Where()
    where.one_of("s.status", filter.statuses)
    where.one_of("s.kind", filter.kinds)
    where.one_of("s.jeopardy", filter.jeopardy)
    where.equal("s.name", filter.group)
    where.equal("s.step", filter.step)
    where.equal("s.item", filter.item)
    where.equal("s.queue", filter.queue)
    where.equal("s.assignee", filter.assignee)
    where.equal("s.target", filter.target)
    where.equal("s.error", filter.error)
    where.moment("s.due < ?", filter.due_before)
    _queues(where, filter.sight)
    kinds = where_kinds_of_steps(filter)
    if kinds:
        where.add(f"s.plans IN (SELECT k.key FROM kinds k WHERE {kinds})", *kinds.values)
    if filter.plan_id is not None:
        where.add("s.plan = (SELECT key FROM plans WHERE id = ?)", filter.plan_id)
    if filter.unassigned:
        where.add("s.assignee IS NULL")
    return where


def where_kinds_of_steps(filter: StepFilter) -> Where:
    """Of the kinds k of the plans of steps."""
    where = Where()
    if filter.program is not None:
        where.add("k.program = (SELECT key FROM programs WHERE hash = ?)", filter.program)
    where.equal("k.plan", filter.plan)
    where.among("k.object", filter.sight.objects)
    return where


def _queues(where: Where, sight: Sight) -> None:
    if sight.queues is not None:
        queues = sorted(sight.queues)
        among = f"s.queue IN ({', '.join('?' * len(queues))})"
        where.add(f"(s.queue IS NULL OR s.assignee = ? OR {among})", sight.user, *queues)


# ---- counts of steps


def is_counted(filter: StepFilter) -> bool:
    """Whether the counts of steps know how many are meant."""
    return evolve(filter, plan_id=None, group=None, step=None, item=None, assignee=None, due_before=None) == filter


def where_counts(filter: StepFilter) -> Where:
    """Of counts c of steps, and the kinds k of their plans. Tasks that are seen because they are one's own, in a queue
    that is not, are no part of it."""
    where = Where()
    where.one_of("c.status", filter.statuses)
    where.one_of("c.kind", filter.kinds)
    where.one_of("c.jeopardy", filter.jeopardy)
    where.equal("c.queue", filter.queue)
    where.equal("c.target", filter.target)
    where.equal("c.error", filter.error)
    where.among("c.queue", None if filter.sight.queues is None else {"", *filter.sight.queues})
    if filter.unassigned:
        where.add("c.assigned = 0")
    return where.both(where_kinds_of_steps(filter))


def where_own(filter: StepFilter) -> Where:
    """Of steps: those that are one's own, in a queue that is not, and that the filter means."""
    where = where_steps(evolve(filter, sight=evolve(filter.sight, queues=None)))
    where.add("s.assignee = ?", filter.sight.user)
    where.add("s.queue IS NOT NULL")
    queues = sorted(filter.sight.queues or ())
    where.add(f"s.queue NOT IN ({', '.join('?' * len(queues))})", *queues)
    return where
