"""`drolang discard`: discard steps that have not run."""

import click

from dro_lang.cli.operating.changes import StepChange, step_change_options
from dro_lang.cli.output import Exit
from dro_lang.runtime.operations.actions import StepAction, StepVerb


@click.command("discard", short_help="Discard steps that have not run.")
@step_change_options
def command(asked: StepChange) -> Exit:
    """Discard a step that has not run, or all of those that a filter means: it never will, and what waits for it
    goes on as if it were not there.

    Each is asked for its own: what may not be done is refused with the reason, and the rest goes on. Exit code 1 says
    that something was refused.

    \b
    Examples:
      drolang discard A-1 Remind.notice --dry-run
      drolang discard --step notice --state scheduled --dry-run
    """
    return asked.carry_out(StepAction(StepVerb.DISCARD, asked.user))
