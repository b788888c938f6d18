"""`drolang history`: what happened to a plan."""

import click

from dro_lang.cli.operating.listing import deliver, show
from dro_lang.cli.operating.place import Place, no_such_step, place_options, plan_of
from dro_lang.cli.output import Exit, format_option
from dro_lang.cli.report.operations.one_plan import history_table
from dro_lang.runtime.operations.documents import history_document
from dro_lang.runtime.operations.plan_view import is_meant, of_step


@click.command("history", short_help="Tell what happened to a plan: when, what, and by whom.")
@click.argument("plan_id", metavar="ID")
@click.argument("step", metavar="[STEP]", required=False)
@click.option("--item", metavar="ID", help="Of the step for this item.")
@click.option("--last", type=click.IntRange(1), metavar="N", help="Only the last so many.")
@format_option
@place_options
def command(plan_id: str, step: str | None, item: str | None, last: int | None, format_: str, place: Place) -> Exit:
    """Tell what happened to a plan, or to one of its steps, in the order in which it did.

    \b
    Examples:
      drolang history A-1
      drolang history A-1 Remind.reminder
      drolang history A-1 --last 3 --format ndjson
    """
    with place.queries() as queries:
        view = plan_of(queries, plan_id)
        if (step or item) and not any(is_meant(each.id, step, item) for each in view.state.steps):
            raise no_such_step(plan_id, step, item)
        lines = [line for line in queries.history(plan_id) if of_step(line, step, item)]
        lines = lines[-last:] if last is not None else lines
        if format_ == "table":
            show(history_table(lines, view, place.painter()))
        else:
            deliver((history_document(line, view.zone) for line in lines), format_)
    return Exit.OK
