"""A store with very many plans, for `serving.py`: built by the engine's own submission, with plans in every state.

`python portfolio.py FILE NUMBER` makes one.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from dro_lang.kernel.commands import CallOut, RunAction
from dro_lang.kernel.events import Assign, Failed, Freeze, Succeeded
from dro_lang.kernel.states import InstanceId
from dro_lang.loader import Loader
from dro_lang.pipeline import check_source
from dro_lang.program.model import Program
from dro_lang.program.values import Row
from dro_lang.runtime.embedded.clock import ManualClock
from dro_lang.runtime.embedded.dispatch import Inline, everywhere
from dro_lang.runtime.embedded.engine import Engine
from dro_lang.runtime.embedded.requests import Submit
from dro_lang.runtime.embedded.sqlite.store import SqliteStore
from dro_lang.source import Source

PROGRAM = """\
language 1.0
module serving

import std.generic {{ Generic }}
import std.notify {{ Notify }}

usage Billing {{ scopes plan, item }}

enum Risk {{ Low, Medium, High }}

context Account {{
  id         : Id
  name       : Text
  start_date : Date
  due_at     : DateTime
  risk       : Risk
  balance    : Money in EUR
}}

mapping Accounts for Account {{
  usage Generic
  object "Account"
}}

context Contract {{
  id         : Id
  name       : Text
  start_date : Date
  due_at     : DateTime
}}

mapping Contracts for Contract {{
  usage Billing
  object "Contract"
}}

integration Ledger {{
  takes {{ account : Id }}
  async
}}

queue Calls
queue Legal
queue Fallout

plan Chase for Account {{
  usage   Generic
  version {version}
  choose  exactly one scenario
  fallout for auto retry 1 times every 1 minute then queue Fallout

  scenario gentle {{
    when risk = Low
    run  Remind
  }}

  scenario firm {{
    when risk = Medium
    run  Remind, Call
  }}

  scenario legal {{
    when risk = High
    run  Remind, Book, Claim
  }}
}}

plan Renew for Contract {{
  usage   Billing
  version {version}
  choose  exactly one scenario

  scenario all {{
    run Renewal
  }}
}}

group Remind for Account {{
  step remind: auto Notify {{
    starts on due_at
    with   {{ to: "desk", text: name }}
  }}
}}

group Call for Account {{
  step call: manual {{
    starts on due_at
    assign to queue Calls by round robin
    due    within 60 days, warn 2 days before
  }}
}}

group Book for Account {{
  step book: callout Ledger {{
    starts on due_at
    with   {{ account: id }}
  }}
}}

group Claim for Account {{
  step claim: manual {{
    starts on due_at
    assign to queue Legal by round robin
    due    within 1 minute, warn 30 seconds before
  }}
}}

group Renewal for Contract {{
  step renew: manual {{
    starts on due_at
    assign to queue Calls by round robin
    due    within 60 days, warn 2 days before
  }}
}}
"""

VERSIONS = 4
CONFIGURATION = """\
[channels.desk]
file = "notices.ndjson"
"""
PEOPLE = 20
"""So many people have tasks, a hundred each at most."""


def program_of(version: int) -> Program:
    checked = check_source(Source("serving.dro", PROGRAM.format(version=version)), "serving", Loader(Path.cwd()))
    assert checked.program is not None, [each.message for each in checked.diagnostics]
    return checked.program


def account(id: str, due_at: datetime, risk: str) -> Row:
    return {
        "id": id,
        "name": f"{('Acme', 'Beta', 'Gamma', 'Delta')[len(id + risk) % 4]} {id[-4:]} Ltd",
        "start_date": due_at.date(),
        "due_at": due_at,
        "risk": risk,
        "balance": Decimal(900),
    }


class Outside:
    """Has done everything at once, save for every fiftieth account; callouts are accepted, and never answered."""

    def answer(self, command: RunAction | CallOut, at: datetime) -> Succeeded | Failed | None:
        if isinstance(command, CallOut):
            return None
        if int(command.key.plan.rpartition("-")[2]) % 50 == 0:
            return Failed(at, command.key.step, f"REFUSED_{command.key.plan[-3]}", command.key.attempt)
        return Succeeded(at, command.key.step, {}, command.key.attempt)


def build(path: Path, plans: int) -> None:
    """Three fifths of the plans wait for a date, a fifth have a task, and the others are completed, frozen, late, or
    failed."""
    # All that becomes late when the clock moves on is late before the store is used.
    clock = ManualClock(datetime.now(UTC) - timedelta(minutes=10))
    engine = Engine(SqliteStore.open(path, create=True), Inline(everywhere(Outside()), clock), clock)
    hashes = [engine.deploy(program_of(version)) for version in range(1, VERSIONS + 1)]
    for number, receipt in enumerate(engine.submit_all(_records(hashes, plans, clock.now()))):
        assert receipt.plan_id is not None, receipt
        if number % 1000 == 999:
            engine.run_due()
            clock.advance(seconds=0.1)
    engine.run_due()
    for number in range(0, plans, 100):
        engine.send(f"A-{number:07}", Freeze(clock.now()))
    for number in range(0, min(plans, PEOPLE * 1000), 10):
        step = InstanceId("Call", "call")
        engine.send(f"A-{number + 3:07}", Assign(clock.now(), step, f"person{number // 10 % PEOPLE}"))
    clock.advance(minutes=2)
    engine.run_due()
    engine.store.close()


def _records(hashes: list[str], plans: int, now: datetime) -> Iterator[Submit]:
    later, past = now + timedelta(days=300), now - timedelta(days=1)
    for number in range(plans):
        hash, kind = hashes[number * VERSIONS // plans], number % 10
        if kind == 9:
            id, due_at = f"C-{number:07}", later if number % 20 == 9 else past
            yield Submit(
                hash, "Renew", {"id": id, "name": f"Contract {number}", "start_date": now.date(), "due_at": due_at}
            )
        elif kind == 8 and number % 100 == 8:
            yield Submit(hash, "Chase", account(f"A-{number:07}", past, "High"))
        else:
            risk = "Low" if kind in (0, 1, 8) else "Medium"
            yield Submit(hash, "Chase", account(f"A-{number:07}", past if kind in (0, 1, 2, 3) else later, risk))


if __name__ == "__main__":
    build(Path(sys.argv[1]), int(sys.argv[2]))
