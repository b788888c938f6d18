"""Managing users, for the API and the console alike: allowed, done, and noted in the log."""

from collections.abc import Sequence
from datetime import datetime

from attrs import evolve, frozen

from dro_lang.server.plans.acting import nothing_there
from dro_lang.server.rights.accounts import LINK_LIFE, User
from dro_lang.server.rights.local import sign_in_url
from dro_lang.server.rights.permissions import Names, Operation, PermissionSet, may
from dro_lang.server.web.caller import Caller
from dro_lang.server.web.problems import Problem

_NOT_ALLOWED = "S0304"


@frozen
class Invitation:
    """A link that signs somebody in, once, until then."""

    url: str
    expires_at: datetime


def add_user(caller: Caller, name: str, sets: Sequence[PermissionSet], objects: Names, queues: Names) -> User:
    """Raises Problem (403; 409 for a name that is taken)."""
    caller.require(Operation.MANAGE_ACCOUNTS, about=name)
    try:
        user = caller.services.accounts.add(name, sets, objects, queues)
    except ValueError as error:
        raise Problem(409, _NOT_ALLOWED, str(error)) from None
    _note_rights(caller, "add a user", user)
    return user


def change_user(
    caller: Caller,
    name: str,
    sets: Sequence[PermissionSet] | None = None,
    objects: Names | None = None,
    queues: Names | None = None,
    disabled: bool | None = None,
) -> User:
    """What is None stays. Raises Problem (403, 404; 409 where nobody would be left who can manage users)."""
    caller.require(Operation.MANAGE_ACCOUNTS, about=name)
    accounts = caller.services.accounts
    before = accounts.user(name)
    if before is None:
        raise nothing_there(f"user `{name}`")
    then = evolve(
        before,
        sets=before.sets if sets is None else frozenset(sets),
        objects=before.objects if objects is None else objects,
        queues=before.queues if queues is None else queues,
    )
    others = (user for user in accounts.users() if user.name != name)
    if _manages(before) and (disabled or not _manages(then)) and not any(map(_manages, others)):
        raise Problem(409, _NOT_ALLOWED, f"`{name}` is the last user who can manage users")
    user = accounts.change(name, sets, objects, queues, disabled)
    if disabled is not None and disabled != (before.disabled_at is not None):
        caller.note("disable a user" if disabled else "enable a user", name)
    if (before.sets, before.objects, before.queues) != (user.sets, user.objects, user.queues):
        _note_rights(caller, "change a user", user)
    return user


def invite(caller: Caller, name: str) -> Invitation:
    """A new link for a user. Raises Problem (403, 404; 409 for a user who is disabled)."""
    caller.require(Operation.MANAGE_ACCOUNTS, about=name)
    services = caller.services
    user = services.accounts.user(name)
    if user is None:
        raise nothing_there(f"user `{name}`")
    if user.disabled_at is not None:
        raise Problem(409, _NOT_ALLOWED, f"`{name}` is disabled: enable the account first")
    secret = services.accounts.new_link(name)
    caller.note("make a sign-in link", name)
    return Invitation(sign_in_url(services.settings.url, secret), services.clock() + LINK_LIFE)


def _manages(user: User) -> bool:
    return user.disabled_at is None and may(user.principal, Operation.MANAGE_ACCOUNTS)


def _note_rights(caller: Caller, operation: str, user: User) -> None:
    objects, queues = user.objects.texts(), user.queues.texts()
    caller.note(operation, user.name, sets=sorted(user.sets), objects=objects, queues=queues)
