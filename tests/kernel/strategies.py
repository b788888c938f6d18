"""Random plans and random things that happen to them."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from dro_lang.kernel.events import (
    Amend,
    Assign,
    Cancel,
    Claim,
    Complete,
    Discard,
    Event,
    Failed,
    Freeze,
    GoOffline,
    GoOnline,
    Retry,
    SetData,
    Start,
    Succeeded,
    TimePassed,
    Unfreeze,
)
from dro_lang.kernel.states import InstanceId, PlanState
from dro_lang.program.expressions import And, Expression, ItemAttribute, Result, Today
from dro_lang.program.model import Join, Outcome, Program, Propagation, Step, StepKind, Wait
from dro_lang.program.types import BOOLEAN, INTEGER
from tests.kernel.builders import (
    PAID,
    attribute,
    before,
    compare,
    const,
    days,
    due,
    every,
    group,
    hours,
    immediately,
    is_known,
    makes_up,
    milestone,
    minutes,
    on,
    program,
    since_previous,
    staggered,
)
from tests.kernel.builders import auto as auto_step
from tests.kernel.builders import manual as manual_step

READY = compare(ItemAttribute("ready", BOOLEAN), "=", const(True, BOOLEAN))
PROMISE_DUE = And((is_known("promised_on"), compare(attribute("promised_on"), "<=", Today())))
SCHEDULES = [None, None, on("due_date"), before(days(12), "due_date"), since_previous(hours(30))]
RETRIES = [None, immediately(1), every(minutes(90), 2), staggered(minutes(5), minutes(600), queue="Fallout")]
TARGETS = {StepKind.AUTO: ["Send", "Look"], StepKind.CALLOUT: ["Erp", "Bank"]}


def high_score(group: str | None, step: Step) -> Expression:
    return compare(Result(group, step.name, "score", INTEGER), ">=", const(5))


@st.composite
def waits(draw: st.DrawFn, earlier: list[tuple[str, Step]], own: str, per_item: bool) -> Wait:
    named, step = draw(st.sampled_from(earlier))
    outcomes = draw(st.sampled_from([(), (), ("completed",), ("skipped",), ("expired", "failed"), ("canceled",)]))
    same = per_item and step.per_item and draw(st.booleans())
    passing = draw(st.sampled_from([None, None, *Propagation]))
    return Wait(None if named == own else named, step.name, tuple(map(Outcome, outcomes)), same, passing)


@st.composite
def steps(draw: st.DrawFn, name: str, own: str, earlier: list[tuple[str, Step]]) -> Step:
    kind = draw(st.sampled_from(StepKind))
    per_item = draw(st.booleans())
    clauses: dict[str, Any] = {
        "target": draw(st.sampled_from(TARGETS[kind])) if kind in TARGETS else None,
        "per_item": per_item,
        "only_if": draw(st.sampled_from([None, None, is_known("email"), READY if per_item else PAID])),
        "skip_branch": draw(st.booleans()),
        "starts": draw(st.sampled_from(SCHEDULES)),
        "due": draw(st.sampled_from([None, due(hours(20), hours(4))])),
        "point_of_no_return": draw(st.integers(0, 5)) == 0,
        "freeze_by_completing": draw(st.integers(0, 5)) == 0,
        "on_amend": draw(st.sampled_from([None, makes_up("Redo")])),
        "on_cancel": draw(st.sampled_from([None, makes_up("Undo"), makes_up("Undo", in_reverse=True)])),
    }
    if kind in TARGETS:
        clauses["retry"] = draw(st.sampled_from(RETRIES))
    if kind in (StepKind.PAUSE, StepKind.MANUAL, StepKind.CALLOUT):
        clauses["expires"] = draw(st.sampled_from([None, hours(50), days(4)]))
    if kind is StepKind.PAUSE:
        scores = [high_score(None if named == own else named, s) for named, s in earlier if s.target == "Look"]
        clauses["until"] = draw(st.sampled_from([PAID, PROMISE_DUE, READY if per_item else PAID, *scores]))
    if draw(st.booleans()) and earlier:
        chosen = draw(st.lists(waits(earlier, own, per_item), min_size=1, max_size=3))
        clauses["join"] = Join(tuple(chosen), any_of=draw(st.booleans()))
    return Step(name, kind, **clauses)


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """Plans of one or two groups whose steps wait for earlier ones, and two compensation groups."""
    earlier: list[tuple[str, Step]] = []
    groups = []
    for own in ("G", "H")[: draw(st.integers(1, 2))]:
        members: list[Step] = []
        for position in range(draw(st.integers(1, 4))):
            step = draw(steps(f"s{position}", own, earlier))
            members.append(step)
            earlier.append((own, step))
        groups.append(group(own, *members))
    undo = group("Undo", manual_step("undo", per_item=True), milestone("told", Join((Wait(None, "undo"),))))
    redo = group("Redo", auto_step("redo"))
    zone = draw(st.sampled_from(["UTC", "America/New_York", "Asia/Kolkata"]))
    return program(*groups, undo, redo, timezone=zone)


Happening = tuple[str, int, int]
"""What happens, to which step (counted round), and a number that says more."""

HAPPENINGS = (
    *("time", "time", "time", "late", "succeed", "succeed", "succeed", "fail", "fail", "complete", "complete"),
    *("complete", "claim", "assign", "retry", "discard", "set", "set", "freeze", "freeze", "unfreeze", "amend"),
    *("cancel", "offline", "online", "start", *("amended", "canceled") * 2),
)
CHANGES = {"amended": ("freeze", "amend", "unfreeze"), "canceled": ("freeze", "cancel", "unfreeze")}


def happenings(size: int) -> st.SearchStrategy[list[Happening]]:
    one = st.tuples(st.sampled_from(HAPPENINGS), st.integers(0, 20), st.integers(0, 7))
    return st.lists(one, min_size=size // 2, max_size=size)


def concrete(happening: Happening, state: PlanState, now: datetime) -> list[Event]:
    """The events that a happening is for a plan in this state. Now and then for a step that there is not, or late."""
    kind, position, number = happening
    if kind in CHANGES:
        return [event for part in CHANGES[kind] for event in concrete((part, position, number), state, now)]
    some = state.steps[position % len(state.steps)] if state.steps and position < 19 else None
    step = some.id if some else InstanceId("G", "none")
    attempt = some.attempt - (number == 7) if some else 1
    item = (None, None, "p1", "p2", "p9")[number % 5]
    makers: dict[str, Callable[[], Event]] = {
        "time": lambda: TimePassed(now + timedelta(hours=number**3)),
        "late": lambda: TimePassed(now - timedelta(hours=number)),
        "succeed": lambda: Succeeded(now, step, {"score": number + 3} if number % 2 else {}, attempt),
        "fail": lambda: Failed(now, step, (None, "BUSY")[number % 2], attempt),
        "complete": lambda: Complete(now, step, {"score": 1} if number % 2 else {}, "ann"),
        "claim": lambda: Claim(now, step, "ann"),
        "assign": lambda: Assign(now, step, "bob"),
        "retry": lambda: Retry(now, step, attempt, "ann"),
        "discard": lambda: Discard(now, step, "ann"),
        "set": lambda: SetData(now, DATA[number], None, "ann"),
        "freeze": lambda: Freeze(now, "ann"),
        "unfreeze": lambda: Unfreeze(now, "ann"),
        "amend": lambda: Amend(now, item, {} if item else DATA[number], number == 6, "ann"),
        "cancel": lambda: Cancel(now, item, {}, number == 6, "ann"),
        "offline": lambda: GoOffline(now, ("Erp", "Bank")[number % 2], "ann"),
        "online": lambda: GoOnline(now, ("Erp", "Bank")[number % 2], "ann"),
        "start": lambda: Start(now),
    }
    return [makers[kind]()]


DATA: list[dict[str, Any]] = [
    {"email": "a@b.example"},
    {"email": None},
    {"balance": Decimal(0)},
    {"balance": Decimal(-1)},
    {"due_date": date(2026, 3, 4)},
    {"promised_on": date(2026, 3, 3)},
    {"parts": ({"id": "p1", "ready": False, "ship_on": None}, {"id": "p3", "ready": True, "ship_on": None})},
    {"name": None},
]
