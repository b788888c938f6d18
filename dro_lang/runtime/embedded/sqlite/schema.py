"""The tables of a store, and the version of their form."""

import re
from collections.abc import Iterator

from dro_lang.kernel.states import Jeopardy

APPLICATION = 0x64726F6C  # "drol", in the file's header, where `file` and SQLite look for it
VERSION = 4

_TABLES = """
CREATE TABLE programs (
  key      INTEGER PRIMARY KEY,
  hash     TEXT NOT NULL UNIQUE,
  module   TEXT NOT NULL,
  document BLOB NOT NULL,
  source   TEXT NOT NULL
) STRICT;

-- What plans are composed from. Plans of one kind differ in none of what never changes and lists are narrowed to.
CREATE TABLE kinds (
  key       INTEGER PRIMARY KEY,
  program   INTEGER NOT NULL REFERENCES programs,
  plan      TEXT NOT NULL,
  object    TEXT NOT NULL,
  priority  INTEGER NOT NULL,
  scenarios TEXT NOT NULL,
  UNIQUE (program, plan, object, priority, scenarios)
) STRICT;

-- A plan. What never changes stands first, then what lists show, then the state and what guards it. `risk` is the sum
-- of the risks at which an open step is: 1 in jeopardy, 2 late. Triggers keep it. It stands, and is written, as ALTER
-- TABLE has it in stores of earlier forms, in which a million plans need not be written anew.
CREATE TABLE plans (
  key       INTEGER PRIMARY KEY,
  id        TEXT NOT NULL UNIQUE,
  object    TEXT NOT NULL,
  record    TEXT NOT NULL,
  usage     TEXT NOT NULL,
  program   INTEGER NOT NULL REFERENCES programs,
  plan      TEXT NOT NULL,
  name      TEXT NOT NULL,
  priority  INTEGER NOT NULL,
  kind      INTEGER NOT NULL REFERENCES kinds,
  submitted INTEGER NOT NULL,
  status    TEXT NOT NULL,
  updated   INTEGER NOT NULL,
  wake      INTEGER,
  steps     INTEGER NOT NULL,
  finished  INTEGER NOT NULL,
  trouble   TEXT,
  entries   INTEGER NOT NULL,
  chain     INTEGER NOT NULL,
  checksum  INTEGER NOT NULL,
  state     BLOB NOT NULL
, risk INTEGER NOT NULL DEFAULT 0) STRICT;

-- The pieces of the states of plans with many steps: the record, then the steps. Their checksums stand in the state.
CREATE TABLE pieces (
  plan   INTEGER NOT NULL REFERENCES plans,
  number INTEGER NOT NULL,
  data   BLOB NOT NULL,
  PRIMARY KEY (plan, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX plans_of_records ON plans (record, object, usage);
CREATE INDEX plans_to_wake ON plans (priority, wake) WHERE wake IS NOT NULL;
CREATE INDEX plans_by_submission ON plans (kind, status, risk, submitted);
CREATE INDEX plans_by_update ON plans (kind, status, risk, updated);
CREATE INDEX plans_by_wake ON plans (kind, status, risk, wake) WHERE wake IS NOT NULL;
CREATE INDEX plans_by_name ON plans (kind, status, risk, name COLLATE NOCASE);
CREATE INDEX plans_in_trouble ON plans (kind, status, risk) WHERE trouble IS NOT NULL;

-- What happened, in the order in which it did: an event, and the history that it made. `checksum` covers the entry and
-- the checksum of the one before it.
CREATE TABLE journal (
  key      INTEGER PRIMARY KEY,
  plan     INTEGER NOT NULL REFERENCES plans,
  number   INTEGER NOT NULL,
  at       INTEGER NOT NULL,
  event    TEXT NOT NULL,
  history  TEXT NOT NULL,
  checksum INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX journal_of_plans ON journal (plan, number);

-- The open steps: neither pending nor finished. `place` is the step's place in its plan's state. `awaited` is 1 while
-- the outside is to be asked, and 2 once it has promised to answer later. `plans` is the kind of its plan.
CREATE TABLE steps (
  plan     INTEGER NOT NULL REFERENCES plans,
  place    INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  name     TEXT NOT NULL,
  step     TEXT NOT NULL,
  item     TEXT,
  copy     INTEGER NOT NULL,
  kind     TEXT NOT NULL,
  target   TEXT,
  status   TEXT NOT NULL,
  since    INTEGER,
  queue    TEXT,
  assignee TEXT,
  jeopardy TEXT,
  due      INTEGER,
  attempt  INTEGER NOT NULL,
  error    TEXT,
  awaited  INTEGER NOT NULL,
  plans    INTEGER NOT NULL REFERENCES kinds,
  PRIMARY KEY (plan, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX steps_by_status ON steps (status);
CREATE INDEX steps_by_since ON steps (status, since);
CREATE INDEX steps_by_due ON steps (status, due) WHERE due IS NOT NULL;
CREATE INDEX steps_by_queue ON steps (queue) WHERE queue IS NOT NULL;
CREATE INDEX steps_by_assignee ON steps (assignee) WHERE assignee IS NOT NULL;
CREATE INDEX steps_by_target ON steps (target, status) WHERE kind = 'callout';
CREATE INDEX steps_by_name ON steps (name, step, status, due);
CREATE INDEX steps_by_error ON steps (error) WHERE error IS NOT NULL;
CREATE INDEX steps_of_people ON steps (status, due) WHERE kind = 'manual';
CREATE INDEX steps_of_nobody ON steps (status, due) WHERE kind = 'manual' AND assignee IS NULL;
CREATE INDEX steps_in_queues ON steps (queue, status, due) WHERE kind = 'manual';
CREATE INDEX steps_at_risk ON steps (jeopardy) WHERE jeopardy IS NOT NULL;
CREATE INDEX steps_awaited ON steps (target, priority, plan) WHERE awaited = 1;

-- How many plans of each kind are in which state and at which risk. Triggers count.
CREATE TABLE plan_counts (
  kind   INTEGER NOT NULL REFERENCES kinds,
  status TEXT NOT NULL,
  risk   INTEGER NOT NULL,
  count  INTEGER NOT NULL,
  PRIMARY KEY (kind, status, risk)
) STRICT, WITHOUT ROWID;

-- How many open steps there are of plans of each kind; '' is none. Automations under way are not among them: they come
-- and go too fast, and are few. Triggers count.
CREATE TABLE step_counts (
  plans    INTEGER NOT NULL REFERENCES kinds,
  kind     TEXT NOT NULL,
  target   TEXT NOT NULL,
  status   TEXT NOT NULL,
  queue    TEXT NOT NULL,
  assigned INTEGER NOT NULL,
  jeopardy TEXT NOT NULL,
  error    TEXT NOT NULL,
  count    INTEGER NOT NULL,
  PRIMARY KEY (plans, kind, target, status, queue, assigned, jeopardy, error)
) STRICT, WITHOUT ROWID;

CREATE TABLE inbox (
  number   INTEGER PRIMARY KEY AUTOINCREMENT,
  received INTEGER NOT NULL,
  request  TEXT NOT NULL,
  replied  INTEGER,
  reply    TEXT
) STRICT;
CREATE INDEX inbox_waiting ON inbox (number) WHERE replied IS NULL;

CREATE TABLE receipts (
  number  INTEGER PRIMARY KEY,
  request TEXT UNIQUE,
  object  TEXT,
  record  TEXT,
  at      INTEGER,
  plan    TEXT,
  code    TEXT,
  reason  TEXT NOT NULL
) STRICT;
CREATE INDEX receipts_of_records ON receipts (record, object) WHERE record IS NOT NULL;

-- Plans that were archived and removed. Their ids are not used again, and their records go on to have had a plan.
CREATE TABLE archived (
  id     TEXT PRIMARY KEY,
  object TEXT NOT NULL,
  record TEXT NOT NULL,
  usage  TEXT NOT NULL,
  at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX archived_of_records ON archived (record, object, usage, at);

CREATE TABLE switches (
  integration TEXT PRIMARY KEY,
  online      INTEGER NOT NULL,
  since       INTEGER NOT NULL,
  by          TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE queues (
  queue TEXT PRIMARY KEY,
  given INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The process that carries out the plans of this store. It says so here, and holds the lock beside the file.
CREATE TABLE holder (
  one     INTEGER PRIMARY KEY CHECK (one = 1),
  pid     INTEGER NOT NULL,
  host    TEXT NOT NULL,
  command TEXT NOT NULL,
  since   INTEGER NOT NULL
) STRICT;
"""

