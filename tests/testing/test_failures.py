"""What a failure shows: the line, what was expected, what is, and why."""

import pytest

from dro_lang.diagnostics.render.text import render
from dro_lang.testing.results import TestResult
from dro_lang.testing.suite import run_file
from tests.testing.plans import compiled, given_line

PARTS = ', parts: [ { id: "p", ready: true }, { id: "q", ready: true } ]'


def result(body: str) -> TestResult:
    [found] = run_file(compiled(f'test "t" for P {{\n  {body}\n}}\n')).tests
    return found


def failure(body: str) -> str:
    """The text of the finding, without the excerpt of the source."""
    found = result(body).failure
    assert found is not None
    lines = render([found]).rstrip().split("\n")
    told = [line for line in lines[1:] if line.startswith((" " * 3 + "=", " " * 7))]
    return "\n".join([lines[0], *(line.strip() if line.lstrip().startswith("=") else line for line in told)])


def test_another_scenario_shows_the_conditions_with_their_values() -> None:
    assert failure(f"{given_line(5)}\n  expect scenario large") == (
        "error[T0101]: the record gets scenario `small`\n"
        "= `small` matches\n"
        "       true   amount < 10    amount = 5\n"
        "= `large` does not match\n"
        "       false  amount >= 10 and amount <= 20\n"
        "       false    amount >= 10    amount = 5\n"
        "       true     amount <= 20    amount = 5"
    )


def test_a_waiting_step_shows_what_holds_it_back() -> None:
    text = failure(f"{given_line(15, PARTS)}\n  expect step H.e completed")
    assert text == (
        "error[T0102]: H.e is pending, not completed\n"
        "= the clock stands at 2026-03-02 00:00, UTC\n"
        "= H.e is pending: waits for H.d completed\n"
        "= H.d is in progress: waits until `note is known`"
    )


def test_a_skipped_step_shows_its_condition() -> None:
    assert failure(f"{given_line(5)}\n  expect step G.a completed") == (
        "error[T0102]: G.a is skipped, not completed\n"
        "= the clock stands at 2026-03-02 00:00, UTC\n"
        "= G.a is skipped: `due_on is known and due_on > today` is false\n"
        "= only if, looked at on 2026-03-02 00:00:\n"
        "       false  due_on is known and due_on > today\n"
        "       false    due_on is known    due_on unknown\n"
        "       false    due_on > today     due_on unknown, today = 2026-03-02\n"
        "= G.a:\n"
        "       2026-03-02 00:00  skipped: `due_on is known and due_on > today` is false"
    )


def test_a_pause_shows_what_it_waited_for_last() -> None:
    text = failure(f"{given_line(30)}\n  advance 1 day\n  expect step H.d completed")
    assert "= until, looked at on 2026-03-02 00:00:\n       false  note is known    note unknown" in text


def test_a_step_for_each_item_counts_those_that_differ() -> None:
    body = f'{given_line(5, PARTS)}\n  complete G.b for item "p"\n  expect step G.b ready'
    assert failure(body).startswith('error[T0102]: G.b for item "p" is completed, not ready\n')
    assert "; so it is for 2 of 2 items" in failure(f"{given_line(5, PARTS)}\n  expect step G.b completed")


@pytest.mark.parametrize(
    ("expected", "actual"), [("skipped", "bypassed"), ("bypassed", "skipped")], ids=["skipped", "bypassed"]
)
def test_skipped_and_bypassed_are_told_apart(expected: str, actual: str) -> None:
    body = f"{given_line(30)}\n  advance 3 days\n  expect step H.e skipped"
    if expected == "bypassed":
        body = f"{given_line(5)}\n  expect step G.a bypassed"
    found = result(body).failure
    assert found is not None
    assert f"is {actual}, not {expected}" in found.message
    assert found.help is not None
    assert expected in found.help


def test_a_step_that_the_plan_lacks_names_what_it_has() -> None:
    assert failure(f"{given_line(5)}\n  expect step H.d ready") == (
        "error[T0108]: the plan has no step `H.d`\n= the record gets scenario `small`, whose groups are `G`"
    )
    assert "the record has no items" in failure(f"{given_line(5)}\n  expect step G.b ready")
    body = f'{given_line(5, PARTS)}\n  complete G.b for item "r"'
    assert failure(body) == 'error[T0108]: there is no item "r"\n= `G.b` runs for "p", "q"'


def test_what_is_refused_says_why_and_what_came_before() -> None:
    text = failure(f'{given_line(5, PARTS)}\n  complete G.b for item "p"\n  complete G.b')
    assert text.startswith('error[T0107]: `complete` of G.b for item "p" is refused: it is completed for good; 1 of 2')
    assert "2026-03-02 00:00  completed by operator" in text


def test_the_finding_stands_at_the_line_that_failed() -> None:
    found = result(f"{given_line(5)}\n  expect scenario small\n  expect plan frozen").failure
    assert found is not None
    assert found.span.text == "expect plan frozen"


def test_a_record_without_a_plan_is_the_fault_of_its_own_line() -> None:
    found = result('today 2026-03-02\n  given { id: "", start_date: 2026-03-02, amount: 5 }\n  expect plan completed')
    assert found.failure is not None
    assert found.failure.code == "T0106"
    assert found.failure.span.text.startswith("given {")


def test_the_first_line_that_fails_ends_the_test() -> None:
    found = result(f"{given_line(5)}\n  expect scenario huge\n  expect plan frozen").failure
    assert found is not None
    assert found.code == "T0101"


def test_a_failure_that_is_announced_too_late_says_where_it_belongs() -> None:
    found = result(f"{given_line(5, f'{PARTS}, due_on: 2026-03-05')}\n  expect step G.a completed\n  fail G.a").failure
    assert found is not None
    assert found.message == "`fail` of G.a is refused: it is completed, and waits for no answer"
    assert found.help is not None
    assert found.help.startswith("say that it fails before it starts")
