"""Pages of lists, and the cursors from which the next ones go on."""

import base64
import binascii
import json
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from attrs import frozen

from dro_lang.runtime.embedded.lists import Mark, PlanOrder, StepOrder, Stretch
from dro_lang.runtime.embedded.port import PlanRow, StepRow

R = TypeVar("R")


@frozen
class Order(Generic[R]):
    """What a list is sorted by, and which way."""

    by: R
    descending: bool = False


BY_SUBMISSION = Order(PlanOrder.SUBMITTED)
BY_PLAN = Order(StepOrder.PLAN)


@frozen
class Page(Generic[R]):
    """Some rows of a list, or none of them; `next` is the cursor of those behind them, None at the end of the list."""

    rows: tuple[R, ...]
    next: str | None


class BadCursor(ValueError):
    """A cursor that is none, or is that of a list in another order."""


def page(
    found: Stretch[R], limit: int, place: Callable[[R], Mark], order: "Order[PlanOrder] | Order[StepOrder]"
) -> Page[R]:
    """A page of what was found where one row more than the limit was looked for."""
    shown = found.rows[:limit]
    end = place(shown[-1]) if len(found.rows) > limit else found.end
    return Page(shown, None if end is None else cursor(end, order))


def cursor(mark: Mark, order: "Order[PlanOrder] | Order[StepOrder]") -> str:
    """A place in a list of one order, as an opaque text."""
    value = {"moment": mark.value.isoformat()} if isinstance(mark.value, datetime) else mark.value
    data = [order.by.value, order.descending, mark.plan_id, mark.place, value]
    return base64.urlsafe_b64encode(json.dumps(data, ensure_ascii=False).encode()).decode().rstrip("=")


def mark(cursor: str, order: "Order[PlanOrder] | Order[StepOrder]") -> Mark:
    """The place that a cursor tells. Raises BadCursor."""
    try:
        data = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        by, descending, plan_id, place, value = data
        moment = datetime.fromisoformat(value["moment"]) if isinstance(value, dict) else value
    except (ValueError, TypeError, KeyError, binascii.Error):
        raise BadCursor(f"`{cursor[:40]}` is no place in a list") from None
    if (by, descending) != (order.by.value, order.descending):
        raise BadCursor("the cursor is that of a list that is sorted otherwise")
    valid = isinstance(plan_id, str) and isinstance(place, int) and isinstance(moment, datetime | str | None)
    if not valid or (isinstance(moment, datetime) and moment.utcoffset() is None):
        raise BadCursor(f"`{cursor[:40]}` is no place in a list")
    return Mark(plan_id, place, moment)


def mark_of_plan(row: PlanRow, by: PlanOrder) -> Mark:
    return Mark(row.header.plan_id, 0, _PLAN_VALUES[by](row))


def mark_of_step(row: StepRow, by: StepOrder) -> Mark:
    return Mark(row.plan_id, row.place, _STEP_VALUES[by](row))


_PLAN_VALUES: dict[StrEnum, Callable[[PlanRow], datetime | str | None]] = {
    PlanOrder.SUBMITTED: lambda row: None,
    PlanOrder.UPDATED: lambda row: row.updated_at,
    PlanOrder.NEXT: lambda row: row.wake,
    PlanOrder.NAME: lambda row: row.header.name,
}
_STEP_VALUES: dict[StrEnum, Callable[[StepRow], datetime | str | None]] = {
    StepOrder.PLAN: lambda row: None,
    StepOrder.DUE: lambda row: row.due_at,
    StepOrder.SINCE: lambda row: row.since,
}
