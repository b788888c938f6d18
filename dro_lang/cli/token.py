"""`drolang token`: what machines call the API of `drolang serve` with."""

from datetime import timedelta
from typing import Any

import click

from dro_lang.cli.operating.place import Place, place_options
from dro_lang.cli.output import Exit, Misuse, emit, format_option, say
from dro_lang.cli.server_options import accounts_of, deliver_rows, life, rights_options
from dro_lang.server.rights.permissions import Names, PermissionSet, Scope
from dro_lang.server.rights.tokens import Token


@click.group("token", short_help="Manage the tokens with which machines call the server.")
def command() -> None:
    """Make and revoke the tokens with which machines call the API.

    A token has rights as a user has, may be narrowed to some scopes, and always ends. It is shown once; the store keeps
    a hash of it.

    \b
    Examples:
      drolang token new crm --set submit --set submit-and-orchestrate --object Account --expires 90d
      drolang token new dashboard --set operator --object '*' --scope read --expires 30d
      drolang token list
    """


@command.command("new")
@click.argument("name")
@rights_options
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([each.value for each in Scope]),
    help="Only these uses.  [default: all]",
)
@click.option("--expires", callback=life, default="90d", show_default=True, help="When it ends: 12h, 90d.")
@place_options
def new(
    name: str,
    sets: tuple[str, ...],
    objects: tuple[str, ...],
    queues: tuple[str, ...],
    scopes: tuple[str, ...],
    expires: timedelta,
    place: Place,
) -> Exit:
    """Make a token, and print it: once. NAME is what it is called in the log and in the history of plans.

    \b
    Examples:
      drolang token new crm --set submit --set submit-and-orchestrate --object Account --expires 90d
    """
    with accounts_of(place, create=True) as local:
        token, text = local.tokens.new(
            name,
            local.actor.id,
            list(map(PermissionSet, sets)),
            Names.of(objects),
            Names.of(queues),
            expires,
            list(map(Scope, scopes or Scope)),
        )
        local.note("make a token", token.id, name=name, sets=sets, objects=objects, queues=queues, scopes=scopes)
    emit(f"{text}\n")
    say(f"token {token.id} for {name}, until {token.expires_at:%Y-%m-%d %H:%M} UTC; it is not shown again")
    return Exit.OK


@command.command("revoke")
@click.argument("id")
@place_options
def revoke(id: str, place: Place) -> Exit:
    """End a token at once. ID is the twelve characters after `dro_`.

    \b
    Examples:
      drolang token list
    """
    with accounts_of(place) as local:
        try:
            local.tokens.revoke(id)
        except KeyError:
            raise Misuse(f"there is no token `{id}`; `drolang token list` lists them") from None
        local.note("revoke a token", id)
    say(f"revoked {id}")
    return Exit.OK


@command.command("list")
@format_option
@place_options
def list_(format_: str, place: Place) -> Exit:
    """List the tokens, without their secrets.

    \b
    Examples:
      drolang token list
      drolang token list --format json
    """
    with accounts_of(place) as local:
        tokens = local.tokens.tokens()
    columns = ("id", "name", "sets", "objects", "queues", "scopes", "expires", "revoked", "used")
    deliver_rows([_told(token) for token in tokens], format_, columns)
    if format_ == "table" and not tokens:
        say("no tokens yet: drolang token new NAME")
    return Exit.OK


def _told(token: Token) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "sets": sorted(token.sets),
        "objects": token.objects.texts(),
        "queues": token.queues.texts(),
        "scopes": sorted(token.scopes),
        "created": token.created_at.isoformat(timespec="seconds"),
        "expires": token.expires_at.isoformat(timespec="seconds"),
        "revoked": token.revoked_at and token.revoked_at.isoformat(timespec="seconds"),
        "used": token.used_at and token.used_at.isoformat(timespec="seconds"),
    }
