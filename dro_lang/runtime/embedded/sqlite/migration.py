"""Bringing a store that an earlier version made into the form of this one: in one transaction, all of it or nothing."""

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path

from dro_lang.runtime.embedded.sqlite.schema import AT_RISK, COUNTED, SCHEMA, VERSION


def can_migrate(version: int) -> bool:
    return version in _NEXT


def is_held(path: Path | str) -> bool:
    """Whether a process carries out the plans of a store, and so would go on writing in the form that it knows."""
    lock = Path(f"{path}.lock")
    if not lock.exists():
        return False
    connection = sqlite3.connect(lock.absolute(), timeout=0, isolation_level=None)
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        return True
    finally:
        connection.close()
    return False


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the store into the form of this version. Raises sqlite3.Error; then it is as it was."""
    # A table that gives its name to another keeps what refers to that name.
    connection.execute("PRAGMA legacy_alter_table = ON")
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have been first.
        while (version := int(connection.execute("PRAGMA user_version").fetchone()[0])) < VERSION:
            _NEXT[version](connection)
            connection.execute(f"PRAGMA user_version = {version + 1}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    finally:
        connection.execute("PRAGMA legacy_alter_table = OFF")


def _from_1(connection: sqlite3.Connection) -> None:
    """Plans know their kind. Indexes and counts are those that the last version of the form has."""
    indexes = connection.execute("SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL").fetchall()
    for (name,) in indexes:
        if name.startswith("plans_"):
            connection.execute(f"DROP INDEX {name}")
    columns = ", ".join(row[1] for row in connection.execute("PRAGMA table_info (plans)"))
    connection.execute("ALTER TABLE plans RENAME TO plans_before")
    for name in ("kinds", "plans"):
        connection.execute(SCHEMA[name])
    # The first entry of a journal says which scenarios its plan was composed from. Where it cannot be read, the plan is
    # damaged, and stays so.
    connection.execute(
        "CREATE TEMP TABLE composed AS SELECT b.key, b.program, b.plan, b.object, b.priority,"
        " ifnull((SELECT json_extract(j.event, '$.scenarios') FROM main.journal j"
        " WHERE j.plan = b.key AND j.number = 0 AND json_valid(j.event)), '[]') AS scenarios FROM main.plans_before b"
    )
    kind = "program, plan, object, priority, scenarios"
    connection.execute(f"INSERT INTO kinds ({kind}) SELECT DISTINCT {kind} FROM temp.composed")
    connection.execute(
        f"INSERT INTO plans ({columns}, kind)"
        " SELECT b.*, k.key FROM temp.composed c JOIN plans_before b ON b.key = c.key"
        " JOIN kinds k ON k.program = c.program AND k.plan = c.plan AND k.object = c.object AND k.priority = c.priority"
        " AND k.scenarios = c.scenarios ORDER BY b.key"
    )
    connection.execute("DROP TABLE temp.composed")
    connection.execute("DROP TABLE plans_before")


def _from_2(connection: sqlite3.Connection) -> None:
    """Receipts say of which record they are, and when they were given: where a plan came of it, that does."""
    connection.execute("ALTER TABLE receipts RENAME TO receipts_before")
    connection.execute(SCHEMA["receipts"])
    connection.execute(
        "INSERT INTO receipts (number, request, object, record, at, plan, code, reason)"
        " SELECT b.number, b.request, p.object, p.record, p.submitted, b.plan, b.code, b.reason"
        " FROM receipts_before b LEFT JOIN plans p ON p.id = b.plan ORDER BY b.number"
    )
    connection.execute("DROP TABLE receipts_before")
    connection.execute(SCHEMA["receipts_of_records"])


def _from_3(connection: sqlite3.Connection) -> None:
    """Plans know at which risk they are, steps the kind of their plan, and lists of steps have an index of their
    names."""
    named = "SELECT type, name FROM sqlite_master WHERE tbl_name = 'steps' AND type <> 'table' AND sql IS NOT NULL"
    for type, name in connection.execute(named).fetchall():
        connection.execute(f"DROP {type} {name}")
    listed = "SELECT type, name FROM sqlite_master WHERE tbl_name = 'plans' AND type <> 'table' AND sql IS NOT NULL"
    for type, name in connection.execute(listed).fetchall():
        if name not in ("plans_of_records", "plans_to_wake"):
            connection.execute(f"DROP {type} {name}")
    for table in COUNTED:
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    connection.execute("ALTER TABLE steps RENAME TO steps_before")
    connection.execute(SCHEMA["steps"])
    connection.execute(
        "INSERT INTO steps SELECT b.*, p.kind FROM steps_before b CROSS JOIN plans p ON p.key = b.plan"
        " ORDER BY b.plan, b.place"
    )
    connection.execute("DROP TABLE steps_before")
    if "risk" not in {row[1] for row in connection.execute("PRAGMA table_info (plans)")}:
        connection.execute("ALTER TABLE plans ADD COLUMN risk INTEGER NOT NULL DEFAULT 0")
    connection.execute("CREATE TEMP TABLE at_risk AS " + AT_RISK)
    connection.execute("UPDATE main.plans SET risk = r.risk FROM temp.at_risk r WHERE r.plan = main.plans.key")
    connection.execute("DROP TABLE temp.at_risk")
    there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    for name, statement in SCHEMA.items():
        if name not in there:
            connection.execute(statement)
    for table, counted in COUNTED.items():
        connection.execute(f"INSERT INTO {table} {counted}")


_NEXT: Mapping[int, Callable[[sqlite3.Connection], None]] = {1: _from_1, 2: _from_2, 3: _from_3}
"""What brings each version of the form into the next one."""
