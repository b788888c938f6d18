"""`drolang tasks`: the inbox of people."""

import click
from attrs import evolve

from dro_lang.cli.operating.changes import StepChange, step_change_options
from dro_lang.cli.operating.filters import step_filter_options
from dro_lang.cli.operating.groups import ListFirst
from dro_lang.cli.operating.listing import Listing, deliver, listing_options, show
from dro_lang.cli.operating.place import Place, place_options, user_option
from dro_lang.cli.operating.steps import list_steps
from dro_lang.cli.operating.values import data_of, result_option
from dro_lang.cli.output import Exit, format_option, say
from dro_lang.cli.report.operations.lists import tasks_table
from dro_lang.cli.report.operations.others import queues_table
from dro_lang.program.model import StepKind
from dro_lang.runtime.embedded.lists import EVERYTHING, StepFilter, StepOrder
from dro_lang.runtime.operations.actions import StepAction, StepVerb
from dro_lang.runtime.operations.documents import queue_document
from dro_lang.runtime.operations.pages import Order
from dro_lang.runtime.operations.queries import TASKS

MANUAL = frozenset({StepKind.MANUAL})


@click.group("tasks", cls=ListFirst, short_help="The inbox: list, claim, assign and complete tasks.")
def command() -> None:
    """The tasks of people. Without a command of its own, `drolang tasks` lists them.

    \b
    Examples:
      drolang tasks
      drolang tasks --queue Collections --unassigned
      drolang tasks queues
      drolang tasks claim --queue Collections --as ada --dry-run
      drolang tasks complete --assignee ada --dry-run
    """


@command.command("list")
@click.option("--mine", is_flag=True, help="Only those of whoever asks (--as).")
@step_filter_options
@click.option("--reverse", is_flag=True, help="The last first.")
@user_option
@listing_options
@place_options
def list_(mine: bool, filter: StepFilter, reverse: bool, user: str, listing: Listing, place: Place) -> Exit:
    """List open tasks, the most urgent first.

    \b
    Examples:
      drolang tasks list --mine
      drolang tasks list --late --format json
    """
    wanted = _tasks(evolve(filter, assignee=user) if mine else filter)
    order = Order(StepOrder.DUE, reverse)
    return list_steps(place, listing, wanted, order, "task", tasks_table)


def _tasks(filter: StepFilter) -> StepFilter:
    return evolve(filter, kinds=MANUAL, statuses=filter.statuses or TASKS)


@command.command("queues")
@format_option
@place_options
def queues(format_: str, place: Place) -> Exit:
    """List the queues: their open tasks, and the failed steps that have fallen into them.

    \b
    Examples:
      drolang tasks queues
    """
    with place.queries() as queries:
        lines = queries.queues(EVERYTHING)
        if format_ == "table":
            if not lines:
                say("there are no open tasks, and no step has fallen out")
            show(queues_table(lines, place.painter()) if lines else ())
        else:
            deliver(map(queue_document, lines), format_)
    return Exit.OK


@command.command("claim")
@step_change_options
def claim(asked: StepChange) -> Exit:
    """Take tasks that are ready, to work on them.

    \b
    Examples:
      drolang tasks claim --queue Collections --as ada --dry-run
    """
    return _tasks_of(asked).carry_out(StepAction(StepVerb.CLAIM, asked.user))


@command.command("assign")
@click.argument("to", metavar="USER")
@step_change_options
def assign(to: str, asked: StepChange) -> Exit:
    """Give tasks that are ready to somebody.

    \b
    Examples:
      drolang tasks assign ada --queue Collections --unassigned --dry-run
    """
    return _tasks_of(asked).carry_out(StepAction(StepVerb.ASSIGN, asked.user, user=to))


@command.command("complete")
@result_option
@step_change_options
def complete(results: tuple[str, ...], asked: StepChange) -> Exit:
    """Complete tasks, with their results.

    \b
    Examples:
      drolang tasks complete --assignee ada --dry-run
    """
    tasks = _tasks_of(asked)
    open_ones = evolve(tasks, filter=_tasks(tasks.filter)) if not tasks.says_nothing else tasks
    return open_ones.carry_out(StepAction(StepVerb.COMPLETE, asked.user, data_of(results)))


def _tasks_of(asked: StepChange) -> StepChange:
    """The same of tasks alone. What says nothing goes on to say nothing."""
    return asked if asked.says_nothing else evolve(asked, filter=evolve(asked.filter, kinds=MANUAL))
