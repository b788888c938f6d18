"""Programs and commands for tests of the outside."""

from datetime import UTC, datetime
from pathlib import Path

from dro_lang.kernel.commands import CallOut, Key, RunAction
from dro_lang.kernel.states import InstanceId
from dro_lang.pipeline import check_text
from dro_lang.program.model import Program
from dro_lang.program.values import Row
from dro_lang.runtime.configuration.model import Configuration
from dro_lang.runtime.configuration.read import read
from dro_lang.source import Source

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)

FRAME = """
language 1.0
import std.generic {{ Generic }}
{imports}
enum Level {{ Low, VeryHigh = "very high" }}
record Line {{ id : Id  amount : Decimal }}
context Account {{ id : Id  start_date : Date  level : Level  lines : list of Line }}
mapping Accounts for Account {{ usage Generic  object "Account" }}
{declarations}
plan Work for Account {{
  usage Generic
  choose exactly one scenario
  scenario all {{ run Steps }}
}}
group Steps for Account {{
  step begin: manual {{ assign to user "ann@example.com" }}
{steps}
}}
"""


def program(declarations: str = "", steps: str = "", imports: str = "") -> Program:
    """A program with some declarations and steps; it must be right."""
    text = FRAME.format(declarations=declarations, steps=steps, imports=imports)
    checked = check_text(Source("plan.dro", text), Path("plan.dro"))
    assert checked.program is not None, [each.message for each in checked.diagnostics]
    return checked.program


def configuration(text: str, folder: Path, environment: str | None = None) -> Configuration:
    """A configuration that must be right."""
    made = read(Source("drolang.toml", text), folder, environment)
    assert isinstance(made, Configuration), [each.message for each in made]
    return made


def key(attempt: int = 1, plan: str = "A-1") -> Key:
    return Key(plan, InstanceId("Steps", "work"), attempt)


def run(action: str, arguments: Row | None = None, attempt: int = 1, plan: str = "A-1") -> RunAction:
    return RunAction(key(attempt, plan), action, arguments or {})


def call(
    integration: str, arguments: Row | None = None, attempt: int = 1, asynchronous: bool = False, plan: str = "A-1"
) -> CallOut:
    return CallOut(key(attempt, plan), integration, arguments or {}, asynchronous)
