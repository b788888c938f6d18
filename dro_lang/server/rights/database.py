"""The own tables of the server, in the file of the store: accounts, sessions, tokens, audit, repeated requests."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dro_lang.runtime.embedded.sqlite.connection import address

SCHEMA_VERSION = 1

SCHEMA = """
create table if not exists server_schema (version integer not null);
create table if not exists server_users (
  name text primary key,
  sets text not null, objects text not null, queues text not null,
  created_at text not null, disabled_at text
) without rowid;
create table if not exists server_links (
  hash text primary key, user text not null, expires_at text not null, used_at text
) without rowid;
create table if not exists server_sessions (
  hash text primary key, user text not null, created_at text not null, expires_at text not null,
  origin text not null, identity text
) without rowid;
create index if not exists server_sessions_user on server_sessions (user);
create table if not exists server_tokens (
  id text primary key, hash text not null, kind text not null, name text not null, issuer text not null,
  sets text not null, objects text not null, queues text not null, scopes text not null,
  record_object text, record_id text,
  created_at text not null, expires_at text not null, revoked_at text, used_at text
) without rowid;
create index if not exists server_tokens_expires on server_tokens (kind, expires_at);
create table if not exists server_audit (
  id integer primary key autoincrement,
  at text not null, actor text not null, kind text not null, origin text not null,
  operation text not null, object text, subject text, outcome text not null, detail text not null
);
create table if not exists server_repeats (
  caller text not null, key text not null, asked text not null, at text not null,
  status integer, media_type text, headers text, body blob,
  primary key (caller, key)
) without rowid;
create index if not exists server_repeats_at on server_repeats (at);
create table if not exists server_current (
  object text not null, usage text not null, plan text not null, program text not null, at text not null,
  primary key (object, usage, plan)
) without rowid;
create table if not exists server_webhooks (
  id text primary key, url text not null, secret text not null, objects text not null, types text not null,
  created_at text not null, created_by text not null, ended_at text, ended_because text
) without rowid;
create table if not exists server_outbox (
  id integer primary key autoincrement,
  webhook text not null, change integer not null, line integer not null,
  attempts integer not null, next_at text, error text
);
create index if not exists server_outbox_due on server_outbox (next_at) where next_at is not null;
create table if not exists server_outbox_seen (one integer primary key check (one = 1), change integer not null);
-- Another number whenever somebody may have fewer rights than before, whoever changed that.
create table if not exists server_rights (one integer primary key check (one = 1), revision integer not null);
insert or ignore into server_rights values (1, 0);
create trigger if not exists server_rights_of_users after update of sets, objects, queues, disabled_at on server_users
  begin update server_rights set revision = revision + 1; end;
create trigger if not exists server_rights_of_tokens after update of sets, objects, queues, scopes, revoked_at
  on server_tokens begin update server_rights set revision = revision + 1; end;
create trigger if not exists server_rights_of_sessions after delete on server_sessions
  begin update server_rights set revision = revision + 1; end;
create index if not exists server_audit_actor on server_audit (actor, id);
create index if not exists server_audit_subject on server_audit (subject, id);
"""


class Database:
    """A connection for each thread, to one file. Reading never waits; writing waits for whoever writes now."""

    def __init__(self, path: Path) -> None:
        """Makes the tables that are missing. Raises sqlite3.DatabaseError for a file that is no database, ValueError
        for one of a later version."""
        self.path = path
        self._local = threading.local()
        self._opened: list[tuple[threading.Thread, sqlite3.Connection]] = []
        self._guard = threading.Lock()
        with self.writing() as connection:
            for statement in filter(str.strip, SCHEMA.split(";\n")):
                connection.execute(statement)
            found = connection.execute("select version from server_schema").fetchone()
            if found is None:
                connection.execute("insert into server_schema values (?)", (SCHEMA_VERSION,))
            elif found[0] != SCHEMA_VERSION:
                raise ValueError(f"{path}: its accounts are of version {found[0]}, this drolang knows {SCHEMA_VERSION}")

    @property
    def connection(self) -> sqlite3.Connection:
        """The one of this thread, for reading."""
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            found = sqlite3.connect(address(self.path), timeout=30, isolation_level=None, check_same_thread=False)
            found.row_factory = sqlite3.Row
            found.execute("pragma journal_mode = wal")
            found.execute("pragma synchronous = full")
            self._local.connection = found
            self._keep(found)
        return found

    def _keep(self, connection: sqlite3.Connection) -> None:
        """Have it closed at the end; those of threads that have ended are closed now, or they would become more and
        more."""
        with self._guard:
            for thread, other in self._opened:
                if not thread.is_alive():
                    other.close()
            self._opened = [each for each in self._opened if each[0].is_alive()]
            self._opened.append((threading.current_thread(), connection))

    def rights(self) -> int:
        """Another number than before where somebody's rights were taken away or changed meanwhile, by whatever
        process."""
        revision: int = self.connection.execute("select revision from server_rights").fetchone()[0]
        return revision

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of it is kept, or nothing where something is raised."""
        connection = self.connection
        connection.execute("begin immediate")
        try:
            yield connection
        except BaseException:
            connection.execute("rollback")
            raise
        connection.execute("commit")

    def close(self) -> None:
        with self._guard:
            for _, connection in self._opened:
                connection.close()
            self._opened.clear()
        self._local = threading.local()
