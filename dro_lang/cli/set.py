"""`drolang set`: change the data of records while their plans run."""

import click

from dro_lang.cli.operating.changes import PlanChange, plan_change_options
from dro_lang.cli.operating.values import sorted_out
from dro_lang.cli.output import Exit, Misuse
from dro_lang.runtime.operations.actions import PlanAction, PlanVerb


@click.command("set", short_help="Change the data of records while their plans run.")
@click.argument("words", metavar="[PLAN]... NAME=VALUE...", nargs=-1)
@click.option("--item", metavar="ID", help="Of this item of the record.")
@plan_change_options
def command(words: tuple[str, ...], item: str | None, asked: PlanChange) -> Exit:
    """Change attributes of the record of a plan, or of all that a filter means. Pauses, conditions that were not looked
    at yet, and the dates of steps that have not begun look at the new data.

    Values are written as in records: `balance=0`, `due_date=2026-12-24`, or an object in JSON. Nothing after the equals
    sign clears an optional attribute. Exit code 1 says that something was refused.

    \b
    Examples:
      drolang set A-1 balance=250
      drolang set A-1 email=
      drolang set --plan Reminders '{"due_date": "2027-01-08"}' --dry-run
    """
    ids, values = sorted_out(words)
    if not values:
        raise Misuse("say what is to change: NAME=VALUE")
    return asked.carry_out(PlanAction(PlanVerb.SET, asked.user, item, values), ids)
