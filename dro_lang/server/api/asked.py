"""What may be asked of lists: filters, orders, pages; in the query of a request, or in its body."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool

from dro_lang.kernel.states import Jeopardy, PlanStatus, StepStatus
from dro_lang.program.model import Priority, StepKind
from dro_lang.runtime.embedded.lists import PlanFilter, PlanOrder, Sight, StepFilter, StepOrder
from dro_lang.runtime.operations.pages import Order
from dro_lang.server.rights.permissions import Principal

_LAST_YEAR = 9998


def _in_reach(moment: datetime) -> datetime:
    # Offsets must not carry it out of what a datetime can be.
    if not 2 <= moment.year <= _LAST_YEAR:
        raise ValueError(f"a year from 2 to {_LAST_YEAR}")
    return moment


def _clean(text: str) -> str:
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise ValueError("a text without null characters and lone surrogates")
    return text


def _written(value: object) -> object:
    # A number would be taken for seconds since 1970, which nobody means here.
    if isinstance(value, str) and "-" not in value[1:]:
        raise ValueError("a moment as 2026-12-31T09:00:00Z")
    if isinstance(value, int | float | Decimal):
        raise ValueError("a moment as a text")
    return value


Moment = Annotated[AwareDatetime, AfterValidator(_in_reach), BeforeValidator(_written)]
Text = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_clean)]
Limit = Annotated[int, Field(ge=1, le=500)]
Cursor = Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(_clean)]


class Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StepsMeant(Asked):
    """Which steps are meant: all that fit everything that is said."""

    state: list[StepStatus] = Field(default=[], max_length=20)
    kind: list[StepKind] = Field(default=[], max_length=10)
    jeopardy: list[Jeopardy] = Field(default=[], max_length=5)
    plan_id: Text | None = None
    program: Text | None = Field(default=None, description="The hash of the program of its plan: its version.")
    plan: Text | None = None
    group: Text | None = None
    step: Text | None = None
    item: Text | None = None
    queue: Text | None = None
    assignee: Text | None = None
    unassigned: bool = False
    target: Text | None = Field(default=None, description="The action or integration.")
    error: Text | None = Field(default=None, description="The error code of the last attempt.")
    due_before: Moment | None = None

    def filter(self, sight: Sight) -> StepFilter:
        return StepFilter(
            statuses=frozenset(self.state),
            kinds=frozenset(self.kind),
            jeopardy=frozenset(self.jeopardy),
            plan_id=self.plan_id,
            program=self.program,
            plan=self.plan,
            group=self.group,
            step=self.step,
            item=self.item,
            queue=self.queue,
            assignee=self.assignee,
            unassigned=self.unassigned,
            target=self.target,
            error=self.error,
            due_before=self.due_before,
            sight=sight,
        )


class PlansMeant(Asked):
    """Which plans are meant: all that fit everything that is said."""

    state: list[PlanStatus] = Field(default=[], max_length=10)
    plan_id: Text | None = None
    program: Text | None = None
    plan: Text | None = None
    scenario: Text | None = Field(default=None, description="One of the scenarios that it was composed from.")
    object: Text | None = None
    record_id: Text | None = None
    priority: Priority | None = None
    in_trouble: bool = False
    submitted_from: Moment | None = None
    submitted_before: Moment | None = None
    search: Text | None = Field(default=None, description="How its id, its record's id or its name begins.")
    step_state: list[StepStatus] = Field(
        default=[], max_length=20, description="Plans with an open step in this state."
    )
    step_jeopardy: list[Jeopardy] = Field(default=[], max_length=5, description="Plans with an open step at this risk.")

    def filter(self, sight: Sight) -> PlanFilter:
        having = None
        if self.step_state or self.step_jeopardy:
            having = StepFilter(frozenset(self.step_state), jeopardy=frozenset(self.step_jeopardy))
        return PlanFilter(
            statuses=frozenset(self.state),
            plan_id=self.plan_id,
            program=self.program,
            plan=self.plan,
            scenario=self.scenario,
            object=self.object,
            record_id=self.record_id,
            priority=self.priority,
            in_trouble=self.in_trouble,
            submitted_from=self.submitted_from,
            submitted_before=self.submitted_before,
            search=self.search,
            having=having,
            sight=sight,
        )


class StepsMeantInBody(StepsMeant):
    unassigned: StrictBool = False


class PlansMeantInBody(PlansMeant):
    in_trouble: StrictBool = False


class PlanQuery(PlansMeant):
    sort: PlanOrder = PlanOrder.SUBMITTED
    order: Literal["asc", "desc"] = "asc"
    after: Cursor | None = Field(default=None, description="The cursor `next` of the page before.")
    limit: Limit = 100

    @property
    def by(self) -> Order[PlanOrder]:
        return Order(self.sort, self.order == "desc")


class StepQuery(StepsMeant):
    sort: StepOrder = StepOrder.PLAN
    order: Literal["asc", "desc"] = "asc"
    after: Cursor | None = Field(default=None, description="The cursor `next` of the page before.")
    limit: Limit = 100

    @property
    def by(self) -> Order[StepOrder]:
        return Order(self.sort, self.order == "desc")


def sight_of(principal: Principal) -> Sight:
    """What somebody may see, by their rights to objects and queues."""
    objects = None if principal.objects.every else principal.objects.listed
    queues = None if principal.queues.every else principal.queues.listed
    return Sight(objects, queues, principal.name)
