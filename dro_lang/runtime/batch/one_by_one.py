"""What is left to single records."""

import json
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

from attrs import evolve

from dro_lang.conditions.environment import Environment
from dro_lang.conditions.evaluators import COMPILED
from dro_lang.program.model import Plan, Policy
from dro_lang.records.load import Accepted, Loader
from dro_lang.records.problems import Found, Rejected
from dro_lang.runtime.batch.job import Job
from dro_lang.runtime.batch.looked_at import Look
from dro_lang.runtime.batch.parts import Rows
from dro_lang.runtime.batch.read_again import ids_of, records_of
from dro_lang.runtime.batch.together import Tally
from dro_lang.runtime.batch.workspace import unwritable

_EVERY = 1_000


def look_at(
    job: Job,
    loader: Loader,
    looks: Sequence[Look],
    orphans: Collection[str],
    decided: Path,
    connection: Any,
    tally: Tally,
    reject: Callable[[Rejected], None],
    report: Callable[[int], None],
) -> None:
    """Take the records through the row readers and the reference evaluator; what they get is written down by the part
    and the slot that it stands in."""
    environment = job.environment

    def refused(rejected: Rejected, of_items: bool) -> None:
        tally.items += of_items
        tally.rejected += not of_items
        reject(rejected)

    try:
        with open(decided, "w", encoding="utf-8") as file:
            if job.inputs.items is not None:
                for rejected in loader.take_items(job.inputs.items, _only(looks, loader, orphans, connection)):
                    refused(rejected, of_items=True)
            for look in looks:
                for slot, found in records_of(look, loader.reader.columns(), connection):
                    if found is None:
                        file.write(json.dumps({"part": look.number, "slot": slot, "number": 0, "kept": False}) + "\n")
                        continue
                    tally.looked_at += 1
                    result = loader.record(found) if isinstance(found, Found) else found
                    if isinstance(result, Rejected):
                        refused(result, of_items=False)
                    else:
                        tally.kept += 1
                    file.write(json.dumps(_line(look, slot, tally.looked_at, result, job.plan, environment)) + "\n")
                    if tally.looked_at % _EVERY == 0:
                        report(tally.looked_at)
    except OSError as error:
        raise unwritable(decided, error) from None
    for rejected in loader.orphans():
        refused(rejected, of_items=True)


def _only(looks: Sequence[Look], loader: Loader, orphans: Collection[str], connection: Any) -> Collection[str] | None:
    """The ids whose items matter; None for all of them, where whole inputs are looked at."""
    if any(isinstance(look.part, Rows) for look in looks):
        return None
    return {id for look in looks for id in ids_of(look, loader, connection)} | set(orphans)


def _line(
    look: Look, slot: int, number: int, result: Accepted | Rejected, plan: Plan, environment: Environment
) -> dict[str, Any]:
    line: dict[str, Any] = {"part": look.number, "slot": slot, "number": number, "kept": isinstance(result, Accepted)}
    if isinstance(result, Accepted):
        selection = COMPILED.select(plan, evolve(environment, root=result.row))
        many = plan.policy is Policy.EVERY_MATCHING
        names: Any = list(selection.matched) if many else next(iter(selection.matched), None)
        line |= {"id": result.id, "scenarios" if many else "scenario": names or None, "error": selection.error}
    return line
