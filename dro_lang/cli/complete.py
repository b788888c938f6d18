"""`drolang complete`: complete steps by hand."""

import click

from dro_lang.cli.operating.changes import StepChange, step_change_options
from dro_lang.cli.operating.values import data_of, result_option
from dro_lang.cli.output import Exit
from dro_lang.runtime.operations.actions import StepAction, StepVerb


@click.command("complete", short_help="Complete steps by hand, with their results.")
@result_option
@step_change_options
def command(results: tuple[str, ...], asked: StepChange) -> Exit:
    """Complete a step by hand, or all that a filter means: a task that is ready (which is claimed by that), a step in
    progress, or a failed one.

    Results are held to what the step gives: `--result note="called twice"`, or `--result '{"score": 7}'`. Each step is
    asked for its own: what may not be done is refused with the reason, and the rest goes on. Exit code 1 says that
    something was refused.

    \b
    Examples:
      drolang complete A-1 Remind.reminder --result message_id=by-hand --dry-run
      drolang complete --step call_customer --state ready --dry-run
    """
    return asked.carry_out(StepAction(StepVerb.COMPLETE, asked.user, data_of(results)))
