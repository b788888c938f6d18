"""What is in the picture of a plan."""

from pathlib import Path

import pytest

from dro_lang.interop.graphs import Picture, picture_of
from dro_lang.kernel.states import StepStatus
from dro_lang.pipeline import check_file, check_text
from dro_lang.program.model import Program, StepKind
from dro_lang.source import Source

ROOT = Path(__file__).parents[2]


def program_of(name: str) -> Program:
    program = check_file(ROOT / "examples" / name / f"{name}.dro").program
    assert program is not None
    return program


def compiled(text: str) -> Program:
    checked = check_text(Source("plan.dro", text), ROOT / "plan.dro")
    assert checked.program is not None, checked.diagnostics
    return checked.program


def dunning(scenarios: list[str] | None = None) -> Picture:
    program = program_of("dunning")
    return picture_of(program, program.plans["Dunning"], scenarios)


def obligations() -> Picture:
    program = program_of("obligations")
    return picture_of(program, program.plans["KeepObligation"])


def test_a_group_that_is_run_with_other_arguments_has_a_lane_of_its_own() -> None:
    lanes = [(lane.name, lane.about) for lane in dunning().lanes]
    assert lanes == [
        ("AwaitPromise", ("scenario promised",)),
        ("Remind", ("first: 5 days, notice: 7 days, call: 10 days", "scenario gentle")),
        ("EarlyWarning", ("scenario firm",)),
        ("Remind", ("first: 5 days, notice: 3 days, call: 4 days", "scenario firm")),
    ]


def test_a_scenario_shows_what_it_runs() -> None:
    picture = dunning(["firm"])
    assert picture.title == "Dunning: firm"
    assert [lane.name for lane in picture.lanes] == ["EarlyWarning", "Remind"]
    assert [fact.name for fact in picture.facts] == ["firm"]
    with pytest.raises(ValueError, match="no scenario soft"):
        dunning(["soft"])


def test_scenarios_say_when_they_apply_and_what_they_run() -> None:
    facts = {fact.name: (fact.text, fact.doc) for fact in dunning().facts}
    assert facts["promised"] == (
        "when promised_on is known; runs AwaitPromise",
        "Nothing is sent while a promise to pay is open.",
    )
    assert facts["firm"] == ("when risk = High, unless promised; runs EarlyWarning, Remind", "")


def test_steps_show_the_schedule_with_the_arguments_of_the_group() -> None:
    nodes = {node.id: node for node in dunning().nodes}
    assert nodes["1.suspension_notice"].details[0] == "7 days after due_date"
    assert nodes["3.suspension_notice"].details[0] == "3 days after due_date"
    assert nodes["1.call_customer"].details == (
        "10 days after due_date",
        "only if balance > 0 EUR else skip branch",
        "due within 2 days, warn 4 hours before",
    )
    assert nodes["1.call_customer"].about == "queue Collections by least loaded"


def test_a_service_level_of_the_plan_shows_on_the_steps_that_it_is_for() -> None:
    chase = next(node for node in dunning().nodes if node.name == "chase_promise")
    assert chase.details == ("due within 1 day, warn 4 hours before",)


def test_waits_carry_outcomes_and_scope() -> None:
    edges = {(edge.source, edge.target): (edge.label, edge.one_of_many) for edge in obligations().edges}
    assert edges == {
        ("1.plan_visit", "1.confirm_visit"): ("same item, passing cancels", False),
        ("1.confirm_visit", "1.acceptance"): ("every item", False),
        ("1.acceptance", "1.escalate"): ("expired", False),
        ("1.acceptance", "1.fulfilled"): ("completed", True),
        ("1.escalate", "1.fulfilled"): ("completed", True),
        ("2.approve_credit", "2.issue_credit"): ("completed", False),
    }


def test_steps_per_item_are_stacked_and_every_kind_is_named() -> None:
    picture = obligations()
    assert [node.name for node in picture.nodes if node.stacked] == ["plan_visit", "confirm_visit"]
    assert picture.kinds == tuple(StepKind)


def test_states_are_those_of_the_steps_of_the_run() -> None:
    program = program_of("dunning")
    states = {"Remind.reminder": StepStatus.COMPLETED, "Remind.due_notice": StepStatus.IN_PROGRESS}
    picture = picture_of(program, program.plans["Dunning"], ["gentle"], states)
    assert [node.state for node in picture.nodes][:3] == [StepStatus.COMPLETED, StepStatus.IN_PROGRESS, None]
    assert picture.states == (StepStatus.IN_PROGRESS, StepStatus.COMPLETED)


def test_waits_between_groups_join_the_lanes_that_one_scenario_runs() -> None:
    program = compiled(
        """language 1.0
        import std.generic { Generic }
        context C { id : Id  start_date : Date  n : Integer }
        mapping M for C { usage Generic object "C" }
        plan P for C {
          usage Generic
          choose exactly one scenario
          scenario small { when n < 5 run Work(days: 1 day), Done }
          scenario large { when n >= 5 run Work(days: 9 days), Done }
        }
        group Work(days : Duration) for C { step start: milestone { starts days after start_date } }
        group Done for C { step end: milestone { after Work.start } }
        """
    )
    both = picture_of(program, program.plans["P"])
    assert [(lane.name, lane.about[-1]) for lane in both.lanes] == [
        ("Work", "scenario small"),
        ("Done", "scenarios small, large"),
        ("Work", "scenario large"),
    ]
    assert {(edge.source, edge.target) for edge in both.edges} == {("0.start", "1.end"), ("2.start", "1.end")}
    large = picture_of(program, program.plans["P"], ["large"])
    assert [(edge.source, edge.target) for edge in large.edges] == [("0.start", "1.end")]


def test_an_alias_names_the_lane_and_the_group_is_told() -> None:
    program = compiled(
        """language 1.0
        import std.generic { Generic }
        context C { id : Id  start_date : Date }
        mapping M for C { usage Generic object "C" }
        plan P for C {
          usage Generic
          choose every matching scenario
          scenario all { run Work(days: 1 day), Work(days: 9 days) as later }
        }
        group Work(days : Duration) for C { step start: milestone { starts days after start_date } }
        """
    )
    lanes = picture_of(program, program.plans["P"]).lanes
    assert [(lane.name, lane.about) for lane in lanes] == [
        ("Work", ("days: 1 day",)),
        ("later", ("group Work", "days: 9 days")),
    ]
