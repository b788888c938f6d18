"""Who is told what, and what was not told yet. It stands in the store's file, and so survives the server.

What is new is found in the journals; how far that was read is kept with what was found, in one transaction. So nothing
is left out and nothing is lost; it may be told twice, with the same id.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from attrs import frozen

from dro_lang.server.rights.columns import Clock, as_moment, as_text, system_clock
from dro_lang.server.rights.database import Database
from dro_lang.server.rights.permissions import Names
from dro_lang.server.rights.secrets import new_id

DELAYS = tuple(timedelta(hours=hours) for hours in (5 / 3600, 5 / 60, 0.5, 2, 5, 10, 14, 20, 24))
"""Between attempts, as Standard Webhooks recommends: three days in all."""


@frozen
class Webhook:
    """Somebody who is told. `secret` signs what they are told; `types` is what they want to know of, of which
    `objects`."""

    id: str
    url: str
    secret: str
    objects: Names
    types: frozenset[str]
    created_at: datetime
    created_by: str
    ended_at: datetime | None
    ended_because: str | None

    def wants(self, object: str, what: str) -> bool:
        return object in self.objects and what in self.types


@frozen
class Letter:
    """Something to be told to somebody: a line of the history that a change made."""

    id: int
    webhook: str
    change: int
    line: int
    attempts: int
    next_at: datetime | None
    error: str | None


@frozen
class Outbox:
    database: Database
    clock: Clock = system_clock

    # ---- webhooks

    def webhooks(self) -> list[Webhook]:
        rows = self.database.connection.execute("select * from server_webhooks order by created_at, id")
        return [_webhook(row) for row in rows]

    def webhook(self, id: str) -> Webhook | None:
        row = self.database.connection.execute("select * from server_webhooks where id = ?", (id,)).fetchone()
        return None if row is None else _webhook(row)

    def add(self, url: str, secret: str, objects: Names, types: Iterable[str], by: str, seen: int) -> Webhook:
        """`seen` is the latest change: it is told of what comes after."""
        id = new_id()
        with self.database.writing() as connection:
            connection.execute("insert or ignore into server_outbox_seen values (1, ?)", (seen,))
            connection.execute(
                "insert into server_webhooks values (?, ?, ?, ?, ?, ?, ?, null, null)",
                (
                    *(id, url, secret, json.dumps(objects.texts()), json.dumps(sorted(types))),
                    *(as_text(self.clock()), by),
                ),
            )
        found = self.webhook(id)
        assert found is not None
        return found

    def end(self, id: str, because: str) -> None:
        """Tell them nothing more."""
        with self.database.writing() as connection:
            connection.execute(
                "update server_webhooks set ended_at = ?, ended_because = ? where id = ? and ended_at is null",
                (as_text(self.clock()), because, id),
            )
            connection.execute("delete from server_outbox where webhook = ?", (id,))

    # ---- letters

    def seen(self) -> int | None:
        """Up to which change letters were written; None where nobody was ever to be told."""
        row = self.database.connection.execute("select change from server_outbox_seen").fetchone()
        return None if row is None else int(row[0])

    def write(self, letters: Sequence[tuple[str, int, int]], seen: int) -> None:
        """New letters (webhook, change, line), and up to which change that is all."""
        now = as_text(self.clock())
        with self.database.writing() as connection:
            connection.executemany(
                "insert into server_outbox (webhook, change, line, attempts, next_at) values (?, ?, ?, 0, ?)",
                [(*letter, now) for letter in letters],
            )
            connection.execute("update server_outbox_seen set change = ?", (seen,))

    def due(self, limit: int) -> list[Letter]:
        rows = self.database.connection.execute(
            "select * from server_outbox where next_at <= ? order by next_at, id limit ?",
            (as_text(self.clock()), limit),
        )
        return [_letter(row) for row in rows]

    def told(self, letter: Letter) -> None:
        """They have it."""
        with self.database.writing() as connection:
            connection.execute("delete from server_outbox where id = ?", (letter.id,))

    def failed(self, letter: Letter, error: str) -> None:
        """They do not have it: it is sent again later, or, after the last attempt, kept as it is."""
        attempts = letter.attempts + 1
        again = as_text(self.clock() + DELAYS[attempts - 1]) if attempts <= len(DELAYS) else None
        with self.database.writing() as connection:
            connection.execute(
                "update server_outbox set attempts = ?, next_at = ?, error = ? where id = ?",
                (attempts, again, error, letter.id),
            )

    def waiting(self, webhook: str, limit: int = 100) -> list[Letter]:
        """What they were not told yet, or never will be (`next_at` is None)."""
        rows = self.database.connection.execute(
            "select * from server_outbox where webhook = ? order by id limit ?", (webhook, limit)
        )
        return [_letter(row) for row in rows]

    def try_again(self, webhook: str) -> int:
        """Send all that waits now, also what was given up. Gives how many that is."""
        with self.database.writing() as connection:
            done = connection.execute(
                "update server_outbox set attempts = 0, next_at = ? where webhook = ?",
                (as_text(self.clock()), webhook),
            )
            return done.rowcount


def _webhook(row: Any) -> Webhook:
    return Webhook(
        *(row["id"], row["url"], row["secret"], Names.of(json.loads(row["objects"]))),
        frozenset(json.loads(row["types"])),
        as_moment(row["created_at"]),
        row["created_by"],
        None if row["ended_at"] is None else as_moment(row["ended_at"]),
        row["ended_because"],
    )


def _letter(row: Any) -> Letter:
    next_at = None if row["next_at"] is None else as_moment(row["next_at"])
    return Letter(row["id"], row["webhook"], row["change"], row["line"], row["attempts"], next_at, row["error"])
