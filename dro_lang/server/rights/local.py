"""The accounts of a store for whoever may write to its file: the command line."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attrs import frozen

from dro_lang.runtime.embedded.sqlite.store import SqliteStore
from dro_lang.server.rights.accounts import Accounts
from dro_lang.server.rights.audit import Actor, Audit
from dro_lang.server.rights.database import Database
from dro_lang.server.rights.permissions import Kind
from dro_lang.server.rights.tokens import Tokens


@frozen
class Local:
    accounts: Accounts
    tokens: Tokens
    audit: Audit
    actor: Actor

    def note(self, operation: str, subject: str, **detail: Any) -> None:
        """Write into the log what whoever sits at this machine did."""
        self.audit.note(self.actor, operation, subject, **detail)


@contextmanager
def local_accounts(store: Path, create: bool = False) -> Iterator[Local]:
    """Raises StoreError where there is no such file and none is to be made, and for one that is no store."""
    SqliteStore.open(store, create).close()
    database = Database(store)
    try:
        actor = Actor(f"{getpass.getuser()} (command line)", Kind.PERSON, "command line", "command-line")
        yield Local(Accounts(database), Tokens(database), Audit(database), actor)
    finally:
        database.close()


def sign_in_url(base: str, secret: str) -> str:
    return f"{base.rstrip('/')}/sign-in?link={secret}"
