"""`drolang compile --to sql`: the selection of a plan as a query."""

import sys
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from zoneinfo import ZoneInfo

from attrs import frozen

from dro_lang.analysis.selection import exclusive
from dro_lang.cli.output import Exit, Misuse, colored, deliver, say
from dro_lang.cli.sources import plan_of
from dro_lang.cli.trees import told
from dro_lang.diagnostics.render import text
from dro_lang.diagnostics.render.places import summary
from dro_lang.kernel.blueprint import Blueprint
from dro_lang.kernel.compose import plan_environment
from dro_lang.program.model import JoinedItems
from dro_lang.runtime.submission import beginning


@frozen
class Asked:
    """What the command line says of the query."""

    dialect: str | None = None
    table: str | None = None
    items_table: str | None = None
    today: date | None = None
    exact_names: bool = False


def to_sql(file: Path, name: str | None, asked: Asked, out: Path | None, color: str) -> Exit:
    """Write the query of a plan of a file, or tell what the dialect cannot say. Raises Misuse."""
    if find_spec("sqlglot") is None:
        raise Misuse("this needs `sqlglot`, not installed; install it with: pip install 'drolang[sql]'")
    # Loaded where it is wanted: it is an extra.
    from dro_lang.conditions.sql.dialects import DIALECTS
    from dro_lang.conditions.sql.tables import Target
    from dro_lang.interop.queries import selection_query

    checked = told(file, color)
    program, world = checked.program, checked.world
    if program is None or world is None:
        return Exit.PROBLEMS
    plan = plan_of(program, name)
    mapping = program.mappings[plan.mapping]
    joined = mapping.items.object if isinstance(mapping.items, JoinedItems) else None
    if asked.items_table is not None and joined is None:
        raise Misuse(f"mapping `{mapping.name}` takes no items from a table of their own: leave --items-table out")
    run = None
    if asked.today is not None:
        moment = beginning(asked.today, ZoneInfo(plan.timezone))
        run = plan_environment(Blueprint.of(program, plan.name), {}, moment)
    target = Target(
        DIALECTS[asked.dialect or "duckdb"],
        asked.table or mapping.object,
        asked.items_table or joined or "",
        run,
        asked.exact_names,
        exclusive(program, plan),
    )
    found = selection_query(world, program, plan, target)
    if not isinstance(found, str):
        say(text.render(found, colored(sys.stderr, color)) + summary(found))
        return Exit.PROBLEMS
    deliver(found, out, file)
    return Exit.OK
