"""The program that a checked file gives: its declarations, and what they need of other modules."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from dro_lang.pipeline import check_file, check_source
from dro_lang.program.expressions import (
    And,
    Attribute,
    Call,
    Comparison,
    ComparisonOperator,
    Constant,
    Function,
    ItemAttribute,
    Known,
    Parameter,
)
from dro_lang.program.model import (
    Argument,
    AttributeDefinition,
    GroupCall,
    JoinedItems,
    Policy,
    Program,
    Retry,
    RetryPolicy,
    RuleTarget,
    Schedule,
    ScheduleRelation,
    ServiceLevel,
    SourceField,
    StepKind,
    ToQueue,
    Wait,
)
from dro_lang.program.render import render
from dro_lang.program.states import StepStatus
from dro_lang.program.tests import Complete, ExpectStep, Given, InstanceName, SetData, TodayLine
from dro_lang.program.types import DATE, ID, TEXT, DurationType, DurationUnit, EnumType, ListType, MoneyType
from dro_lang.program.values import Duration
from dro_lang.source import Source

EXAMPLES = Path(__file__).parents[3] / "examples"
DAYS, HOURS = DurationType(DurationUnit.DAYS), DurationType(DurationUnit.ELAPSED)
EUR = MoneyType("EUR")


def program(path: Path) -> Program:
    checked = check_file(path)
    assert checked.program is not None, checked.diagnostics
    return checked.program


@pytest.fixture(scope="module")
def dunning() -> Program:
    return program(EXAMPLES / "dunning" / "dunning.dro")


@pytest.fixture(scope="module")
def obligations() -> Program:
    return program(EXAMPLES / "obligations" / "obligations.dro")


def compile(text: str, modules: Mapping[str, str]) -> tuple[Program | None, list[str]]:
    """A program of several modules, and the codes of the errors."""

    def load(name: str) -> Source | None:
        return Source(f"{name}.dro", modules[name]) if name in modules else None

    checked = check_source(Source("main.dro", text), "main", load)
    return checked.program, [each.code for each in checked.diagnostics if each.code.startswith("E")]


# ---- the examples


def test_a_context_has_typed_attributes(dunning: Program) -> None:
    context = dunning.contexts["CollectionPlan"]
    assert context.attribute("promised_on") == AttributeDefinition("promised_on", DATE, optional=True)
    assert context.attribute("risk") == AttributeDefinition("risk", EnumType("Risk"))
    assert context.item_node == AttributeDefinition("invoices", ListType("Invoice", items=True))
    assert context.doc == "One account's overdue invoices, gathered for collection."


def test_a_mapping_says_where_attributes_come_from(dunning: Program) -> None:
    mapping = dunning.mappings["CollectionPlans"]
    assert mapping.sources[0] == SourceField("id", "Id")
    assert isinstance(mapping.items, JoinedItems)
    assert mapping.items.key == "CollectionPlanId"


def test_a_plan_knows_its_mapping_and_its_rules(dunning: Program) -> None:
    plan = dunning.plans["Dunning"]
    assert (plan.usage, plan.mapping, plan.policy) == ("Generic", "CollectionPlans", Policy.EXACTLY_ONE)
    assert plan.timezone == "Europe/Berlin"
    assert plan.fallout[0].target == RuleTarget(StepKind.AUTO, "SendEmail", "MAILBOX_BUSY")
    assert plan.fallout[1].retry == Retry(RetryPolicy.MONOTONOUS, 3, (Duration(seconds=300),), "MailFallout")
    assert plan.service_levels[0].level == ServiceLevel(
        Constant(Duration(days=1), DAYS), Constant(Duration(seconds=4 * 3600), HOURS)
    )


def test_scenarios_have_typed_conditions_and_calls(dunning: Program) -> None:
    promised, gentle, firm = dunning.plans["Dunning"].scenarios
    assert promised.when == Known(Attribute("promised_on", DATE))
    assert gentle.when is not None
    assert render(gentle.when) == "risk in { Low, Medium }"
    assert firm.unless == ("promised",)
    assert firm.runs[1] == GroupCall(
        "Remind",
        tuple(
            Argument(name, Constant(Duration(days=days), DAYS))
            for name, days in (("first", 5), ("notice", 3), ("call", 4))
        ),
    )


def test_steps_have_typed_clauses(dunning: Program) -> None:
    group = dunning.groups["Remind"]
    notice = group.step("due_notice")
    assert notice is not None
    balance = Comparison(ComparisonOperator.GREATER, Attribute("balance", EUR), Constant(Decimal(0), EUR))
    assert notice.only_if == And((Known(Attribute("email", TEXT)), balance))
    assert notice.starts == Schedule(ScheduleRelation.ON, Attribute("due_date", DATE))
    assert notice.join is not None
    assert notice.join.waits == (Wait(None, "reminder"),)
    assert notice.arguments[0] == Argument(
        "to", Call(Function.DEFAULT, (Attribute("email", TEXT), Constant("", TEXT)), TEXT)
    )
    call = group.step("call_customer")
    assert call is not None
    assert call.skip_branch
    assert call.assignment is not None
    assert isinstance(call.assignment, ToQueue)
    assert call.starts is not None
    assert call.starts.delay == Parameter("call", DurationType())


def test_steps_per_item_read_their_item(obligations: Program) -> None:
    step = obligations.groups["Deliver"].step("confirm_visit")
    assert step is not None
    assert step.per_item
    assert step.arguments == (Argument("site", ItemAttribute("id", ID)), Argument("obligation", Attribute("id", ID)))
    assert step.on_cancel is not None
    assert (step.on_cancel.call.group, step.on_cancel.in_reverse) == ("UndoVisit", True)
    assert step.join is not None
    assert step.join.waits[0].same_item


def test_tests_are_typed(dunning: Program) -> None:
    test = dunning.tests[1]
    assert test.name == "a kept promise ends the plan"
    assert TodayLine(date(2026, 11, 30), line=0) == test.lines[0]
    given = test.lines[1]
    assert isinstance(given, Given)
    assert given.record["balance"] == "80 EUR"
    assert given.record["promised_on"] == date(2026, 12, 5)
    assert test.lines[2] == SetData({"balance": Decimal(0)}, line=0)
    assert test.lines[3] == ExpectStep(InstanceName("AwaitPromise", "promise"), StepStatus.COMPLETED, line=0)


def test_the_lines_of_tests_are_those_of_the_file(dunning: Program) -> None:
    text = (EXAMPLES / "dunning" / "dunning.dro").read_text(encoding="utf-8").splitlines()
    for test in dunning.tests:
        for line in test.lines:
            words = text[line.line - 1].split()
            assert words, line
            if isinstance(line, Complete):
                assert words[0] == "complete"


# ---- several modules

SHARED = """\
language 1.0
module shared
enum Size { Small, Large }
enum Unused { One }
record Line {
  id   : Id
  size : Size
}
context Order {
  id         : Id
  start_date : Date
  lines      : items of Line
}
usage Billing { scopes plan, item }
mapping Orders for Order {
  usage Billing
  object "Order"
  items in "Lines"
}
queue Packers
group Pack for Order {
  step pack: manual for each item {
    assign to queue Packers
  }
}
plan Elsewhere for Order {
  usage Billing
  choose every matching scenario
  scenario all {
    run Pack
  }
}
test "elsewhere" for Elsewhere {
  today 2026-01-01
}
"""

MAIN = """\
language 1.0
module main
import shared { Order, Billing, Pack }
plan Ship for Order {
  usage Billing
  choose every matching scenario
  scenario large {
    when any(lines where item.size = Large)
    run  Pack
  }
}
"""


def test_a_program_holds_what_is_needed_of_other_modules() -> None:
    found, errors = compile(MAIN, {"shared": SHARED})
    assert errors == []
    assert found is not None
    assert list(found.plans) == ["Ship"]
    assert list(found.enums) == ["Size"]
    assert list(found.records) == ["Line"]
    assert list(found.queues) == ["Packers"]
    assert list(found.mappings) == ["Orders"]
    assert found.tests == ()


def test_a_test_may_be_for_a_plan_of_another_module() -> None:
    text = 'language 1.0\nmodule main\nimport shared { Elsewhere }\ntest "x" for Elsewhere {\n  today 2026-01-01\n}\n'
    found, errors = compile(text, {"shared": SHARED})
    assert errors == []
    assert found is not None
    assert (list(found.plans), [test.name for test in found.tests]) == (["Elsewhere"], ["x"])


def test_a_name_of_two_needed_declarations_is_an_error() -> None:
    _, errors = compile(MAIN + "enum Size { Tiny }\n", {"shared": SHARED})
    assert errors == ["E0106"]


def test_a_name_that_the_program_does_not_need_is_free() -> None:
    found, errors = compile(MAIN + "enum Unused { Two }\n", {"shared": SHARED})
    assert errors == []
    assert found is not None
    assert [constant.name for constant in found.enums["Unused"].constants] == ["Two"]


def test_what_a_plan_leaves_open_is_filled_in() -> None:
    text = """\
