"""Users, their one-time sign-in links, and their sessions. There are no passwords."""

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from attrs import frozen

from dro_lang.server.rights.columns import Clock, as_moment, as_text, read_rights, rights_texts, system_clock
from dro_lang.server.rights.database import Database
from dro_lang.server.rights.permissions import Kind, Names, PermissionSet, Principal
from dro_lang.server.rights.secrets import hashed, new_secret

LINK_LIFE = timedelta(minutes=15)
SESSION_LIFE = timedelta(hours=12)


def is_name(text: str) -> bool:
    """Whether a user or a token may be called so."""
    return bool(text) and text.strip() == text and text.isprintable() and len(text) <= 200


@frozen
class User:
    name: str
    sets: frozenset[PermissionSet]
    objects: Names
    queues: Names
    created_at: datetime
    disabled_at: datetime | None = None

    @property
    def principal(self) -> Principal:
        return Principal(self.name, Kind.PERSON, self.sets, self.objects, self.queues)


@frozen
class Session:
    """Somebody who signed in: `hash` names the session in the log, `principal` is who that is."""

    hash: str
    principal: Principal
    expires_at: datetime


@frozen
class Accounts:
    """All moments are in UTC."""

    database: Database
    clock: Clock = system_clock

    # ---- users

    def users(self) -> list[User]:
        found = self.database.connection.execute("select * from server_users order by name")
        return [_user(row) for row in found]

    def user(self, name: str) -> User | None:
        """A user, also one who is disabled; None where there is none of this name."""
        row = self.database.connection.execute("select * from server_users where name = ?", (name,)).fetchone()
        return None if row is None else _user(row)

    def add(self, name: str, sets: Sequence[PermissionSet], objects: Names, queues: Names) -> User:
        """Raises ValueError where the name is taken, or no name."""
        if not is_name(name):
            raise ValueError(f"`{name}` cannot be the name of a user: up to 200 characters, no space around them")
        user = User(name, frozenset(sets), objects, queues, self.clock())
        try:
            with self.database.writing() as connection:
                connection.execute(
                    "insert into server_users values (?, ?, ?, ?, ?, null)",
                    (name, *rights_texts(user.sets, objects, queues), as_text(user.created_at)),
                )
        except sqlite3.IntegrityError:
            raise ValueError(f"there is a user `{name}` already") from None
        return user

    def change(
        self,
        name: str,
        sets: Sequence[PermissionSet] | None = None,
        objects: Names | None = None,
        queues: Names | None = None,
        disabled: bool | None = None,
    ) -> User:
        """Give a user other rights, or take the account away; what is None stays. A disabled user is signed out
        everywhere. Raises KeyError where there is no such user."""
        user = self.user(name)
        if user is None:
            raise KeyError(name)
        rights = rights_texts(
            user.sets if sets is None else frozenset(sets),
            user.objects if objects is None else objects,
            user.queues if queues is None else queues,
        )
        since = user.disabled_at
        if disabled is not None:
            since = (since or self.clock()) if disabled else None
        with self.database.writing() as connection:
            connection.execute(
                "update server_users set sets = ?, objects = ?, queues = ?, disabled_at = ? where name = ?",
                (*rights, since and as_text(since), name),
            )
            if since is not None:
                connection.execute("delete from server_sessions where user = ?", (name,))
                connection.execute("delete from server_links where user = ?", (name,))
        changed = self.user(name)
        assert changed is not None  # users are never deleted: the log names them
        return changed

    # ---- signing in

    def new_link(self, name: str, life: timedelta = LINK_LIFE) -> str:
        """The secret of a new sign-in link, which works once. Raises KeyError where there is no such user, or a
        disabled one."""
        user = self.user(name)
        if user is None or user.disabled_at is not None:
            raise KeyError(name)
        secret = new_secret()
        with self.database.writing() as connection:
            connection.execute("delete from server_links where expires_at < ?", (as_text(self.clock()),))
            connection.execute(
                "insert into server_links values (?, ?, ?, null)", (hashed(secret), name, as_text(self.clock() + life))
            )
        return secret

    def link_for(self, secret: str) -> User | None:
        """Whom a link would sign in; None where it is unknown, used or too old. Does not use it up."""
        row = self.database.connection.execute(
            "select user from server_links where hash = ? and used_at is null and expires_at > ?",
            (hashed(secret), as_text(self.clock())),
        ).fetchone()
        user = None if row is None else self.user(row["user"])
        return None if user is None or user.disabled_at is not None else user

    def sign_in(self, secret: str, origin: str) -> tuple[User, str] | None:
        """Use a link up: the user and the secret of a new session, or None where the link is no good. Of two who try
        at once one gets in."""
        user = self.link_for(secret)
        if user is None:
            return None
        with self.database.writing() as connection:
            used = connection.execute(
                "update server_links set used_at = ? where hash = ? and used_at is null",
                (as_text(self.clock()), hashed(secret)),
            )
            if used.rowcount == 0:
                return None
        return user, self._start(user.name, origin, None)

    def sign_in_as(self, principal: Principal, origin: str) -> str:
        """Start a session for somebody whom an identity provider vouches for: the secret of it. The rights are those
        of that moment."""
        rights = rights_texts(principal.sets, principal.objects, principal.queues)
        return self._start(principal.name, origin, json.dumps(rights))

    def _start(self, name: str, origin: str, identity: str | None) -> str:
        secret, now = new_secret(), self.clock()
        with self.database.writing() as connection:
            connection.execute("delete from server_sessions where expires_at < ?", (as_text(now),))
            connection.execute(
                "insert into server_sessions values (?, ?, ?, ?, ?, ?)",
                (hashed(secret), name, as_text(now), as_text(now + SESSION_LIFE), origin, identity),
            )
        return secret

    def session(self, secret: str) -> Session | None:
        """Who a session's secret belongs to, with the rights of now; None where it has ended."""
        row = self.database.connection.execute(
            "select * from server_sessions where hash = ? and expires_at > ?", (hashed(secret), as_text(self.clock()))
        ).fetchone()
        if row is None:
            return None
        if row["identity"] is not None:
            sets, objects, queues = json.loads(row["identity"])
            principal = Principal(row["user"], Kind.PERSON, *read_rights(sets, objects, queues))
        else:
            user = self.user(row["user"])
            if user is None or user.disabled_at is not None:
                return None
            principal = user.principal
        return Session(row["hash"], principal, as_moment(row["expires_at"]))

    def sign_out(self, secret: str) -> None:
        with self.database.writing() as connection:
            connection.execute("delete from server_sessions where hash = ?", (hashed(secret),))


def _user(row: Any) -> User:
    disabled = row["disabled_at"]
    return User(
        row["name"],
        *read_rights(row["sets"], row["objects"], row["queues"]),
        as_moment(row["created_at"]),
        disabled and as_moment(disabled),
    )
