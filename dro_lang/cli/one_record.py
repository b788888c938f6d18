"""What the commands about one record share: its options, and the record that is meant."""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click
from attrs import frozen

from dro_lang.cli.inputs import files_told
from dro_lang.cli.output import Exit, Misuse, Problem, color_option
from dro_lang.cli.sources import SOURCE_PATH, plan_of, program_of
from dro_lang.program.model import Plan, Program
from dro_lang.records.load import Accepted, Inputs, Rejected, load

F = TypeVar("F", bound=Callable[..., Any])


def day(ctx: click.Context, param: click.Parameter, value: str | None) -> date | None:
    """A date as the language writes it: the callback of an option."""
    if value is None:
        return None
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise click.BadParameter(f"`{value}` is not a date: write it as 2026-12-31")


def days_of(plan: Plan, today: date | None, until: date | None) -> tuple[date, date | None]:
    """The day of a run, by default today in the plan's zone, and the day to which time goes on. Raises Misuse where
    that is an earlier one."""
    today = today or datetime.now(ZoneInfo(plan.timezone)).date()
    if until is not None and until < today:
        raise Misuse(f"time cannot go back: --until {until} is before the day of the run, {today}")
    return today, until


def record_of(id: str, loaded: Iterator[Accepted | Rejected]) -> Iterator[Accepted | Rejected]:
    """The record with an id that is taken, else those that do not fit. Raises Problem where there is none."""
    others: list[str] = []
    misfits: list[Rejected] = []
    for found in loaded:
        if found.id != id:
            others.append(found.id or "")
        elif isinstance(found, Accepted):
            yield found
            return
        else:
            misfits.append(found)
    if not misfits:
        close = get_close_matches(id, others, n=1)
        raise Problem(f"no record has the id `{id}`" + (f"; did you mean `{close[0]}`?" if close else ""))
    yield from misfits


@frozen
class Question:
    """A plan and the record that is asked about, from a day and, if at all, to another; or why that is rejected."""

    program: Program
    plan: Plan
    record: Accepted | Rejected
    today: date
    until: date | None


def question_options(command: F) -> F:
    """The argument and the options of a command about one record, to be handed to `question`."""
    for option in (
        color_option,
        click.option("--until", callback=day, metavar="DATE", help="Move the clock on to the beginning of this day."),
        click.option(
            "--today", callback=day, metavar="DATE", help="The day of the run.  [default: today in the plan's zone]"
        ),
        click.option("--plan", "name", metavar="NAME", help="Which plan of the file, if it has several."),
        click.option("--id", "id", required=True, metavar="ID", help="The record that is asked about."),
        click.option("--items", metavar="FILE", help="Items, where the mapping takes them from another object."),
        click.option(
            "--records",
            "--record",
            "records",
            required=True,
            multiple=True,
            metavar="FILE",
            help="Records in NDJSON, JSON, CSV or Parquet, or a table: sqlite:FILE?table=NAME; - is standard input. "
            "May be given several times.",
        ),
        click.argument("file", metavar="PLAN", type=SOURCE_PATH),
    ):
        command = option(command)
    return command


def question(
    file: Path,
    records: tuple[str, ...],
    items: str | None,
    id: str,
    name: str | None,
    today: date | None,
    until: date | None,
    color: str,
) -> Question | Exit:
    """Compile the plan and find the record; or the exit code, where the findings have been told. Raises Misuse and
    Problem."""
    program = program_of(file, color)
    if isinstance(program, Exit):
        return program
    plan = plan_of(program, name)
    today, until = days_of(plan, today, until)
    with files_told():
        record = next(record_of(id, load(program, plan, Inputs(records, items))))
    return Question(program, plan, record, today, until)
