"""The log of every change, and of every change that was refused: who, when, from where, what. It only grows."""

import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from attrs import frozen

from dro_lang.server.rights.columns import Clock, as_moment, as_text, system_clock
from dro_lang.server.rights.database import Database
from dro_lang.server.rights.permissions import Kind


class Outcome(StrEnum):
    """`forbidden` for want of a right, `refused` by the plan itself."""

    DONE = "done"
    REFUSED = "refused"
    FORBIDDEN = "forbidden"


@frozen
class Actor:
    """Who does something, and from where: an address, or `command line`. `id` is `user:NAME` or `token:ID`."""

    name: str
    kind: Kind
    origin: str
    id: str = ""


@frozen
class Entry:
    """One line of the log. `subject` is what it was done to: a plan, a step of one, a user; `detail` has no secrets."""

    id: int
    at: datetime
    actor: str
    kind: Kind
    origin: str
    operation: str
    object: str | None
    subject: str | None
    outcome: Outcome
    detail: Mapping[str, Any]


@frozen
class Audit:
    database: Database
    clock: Clock = system_clock

    def note(
        self,
        actor: Actor,
        operation: str,
        subject: str | None = None,
        object: str | None = None,
        outcome: Outcome = Outcome.DONE,
        **detail: Any,
    ) -> None:
        text = json.dumps(detail, ensure_ascii=False, default=str, sort_keys=True)
        with self.database.writing() as connection:
            connection.execute(
                "insert into server_audit (at, actor, kind, origin, operation, object, subject, outcome, detail)"
                " values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(as_text(self.clock()), actor.name, actor.kind, actor.origin),
                    *(operation, object, subject, outcome, text),
                ),
            )

    def entries(
        self,
        before: int | None = None,
        limit: int = 100,
        actor: str | None = None,
        subject: str | None = None,
        operation: str | None = None,
    ) -> list[Entry]:
        """The latest first; `before` is the id of the last one seen."""
        wanted = {"actor": actor, "subject": subject, "operation": operation}
        clauses = [f"{column} = :{column}" for column, value in wanted.items() if value is not None]
        clauses += ["id < :before"] if before is not None else []
        where = f" where {' and '.join(clauses)}" if clauses else ""
        rows = self.database.connection.execute(
            f"select * from server_audit{where} order by id desc limit :limit",
            {**wanted, "before": before, "limit": limit},
        )
        return [_entry(row) for row in rows]


def _entry(row: Any) -> Entry:
    return Entry(
        *(row["id"], as_moment(row["at"]), row["actor"], Kind(row["kind"]), row["origin"]),
        *(row["operation"], row["object"], row["subject"]),
        Outcome(row["outcome"]),
        json.loads(row["detail"]),
    )