RISKS = {Jeopardy.IN_JEOPARDY.value: 1, Jeopardy.LATE.value: 2}
"""What each risk adds to that of a plan."""

UNDER_WAY = "{row}.kind = 'auto' AND {row}.awaited = 1"
"""Of a step: that it is an automation under way."""

_COUNT_PLAN = (
    "INSERT INTO plan_counts VALUES ({row}.kind, {row}.status, {row}.risk, {by})"
    " ON CONFLICT DO UPDATE SET count = count + {by};"
)
_COUNT_STEP = (
    "INSERT INTO step_counts SELECT {row}.plans, {row}.kind,"
    " ifnull({row}.target, ''), {row}.status, ifnull({row}.queue, ''), {row}.assignee IS NOT NULL,"
    " ifnull({row}.jeopardy, ''), ifnull({row}.error, ''), {by}"
    f" WHERE NOT ({UNDER_WAY}) ON CONFLICT DO UPDATE SET count = count + {{by}};"
)
_OTHER_PLAN = "OLD.status <> NEW.status OR OLD.risk <> NEW.risk OR OLD.kind <> NEW.kind"
_OTHERWISE = " OR ".join(
    f"OLD.{column} IS NOT NEW.{column}" for column in ("status", "queue", "assignee", "jeopardy", "error", "awaited")
)


