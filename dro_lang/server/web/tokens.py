"""Managing the tokens of machines, for the API and the console alike: allowed, done, and noted in the log."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from dro_lang.server.plans.acting import nothing_there
from dro_lang.server.rights.permissions import Names, Operation, PermissionSet, Scope
from dro_lang.server.rights.tokens import Token
from dro_lang.server.web.caller import Caller
from dro_lang.server.web.problems import Problem


def make_token(
    caller: Caller,
    name: str,
    sets: Sequence[PermissionSet],
    objects: Names,
    queues: Names,
    life: timedelta,
    scopes: Iterable[Scope],
) -> tuple[Token, str]:
    """A token, and its text, which nobody is told again. Raises Problem (403; 409 for what cannot be the name or the
    life of a token)."""
    caller.require(Operation.MANAGE_ACCOUNTS, about=name)
    try:
        token, text = caller.services.tokens.new(name, caller.actor.id, sets, objects, queues, life, scopes)
    except ValueError as error:
        raise Problem(409, "S0304", str(error)) from None
    caller.note(
        "make a token",
        token.id,
        name=token.name,
        sets=sorted(token.sets),
        objects=objects.texts(),
        queues=queues.texts(),
        scopes=sorted(token.scopes),
    )
    return token, text


def revoke_token(caller: Caller, id: str) -> Token:
    """End a token at once, and the read tokens that it issued. Raises Problem (403, 404)."""
    caller.require(Operation.MANAGE_ACCOUNTS, about=id)
    tokens = caller.services.tokens
    known = tokens.token(id)
    if known is None:
        raise nothing_there(f"token `{id}`")
    ended = tokens.revoke(id)
    if known.revoked_at is None:
        caller.note("revoke a token", id, name=known.name)
    return ended
