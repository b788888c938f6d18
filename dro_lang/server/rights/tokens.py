"""Tokens: for machines that call the API, and short-lived ones for pages that show the summary of one record.

A token is `dro_ID_SECRET`. The id may be shown and logged; of the secret only a hash is kept.
"""

import json
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from attrs import evolve, field, frozen

from dro_lang.server.rights.accounts import is_name
from dro_lang.server.rights.columns import Clock, as_moment, as_text, read_rights, rights_texts, system_clock
from dro_lang.server.rights.database import Database
from dro_lang.server.rights.permissions import NONE, Kind, Names, PermissionSet, Principal, Record, Scope
from dro_lang.server.rights.secrets import PREFIX, hashed, new_id, new_secret, same

LONGEST_LIFE = timedelta(days=366)
LONGEST_PAGE_LIFE = timedelta(hours=24)

_TOKEN = re.compile(rf"{PREFIX}([0-9a-f]{{12}})_([A-Za-z0-9_-]{{43}})")
_NOTED_EVERY = timedelta(minutes=1)
"""How exactly it is noted when a token was last used."""


@frozen
class Token:
    """What is known of a token: not its secret."""

    id: str
    kind: Kind
    name: str
    issuer: str
    sets: frozenset[PermissionSet]
    objects: Names
    queues: Names
    scopes: frozenset[Scope]
    record: Record | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None

    @property
    def principal(self) -> Principal:
        return Principal(self.name, self.kind, self.sets, self.objects, self.queues, self.scopes, self.record)


@frozen
class Tokens:
    """All moments are in UTC. Every new token is given with the text that is told once."""

    database: Database
    clock: Clock = system_clock
    _used: dict[str, datetime] = field(factory=dict)
    """When tokens were last used, which `write_used` is still to write: nobody who only reads waits for that."""

    def new(
        self,
        name: str,
        issuer: str,
        sets: Iterable[PermissionSet],
        objects: Names,
        queues: Names,
        life: timedelta,
        scopes: Iterable[Scope] = tuple(Scope),
    ) -> tuple[Token, str]:
        """A token for a machine. `name` is what it is called in the log and in the history of plans. Raises ValueError
        for a name that is none, and a life that is too long."""
        if not is_name(name):
            raise ValueError(f"`{name}` cannot be the name of a token: up to 200 characters, no space around them")
        if not timedelta(0) < life <= LONGEST_LIFE:
            raise ValueError(f"a token lives for up to {LONGEST_LIFE.days} days")
        return self._add(Kind.MACHINE, name, issuer, frozenset(sets), objects, queues, frozenset(scopes), None, life)

    def new_for_page(self, record: Record, viewer: str, issuer: str, life: timedelta) -> tuple[Token, str]:
        """A token that shows the summary of one record; `viewer` is the person whose open tasks it shows, or empty.
        Raises ValueError for a life that is too long."""
        if not timedelta(0) < life <= LONGEST_PAGE_LIFE:
            raise ValueError(f"a read token lives for up to {LONGEST_PAGE_LIFE // timedelta(hours=1)} hours")
        return self._add(Kind.PAGE, viewer, issuer, frozenset(), NONE, NONE, frozenset({Scope.READ}), record, life)

    def _add(
        self,
        kind: Kind,
        name: str,
        issuer: str,
        sets: frozenset[PermissionSet],
        objects: Names,
        queues: Names,
        scopes: frozenset[Scope],
        record: Record | None,
        life: timedelta,
    ) -> tuple[Token, str]:
        now, id, secret = self.clock(), new_id(), new_secret()
        token = Token(id, kind, name, issuer, sets, objects, queues, scopes, record, now, now + life, None, None)
        with self.database.writing() as connection:
            connection.execute("delete from server_tokens where kind = ? and expires_at < ?", (Kind.PAGE, as_text(now)))
            connection.execute(
                "insert into server_tokens values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, null, null)",
                (
                    *(id, hashed(secret), kind, name, issuer),
                    *rights_texts(sets, objects, queues),
                    json.dumps(sorted(scopes)),
                    record and record.object,
                    record and record.id,
                    as_text(now),
                    as_text(token.expires_at),
                ),
            )
        return token, f"{PREFIX}{id}_{secret}"

    def tokens(self) -> list[Token]:
        """Those for machines, the latest first, with those that are revoked or too old."""
        query = "select * from server_tokens where kind = ? order by created_at desc, id"
        return [self._token(row) for row in self.database.connection.execute(query, (Kind.MACHINE,))]

    def token(self, id: str) -> Token | None:
        """A token by its id, whatever has become of it."""
        row = self.database.connection.execute("select * from server_tokens where id = ?", (id,)).fetchone()
        return None if row is None else self._token(row)

    def _token(self, row: Any) -> Token:
        token = _token(row)
        return evolve(token, used_at=self._used.get(token.id, token.used_at))

    def check(self, text: str) -> Token | None:
        """The token that a text is; None where it is none, forged, revoked or too old."""
        parts = _TOKEN.fullmatch(text)
        if parts is None:
            return None
        id, secret = parts.groups()
        row = self.database.connection.execute("select * from server_tokens where id = ?", (id,)).fetchone()
        if row is None or not same(row["hash"], secret):
            return None
        token, now = self._token(row), self.clock()
        if token.revoked_at is not None or token.expires_at <= now or not self._stands(token):
            return None
        if token.kind is Kind.MACHINE and (token.used_at is None or now - token.used_at >= _NOTED_EVERY):
            self._used[id] = now
        return token

    def write_used(self) -> None:
        """Keep when tokens were last used."""
        used = dict(self._used)
        if not used:
            return
        with self.database.writing() as connection:
            connection.executemany(
                "update server_tokens set used_at = ? where id = ?", [(as_text(at), id) for id, at in used.items()]
            )
        for id, at in used.items():
            if self._used.get(id) == at:
                del self._used[id]

    def _stands(self, token: Token) -> bool:
        """Whether whoever issued a token for a page may still issue one: a revoked token takes those with it, and a
        disabled user too."""
        if token.kind is not Kind.PAGE:
            return True
        kind, _, name = token.issuer.partition(":")
        table, column, ended = {
            "token": ("server_tokens", "id", "revoked_at"),
            "user": ("server_users", "name", "disabled_at"),
        }.get(kind, ("", "", ""))
        if not table:
            return True
        row = self.database.connection.execute(f"select {ended} from {table} where {column} = ?", (name,)).fetchone()
        return row is None or row[0] is None

    def revoke(self, id: str) -> Token:
        """End a token at once. Raises KeyError where there is none."""
        with self.database.writing() as connection:
            connection.execute(
                "update server_tokens set revoked_at = ? where id = ? and revoked_at is null",
                (as_text(self.clock()), id),
            )
            row = connection.execute("select * from server_tokens where id = ?", (id,)).fetchone()
        if row is None:
            raise KeyError(id)
        return _token(row)


def _token(row: Any) -> Token:
    def moment(text: str | None) -> datetime | None:
        return None if text is None else as_moment(text)

    record = None if row["record_object"] is None else Record(row["record_object"], row["record_id"])
    return Token(
        *(row["id"], Kind(row["kind"]), row["name"], row["issuer"]),
        *read_rights(row["sets"], row["objects"], row["queues"]),
        frozenset(map(Scope, json.loads(row["scopes"]))),
        record,
        as_moment(row["created_at"]),
        as_moment(row["expires_at"]),
        moment(row["revoked_at"]),
        moment(row["used_at"]),
    )
