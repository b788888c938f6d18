"""What can happen to a plan. Every event says when (`at`, with an offset) and, where a person may ask, by whom.

An event that comes twice, late, or where it makes no sense changes nothing: it is refused, and the refusal recorded.
"""

from datetime import datetime
from typing import TypeAlias

from attrs import field, frozen

from dro_lang.kernel.states import InstanceId
from dro_lang.program.values import Row

SYSTEM = "system"
"""Who does what nobody asked for: the plan itself, or the outside answering it."""


@frozen
class Start:
    """The plan begins, at the moment it was composed for."""

    at: datetime


@frozen
class TimePassed:
    """It is now so late. Sent when the timer that the plan asked for is due; harmless at any other time."""

    at: datetime


@frozen
class Succeeded:
    """An automation returned, or a callout was answered (at once or by a callback). `attempt` is that of the command;
    None means the current one."""

    at: datetime
    step: InstanceId
    results: Row = field(factory=dict)
    attempt: int | None = None
    by: str = SYSTEM


@frozen
class Failed:
    """An automation or a callout failed, with an error code or without."""

    at: datetime
    step: InstanceId
    code: str | None = None
    attempt: int | None = None
    by: str = SYSTEM


@frozen
class Complete:
    """A person completes a step: an unclaimed task is claimed by that, a failed step needs no further attempt."""

    at: datetime
    step: InstanceId
    results: Row = field(factory=dict)
    by: str = SYSTEM


@frozen
class Claim:
    """A person takes a task that is ready, and works on it from now."""

    at: datetime
    step: InstanceId
    by: str = SYSTEM


@frozen
class Assign:
    """A task that is ready was given to somebody: the driver's answer to a task for a queue."""

    at: datetime
    step: InstanceId
    user: str
    by: str = SYSTEM


@frozen
class Retry:
    """A failed step is tried again now. `attempt` is the failed one, so that asking twice is seen; None means the
    present one."""

    at: datetime
    step: InstanceId
    attempt: int | None = None
    by: str = SYSTEM


@frozen
class Discard:
    """A step that has not run will not."""

    at: datetime
    step: InstanceId
    by: str = SYSTEM


@frozen
class SetData:
    """Data of the record changed: attributes of the root, or of one item. None clears an optional attribute."""

    at: datetime
    values: Row
    item: str | None = None
    by: str = SYSTEM


@frozen
class Freeze:
    at: datetime
    by: str = SYSTEM


@frozen
class Unfreeze:
    at: datetime
    by: str = SYSTEM


@frozen
class Amend:
    """The source was amended, for the plan or for one item; `values` is the data that changed with it. `override`: even
    past a point of no return (the caller may)."""

    at: datetime
    item: str | None = None
    values: Row = field(factory=dict)
    override: bool = False
    by: str = SYSTEM


@frozen
class Cancel:
    """The source was canceled, for the plan or for one item. As `Amend` otherwise."""

    at: datetime
    item: str | None = None
    values: Row = field(factory=dict)
    override: bool = False
    by: str = SYSTEM


@frozen
class GoOffline:
    """An operator set an integration offline: its callouts are on hold instead of failing."""

    at: datetime
    integration: str
    by: str = SYSTEM


@frozen
class GoOnline:
    at: datetime
    integration: str
    by: str = SYSTEM


StepEvent: TypeAlias = Succeeded | Failed | Complete | Claim | Assign | Retry | Discard
Event: TypeAlias = Start | TimePassed | StepEvent | SetData | Freeze | Unfreeze | Amend | Cancel | GoOffline | GoOnline
