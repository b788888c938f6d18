"""A small plan with three scenarios, and records for it."""

from pathlib import Path

PLAN = """\
language 1.0

import std.generic { Generic }
import std.notify { SendEmail }

enum Risk { Low, Medium, High }

record Invoice {
  id : Id
}

context Account {
  id         : Id
  name       : Text
  start_date : Date
  due_date   : Date
  risk       : Risk
  email      : Text optional
  invoices   : items of Invoice
}

mapping Accounts for Account {
  usage Generic
  object "Account"
  items in "invoices"
}

queue Collections

plan Remind for Account {
  usage    Generic
  timezone "Europe/Berlin"
  choose   every matching scenario

  scenario gentle {
    when risk = Low
    run  Write
  }

  scenario firm {
    when   risk = High and due_date >= 2026-12-01
    unless gentle
    run    Write, Call
  }
}

group Write for Account {
  step mail: auto SendEmail {
    only if email is known
    starts  5 days before due_date
    with    { to: default(email, ""), template: "reminder" }
  }

  step check: manual for each item {
    after  mail
    assign to queue Collections by round robin
  }
}

group Call for Account {
  step call: manual {
    starts 3 days after due_date at 09:30
    assign to user "ann@example.com"
  }
}
"""

SECOND = """
plan Again for Account {
  usage  Generic
  choose exactly one scenario

  scenario all {
    run Call
  }
}
"""
"""Another plan for the same context."""

RECORDS = """\
{"id": "A-1", "name": "Acme", "start_date": "2026-12-01", "due_date": "2026-12-20", "risk": "Low", "email": "a@b.example"}
{"id": "A-2", "name": "Größe", "start_date": "2026-12-01", "due_date": "2026-12-20", "risk": "High", "invoices": [{"id": "I-1"}, {"id": "I-2"}]}
{"id": "A-3", "name": "Gamma", "start_date": "2026-12-01", "due_date": "2026-12-20", "risk": "Medium"}
{"id": "A-4", "name": "Delta", "start_date": "2026-12-01", "due_date": "20.12.2026", "risk": "Low"}
"""  # noqa: E501


def written(folder: Path) -> tuple[Path, Path]:
    """The plan and the records as files."""
    plan, records = folder / "plan.dro", folder / "records.ndjson"
    plan.write_text(PLAN, encoding="utf-8")
    records.write_text(RECORDS, encoding="utf-8")
    return plan, records
