"""`drolang why-not`: the smallest change of a record that would give it a scenario, or a step."""

import json
import sys
from collections.abc import Iterable
from datetime import date
from difflib import get_close_matches
from pathlib import Path

import click

from dro_lang.analysis.counterfactual.change import Answer
from dro_lang.cli.one_record import Question, question, question_options
from dro_lang.cli.output import Exit, Misuse, Problem, colored, emit
from dro_lang.cli.report.cells import Painter, terminal_columns
from dro_lang.cli.report.results import refused
from dro_lang.cli.report.why_not import Wish, answered, object_of
from dro_lang.kernel.states import StepStatus
from dro_lang.program.model import Plan, Program
from dro_lang.program.types import ListType
from dro_lang.records.load import Accepted, Rejected
from dro_lang.runtime.run import run_record
from dro_lang.runtime.what_if import change_for_scenario, change_for_step

_STATES = [state.value for state in StepStatus]


@click.command("why-not", short_help="Find the smallest change that would give a record a step.")
@question_options
@click.option("--scenario", metavar="NAME", help="The scenario that the record does not get.")
@click.option("--step", metavar="GROUP.STEP", help="The step that it does not have, or that does not run.")
@click.option("--item", metavar="ID", help="With --step: of this item.")
@click.option(
    "--state",
    type=click.Choice(_STATES),
    metavar="STATE",
    help=f"With --step: in this state, on the day of --until ({', '.join(_STATES)}).",
)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(
    file: Path,
    records: tuple[str, ...],
    items: str | None,
    id: str,
    name: str | None,
    today: date | None,
    until: date | None,
    scenario: str | None,
    step: str | None,
    item: str | None,
    state: str | None,
    color: str,
    format_: str,
) -> Exit:
    """Find the smallest change of a record that would give it a scenario, or a step: the fewest values first, then the
    nearest ones. An answer has been run before it is given.

    With --step alone, the step is to be in the plan, neither skipped nor bypassed; with --state, in that state on the
    day of --until. The day of the run and ids stay as they are, and no elements of lists come or go.

    Exit code 1 says that no change was found, or that the record was rejected.

    \b
    Examples:
      drolang why-not plan.dro --records records.ndjson --id A-1 --scenario small
      drolang why-not plan.dro --records records.ndjson --id A-2 --step Remind.notice
      drolang why-not plan.dro --records records.ndjson --id A-1 --scenario settled --format json
    """
    if (scenario is None) == (step is None):
        raise Misuse("ask for one of --scenario and --step")
    if step is None and (item is not None or state is not None):
        raise Misuse("--item and --state tell more about a --step")
    asked = question(file, records, items, id, name, today, until, color)
    if isinstance(asked, Exit):
        return asked
    if isinstance(asked.record, Rejected):
        raise Problem(f"the record `{id}` is rejected: {refused(asked.record).reason}")
    wish = _wish(asked, asked.record, scenario, step, item, state)
    answer = _answer(asked, asked.record, wish)
    if format_ == "json":
        emit(json.dumps(object_of(asked.program, asked.record, wish, answer), ensure_ascii=False, indent=2) + "\n")
    else:
        outcome = run_record(asked.program, asked.plan.name, asked.record.row, asked.today, asked.until)
        painter = Painter(terminal_columns(), colored(sys.stdout, color))
        for line in answered(asked.program, asked.plan, asked.record, outcome, wish, answer, painter):
            emit(line + "\n")
    return Exit.OK if answer.already or answer.found else Exit.PROBLEMS


def _wish(
    asked: Question, record: Accepted, scenario: str | None, step: str | None, item: str | None, state: str | None
) -> Wish:
    """What is asked for, by names that the plan has. Raises Misuse for others."""
    if scenario is not None:
        _known("scenario", scenario, [each.name for each in asked.plan.scenarios])
    if step is not None:
        _known("step", step, _steps_of(asked.program, asked.plan))
    node = asked.program.contexts[asked.plan.context].item_node
    if item is not None and node is not None and isinstance(node.type, ListType):
        rows = record.row[node.name]
        assert isinstance(rows, tuple)
        _known("item", item, [str(row["id"]) for row in rows])
    elif item is not None:
        raise Misuse(f"context `{asked.plan.context}` has no items")
    group, _, name = (step or "").rpartition(".")
    on = asked.until or asked.today
    return Wish(scenario, (group, name) if step else None, item, StepStatus(state) if state else None, on)


def _steps_of(program: Program, plan: Plan) -> list[str]:
    calls = [call for scenario in plan.scenarios for call in scenario.runs]
    return list(
        dict.fromkeys(f"{call.instance}.{step.name}" for call in calls for step in program.groups[call.group].steps)
    )


def _known(what: str, name: str, names: Iterable[str]) -> None:
    names = list(names)
    if name not in names:
        close = get_close_matches(name, names, n=1)
        listed = ", ".join(f"`{each}`" for each in names[:8]) + (", ..." if len(names) > 8 else "")
        hint = f"did you mean `{close[0]}`?" if close else f"there is {listed}" if names else "there is none"
        raise Misuse(f"there is no {what} `{name}`; {hint}")


def _answer(asked: Question, record: Accepted, wish: Wish) -> Answer:
    if wish.scenario is not None:
        return change_for_scenario(asked.program, asked.plan, record.row, asked.today, wish.scenario)
    assert wish.step is not None
    return change_for_step(
        asked.program, asked.plan, record.row, asked.today, asked.until, wish.step, wish.item, wish.state
    )
