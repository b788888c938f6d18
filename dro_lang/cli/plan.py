"""`drolang plan`: one plan in full."""

import click

from dro_lang.cli.operating.listing import deliver_one, show
from dro_lang.cli.operating.place import Place, place_options, plan_of
from dro_lang.cli.output import Exit, format_option, say
from dro_lang.cli.report.cells import label
from dro_lang.cli.report.operations.one_plan import plan_lines, why_lines
from dro_lang.runtime.operations.documents import instance_document, view_document


@click.command("plan", short_help="Show one plan: its steps, what they wait for, and why.")
@click.argument("plan_id", metavar="ID")
@click.option("--why", is_flag=True, help="Every condition that decided, and the values that made it true or false.")
@click.option("--no-return", is_flag=True, help="Only the steps that deny an amendment or a cancellation now.")
@format_option
@place_options
def command(plan_id: str, why: bool, no_return: bool, format_: str, place: Place) -> Exit:
    """Show one plan: how it stands, and each step with its state, its date and why it is in that state.

    With --no-return, exit code 1 says that a step is at its point of no return.

    \b
    Examples:
      drolang plan A-1
      drolang plan A-1 --why
      drolang plan A-1 --no-return
      drolang plan A-1 --format json
    """
    with place.queries() as queries:
        view = plan_of(queries, plan_id)
        if no_return:
            steps = view.points_of_no_return
            if format_ == "table":
                show(map(label, steps))
                if not steps:
                    say(f"no step of {plan_id} is at its point of no return")
            else:
                deliver_one({"plan_id": plan_id, "steps": list(map(instance_document, steps))}, format_)
            return Exit.PROBLEMS if steps else Exit.OK
        if format_ != "table":
            deliver_one(view_document(view), format_)
            return Exit.OK
        painter = place.painter()
        show(plan_lines(view, painter))
        if why:
            show(why_lines(view, painter))
    return Exit.OK
