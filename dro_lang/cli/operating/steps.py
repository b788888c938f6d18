"""A list of steps, for the commands that show one."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from dro_lang.cli.operating.listing import Listing, deliver, show, tell_the_rest
from dro_lang.cli.operating.names import tell_unknown
from dro_lang.cli.operating.place import Place, plan_of
from dro_lang.cli.output import Exit, Misuse
from dro_lang.cli.report.cells import Painter
from dro_lang.cli.report.operations.lists import Zones
from dro_lang.runtime.embedded.lists import StepFilter, StepOrder
from dro_lang.runtime.embedded.port import StepRow
from dro_lang.runtime.operations.documents import step_document
from dro_lang.runtime.operations.pages import Order


def list_steps(
    place: Place,
    listing: Listing,
    filter: StepFilter,
    order: Order[StepOrder],
    noun: str,
    table: Callable[[Sequence[StepRow], Zones, Painter], Iterator[str]],
) -> Exit:
    """Show the steps that a filter means, in a table or as objects. Raises Misuse for an order or a place that cannot
    be."""
    with place.queries() as queries:
        if filter.plan_id is not None and not queries.has(filter.plan_id):
            plan_of(queries, filter.plan_id)
        page = partial(queries.steps, filter, order)
        try:
            if listing.format_ != "table":
                documents = (step_document(row, queries.zone(row.header)) for row in listing.each(page))
                if not deliver(documents, listing.format_):
                    tell_unknown(queries, filter)
                return Exit.OK
            rows, after = listing.rows(page)
        except ValueError as problem:
            raise Misuse(str(problem)) from None
        show(table(rows, queries.zone, place.painter()) if rows else ())
        if not rows:
            tell_unknown(queries, filter)
        tell_the_rest(len(rows), queries.count_steps(filter), noun, after)
    return Exit.OK
