"""`drolang store`: how a store is looked after."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from dro_lang.cli.operating.filters import moment, plan_filter_options
from dro_lang.cli.operating.names import tell_unknown
from dro_lang.cli.operating.place import Place, place_options
from dro_lang.cli.operating.upkeep import damages, held, input_of, output, tell_damages
from dro_lang.cli.output import Exit, Misuse, format_option, plural, say, whole_file
from dro_lang.cli.report.progress import Progress
from dro_lang.cli.stores import told
from dro_lang.runtime.embedded.lists import PlanFilter
from dro_lang.runtime.embedded.sqlite.store import SqliteStore
from dro_lang.runtime.operations.queries import Queries
from dro_lang.runtime.upkeep.checking import Damage
from dro_lang.runtime.upkeep.compacting import archive, finished, remove
from dro_lang.runtime.upkeep.copying import back_up
from dro_lang.runtime.upkeep.exporting import store_lines
from dro_lang.runtime.upkeep.importing import BadFile, Imported, import_lines
from dro_lang.runtime.upkeep.lines import written

TOLD = 20
"""So many lines that were left out are told, with the reason."""

FILE = click.Path(dir_okay=False, path_type=Path)


@click.group("store", short_help="Check, back up, export, import and compact a store.")
def command() -> None:
    """Look after a store. All but `import` and `compact` may be done while a worker runs.

    \b
    Examples:
      drolang store check
      drolang store backup backup.db
      drolang store export --out plans.ndjson
      drolang store import plans.ndjson --store copy.db
      drolang store compact --archive finished.ndjson --yes
    """


@command.command("check")
@click.option("--quick", is_flag=True, help="Read the journals along their checksums, without replaying them.")
@format_option
@place_options
def check(quick: bool, format_: str, place: Place) -> Exit:
    """Find what is wrong in a store: in its file, in the journals of its plans, in what lists show.

    Every journal is read along its chain of checksums and replayed: it must give the state that the store has, to the
    last value. Exit code 1 says that something is wrong; then restore a backup.

    \b
    Examples:
      drolang store check
      drolang store check --quick --format json
    """
    found: list[Damage] = []
    with told():
        store = SqliteStore.open_to_read(place.path)
        try:
            found.extend(damages(store, deep=not quick))
            count = sum(store.tally_plans().values()) if not found else 0
        finally:
            store.close()
    tell_damages(found, format_, place.painter())
    if found:
        say(f"{place.path}: {plural(len(found), 'thing')} wrong\n  help: restore a backup of the store")
        return Exit.PROBLEMS
    say(f"{place.path}: {plural(count, 'plan')}, nothing wrong")
    return Exit.OK


@command.command("backup")
@click.argument("file", type=FILE)
@place_options
def backup(file: Path, place: Place) -> Exit:
    """Copy a store into a new file, as it is at one moment, while others go on writing. The file appears when it is
    whole, checked and on disk. Accounts and tokens of the server are in it too.

    \b
    Examples:
      drolang store backup backup.db
    """
    with told():
        store = SqliteStore.open_to_read(place.path)
        try:
            size = back_up(store, file)
        except FileExistsError:
            raise Misuse(f"there is a file `{file}`, and it would be overwritten") from None
        finally:
            store.close()
    say(f"wrote {file}, {size:,} bytes")
    return Exit.OK


@command.command("export")
@click.option("--out", type=FILE, metavar="FILE", help="Write to a file.")
@plan_filter_options
@place_options
def export(out: Path | None, filter: PlanFilter, place: Place) -> Exit:
    """Write a store as NDJSON, as it is at one moment: programs, plans with their whole journals, receipts,
    integrations. With a filter, only the plans that it means. Accounts and tokens of the server are not in it.

    `drolang store import` makes the same store of it.

    \b
    Examples:
      drolang store export > plans.ndjson
      drolang store export --state completed --out finished.ndjson
    """
    plans = 0
    with told():
        store = SqliteStore.open_to_read(place.path)
        whole = None if filter == PlanFilter() else filter
        meant = store.count_plans(filter)
        bar = Progress(sys.stderr.isatty() and out is not None, meant, "plans")
        try:
            if meant == 0:
                tell_unknown(Queries(store), filter)
            with output(out) as lines:
                for line in store_lines(store, datetime.now(UTC), whole):
                    lines.write(written(line))
                    plans += line["type"] == "plan"
                    bar.at(plans)
        finally:
            bar.clear()
            store.close()
    say(f"{plural(plans, 'plan')} written" + ("" if out is None else f" to {out}"))
    return Exit.OK


@command.command("import")
@click.argument("file", metavar="FILE")
@place_options
def import_(file: str, place: Place) -> Exit:
    """Bring what was exported, or archived, into a store, which is made where there is none; - is standard input.

    Each journal is replayed. A plan whose id is taken stays as it is; that is told, with exit code 1, and the rest
    comes in. No worker may run meanwhile.

    \b
    Examples:
      drolang store import plans.ndjson --store copy.db
      drolang store export | drolang store import - --store copy.db
    """
    done, refused = Imported(), 0
    bar = Progress(sys.stderr.isatty(), None, "lines")
    with told(), input_of(file) as texts, held(place.path, "drolang store import", create=True) as store:
        try:
            for each in import_lines(store, texts, done):
                refused += 1
                bar.clear()
                if refused <= TOLD:
                    say(f"{file}:{each.line}: {each.what} left out: {each.why}")
                bar.at(done.lines)
        except BadFile as problem:
            came = f"; {plural(done.plans, 'plan')} came in before" if done.plans else ""
            raise Misuse(f"{file}: {problem}{came}") from None
        finally:
            bar.clear()
    if refused > TOLD:
        say(f"{refused - TOLD:,} more are not told")
    left = f", {refused:,} left out" if refused else ""
    say(
        f"{plural(done.plans, 'plan')}, {plural(done.programs, 'program')}, {plural(done.receipts, 'receipt')} in{left}"
    )
    return Exit.PROBLEMS if refused else Exit.OK


@command.command("compact")
@click.option("--archive", "file", type=FILE, required=True, metavar="FILE", help="Where the plans go, as NDJSON.")
@click.option(
    "--finished-before", callback=moment, metavar="DATE", help="Only plans that were finished before this day."
)
@click.option("--dry-run", is_flag=True, help="Only tell how many there are.")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@place_options
def compact(file: Path, finished_before: datetime | None, dry_run: bool, yes: bool, place: Place) -> Exit:
    """Write finished plans to an archive, remove them from the store, and give their room back.

    Their receipts stay, and their ids are not used again; a record whose plan was archived still has had one, and gets
    no second one unasked. `drolang store import` brings the archive back. No worker may run meanwhile.

    \b
    Examples:
      drolang store compact --archive finished.ndjson --dry-run
      drolang store compact --archive finished.ndjson --finished-before 2026-12-01 --yes
    """
    if file.exists():
        raise Misuse(f"there is a file `{file}`, and it would be overwritten")
    with told(), held(place.path, "drolang store compact") as store:
        count = sum(1 for _ in finished(store, finished_before))
        if dry_run or not count:
            say(f"{plural(count, 'plan')} would be archived")
            return Exit.OK
        if not yes and sys.stdin.isatty() and sys.stderr.isatty():
            click.confirm(f"archive and remove {plural(count, 'plan')}?", abort=True, err=True)
        at, before = datetime.now(UTC), place.path.stat().st_size
        with whole_file(file) as out:
            ids = archive(store, finished_before, at, out)
        bar = Progress(sys.stderr.isatty(), len(ids), "plans")
        try:
            remove(store, ids, at, bar.at)
        finally:
            bar.clear()
        after = place.path.stat().st_size
    say(f"{plural(len(ids), 'plan')} archived in {file}; {place.path}: {before:,} bytes before, {after:,} now")
    return Exit.OK
