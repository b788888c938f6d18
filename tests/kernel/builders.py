"""Programs and running plans for tests, in few words.

The record is a `Case` with a balance, a due date, optional dates and notes, and parts (its items).
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from dro_lang.kernel.commands import Command
from dro_lang.kernel.compose import Rejection
from dro_lang.kernel.events import (
    Amend,
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
from dro_lang.kernel.history import Entry, Refused
from dro_lang.kernel.machine import Kernel, Transition
from dro_lang.kernel.states import InstanceId, PlanState, StepState
from dro_lang.kernel.view import StepView
from dro_lang.program.expressions import (
    Attribute,
    Comparison,
    ComparisonOperator,
    Constant,
    Expression,
    Known,
)
from dro_lang.program.model import (
    Action,
    Argument,
    AttributeDefinition,
    Calendar,
    Compensation,
    Context,
    EnumConstant,
    Enumeration,
    Group,
    GroupCall,
    Integration,
    Join,
    Outcome,
    Plan,
    Policy,
    Program,
    Propagation,
    Queue,
    RecordShape,
    RetryPolicy,
    Scenario,
    Schedule,
    ScheduleRelation,
    ServiceLevel,
    Step,
    StepKind,
    Wait,
)
from dro_lang.program.model import (
    Retry as RetryClause,
)
from dro_lang.program.types import (
    BOOLEAN,
    DATE,
    DATETIME,
    DECIMAL,
    ID,
    INTEGER,
    TEXT,
    DurationType,
    EnumType,
    ListType,
    MoneyType,
    Type,
)
from dro_lang.program.values import Duration, Row, Value

EUR = MoneyType("EUR")
DURATION = DurationType()

# ---- expressions


def const(value: Value, type: Type = INTEGER) -> Constant:
    return Constant(value, type)


def days(count: int) -> Constant:
    return Constant(Duration(days=count), DURATION)


def hours(count: int) -> Constant:
    return Constant(Duration(seconds=3600 * count), DURATION)


def minutes(count: int) -> Duration:
    return Duration(seconds=60 * count)


def business_days(count: int) -> Constant:
    return Constant(Duration(business_days=count), DURATION)


def attribute(name: str) -> Attribute:
    definition = CASE.attribute(name)
    assert definition is not None
    return Attribute(name, definition.type)


def is_known(name: str) -> Known:
    return Known(attribute(name))


def compare(left: Expression, operator: str, right: Expression) -> Comparison:
    return Comparison(ComparisonOperator(operator), left, right)


PAID = compare(Attribute("balance", EUR), "=", const(Decimal(0), EUR))
"""`balance = 0 EUR`"""

# ---- steps


def wait(step: str, *outcomes: str, same: bool = False, passing: str | None = None) -> Wait:
    """`Group.step` or `step`, with outcomes."""
    group, _, name = step.rpartition(".")
    accepted = tuple(Outcome(outcome) for outcome in outcomes)
    return Wait(group or None, name, accepted, same, Propagation(passing) if passing else None)


def after(*waits: Wait | str) -> Join:
    return Join(tuple(wait(w) if isinstance(w, str) else w for w in waits))


def any_of(*waits: Wait | str) -> Join:
    return Join(tuple(wait(w) if isinstance(w, str) else w for w in waits), any_of=True)


def milestone(name: str, join: Join | None = None, **clauses: Any) -> Step:
    return Step(name, StepKind.MILESTONE, join=join, **clauses)


def manual(name: str, join: Join | None = None, **clauses: Any) -> Step:
    return Step(name, StepKind.MANUAL, join=join, **clauses)


def pause(name: str, join: Join | None = None, until: Expression = PAID, **clauses: Any) -> Step:
    return Step(name, StepKind.PAUSE, join=join, until=until, **clauses)


def auto(name: str, join: Join | None = None, target: str = "Send", **clauses: Any) -> Step:
    return Step(name, StepKind.AUTO, target, join=join, **clauses)


def callout(name: str, join: Join | None = None, target: str = "Erp", **clauses: Any) -> Step:
    return Step(name, StepKind.CALLOUT, target, join=join, **clauses)


def on(name: str, at: time | None = None) -> Schedule:
    return Schedule(ScheduleRelation.ON, attribute(name), at=at)


def before(delay: Expression, name: str, at: time | None = None) -> Schedule:
    return Schedule(ScheduleRelation.BEFORE, attribute(name), delay, at)


def since_previous(delay: Expression, at: time | None = None) -> Schedule:
    return Schedule(ScheduleRelation.AFTER, None, delay, at)


def due(within: Expression, warn: Expression | None = None) -> ServiceLevel:
    return ServiceLevel(within, warn)


def immediately(retries: int, queue: str | None = None) -> RetryClause:
    return RetryClause(RetryPolicy.IMMEDIATE, retries, queue=queue)


def every(interval: Duration, retries: int, queue: str | None = None) -> RetryClause:
    return RetryClause(RetryPolicy.MONOTONOUS, retries, (interval,), queue)


def staggered(*intervals: Duration, queue: str | None = None) -> RetryClause:
    return RetryClause(RetryPolicy.STAGGERED, len(intervals), intervals, queue)


def run(group: str, alias: str | None = None, **arguments: Expression) -> GroupCall:
    return GroupCall(group, tuple(Argument(name, value) for name, value in arguments.items()), alias)


def makes_up(group: str, in_reverse: bool = False, **arguments: Expression) -> Compensation:
    return Compensation(run(group, None, **arguments), in_reverse)


def group(name: str, *steps: Step, parameters: Sequence[AttributeDefinition] = ()) -> Group:
    return Group(name, "Case", tuple(parameters), steps=steps)


def parameter(name: str, type: Type = DURATION, **more: Any) -> AttributeDefinition:
    return AttributeDefinition(name, type, **more)


# ---- the program

CASE = Context(
    "Case",
    (
        AttributeDefinition("id", ID),
        AttributeDefinition("name", TEXT),
        AttributeDefinition("start_date", DATE),
        AttributeDefinition("due_date", DATE),
        AttributeDefinition("meeting", DATETIME, optional=True),
        AttributeDefinition("balance", EUR, low=const(Decimal(0), EUR)),
        AttributeDefinition("risk", EnumType("Risk")),
        AttributeDefinition("email", TEXT, optional=True),
        AttributeDefinition("promised_on", DATE, optional=True),
        AttributeDefinition("parts", ListType("Part", items=True)),
    ),
)
PART = RecordShape(
    "Part",
    (
        AttributeDefinition("id", ID),
        AttributeDefinition("ready", BOOLEAN),
        AttributeDefinition("ship_on", DATE, optional=True),
    ),
)


def program(
    *groups: Group,
    scenarios: Sequence[Scenario] | None = None,
    **plan: Any,
) -> Program:
    """A program of one plan `P`. Without scenarios, one that runs every group that no step inserts."""
    inserted = {
        change.call.group for g in groups for s in g.steps for change in (s.on_amend, s.on_cancel) if change is not None
    }
    calls = tuple(run(g.name) for g in groups if g.name not in inserted)
    chosen = tuple(scenarios) if scenarios is not None else (Scenario("all", runs=calls),)
    body = AttributeDefinition("text", TEXT, optional=True)
    return Program(
        "test",
        enums={"Risk": Enumeration("Risk", (EnumConstant("Low", "Low"), EnumConstant("High", "Very high")))},
        records={"Part": PART},
        contexts={"Case": CASE},
        queues={"Q": Queue("Q", "Q"), "Fallout": Queue("Fallout", "Fallout")},
        calendars={"Weekdays": Calendar("Weekdays", (5, 6))},
        actions={
            "Send": Action("Send", (body,)),
            "Pay": Action("Pay", (AttributeDefinition("amount", EUR, high=const(Decimal(100), EUR)),)),
            "Look": Action("Look", (), (AttributeDefinition("score", INTEGER, low=const(0), high=const(9)),)),
        },
        integrations={
            "Erp": Integration("Erp", asynchronous=True),
            "Bank": Integration("Bank", (), (AttributeDefinition("rate", DECIMAL, optional=True),)),
        },
        groups={g.name: g for g in groups},
        plans={"P": Plan("P", "Case", "Generic", "M", scenarios=chosen, **{"policy": Policy.EVERY_MATCHING, **plan})},
    )


DAY_ONE = date(2026, 3, 2)  # a Monday


def case(*parts: str, **values: Value) -> Row:
    """A record, with a part for each id."""
    rows = tuple({"id": part, "ready": True, "ship_on": None} for part in parts)
    return {
        "id": "C-1",
        "name": "Acme",
        "start_date": DAY_ONE,
        "due_date": date(2026, 3, 20),
        "meeting": None,
        "balance": Decimal(90),
        "risk": "Low",
        "email": None,
        "promised_on": None,
        "parts": rows,
        **values,
    }


# ---- a running plan


class Running:
    """A plan that a test carries on. Time moves only through `to` and `later`, by the plan's own timer."""

    def __init__(self, program: Program, row: Row, now: datetime) -> None:
        self.kernel = Kernel(program, "P")
        self.now = now
        composed = self.kernel.compose([scenario.name for scenario in program.plans["P"].scenarios], row, "C-1", now)
        assert isinstance(composed, PlanState), composed
        self.state = composed
        self.events: list[Event] = []
        self.commands: list[Command] = []
        self.history: list[Entry] = []

    def send(self, event: Event) -> Transition:
        done = self.kernel.step(self.state, event)
        self.state = done.state
        self.events.append(event)
        self.commands += done.commands
        self.history += done.history
        return done

    def to(self, moment: datetime) -> None:
        while self.state.timer is not None and self.state.timer <= moment:
            self.send(TimePassed(self.state.timer))
        self.now = moment

    def later(self, **time: float) -> None:
        self.to(self.now + timedelta(**time))

    # -- what happens

    def start(self) -> "Running":
        self.send(Start(self.now))
        return self

    def complete(self, step: str, item: str | None = None, by: str = "ann", **results: Value) -> Transition:
        return self.send(Complete(self.now, at(step, item), results, by))

    def succeed(self, step: str, item: str | None = None, **results: Value) -> Transition:
        return self.send(Succeeded(self.now, at(step, item), results))

    def fail(self, step: str, code: str | None = None, item: str | None = None) -> Transition:
        return self.send(Failed(self.now, at(step, item), code))

    def claim(self, step: str, by: str = "ann") -> Transition:
        return self.send(Claim(self.now, at(step), by))

    def retry(self, step: str) -> Transition:
        return self.send(Retry(self.now, at(step), by="ann"))

    def discard(self, step: str, item: str | None = None) -> Transition:
        return self.send(Discard(self.now, at(step, item), by="ann"))

    def set(self, **values: Value) -> Transition:
        return self.send(SetData(self.now, values, by="ann"))

    def freeze(self) -> Transition:
        return self.send(Freeze(self.now, by="ann"))

    def unfreeze(self) -> Transition:
        return self.send(Unfreeze(self.now, by="ann"))

    def amend(self, item: str | None = None, override: bool = False, **values: Value) -> Transition:
        return self.send(Amend(self.now, item, values, override, by="ann"))

    def cancel(self, item: str | None = None, override: bool = False, **values: Value) -> Transition:
        return self.send(Cancel(self.now, item, values, override, by="ann"))

    def offline(self, integration: str = "Erp") -> Transition:
        return self.send(GoOffline(self.now, integration, by="ann"))

    def online(self, integration: str = "Erp") -> Transition:
        return self.send(GoOnline(self.now, integration, by="ann"))

    # -- what is

    def step(self, step: str, item: str | None = None) -> StepState:
        found = self.state.step(at(step, item))
        assert found is not None, f"no step {step} for {item}"
        return found

    def __getitem__(self, step: str | tuple[str, str]) -> str:
        """The state of a step, as text: `plan["G.a"]`, or `plan["G.a", "item"]`."""
        return str(self.step(step).status if isinstance(step, str) else self.step(*step).status)

    def view(self, step: str, item: str | None = None) -> StepView:
        return next(view for view in self.kernel.view(self.state) if view.id == at(step, item))

    @property
    def status(self) -> str:
        return str(self.state.status)

    def given(self, kind: type[Command]) -> list[Any]:
        """The commands of a kind, so far."""
        return [command for command in self.commands if isinstance(command, kind)]


def at(step: str, item: str | None = None) -> InstanceId:
    """`Group.step`, or `Group#1.step` for a compensation group's first copy."""
    name, _, own = step.partition(".")
    instance, _, copy = name.partition("#")
    return InstanceId(instance, own, item, int(copy or 0))


def start(*groups: Group, row: Row | None = None, now: datetime | None = None, **plan: Any) -> Running:
    """A plan of these groups, started on a Monday morning in UTC."""
    moment = now or datetime(2026, 3, 2, tzinfo=UTC)
    return Running(program(*groups, **plan), row or case(), moment).start()


def refusals(done: Transition) -> list[str]:
    return [entry.reason for entry in done.history if isinstance(entry, Refused)]


def rejected(program: Program, row: Row) -> Rejection:
    names = [scenario.name for scenario in program.plans["P"].scenarios]
    composed = Kernel(program, "P").compose(names, row, "C-1", datetime(2026, 3, 2, tzinfo=UTC))
    assert isinstance(composed, Rejection)
    return composed
