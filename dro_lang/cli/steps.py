"""`drolang steps`: the steps of all plans."""

from functools import partial

import click
from attrs import evolve

from dro_lang.cli.operating.filters import step_filter_options
from dro_lang.cli.operating.listing import Listing, listing_options
from dro_lang.cli.operating.place import Place, place_options
from dro_lang.cli.operating.steps import list_steps
from dro_lang.cli.output import Exit
from dro_lang.cli.report.operations.lists import steps_table
from dro_lang.runtime.embedded.lists import StepFilter, StepOrder
from dro_lang.runtime.operations.pages import BY_PLAN, Order


@click.command("steps", short_help="List steps of all plans: failed, late, waiting for somebody.")
@click.argument("plan_id", metavar="[PLAN]", required=False)
@step_filter_options
@click.option(
    "--sort",
    type=click.Choice([order.value for order in StepOrder]),
    default=StepOrder.PLAN.value,
    show_default=True,
    help="By plan, by when they are due, or by since when they are in their state.",
)
@click.option("--reverse", is_flag=True, help="The other way round.")
@listing_options
@place_options
def command(plan_id: str | None, filter: StepFilter, sort: str, reverse: bool, listing: Listing, place: Place) -> Exit:
    """List the open steps of all plans, or of one: those that are neither pending nor finished. With --state, also
    those; they are looked for plan by plan, which takes longer.

    Dates are in the time zone of each plan.

    \b
    Examples:
      drolang steps
      drolang steps --state fatally-failed --error BOUNCED
      drolang steps --late --queue Collections --sort due
      drolang steps A-1 --state pending --state completed
      drolang steps --due-before 2026-12-24 --format ndjson
    """
    order = Order(StepOrder(sort), reverse)
    table = partial(steps_table, grouped=order == BY_PLAN)
    return list_steps(place, listing, evolve(filter, plan_id=plan_id), order, "step", table)
