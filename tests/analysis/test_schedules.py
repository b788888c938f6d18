"""Dates and service levels held against each other (W2006, W2007), and what is proved of them."""

import pytest

from dro_lang.analysis.promises import Topic, Verdict, promises
from dro_lang.pipeline import Checked, check_source
from dro_lang.source import Source

PLAN = """language 1.0

usage Generic {{ scopes plan, item }}

context Duty {{
  id         : Id
  start_date : Date
  due_on     : Date
  agreed_on  : Date
  urgent     : Boolean
}}

mapping Duties for Duty {{
  usage  Generic
  object "Duty"
}}

plan Keep for Duty {{
  usage  Generic
  choose every matching scenario
{rules}

  scenario all {{
    run Work(lead: {lead})
  }}
}}

group Work(lead : Duration) for Duty {{
  step a: manual {{
    starts {starts} before due_on
    due    within {first}
  }}

  step b: {second} {{
    after a
    {b}
  }}

  step c: milestone {{
    after b
    {c}
  }}
}}
"""
FINE = {
    "rules": "",
    "lead": "10 days",
    "starts": "lead",
    "first": "4 days",
    "second": "manual",
    "b": "due within 5 days",
    "c": "starts on due_on",
}


def checked(**changed: str) -> Checked:
    return check_source(Source("plan.dro", PLAN.format(**(FINE | changed))), "plan", lambda path: None)


def found(**changed: str) -> list[tuple[str, str, str]]:
    """Codes, messages and notes of what is found."""
    return [(each.code, each.message, " ".join(each.notes)) for each in checked(**changed).diagnostics]


def verdicts(**changed: str) -> list[tuple[Verdict, str]]:
    """The verdicts on the time that steps have."""
    program = checked(**changed).program
    assert program is not None
    [plan] = program.plans.values()
    return [(each.verdict, each.text) for each in promises(program, plan) if each.topic is Topic.TIME]


def test_levels_within_the_time_there_is_are_proved_to_be() -> None:
    assert found() == []
    [(verdict, text)] = verdicts()
    assert verdict is Verdict.PROVED
    assert "`Work.c` is reached by `due_on`" in text


@pytest.mark.parametrize(
    "changed",
    [
        {"b": "due within 7 days"},
        {"b": "due within 1 week"},
        {"b": "due within 7 business days"},
        {"first": "97 hours", "b": "due within 6 days"},
        {"lead": "8 days"},
        {"second": "pause", "b": "until urgent\n    expires after 7 days"},
        {"b": "", "rules": "  service level for manual within 7 days"},
        {"lead": "10 business days", "first": "4 business days", "b": "due within 7 business days"},
        {"c": "starts on due_on", "b": "due within 7 days"},
        {"c": "starts 3 days before due_on", "b": "due within 4 days"},
        {"lead": "3 days", "second": "milestone", "b": ""},
    ],
)
def test_levels_that_add_up_to_more_are_shown(changed: dict[str, str]) -> None:
    [(code, message, notes), *others] = found(**changed)
    assert (code, "though every step is on time" in message) == ("W2006", True), message
    assert "`Work.a`" in notes
    assert {each[0] for each in others} <= {"W1003", "W2006"}
    assert Verdict.REFUTED in {verdict for verdict, _ in verdicts(**changed)}


@pytest.mark.parametrize(
    "changed",
    [
        {"b": "due within 6 days"},
        {"lead": "10 business days", "b": "due within 7 days"},
        {"lead": "10 business days", "first": "9 days", "b": "due within 9 days"},
        {"b": "due within 7 days\n    only if not urgent", "first": "1 day"},
        {"c": "starts 2 days after due_on", "b": "due within 8 days"},
        {"b": "starts on due_on\n    due within 9 days", "c": "starts 9 days after due_on"},
        {"c": "starts on agreed_on", "b": "due within 70 days"},
    ],
)
def test_levels_that_need_not_add_up_to_more_are_left_alone(changed: dict[str, str]) -> None:
    assert found(**changed) == []


def test_a_milestone_without_a_date_has_that_which_the_steps_before_it_count_down_to() -> None:
    changed = {"lead": "10 business days", "first": "5 business days", "b": "due within 7 business days", "c": ""}
    [(code, message, notes)] = found(**changed)
    assert (code, message) == ("W2006", "`c` can come after `due_on`, though every step is on time")
    path = "`Work.a`, `Work.b` may take 12 business days, and there are 10 business days"
    assert f"from 10 business days before `due_on` on, {path}" in notes
    [(verdict, text)] = verdicts(**changed)
    assert verdict is Verdict.REFUTED
    assert "`Work.c` is reached by `due_on`" in text
    assert found(**(changed | {"b": "due within 5 business days"})) == []
    assert found(**(changed | {"c": "", "b": "starts 2 days after due_on"})) == []


def test_steps_that_never_run_together_do_not_add_up() -> None:
    text = PLAN.format(**(FINE | {"b": "due within 7 days\n    only if urgent"}))
    both = text.replace("due    within 4 days", "due    within 4 days\n    only if not urgent")
    assert check_source(Source("plan.dro", both), "plan", lambda path: None).diagnostics == ()
    assert [each.code for each in check_source(Source("plan.dro", text), "plan", lambda path: None).diagnostics] == [
        "W2006"
    ]


def test_a_step_without_a_level_leaves_it_open() -> None:
    assert found(b="") == []
    assert [verdict for verdict, _ in verdicts(b="")] == [Verdict.NOT_PROVED]


@pytest.mark.parametrize("start", ["12 days before due_on", "lead before due_on"])
def test_a_start_before_that_of_what_is_waited_for_has_passed(start: str) -> None:
    changed = {"starts": "9 days", "b": f"starts {start}"}
    [(code, message, notes)] = [each for each in found(**changed) if each[0] != "W1003"]
    assert (code, message) == ("W2007", "`b` waits for `Work.a`, which starts later than this")
    assert "9 days before `due_on`" in notes
    assert verdicts(**changed)[0][0] is Verdict.REFUTED


def test_starts_are_compared_through_steps_in_between() -> None:
    assert [
        code for code, *_ in found(starts="9 days", second="milestone", b="", c="starts 12 days before due_on")
    ] == [
        "W1003",
        "W2007",
    ]


@pytest.mark.parametrize(
    "start",
    ["9 days before due_on", "12 business days before due_on", "2 days before agreed_on", "1 day after previous"],
)
def test_other_starts_are_left_alone(start: str) -> None:
    assert [code for code, *_ in found(starts="9 days", b=f"starts {start}") if code != "W1003"] == []
