"""What the API says, as OpenAPI describes it: the documents of `runtime/operations/documents.py`, field by field."""

from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from dro_lang.kernel.standings import Verdict
from dro_lang.kernel.states import Jeopardy, PlanStatus, StepStatus
from dro_lang.program.model import Outcome, Priority, StepKind

T = TypeVar("T")


class Said(BaseModel):
    """Moments have their offset; what is not known is null."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_enum_values=True, populate_by_name=True)


class Page(Said, Generic[T]):
    """Some rows of a list. `next` is the cursor of those behind them, null where there are none."""

    items: list[T]
    next: str | None = None


class ProblemSaid(BaseModel):
    """What is wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    code: str = Field(description="A code of drolang: `drolang explain CODE` has more.")
    detail: str


# ---- plans and steps


class PlanLine(Said):
    plan_id: str
    plan: str = Field(description="Its name in its program.")
    program: str = Field(description="The hash of its program.")
    object: str
    record_id: str
    usage: str
    name: str
    priority: Priority
    state: PlanStatus
    steps: int
    finished: int
    submitted_at: datetime
    updated_at: datetime
    next_at: datetime | None
    trouble: str | None = Field(description="Why it was set aside, if it was.")


class Instance(Said):
    """A step of a plan. `copy` counts inserted compensation groups of one name."""

    group: str
    step: str
    item: str | None
    copy_: int = Field(alias="copy")


class StepLine(Instance):
    plan_id: str
    plan: str
    object: str
    record_id: str
    name: str
    kind: StepKind
    target: str | None
    state: StepStatus
    since: datetime | None
    queue: str | None
    assignee: str | None
    jeopardy: Jeopardy | None
    due_at: datetime | None
    attempt: int
    error: str | None


class WaitSaid(Said):
    steps: list[Instance]
    outcomes: list[Outcome]
    met: bool
    verdict: Verdict


class StepInFull(Instance):
    kind: StepKind
    target: str | None
    state: StepStatus
    reason: str | None
    since: datetime | None
    scheduled_for: datetime | None
    ready_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    expires_at: datetime | None
    due_at: datetime | None
    outcome: Outcome | None
    jeopardy: Jeopardy | None
    attempts: int
    error: str | None
    assignee: str | None
    queue: str | None
    results: dict[str, Any]
    waits: list[WaitSaid]
    waits_for: Literal["any", "all"]


class PlanInFull(PlanLine):
    timezone: str
    scenarios: list[str]
    record: dict[str, Any]
    offline: list[str]
    points_of_no_return: list[Instance]
    step_list: list[StepInFull]


class HistoryLine(BaseModel):
    """Something that happened to a plan; further fields depend on `what`."""

    model_config = ConfigDict(extra="allow")

    entry: int
    at: datetime
    what: Literal["submitted", "step", "jeopardy", "assigned", "plan", "data", "integration", "refused"]


class Done(Said):
    """What became of a change: of a plan, or of one of its steps."""

    plan_id: str
    group: str | None = None
    step: str | None = None
    item: str | None = None
    copy_: int | None = Field(default=None, alias="copy")
    done: bool
    reason: str | None = None


# ---- the rest


class QueueSaid(Said):
    queue: str | None
    tasks: int
    unassigned: int
    fatally_failed: int


class IntegrationSaid(Said):
    integration: str
    asynchronous: bool
    online: bool
    since: datetime | None
    by: str | None
    in_progress: int
    on_hold: int
    failed: int


class ProgramSaid(Said):
    program: str = Field(description="Its hash.")
    module: str
    plans: dict[str, dict[PlanStatus, int]] = Field(description="Its plans by name, with how many are in which state.")


class CurrentSaid(Said):
    """The plan that records of an object get under an orchestration type."""

    object: str
    usage: str
    plan: str
    program: str
    at: datetime


class AuditSaid(Said):
    id: int
    at: datetime
    actor: str
    kind: str
    origin: str
    operation: str
    object: str | None
    subject: str | None
    outcome: str
    detail: dict[str, Any]


Name = Annotated[str, Field(min_length=1, max_length=255)]
