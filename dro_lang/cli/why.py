"""`drolang why`: which scenario a record gets, what state its steps are in, and what decided that."""

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import click

from dro_lang.cli.one_record import Question, question, question_options
from dro_lang.cli.output import Exit, colored, emit
from dro_lang.cli.report.cells import Painter, terminal_columns
from dro_lang.cli.report.results import Result, object_of, planned, refused
from dro_lang.cli.report.why import calls_of, story
from dro_lang.records.load import Rejected
from dro_lang.runtime.run import run_record


@click.command("why", short_help="Tell what decided about a record and its steps.")
@question_options
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(
    file: Path,
    records: tuple[str, ...],
    items: str | None,
    id: str,
    name: str | None,
    today: date | None,
    until: date | None,
    color: str,
    format_: str,
) -> Exit:
    """Tell which scenario one record gets and why: every condition with its values, and what blocked it; then each
    step with its state, date and reason, and the documentation of what decided.

    Time starts at 00:00 of --today in the plan's time zone and, with --until, goes on to that day. Nothing outside is
    touched: automations succeed, people and outside systems do not answer.

    Exit code 1 says that the record was rejected, or got no plan.

    \b
    Examples:
      drolang why plan.dro --records records.ndjson --id A-1
      drolang why plan.dro --records records.ndjson --id A-1 --today 2026-12-01 --until 2026-12-31
      drolang why plan.dro --records records.ndjson --id A-2 --format json
    """
    asked = question(file, records, items, id, name, today, until, color)
    if isinstance(asked, Exit):
        return asked
    result = _result(asked)
    if format_ == "json":
        emit(json.dumps(_object(asked, result), ensure_ascii=False, indent=2) + "\n")
    else:
        painter = Painter(terminal_columns(), colored(sys.stdout, color))
        for line in story(asked.program, asked.plan, result, painter):
            emit(line + "\n")
    return Exit.OK if result.error_code is None else Exit.PROBLEMS


def _result(asked: Question) -> Result:
    if isinstance(asked.record, Rejected):
        return refused(asked.record)
    outcome = run_record(asked.program, asked.plan.name, asked.record.row, asked.today, asked.until)
    return planned(asked.record, outcome, why=True)


def _object(asked: Question, result: Result) -> dict[str, Any]:
    """The object of `drolang run --why`, with the documentation of what decided."""
    calls = calls_of(asked.plan, result.scenarios)
    steps = {(step.group, step.step): asked.program.groups[calls[step.group].group] for step in result.steps}
    documentation = {
        "plan": asked.plan.doc,
        "scenarios": {scenario.name: scenario.doc for scenario in asked.plan.scenarios if scenario.doc},
        "groups": {name: doc for name, call in calls.items() if (doc := asked.program.groups[call.group].doc)},
        "steps": {
            f"{group}.{name}": step.doc
            for (group, name), home in steps.items()
            if (step := home.step(name)) is not None and step.doc
        },
    }
    return {**object_of(result, why=True), "documentation": documentation}