_BITS = " ".join(f"WHEN '{risk}' THEN {bit}" for risk, bit in RISKS.items())
_RISKS = f"sum(DISTINCT CASE s.jeopardy {_BITS} END)"
# A plan is at each risk once, however many of its steps are at it.
_RISK = f"(SELECT ifnull({_RISKS}, 0) FROM steps s WHERE s.plan = {{row}}.plan)"
_SET_RISK = f"UPDATE plans SET risk = {_RISK} WHERE key = {{row}}.plan AND risk <> {_RISK};"


def _triggers(table: str, otherwise: str, count: str) -> Iterator[str]:
    more, fewer = count.format(row="NEW", by="+1"), count.format(row="OLD", by="-1")
    yield f"CREATE TRIGGER {table}_added AFTER INSERT ON {table} BEGIN {more} END"
    yield f"CREATE TRIGGER {table}_removed AFTER DELETE ON {table} BEGIN {fewer} END"
    yield f"CREATE TRIGGER {table}_changed AFTER UPDATE ON {table} WHEN {otherwise} BEGIN {fewer} {more} END"


def _risk_triggers() -> Iterator[str]:
    """What keeps the risk of plans: for most changes of steps there is nothing to do."""
    risks = ", ".join(f"'{risk}'" for risk in RISKS)
    at_risk = f"{{row}}.jeopardy IN ({risks})".format
    made = "CREATE TRIGGER steps_risk_{name} AFTER {event} ON steps WHEN {when} BEGIN {set} END".format
    new, old = _SET_RISK.format(row="NEW"), _SET_RISK.format(row="OLD")
    yield made(name="added", event="INSERT", when=at_risk(row="NEW"), set=new)
    yield made(name="removed", event="DELETE", when=at_risk(row="OLD"), set=old)
    yield made(name="changed", event="UPDATE", when="OLD.jeopardy IS NOT NEW.jeopardy", set=new)


_STATEMENTS = (
    *_TABLES.split(";\n"),
    *_triggers("plans", _OTHER_PLAN, _COUNT_PLAN),
    *_triggers("steps", _OTHERWISE, _COUNT_STEP),
    *_risk_triggers(),
)


def _name(statement: str) -> str:
    found = re.search(r"^CREATE (?:UNIQUE )?(?:TABLE|INDEX|TRIGGER) (\w+)", statement, re.MULTILINE)
    assert found is not None  # all of them make something
    return found[1]


SCHEMA = {_name(statement): statement for statement in _STATEMENTS if statement.strip()}
"""The statements that make a store, by the names of what they make."""

AT_RISK = f"SELECT plan, ifnull({_RISKS}, 0) AS risk FROM steps s GROUP BY plan HAVING risk > 0"
"""The plans that are at risk, and at which."""

COUNTED = {
    "plan_counts": "SELECT kind, status, risk, count(*) FROM plans GROUP BY kind, status, risk",
    "step_counts": (
        "SELECT p.kind, s.kind, ifnull(s.target, ''), s.status, ifnull(s.queue, ''), s.assignee IS NOT NULL,"
        " ifnull(s.jeopardy, ''), ifnull(s.error, ''), count(*) FROM steps s JOIN plans p ON p.key = s.plan"
        f" WHERE NOT ({UNDER_WAY.format(row='s')}) GROUP BY 1, 2, 3, 4, 5, 6, 7, 8"
    ),
}
"""What the counts are to be, by their tables."""