language 1.0
module main
import shared { Order, Billing }
plan Ship for Order {
  usage Billing
  choose every matching scenario
  scenario all {
    run Work(limit: 5), Work(on: start_date, limit: 2.5) as other
  }
}
group Work(limit : Decimal, on : Date optional, size : Integer = 2 * 3) for Order {
  step work: manual {
    only if on is known and limit > 1 and size > 1
  }
}
"""
    found, errors = compile(text, {"shared": SHARED})
    assert errors == []
    assert found is not None
    first, second = found.plans["Ship"].scenarios[0].runs
    assert arguments(first) == {"limit": "5", "on": "unknown"}
    assert arguments(second) == {"limit": "2.5", "on": "start_date"}
    default = found.groups["Work"].parameters[2].default
    assert default is not None
    assert render(default) == "6"


def arguments(call: GroupCall) -> dict[str, str]:
    return {argument.name: render(argument.value) for argument in call.arguments}


def test_a_moment_without_offset_is_of_the_plans_zone_in_tests() -> None:
    text = MAIN.replace("  usage Billing\n", '  usage Billing\n  timezone "Europe/Berlin"\n')
    text += 'test "x" for Ship {\n  today 2026-07-01T09:00\n  advance to 2026-12-01T09:00\n}\n'
    found, errors = compile(text, {"shared": SHARED})
    assert errors == []
    assert found is not None
    today, advance = found.tests[0].lines
    assert isinstance(today, TodayLine)
    assert isinstance(today.moment, datetime)
    assert today.moment.isoformat() == "2026-07-01T09:00:00+02:00"
    assert str(getattr(advance, "moment", "")) == "2026-12-01 09:00:00+01:00"
