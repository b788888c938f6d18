"""`drolang integration`: outside systems, online or offline."""

import click

from dro_lang.cli.operating.groups import ListFirst
from dro_lang.cli.operating.listing import deliver, show
from dro_lang.cli.operating.names import near
from dro_lang.cli.operating.place import Place, place_options, user_option
from dro_lang.cli.output import Exit, Problem, format_option, say
from dro_lang.cli.report.operations.others import integrations_table
from dro_lang.runtime.operations.documents import integration_document


@click.group("integration", cls=ListFirst, short_help="List integrations, and set them offline or online.")
def command() -> None:
    """An integration that is offline is not called: its callouts are On Hold, for all plans, and go on when it is
    online again.

    \b
    Examples:
      drolang integration list
      drolang integration list --format json
    """


@command.command("list")
@format_option
@place_options
def list_(format_: str, place: Place) -> Exit:
    """List the integrations of all programs in the store, with how their callouts stand.

    \b
    Examples:
      drolang integration list
    """
    with place.queries() as queries:
        lines = queries.integrations()
        if format_ == "table":
            if not lines:
                say("no program in the store has an integration")
            show(integrations_table(lines, place.painter()) if lines else ())
        else:
            deliver(map(integration_document, lines), format_)
    return Exit.OK


@command.command("offline")
@click.argument("name")
@user_option
@place_options
def offline(name: str, user: str, place: Place) -> Exit:
    """Hold the callouts of an integration back, in all plans.

    \b
    Examples:
      drolang integration offline Erp
    """
    return _switch(name, False, user, place)


@command.command("online")
@click.argument("name")
@user_option
@place_options
def online(name: str, user: str, place: Place) -> Exit:
    """Let the callouts of an integration go on.

    \b
    Examples:
      drolang integration online Erp
    """
    return _switch(name, True, user, place)


def _switch(name: str, online: bool, user: str, place: Place) -> Exit:
    with place.operations("drolang integration") as operations:
        refusal = operations.switch(name, online, user)
        if refusal is not None:
            known = [line.name for line in operations.queries.integrations()]
            unknown = f"no program in the store has an integration `{name}`{near(name, known)}"
            raise Problem(refusal if name in known else unknown)
    say(f"{name} is {'online' if online else 'offline'}")
    return Exit.OK
