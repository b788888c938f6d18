"""READ FIRST: what the summary of a record says. The element shows exactly this; `summarise.py` makes it of a plan.

Whatever is to be said in a person's language is a word of a fixed set here, not a sentence.
"""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from dro_lang.kernel.states import Jeopardy, PlanStatus, StepStatus
from dro_lang.program.model import Priority, StepKind
from dro_lang.server.api.said import Said


class SubmissionStatus(StrEnum):
    SUBMITTED = "submitted"
    ERROR = "error"
    NOT_SUBMITTED = "not_submitted"


class Submission(Said):
    """What became of the last submission of the record."""

    status: SubmissionStatus
    at: datetime | None = None
    request_id: str | None = None
    error_code: str | None = Field(default=None, description="Such as R0202: no scenario matches.")
    reason: str | None = None


class PlanFact(Said):
    id: str
    name: str = Field(description="The label of the record, else its id.")
    state: PlanStatus
    priority: Priority
    program: str = Field(description="The plan's name in its program.")
    version: int
    scenarios: list[str]
    started_at: datetime | None = None
    completed_at: datetime | None = None


class StateCount(Said):
    state: StepStatus
    count: int


class Progress(Said):
    """Steps of the plan by state, those that are done with first; `finished` of `total` are, one way or another."""

    total: int
    finished: int
    by_state: list[StateCount]


class StepFact(Said):
    """Which step: by its group, its name and its item."""

    group: str
    step: str
    item: str | None = None
    copy_: int = Field(default=0, alias="copy", description="Of a compensation group: which copy of it.")
    kind: StepKind
    state: StepStatus


class Next(StrEnum):
    """What will happen to a step."""

    STARTS = "starts"
    RETRIES = "retries"
    EXPIRES = "expires"
    PERSON = "person"
    ANSWER = "answer"
    CONDITION = "condition"
    ONLINE = "online"
    UNFREEZE = "unfreeze"


class Upcoming(StepFact):
    """What happens next: at a moment, or as soon as somebody or something outside does it (`at` is None)."""

    what: Next
    at: datetime | None = None
    who: str | None = Field(default=None, description="The person, the queue or the outside system that is waited for.")


class Risk(StepFact):
    jeopardy: Jeopardy
    due_at: datetime | None = None


class Failure(StepFact):
    error: str | None = None
    attempts: int
    retry_at: datetime | None = None


class Task(StepFact):
    due_at: datetime | None = None
    jeopardy: Jeopardy | None = None
    queue: str | None = None


class Summary(Said):
    object: str
    record_id: str
    submission: Submission
    plan: PlanFact | None = None
    progress: Progress | None = None
    upcoming: list[Upcoming] = Field(default=[], description="What happens next, soonest first; at most five.")
    at_risk: list[Risk] = Field(default=[], description="Open steps that are in jeopardy or late; at most twenty.")
    failed: list[Failure] = Field(default=[], description="Steps that failed and are not done with; at most twenty.")
    tasks: list[Task] = Field(default=[], description="Open tasks of the person who looks; at most twenty.")
    url: str | None = Field(default=None, description="The plan in the console.")
