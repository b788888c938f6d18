"""`drolang amend`: amend the source of frozen plans while they run."""

import click

from dro_lang.cli.operating.changes import PlanChange, plan_change_options
from dro_lang.cli.operating.values import change_options, sorted_out
from dro_lang.cli.output import Exit
from dro_lang.runtime.operations.actions import PlanAction, PlanVerb


@click.command("amend", short_help="Amend the source of frozen plans while they run.")
@change_options
@plan_change_options
def command(words: tuple[str, ...], item: str | None, override: bool, asked: PlanChange) -> Exit:
    """The source was amended, as a whole or one item of it: its data changes, what was completed is made up for by the
    amend groups of the steps, and failed steps begin anew. Only in a plan that is frozen.

    Attributes that changed with it are given as NAME=VALUE, or as an object in JSON. A step at its point of no return
    denies the change. Exit code 1 says that something was refused.

    \b
    Examples:
      drolang freeze A-1
      drolang amend A-1 balance=250 --dry-run
      drolang amend --state frozen balance=250 --dry-run
    """
    ids, values = sorted_out(words)
    return asked.carry_out(PlanAction(PlanVerb.AMEND, asked.user, item, values, override), ids)
