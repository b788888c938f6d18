"""`drolang freeze`: freeze plans, so that they may be changed."""

import click

from dro_lang.cli.operating.changes import PlanChange, plan_change_options
from dro_lang.cli.output import Exit
from dro_lang.runtime.operations.actions import PlanAction, PlanVerb


@click.command("freeze", short_help="Freeze plans, so that they may be changed.")
@click.argument("ids", metavar="[PLAN]...", nargs=-1)
@plan_change_options
def command(ids: tuple[str, ...], asked: PlanChange) -> Exit:
    """Freeze plans: nothing more starts in them. A plan is Freezing until what runs has ended, then Frozen, and may be
    amended or canceled.

    Exit code 1 says that something was refused.

    \b
    Examples:
      drolang freeze A-1
      drolang freeze --plan Reminders --step-state scheduled --yes
      drolang freeze --search A- --dry-run
    """
    return asked.carry_out(PlanAction(PlanVerb.FREEZE, asked.user), ids)
