"""What the plan wants done outside. Written to the journal with the state, and only then acted on.

A command that was lost is made again from the state (`outstanding.py`), with the same key: an outside that remembers
keys can tell a repeat.
"""

import re
from datetime import datetime
from typing import TypeAlias
from urllib.parse import quote, unquote

from attrs import field, frozen

from dro_lang.kernel.states import InstanceId
from dro_lang.program.model import Allocation
from dro_lang.program.values import Duration, Row


@frozen
class Key:
    """The idempotency key of a command: plan, step, instance and attempt."""

    plan: str
    step: InstanceId
    attempt: int

    def __str__(self) -> str:
        """`plan/Group.step/item/attempt`; a dash where there is no item, `~2` for the second copy of a group."""
        copy = f"~{self.step.copy}" if self.step.copy else ""
        item = "-" if self.step.item is None else f"={quote(self.step.item, safe='')}"
        return f"{quote(self.plan, safe='')}/{self.step.group}{copy}.{self.step.step}/{item}/{self.attempt}"

    @classmethod
    def parse(cls, text: str) -> "Key":
        """The key that is written so. Raises ValueError for what is no key."""
        found = _KEY.fullmatch(text)
        if found is None:
            raise ValueError(f"no key: {text!r}")
        plan, group, copy, step, item, attempt = found.groups()
        instance = InstanceId(group, step, None if item is None else unquote(item), int(copy or 0))
        return cls(unquote(plan), instance, int(attempt))


_KEY = re.compile(r"([^/]+)/(\w+)(?:~(\d+))?\.(\w+)/(?:-|=([^/]*))/(\d+)", re.ASCII)


@frozen
class RunAction:
    """Run an automation. Answered by Succeeded or Failed."""

    key: Key
    action: str
    arguments: Row = field(factory=dict)
    run_as: str | None = None


@frozen
class CallOut:
    """Send a request to an outside system; `timeout` bounds the request. Answered by Succeeded or Failed: at once, or
    by a callback where the integration is `asynchronous`."""

    key: Key
    integration: str
    arguments: Row = field(factory=dict)
    asynchronous: bool = False
    timeout: Duration | None = None
    run_as: str | None = None


@frozen
class OpenTask:
    """Give a person a task: the assignee, or somebody of the queue by its allocation (answered by Assign), or whoever
    claims it."""

    key: Key
    assignee: str | None = None
    queue: str | None = None
    allocation: Allocation | None = None
    due_at: datetime | None = None


@frozen
class CloseTask:
    """The task is done, or no longer wanted."""

    key: Key


@frozen
class RaiseFallout:
    """A step is fatally failed: put it into the fallout queue (None: whichever the operators watch)."""

    key: Key
    queue: str | None
    error: str | None


@frozen
class SetTimer:
    """Send TimePassed at this moment. A plan has one timer: this replaces the one before."""

    at: datetime


@frozen
class CancelTimer:
    """No timer is wanted any more."""


Command: TypeAlias = RunAction | CallOut | OpenTask | CloseTask | RaiseFallout | SetTimer | CancelTimer
