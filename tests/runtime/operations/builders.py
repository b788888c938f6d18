"""A store with plans of all kinds, and an operator who works on them."""

from datetime import datetime
from pathlib import Path

from attrs import evolve

from dro_lang.kernel.commands import CallOut, RunAction
from dro_lang.kernel.events import Claim, Failed, Succeeded
from dro_lang.program.model import Allocation, AttributeDefinition, FalloutRule, Program, RuleTarget, StepKind, ToQueue
from dro_lang.program.types import INTEGER, TEXT
from dro_lang.runtime.embedded.desk import Desk
from dro_lang.runtime.embedded.dispatch import Ask
from dro_lang.runtime.operations.performing import Operations
from dro_lang.runtime.operations.queries import Queries
from tests.kernel.builders import (
    after,
    at,
    auto,
    callout,
    due,
    group,
    hours,
    immediately,
    makes_up,
    manual,
    milestone,
    on,
    program,
)
from tests.runtime.embedded.builders import House

NOTE = AttributeDefinition("note", TEXT, optional=True)
SCORE = AttributeDefinition("score", INTEGER)


def busy_program() -> Program:
    """Two plans: `P` with an action that fails, a callout, tasks in a queue and a date; `Q` with one task."""
    work = group(
        "Work",
        auto("send", retry=immediately(0, "Fallout"), on_cancel=makes_up("Undo")),
        callout("book"),
        manual("call", assignment=ToQueue("Q", Allocation.ROUND_ROBIN), due=due(hours(48), hours(4)), gives=(NOTE,)),
        manual("check", gives=(SCORE,), per_item=True),
        milestone("later", starts=on("due_date")),
        milestone("end", after("send", "book", "call", "check", "later")),
    )
    made = program(work, group("Undo", milestone("undone")), timezone="Europe/Berlin")
    quiet = evolve(made.plans["P"], name="Quiet", fallout=(FalloutRule(RuleTarget(StepKind.AUTO), immediately(0)),))
    return evolve(made, plans={**made.plans, "Quiet": quiet})


def bounced(command: Ask, at: datetime) -> Failed | None:
    """Actions fail with `BOUNCED`, callouts are accepted and never answered."""
    return Failed(at, command.key.step, "BOUNCED", command.key.attempt) if isinstance(command, RunAction) else None


class Silent:
    """An outside that accepts everything, and never answers."""

    def answer(self, command: RunAction | CallOut, at: datetime) -> Succeeded | Failed | None:
        return None


class Office:
    """A store with a plan for each id, whose action has failed with `BOUNCED`, and an operator's desk beside it."""

    def __init__(self, path: Path, *ids: str) -> None:
        self.path = path
        house = House(busy_program(), path, bounced)
        for id in ids:
            house.submit(id, name=f"Case {id}", parts=({"id": "p1", "ready": True, "ship_on": None},))
        house.engine.run_due()
        self.house = house
        self.clock = house.clock
        self.desk = Desk(path, "a test", clock=house.clock)
        self.queries = Queries(self.desk.store)
        self.operations = Operations(self.queries, self.desk, house.clock)

    def state_of(self, plan_id: str, step: str, item: str | None = None) -> str:
        found = self.desk.store.load(plan_id).state.step(at(step, item))
        assert found is not None
        return found.status.value

    def claimed(self, plan_id: str, by: str) -> None:
        self.house.engine.send(plan_id, Claim(self.clock.now(), at("Work.call"), by))

    def close(self) -> None:
        self.desk.__exit__(None, None, None)
        self.house.store.close()
