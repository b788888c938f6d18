"""Tables of conditions with what they come to for a record: `T`, `F`, or the code of the one error in them."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from dro_lang.conditions import rules
from dro_lang.conditions.trace import trace
from dro_lang.conditions.values import evaluate
from dro_lang.diagnostics.diagnostic import Severity
from dro_lang.kernel.compose import plan_environment
from dro_lang.kernel.machine import Kernel
from dro_lang.loader import Loader
from dro_lang.program.model import Plan, Program
from dro_lang.program.values import Row
from dro_lang.records.load import Accepted, Inputs, load
from dro_lang.runtime.submission import moment_in
from dro_lang.semantics.check import check
from dro_lang.semantics.modules import gather
from dro_lang.source import Source
from dro_lang.syntax.parser import parse

TABLES = Path(__file__).parent / "conditions"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| (T|F|E\d{4}) \| `(.*)` \|$", re.MULTILINE)
TODAY = date(2026, 3, 2)

ROWS = [
    (path, outcome, condition)
    for path in sorted(TABLES.glob("*.md"))
    for outcome, condition in ROW.findall(path.read_text(encoding="utf-8"))
]


def blocks(path: Path) -> dict[str, str]:
    return dict(BLOCK.findall(path.read_text(encoding="utf-8")))


def compiled(path: Path, conditions: list[str]) -> tuple[Program | None, list[str]]:
    """The file's program with a scenario for each condition, and the codes of its errors.

    It is not analysed: that a condition never holds is another matter.
    """
    scenarios = "".join(f"\n  scenario s{n} {{ when {each}\n run G }}" for n, each in enumerate(conditions))
    body = blocks(path)["dro"]
    end = body.rindex("}")
    source = Source(f"{path.stem}.dro", body[:end] + scenarios + body[end:])
    world, found = gather(source, parse(source), path.stem, Loader(TABLES))
    program, problems = check(world)
    return program, [each.code for each in (*found, *problems) if each.severity is Severity.ERROR]


def plan_of(program: Program) -> Plan:
    (plan,) = program.plans.values()
    return plan


def row(program: Program, path: Path, folder: Path) -> Row:
    records = folder / "record.json"
    records.write_text(json.dumps([json.loads(blocks(path)["json"])]), encoding="utf-8")
    (loaded,) = load(program, plan_of(program), Inputs((str(records),), None))
    assert isinstance(loaded, Accepted), loaded
    return loaded.row


@pytest.mark.parametrize("path", sorted({path for path, _, _ in ROWS}), ids=lambda path: path.stem)
def test_conditions_come_to_what_is_said(path: Path, tmp_path: Path) -> None:
    expected = [(outcome, condition) for of, outcome, condition in ROWS if of == path and outcome in "TF"]
    program, errors = compiled(path, [condition for _, condition in expected])
    assert program is not None, errors
    kernel = Kernel(program, plan_of(program).name)
    environment = plan_environment(kernel.blueprint, row(program, path, tmp_path), moment_in(kernel, TODAY))
    scenarios = {scenario.name: scenario.when for scenario in plan_of(program).scenarios}
    conditions = [scenarios[f"s{number}"] for number in range(len(expected))]
    assert conditions
    for told in (
        [rules.holds(each, environment) for each in conditions if each is not None],
        [evaluate(each, environment) is True for each in conditions if each is not None],
        [trace(each, environment).holds for each in conditions if each is not None],
    ):
        found = [("T" if holds else "F", condition) for holds, (_, condition) in zip(told, expected, strict=True)]
        assert found == expected


@pytest.mark.parametrize(
    ("path", "code", "condition"),
    [pytest.param(*each, id=each[2]) for each in ROWS if each[1] not in "TF"],
)
def test_a_mistake_in_a_condition_is_one_error(path: Path, code: str, condition: str) -> None:
    assert compiled(path, [condition])[1] == [code]
