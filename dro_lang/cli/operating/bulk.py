"""How commands change one thing, or all that a filter means: a question first, then each with its own outcome."""

import sys
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any, TypeVar

import click
from attrs import fields, frozen

from dro_lang.cli.operating.listing import deliver, show
from dro_lang.cli.operating.names import tell_unknown
from dro_lang.cli.operating.place import Place
from dro_lang.cli.output import Exit, Misuse, format_option, plural, say
from dro_lang.cli.report.operations.others import outcomes_table
from dro_lang.cli.report.progress import Progress
from dro_lang.runtime.embedded.lists import PlanFilter, StepFilter
from dro_lang.runtime.operations.actions import Action, PlanAction, Target
from dro_lang.runtime.operations.documents import outcome_document
from dro_lang.runtime.operations.performing import Operations, Outcome

F = TypeVar("F", bound=Callable[..., Any])


@frozen
class Bulk:
    """How a change is made: only foreseen, without a question, to all there are; and how it is told."""

    dry_run: bool
    yes: bool
    every: bool
    format_: str


def bulk_options(command: F) -> F:
    """The options of a change, given to the command together as `bulk`."""

    @wraps(command)
    def with_bulk(**given: Any) -> Any:
        return command(bulk=Bulk(*(given.pop(each.name) for each in fields(Bulk))), **given)

    wrapped: Any = with_bulk
    for option in (
        format_option,
        click.option("--all", "every", is_flag=True, help="All there are: without a filter you must say so."),
        click.option("--yes", is_flag=True, help="Do not ask first."),
        click.option("--dry-run", is_flag=True, help="Only tell what would become of each."),
    ):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[no-any-return]


def change(
    place: Place, bulk: Bulk, action: Action, filter: StepFilter | PlanFilter, named: list[Target] | None = None
) -> Exit:
    """Do something to what is named, or else to all that a filter means, and tell what became of each.

    Raises Misuse where neither says anything, and Problem where nothing is meant.
    """
    verb = action.verb.value
    if named is None and filter in (StepFilter(), PlanFilter()) and not bulk.every:
        raise Misuse(f"say what is to be done to which: name a plan, give a filter, or --all; `drolang {verb} --help`")
    with place.operations(f"drolang {verb}") as operations:
        if named is None:
            count = operations.count(action, filter)
            if count == 0:
                if bulk.format_ != "table":
                    deliver((), bulk.format_)
                tell_unknown(operations.queries, filter)
                say(f"nothing to {verb}: no {_noun(action)} that is meant can be")
                return Exit.OK
            if not (bulk.dry_run or bulk.yes) and sys.stdin.isatty() and sys.stderr.isatty():
                click.confirm(f"{verb} {plural(count, _noun(action))}?", abort=True, err=True)
        else:
            count = len(named)
        targets = operations.meant(action, filter) if named is None else named
        return _told(bulk, action, place, _carried_out(operations, bulk, action, targets, count))


def _carried_out(
    operations: Operations, bulk: Bulk, action: Action, targets: Iterable[Target], count: int
) -> Iterator[Outcome]:
    outcomes = (operations.preview if bulk.dry_run else operations.perform)(action, targets)
    bar = Progress(sys.stderr.isatty(), count, f"{_noun(action)}s")
    try:
        for number, outcome in enumerate(outcomes):
            bar.at(number)
            yield outcome
    finally:
        bar.clear()


def _told(bulk: Bulk, action: Action, place: Place, outcomes: Iterator[Outcome]) -> Exit:
    done = refused = freezing = 0
    kept: list[Outcome] = []

    def counted() -> Iterator[Outcome]:
        nonlocal done, refused, freezing
        for outcome in outcomes:
            done += outcome.done and not outcome.freezing
            freezing += outcome.freezing
            refused += not outcome.done
            yield outcome

    if bulk.format_ == "table":
        kept.extend(counted())
        show(outcomes_table(kept, _word(action, bulk), place.painter()))
    else:
        # What would become of each must not be taken for what did.
        how = {"dry_run": True} if bulk.dry_run else {}
        deliver((outcome_document(outcome) | how for outcome in counted()), bulk.format_)
    would = "would be " if bulk.dry_run else ""
    say(
        f"{plural(done, _noun(action))} {would}{_PAST[action.verb.value]}"
        + (f", {freezing:,} freezing until what runs has come back" if freezing else "")
        + (f", {refused:,} refused" if refused else "")
    )
    return Exit.PROBLEMS if refused else Exit.OK


def _noun(action: Action) -> str:
    return "plan" if isinstance(action, PlanAction) else "step"


def _word(action: Action, bulk: Bulk) -> str:
    return f"can be {_PAST[action.verb.value]}" if bulk.dry_run else _PAST[action.verb.value]


_PAST = {
    "retry": "retried",
    "complete": "completed",
    "discard": "discarded",
    "claim": "claimed",
    "assign": "assigned",
    "freeze": "frozen",
    "unfreeze": "unfrozen",
    "amend": "amended",
    "cancel": "canceled",
    "set": "changed",
}
