"""`drolang cancel`: cancel the source of frozen plans while they run."""

import click

from dro_lang.cli.operating.changes import PlanChange, plan_change_options
from dro_lang.cli.operating.values import change_options, sorted_out
from dro_lang.cli.output import Exit
from dro_lang.runtime.operations.actions import PlanAction, PlanVerb


@click.command("cancel", short_help="Cancel the source of frozen plans while they run.")
@change_options
@plan_change_options
def command(words: tuple[str, ...], item: str | None, override: bool, asked: PlanChange) -> Exit:
    """The source was canceled, as a whole or one item of it: what has not run is discarded, and what was completed is
    made up for by the cancel groups of the steps. Only in a plan that is frozen.

    Attributes that changed with it are given as NAME=VALUE, or as an object in JSON. A step at its point of no return
    denies the change. Exit code 1 says that something was refused.

    \b
    Examples:
      drolang freeze A-1
      drolang cancel A-1 --dry-run
      drolang cancel --state frozen --dry-run
    """
    ids, values = sorted_out(words)
    return asked.carry_out(PlanAction(PlanVerb.CANCEL, asked.user, item, values, override), ids)
