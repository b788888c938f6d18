"""`drolang retry`: try failed steps again."""

import click

from dro_lang.cli.operating.changes import StepChange, step_change_options
from dro_lang.cli.output import Exit
from dro_lang.runtime.operations.actions import StepAction, StepVerb


@click.command("retry", short_help="Try failed steps again.")
@step_change_options
def command(asked: StepChange) -> Exit:
    """Try a failed step again, or all failed steps that a filter means. A further attempt does not count as one of the
    automatic retries.

    Each is asked for its own: what may not be done is refused with the reason, and the rest goes on. Exit code 1 says
    that something was refused.

    \b
    Examples:
      drolang retry A-1 Remind.reminder --dry-run
      drolang retry --error BOUNCED --yes
      drolang retry --state fatally-failed --queue Collections --dry-run
      drolang retry --all --yes --format ndjson
    """
    return asked.carry_out(StepAction(StepVerb.RETRY, asked.user))
