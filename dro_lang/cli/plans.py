"""`drolang plans`: the plans of a store."""

from functools import partial

import click

from dro_lang.cli.operating.filters import plan_filter_options
from dro_lang.cli.operating.listing import Listing, deliver, listing_options, show, tell_the_rest
from dro_lang.cli.operating.names import tell_unknown
from dro_lang.cli.operating.place import Place, place_options
from dro_lang.cli.output import Exit, Misuse
from dro_lang.cli.report.operations.lists import plans_table
from dro_lang.runtime.embedded.lists import PlanFilter, PlanOrder
from dro_lang.runtime.operations.documents import plan_document
from dro_lang.runtime.operations.pages import BadCursor, Order


@click.command("plans", short_help="List the plans of a store.")
@plan_filter_options
@click.option(
    "--sort",
    type=click.Choice([order.value for order in PlanOrder]),
    default=PlanOrder.SUBMITTED.value,
    show_default=True,
    help="By when they were submitted, changed last, are looked at next, or by name.",
)
@click.option("--reverse", is_flag=True, help="The other way round.")
@listing_options
@place_options
def command(filter: PlanFilter, sort: str, reverse: bool, listing: Listing, place: Place) -> Exit:
    """List plans, with their state, how many of their steps are finished, and when they are looked at next.

    Dates are in the time zone of each plan.

    \b
    Examples:
      drolang plans
      drolang plans --state in-progress --at-risk
      drolang plans --step-state fatally-failed --sort updated --reverse
      drolang plans --search A- --format ndjson
    """
    order = Order(PlanOrder(sort), reverse)
    with place.queries() as queries:
        page = partial(queries.plans, filter, order)
        zone = queries.zone
        try:
            if listing.format_ != "table":
                if not deliver((plan_document(row, zone(row.header)) for row in listing.each(page)), listing.format_):
                    tell_unknown(queries, filter)
                return Exit.OK
            rows, after = listing.rows(page)
        except BadCursor as problem:
            raise Misuse(f"--after: {problem}") from None
        show(plans_table(rows, zone, place.painter(), grouped=order == Order(PlanOrder.SUBMITTED)))
        if not rows:
            tell_unknown(queries, filter)
        tell_the_rest(len(rows), queries.store.count_plans(filter), "plan", after)
    return Exit.OK
