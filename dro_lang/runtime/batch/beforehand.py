"""Scenarios that are chosen by columns for all records, before these are taken one by one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from attrs import frozen

from dro_lang.conditions.environment import Environment
from dro_lang.conditions.evaluators import COMPILED, Evaluator
from dro_lang.conditions.selection import Selection
from dro_lang.program.model import Plan
from dro_lang.records.problems import InputError
from dro_lang.records.streams import check_readable
from dro_lang.runtime.batch.job import Job
from dro_lang.runtime.batch.select import select_all
from dro_lang.runtime.batch.workspace import Workspace

_ROWS = 2**12


@contextmanager
def chosen_beforehand(job: Job) -> Iterator[Evaluator]:
    """An evaluator for the records of a job that fit, asked about each of them once and in the order of the inputs. It
    gives no verdicts where a record gets scenarios. All else it decides as compiled conditions do.

    Raises FileError where an input is of no use, and later where it has changed in the meantime.
    """
    for path in job.inputs.paths:
        check_readable(path)
    with TemporaryDirectory(prefix="drolang-choices-") as folder:
        workspace = Workspace.beside(Path(folder, "parts"), job)
        # What does not fit is told where the records are taken.
        with select_all(job, workspace, lambda rejected: None, lambda done, total: None) as outcome:
            choices = _Choices(_rows(outcome.connection.execute(outcome.query)), outcome.many)
            yield Evaluator("columnar", COMPILED.holds, choices.select)


def _rows(found: Any) -> Iterator[tuple[Any, ...]]:
    while batch := found.fetchmany(_ROWS):
        yield from batch


@frozen(eq=False)
class _Choices:
    """What the records get, one after the other: id, scenario or list of scenarios, code of the error."""

    rows: Iterator[tuple[Any, ...]]
    many: bool

    def select(self, plan: Plan, environment: Environment) -> Selection:
        asked = environment.root["id"]
        id, scenarios, error = next(self.rows, (None, None, None))
        if id != asked:
            raise InputError(
                f"the records have changed while they were read: `{asked}` was not there before",
                "give a file that nobody writes",
            )
        if error is not None:
            return COMPILED.select(plan, environment)
        return Selection((), tuple(scenarios) if self.many else (scenarios,))
