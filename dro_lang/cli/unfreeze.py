"""`drolang unfreeze`: let frozen plans go on."""

import click

from dro_lang.cli.operating.changes import PlanChange, plan_change_options
from dro_lang.cli.output import Exit
from dro_lang.runtime.operations.actions import PlanAction, PlanVerb


@click.command("unfreeze", short_help="Let frozen plans go on.")
@click.argument("ids", metavar="[PLAN]...", nargs=-1)
@plan_change_options
def command(ids: tuple[str, ...], asked: PlanChange) -> Exit:
    """Let frozen plans go on. What came due meanwhile is done now.

    Exit code 1 says that something was refused.

    \b
    Examples:
      drolang freeze A-1
      drolang unfreeze A-1 --dry-run
      drolang unfreeze --state frozen --yes
    """
    return asked.carry_out(PlanAction(PlanVerb.UNFREEZE, asked.user), ids)
