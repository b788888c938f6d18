"""`drolang user`: who may sign in to `drolang serve`, and with which rights."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from dro_lang.cli.operating.place import Place, place_options
from dro_lang.cli.output import Exit, Misuse, emit, format_option, say
from dro_lang.cli.server_options import accounts_of, deliver_rows, rights_options
from dro_lang.server.rights.accounts import User
from dro_lang.server.rights.local import sign_in_url
from dro_lang.server.rights.permissions import Names, PermissionSet


@click.group("user", short_help="Manage who may sign in to the server.")
def command() -> None:
    """Add users, give them rights, and let them in with a link that works once.

    A user has permission sets (admin, designer, operator, submit, submit-and-orchestrate), and the objects and queues
    for which those hold. There are no passwords. Users are kept in the file of the store.

    \b
    Examples:
      drolang user add ada --set operator --object Account --queue Calls
      drolang user link ada
      drolang user list
      drolang user set ada --set operator --set submit --object '*' --queue '*'
      drolang user disable ada
    """


@command.command("add")
@click.argument("name")
@rights_options
@place_options
def add(name: str, sets: tuple[str, ...], objects: tuple[str, ...], queues: tuple[str, ...], place: Place) -> Exit:
    """Add a user. Without rights it may do nothing.

    \b
    Examples:
      drolang user add ada --set operator --object Account --queue Calls
    """
    with accounts_of(place, create=True) as local:
        local.accounts.add(name, list(map(PermissionSet, sets)), Names.of(objects), Names.of(queues))
        local.note("add a user", name, sets=sets, objects=objects, queues=queues)
    say(f"added {name}; let them in with: drolang user link {name} --store {place.path}")
    return Exit.OK


@command.command("set")
@click.argument("name")
@rights_options
@place_options
def set_(name: str, sets: tuple[str, ...], objects: tuple[str, ...], queues: tuple[str, ...], place: Place) -> Exit:
    """Replace the rights of a user that are named; the others stay. It holds at once, also where they are signed in.

    \b
    Examples:
      drolang user set ada --object '*'
    """
    with accounts_of(place) as local, _known(name):
        local.accounts.change(
            name,
            list(map(PermissionSet, sets)) if sets else None,
            Names.of(objects) if objects else None,
            Names.of(queues) if queues else None,
        )
        local.note("change a user", name, sets=sets, objects=objects, queues=queues)
    say(f"changed {name}")
    return Exit.OK


@command.command("link")
@click.argument("name")
@click.option("--url", default="http://127.0.0.1:8020", show_default=True, help="Where the server is reached.")
@place_options
def link(name: str, url: str, place: Place) -> Exit:
    """Print a link that signs a user in. It works once, for a quarter of an hour.

    \b
    Examples:
      drolang user link ada
    """
    with accounts_of(place) as local, _known(name):
        secret = local.accounts.new_link(name)
        local.note("make a sign-in link", name)
    emit(f"{sign_in_url(url, secret)}\n")
    return Exit.OK


@command.command("disable")
@click.argument("name")
@place_options
def disable(name: str, place: Place) -> Exit:
    """Take the account of a user away, and sign them out everywhere. The log keeps their name.

    \b
    Examples:
      drolang user disable ada
    """
    return _switch(name, place, disabled=True)


@command.command("enable")
@click.argument("name")
@place_options
def enable(name: str, place: Place) -> Exit:
    """Give a disabled user the account back.

    \b
    Examples:
      drolang user enable ada
    """
    return _switch(name, place, disabled=False)


def _switch(name: str, place: Place, disabled: bool) -> Exit:
    with accounts_of(place) as local, _known(name):
        local.accounts.change(name, disabled=disabled)
        local.note("disable a user" if disabled else "enable a user", name)
    say(f"{'disabled' if disabled else 'enabled'} {name}")
    return Exit.OK


@command.command("list")
@format_option
@place_options
def list_(format_: str, place: Place) -> Exit:
    """List the users and their rights.

    \b
    Examples:
      drolang user list
      drolang user list --format json
    """
    with accounts_of(place) as local:
        users = local.accounts.users()
    deliver_rows([_told(user) for user in users], format_, ("name", "sets", "objects", "queues", "disabled"))
    if format_ == "table" and not users:
        say("no users yet: drolang user add NAME")
    return Exit.OK


def _told(user: User) -> dict[str, Any]:
    return {
        "name": user.name,
        "sets": sorted(user.sets),
        "objects": user.objects.texts(),
        "queues": user.queues.texts(),
        "created": user.created_at.isoformat(),
        "disabled": user.disabled_at and user.disabled_at.isoformat(),
    }


@contextmanager
def _known(name: str) -> Iterator[None]:
    """Tell of a user that is not there, or disabled."""
    try:
        yield
    except KeyError:
        raise Misuse(f"there is no user `{name}` who may sign in; `drolang user list` lists them") from None
