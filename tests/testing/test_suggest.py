"""The tests that are suggested parse, check, pass, and show what they are suggested for."""

import re
from pathlib import Path

import pytest

from dro_lang.pipeline import check_text
from dro_lang.source import Source
from dro_lang.syntax.format import format_source
from dro_lang.testing.coverage.measure import Coverage, Measured
from dro_lang.testing.suggest.missing import Suggestions, suggestions
from dro_lang.testing.suite import run_file
from tests.testing.plans import PLAN, VOCABULARY, compiled, given_line
from tests.testing.test_cases import CASES, EXAMPLES

OWN_TESTS = re.compile(r'^(//.*\n)*(test|property) ".*\n(  .*\n|\n)*?}\n', re.MULTILINE)

UNREACHABLE = {"bypass": {"Chain.hopeless: goes on after next completed"}}
"""What no events can bring about, though nobody has proved it."""


def suggested(source: Source, path: Path) -> tuple[Suggestions, Measured]:
    checked = check_text(source, path)
    assert checked.program is not None, checked.diagnostics
    found = Measured.of(checked)
    run_file(checked, measured=found)
    [own] = suggestions([found], Coverage.of([found]))
    return own, found


def with_suggestions(source: Source, path: Path) -> tuple[set[str], set[str]]:
    """Add what is suggested to a file. Gives what is still missing, and the names of tests that fail."""
    own, _ = suggested(source, path)
    text = "\n".join([source.text, *(test.text for test in own.tests)])
    checked = check_text(Source(source.name, text), path)
    assert checked.program is not None, checked.diagnostics
    found = Measured.of(checked)
    results = run_file(checked, measured=found)
    missing = {f"{goal.subject}: {goal.shown}" for goal in Coverage.of([found]).missing}
    return missing, {test.name for test in results.tests if not test.verdict.good}


@pytest.mark.parametrize("path", [*CASES, *EXAMPLES], ids=lambda path: path.stem)
def test_suggestions_show_everything_from_nothing(path: Path) -> None:
    source = Source(str(path), OWN_TESTS.sub("", path.read_text(encoding="utf-8")))
    missing, failed = with_suggestions(source, path)
    assert missing == UNREACHABLE.get(path.stem, set())
    assert failed == set()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_suggestions_fill_the_gaps_that_are_left(path: Path) -> None:
    missing, failed = with_suggestions(Source.read(path), path)
    assert missing == set()
    assert failed == set()


def test_nothing_is_suggested_twice() -> None:
    source = compiled("").source
    own, _ = suggested(source, Path("plan.dro"))
    full = Source("plan.dro", "\n".join([source.text, *(test.text for test in own.tests)]))
    assert suggested(full, Path("plan.dro"))[0].tests == ()


def test_suggestions_are_in_the_canonical_form() -> None:
    own, _ = suggested(compiled("").source, Path("plan.dro"))
    assert own.tests
    for test in own.tests:
        text = f"language 1.0\n\n{test.text}"
        assert format_source(Source("plan.dro", text)) == text


def test_a_gap_of_two_files_is_closed_in_one() -> None:
    programs = [Measured.of(compiled(""))] * 2
    first, second = suggestions(programs, Coverage.of(programs))
    assert first.tests
    assert second.tests == ()


def test_the_names_of_suggestions_are_new() -> None:
    checked = compiled(f'test "scenario small: a record gets it" for P {{ {given_line(30)} }}\n')
    found = Measured.of(checked)
    run_file(checked, measured=found)
    [own] = suggestions([found], Coverage.of([found]))
    assert any('test "scenario small: a record gets it (2)" for P' in test.text for test in own.tests)


def test_a_suggestion_is_what_a_person_would_write() -> None:
    plan = (
        VOCABULARY
        + """
plan P for Case {
  usage    Generic
  timezone "Europe/Berlin"
  choose   exactly one scenario
  scenario all { run G }
}

group G for Case {
  step ask: manual {
    starts  2 days after start_date at 09:00
    gives   { answer : Integer in 1..9 }
  }

  step follow: callout Send {
    after   ask completed
    only if ask.answer > 4
    expires after 3 days
  }
}
"""
    )
    own, _ = suggested(compiled("", plan).source, Path("plan.dro"))
    texts = [test.text for test in own.tests]
    assert texts[0] == (
        'test "scenario all: a record gets it" for P {\n'
        "  today  2026-01-01\n"
        '  given  { id: "X-1", start_date: 2026-01-01, amount: 0 }\n'
        "  expect scenario all\n"
        "  advance to 2026-01-03T09:00+01:00\n"
        "  complete G.ask { answer: 1 }\n"
        "  expect step G.ask completed on 2026-01-03\n"
        "  expect step G.follow skipped on 2026-01-03\n"
        "  expect plan completed\n"
        "}\n"
    )
    assert any("complete G.ask { answer: 5 }" in text and "answer G.follow" in text for text in texts)
    assert any("expect step G.follow expired on 2026-01-06" in text for text in texts)


def test_plans_without_a_way_to_a_gap_leave_it_open() -> None:
    own, found = suggested(compiled("", PLAN).source, Path("plan.dro"))
    reached = {goal for test in own.tests for goal in test.goals}
    assert reached == set(Coverage.of([found]).missing)
