"""`drolang compile`: a checked program in a form for other programs."""

import json
from datetime import date
from pathlib import Path

import click
from attrs import evolve

from dro_lang.cli.one_record import day
from dro_lang.cli.output import Exit, Misuse, color_option, deliver
from dro_lang.cli.sources import SOURCE_PATH, plan_of, program_of
from dro_lang.cli.to_sql import Asked, to_sql
from dro_lang.conditions.export import export
from dro_lang.conditions.sql import DIALECT_NAMES
from dro_lang.program.serial import to_json


@click.command("compile", short_help="Write a checked program for other programs.")
@click.argument("file", type=SOURCE_PATH)
@click.option(
    "--to",
    type=click.Choice(["json", "business-rules", "sql"]),
    default="json",
    show_default=True,
    help="The form to write: the whole program, or a plan's scenarios as rules of the business-rules library or as a "
    "query for a database.",
)
@click.option("--dialect", type=click.Choice(DIALECT_NAMES), help="Of which database the query is.  [default: duckdb]")
@click.option("--table", metavar="NAME", help="The table of records.  [default: the object of the mapping]")
@click.option("--items-table", metavar="NAME", help="The table of items.  [default: the object of the mapping]")
@click.option("--today", callback=day, metavar="DATE", help="The day of the run.  [default: a parameter of the query]")
@click.option(
    "--exact-names",
    is_flag=True,
    help="Quote the names of tables and columns, for a database that was told to keep their case.",
)
@click.option("--plan", "name", metavar="NAME", help="Only this plan of the file.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write to a file, whole or not at all.")
@color_option
def command(
    file: Path,
    to: str,
    dialect: str | None,
    table: str | None,
    items_table: str | None,
    today: date | None,
    exact_names: bool,
    name: str | None,
    out: Path | None,
    color: str,
) -> Exit:
    """Write the checked program of a .dro file: typed, with all that it imports, and with its content hash.

    `--to business-rules` writes what that library's `run_all` takes: a rule for each scenario of a plan, which holds
    exactly where the scenario matches, with the variables that the rules need, their types and operators.

    `--to sql` writes a query for your own database that gives for each record its id, its scenario, or the code of the
    reason why it has none. It means exactly what the plan means; what a database cannot say so is told (Q0101), and no
    query is written. It needs sqlglot (the extra `sql`).

    A file with errors gives nothing: they are told on standard error, with exit code 1.

    \b
    Examples:
      drolang compile plan.dro
      drolang compile plan.dro --to json --out plan.json
      drolang compile plan.dro --to business-rules --out rules.json
      drolang compile plan.dro --to sql --dialect postgres --table reminders
    """
    asked = Asked(dialect, table, items_table, today, exact_names)
    if to == "sql":
        return to_sql(file, name, asked, out, color)
    if asked != Asked():
        raise Misuse("--dialect, --table, --items-table, --today and --exact-names go with `--to sql`")
    program = program_of(file, color)
    if isinstance(program, Exit):
        return program
    if to == "business-rules":
        deliver(_text(export(plan_of(program, name))), out, file)
        return Exit.OK
    if name is not None:
        plan = plan_of(program, name)
        program = evolve(program, plans={plan.name: plan})
    deliver(_text(to_json(program)), out, file)
    return Exit.OK


def _text(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"
