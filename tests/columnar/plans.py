"""A plan over every type of attribute, and the ways to select for records of files."""

from datetime import date
from pathlib import Path

from dro_lang.pipeline import check_text
from dro_lang.records.load import Inputs
from dro_lang.runtime.batch.by_rows import select_by_rows
from dro_lang.runtime.batch.deliver import as_file
from dro_lang.runtime.batch.job import Job, Limits
from dro_lang.runtime.batch.select import prepared, select_all
from dro_lang.runtime.batch.workspace import Workspace
from dro_lang.source import Source

TEXT = """language 1.0
import std.generic { Generic }
enum Risk { Low = "low", High = "very high" }
record Line { id : Id  amount : Money in EUR  pieces : Integer optional }
context Case {
  id : Id
  start_date : Date
  name : Text optional
  risk : Risk
  vip : Boolean optional
  visits : Integer in 0..100
  rate : Decimal optional
  balance : Money in EUR
  promised_on : Date in 2020-01-01..2030-12-31 optional
  opened_at : DateTime optional
  patience : Duration optional
  lines : items of Line
}
mapping Cases for Case { usage Generic object "Case" { name from "Label" } %s }
plan P for Case {
  usage Generic
  timezone "Europe/Berlin"
  choose %s
  scenario rich { when balance > 100.5 EUR and risk = High run G }
  scenario late { when promised_on is known and promised_on + 3 days < today run G }
  scenario old { when opened_at is known and year(opened_at) < 2026 run G }
  scenario waiting { when patience is known and patience > 2 days run G }
  scenario lines { when any(lines where item.amount > 10 EUR) or count(lines) > 2 run G }
  scenario named { when name is known and (starts_with(lower(name), "a") or length(name) > 3) run G }
  scenario rated { when rate is known and rate * rate > 2 and visits < 50 run G }
  %s
}
group G for Case { step a: milestone { } }
"""
OTHERWISE = "scenario rest { otherwise run G }"
JOINED = 'items of "CaseLine" by "CaseId"'
TODAY = date(2026, 12, 1)


def plan_of(policy="first matching scenario", items='items in "lines"', last=OTHERWISE):
    checked = check_text(Source("plan.dro", TEXT % (items, policy, last)), Path("plan.dro"))
    assert checked.program is not None, checked.diagnostics
    return checked.program


def by_rows(program, folder, records, items=None):
    """The lines of the result and the rejects, record by record."""
    rejects = []
    out = folder / "rows.ndjson"
    job = Job(program, program.plans["P"], Inputs([records], items), TODAY)
    selected = select_by_rows(job, "rules", out, "ndjson", rejects.append, lambda count: None)
    return selected, out.read_text(encoding="utf-8").splitlines(), rejects


def by_columns(program, folder, records, items=None, limits=None, formats=("ndjson",)):
    """The same by columns."""
    rejects = []
    job = Job(program, program.plans["P"], Inputs([records], items), TODAY, limits=limits or Limits())
    workspace = Workspace.beside(folder / "work", prepared(job))
    with select_all(prepared(job), workspace, rejects.append, lambda done, total: None) as outcome:
        for format in formats:
            as_file(outcome, workspace, folder / f"columns.{format}", format)
    workspace.remove()
    return outcome.selected, (folder / "columns.ndjson").read_text(encoding="utf-8").splitlines(), rejects


def agree(program, folder, records, items=None, limits=None):
    """Assert that both ways give the same, line by line and reject by reject; gives what they give."""
    expected, lines, rejects = by_rows(program, folder, records, items)
    selected, found, rejected = by_columns(program, folder, records, items, limits)
    assert rejected == rejects
    assert found == lines
    counts = (expected.records, expected.by_scenario, expected.errors, expected.rejected, expected.items)
    assert (selected.records, selected.by_scenario, selected.errors, selected.rejected, selected.items) == counts
    return selected
