"""`drolang diff`: what differs between two versions of a plan, by what it means."""

import json
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import click
from attrs import frozen

from dro_lang.analysis.difference.model import Version
from dro_lang.analysis.difference.programs import compare
from dro_lang.cli.inputs import files_told
from dro_lang.cli.one_record import day, days_of
from dro_lang.cli.output import Exit, Misuse, color_option, colored, emit, plural
from dro_lang.cli.report.cells import Painter, terminal_columns
from dro_lang.cli.report.difference import difference_lines, difference_object
from dro_lang.cli.report.effects import Effects, effect_lines, effects_object
from dro_lang.cli.sources import SOURCE_PATH, program_of
from dro_lang.cli.stores import told as troubles_told
from dro_lang.program.model import Program
from dro_lang.program.serial import content_hash
from dro_lang.records.load import Accepted, Inputs, Rejected, load
from dro_lang.records.streams import STANDARD_INPUT, name_of
from dro_lang.runtime.embedded.sqlite.store import SqliteStore
from dro_lang.runtime.operations.versions import RunningPlans
from dro_lang.runtime.transition import Transition


@click.command("diff", short_help="Tell what differs between two versions of a plan.")
@click.argument("old", type=SOURCE_PATH)
@click.argument("new", type=SOURCE_PATH)
@click.option("--plan", "name", metavar="NAME", help="Only this plan.")
@click.option("--records", multiple=True, metavar="FILE", help="Tell what becomes of these records.")
@click.option("--items", metavar="FILE", help="Items, where the mapping takes them from another object.")
@click.option("--store", type=SOURCE_PATH, metavar="FILE", help="Tell what becomes of the running plans of this store.")
@click.option(
    "--today",
    callback=day,
    metavar="DATE",
    help="With --records and --store: the day.  [default: today in the plan's zone]",
)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
@color_option
def command(
    old: Path,
    new: Path,
    name: str | None,
    records: tuple[str, ...],
    items: str | None,
    store: Path | None,
    today: date | None,
    format_: str,
    color: str,
) -> Exit:
    """Tell what differs between two versions of a .dro file: which records move from one scenario to another, with an
    example each; steps, waits, schedules, service levels and all other clauses that were added, removed or changed.
    Layout, comments and the order of declarations are no difference.

    With --records: which of them would get another scenario, and which steps their plans would lose and gain. With
    --store: the same of the plans that run, with their records as they are now; nothing in the store changes.

    Exit code 1 says that something strands: a running plan of the old version can have a step that the new one lacks,
    or a record gets no plan any more. With --records and --store: that this is so of one of them.

    \b
    Examples:
      drolang diff plan.dro plan.dro
      drolang diff plan.dro plan.dro --records records.ndjson
      drolang run plan.dro --records records.ndjson --store plans.db && drolang diff plan.dro plan.dro --store plans.db
      drolang diff plan.dro plan.dro --format json
    """
    if items is not None and not records:
        raise Misuse("--items goes with --records")
    programs = [program_of(path, color) for path in (old, new)]
    before, after = programs
    if isinstance(before, Exit) or isinstance(after, Exit):
        return Exit.PROBLEMS
    if name is not None and name not in before.plans and name not in after.plans:
        raise Misuse(f"there is no plan `{name}` in either of the files")
    difference = compare(before, after, name)
    effects = _effects(before, after, name, Inputs(records, items), today) if records else None
    running = _running(before, after, name, store, today) if store is not None else None
    if format_ == "json":
        told: dict[str, Any] = difference_object(difference)
        if effects is not None:
            told["records"] = effects_object(effects)
        if running is not None:
            told["running_plans"] = [effects_object(each) for each in running.effects]
            told["plans_without_a_version"] = running.removed
        emit(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
    else:
        painter = Painter(terminal_columns(), colored(sys.stdout, color))
        for line in difference_lines(difference, painter):
            emit(line + "\n")
        for each in (*([] if effects is None else [effects]), *([] if running is None else running.effects)):
            for line in effect_lines(each, painter):
                emit(line + "\n")
        for gone, count in running.removed.items() if running is not None else ():
            emit(f"\nrunning plans: {plural(count, 'running plan')} of `{gone}` have no version to move to\n")
    if effects is None and running is None:
        stranded = difference.strands
    elif running is None:
        stranded = bool(difference.removed) or (effects is not None and effects.strands)
    else:
        stranded = running.strands or (effects is not None and effects.strands)
    return Exit.PROBLEMS if stranded else Exit.OK


@frozen
class _Running:
    """What becomes of running plans, by plan; of those that the new file lacks, how many there are."""

    effects: list[Effects]
    removed: dict[str, int]

    @property
    def strands(self) -> bool:
        return bool(self.removed) or any(each.strands for each in self.effects)


def _running(before: Program, after: Program, name: str | None, path: Path, today: date | None) -> _Running:
    """What becomes of the plans of a store. Raises Misuse for one that cannot be used, Problem for a damaged one."""
    found = _Running([], {})
    names = [name] if name is not None else list(before.plans)
    with troubles_told(), closing(SqliteStore.open_to_read(path)) as store:
        for each in names:
            running = RunningPlans(store, each)
            if each not in after.plans:
                if count := running.count():
                    found.removed[each] = count
                continue
            new = Version(after, after.plans[each])
            old = Version(before, before.plans[each]) if each in before.plans else new
            transition = Transition(old, new, days_of(new.plan, today, None)[0])
            effects, hash = Effects(transition, "running plan"), content_hash(before)
            for loaded, effect in running.effects(effects.transition):
                effects.add_plan(loaded.header, effect, loaded.header.program == hash)
            found.effects.append(effects)
    return found


def _effects(before: Program, after: Program, name: str | None, inputs: Inputs, today: date | None) -> Effects:
    """What becomes of each record. Raises Misuse where it is not clear which plan is meant, or a file is of no use."""
    both = [each for each in before.plans if each in after.plans]
    if name is None and len(both) != 1:
        hint = f"choose one of {', '.join(f'`{each}`' for each in both)} with --plan" if both else "they share none"
        raise Misuse(f"records go through one plan that both files have: {hint}")
    name = name or both[0]
    if name not in both:
        raise Misuse(f"records go through one plan that both files have, and `{name}` is in one of them only")
    if STANDARD_INPUT in inputs.paths:
        raise Misuse("records are read twice, once for each version: standard input cannot be")
    old, new = Version(before, before.plans[name]), Version(after, after.plans[name])
    effects = Effects(Transition(old, new, days_of(new.plan, today, None)[0]))
    items = None if inputs.items is None else name_of(inputs.items)
    with files_told():
        for one, other in zip(_read(old, inputs, items), _read(new, inputs, items), strict=True):
            effects.add(one, other)
    return effects


def _read(version: Version, inputs: Inputs, items: str | None) -> Iterator[Accepted | Rejected]:
    """The records as a version reads them; rows of the file of items that do not fit are no records."""
    for found in load(version.program, version.plan, inputs):
        if isinstance(found, Accepted) or found.position.file != items:
            yield found
