"""The pytest plugin: `.dro` files are collected, one item for each test and property; fixtures."""

import re

import pytest

from tests.testing.python.plans import PLAN, group, property_of, source

STEPS = """
  step mail: auto Send { only if email is known }
  step paid: pause { until balance = 0 EUR expires after 14 days }
  step chase: manual { after paid expired }
"""
GIVEN = 'given { id: "C-1", start_date: 2026-01-01, due_on: 2026-01-10, risk: Low, balance: 5 EUR, parts: [] }'
GOOD = f"""
test "nobody is chased at once" for P {{
  today  2026-01-01
  {GIVEN}
  expect step G.chase pending
}}
"""
BAD = f"""
test "mail goes to everybody" for P {{
  today  2026-01-01
  {GIVEN}
  expect step G.mail completed
}}
"""
PROVED = property_of("plan ends")
TRIED = property_of("never step paid failed").replace('"p"', '"a pause cannot fail"')
BROKEN = property_of("never step chase ready").replace('"p"', '"nobody is ever chased"')


@pytest.fixture
def plan(pytester: pytest.Pytester) -> pytest.Pytester:
    """A folder with a plan that passes."""
    _write(pytester, "good", GOOD, PROVED)
    return pytester


def _write(pytester: pytest.Pytester, name: str, *blocks: str) -> None:
    text = source(PLAN, group(STEPS), *blocks).replace("module sample", f"module {name}")
    pytester.makefile(".dro", **{name: text})


def test_there_is_one_item_for_each_test_and_property(plan: pytest.Pytester) -> None:
    result = plan.runpytest("--collect-only", "-q")
    result.stdout.fnmatch_lines(["good.dro::nobody is chased at once", "good.dro::p", "2 tests collected*"])
    plan.runpytest("-v").assert_outcomes(passed=2)


def test_files_without_tests_are_left_alone(plan: pytest.Pytester) -> None:
    _write(plan, "library")
    result = plan.runpytest("--collect-only", "-q")
    result.stdout.no_fnmatch_line("*library*")


@pytest.mark.parametrize(
    ("arguments", "chosen"),
    [("-m drolang_test", "chased"), ("-m drolang_property", "::p"), ("-k chased", "chased"), ("good.dro::p", "::p")],
)
def test_items_are_chosen_as_others_are(plan: pytest.Pytester, arguments: str, chosen: str) -> None:
    result = plan.runpytest("--strict-markers", "-v", *arguments.split())
    result.assert_outcomes(passed=1, deselected=int(arguments.startswith("-")))
    result.stdout.fnmatch_lines([f"*{chosen}*PASSED*"])


def test_a_failure_reads_as_the_finding_of_the_command(plan: pytest.Pytester) -> None:
    _write(plan, "bad", BAD)
    result = plan.runpytest()
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*mail goes to everybody*",
            "error[[]T0102[]]: G.mail is skipped, not completed",
            " *--> bad.dro:*",
            "*expect step G.mail completed",
            "*email is known*",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*plugin.py*")


def test_a_property_that_does_not_hold_shows_a_test_that_fails(plan: pytest.Pytester) -> None:
    _write(plan, "bad", BROKEN)
    result = plan.runpytest("bad.dro")
    result.assert_outcomes(failed=1)
    told = result.stdout.str()
    assert "`nobody is ever chased` does not hold: G.chase is ready on" in told
    found = re.search(r'^ *test ".*?^ *}$', told, re.MULTILINE | re.DOTALL)
    assert found is not None
    plan.makefile(
        ".dro", again=source(PLAN, group(STEPS), "\n", found.group()).replace("module sample", "module again")
    )
    plan.runpytest("again.dro").assert_outcomes(failed=1)


def test_what_a_property_rests_on_is_told(plan: pytest.Pytester) -> None:
    result = plan.runpytest("-rP", "-m", "drolang_property")
    result.stdout.fnmatch_lines(["proved: no pause in it can wait for ever"])


def test_how_often_properties_are_tried_is_an_option(plan: pytest.Pytester) -> None:
    """The mail fails for good in few runs: fewer than a few show none, as a rule many do."""
    _write(plan, "tried", property_of("step mail before step chase"))
    few = plan.runpytest("tried.dro", "-rP", "--drolang-runs", "3")
    held = re.search(r"tried: not proved; held in (\d+) runs", few.stdout.str())
    assert held is not None
    assert int(held[1]) <= 3
    plan.runpytest("tried.dro", "--drolang-runs", "400", "--drolang-seed", "1").assert_outcomes(failed=1)


def test_a_file_with_errors_is_an_error_of_collection(plan: pytest.Pytester) -> None:
    _write(plan, "bad", GOOD.replace("G.chase", "G.chose"))
    result = plan.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["error[[]E0101[]]: group `G` has no step `chose`", "*= help: did you mean `chase`?"])
    plan.path.joinpath("bad.dro").write_bytes(b'test "\xff" for')
    result = plan.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*bad.dro cannot be read: *"])


def test_items_run_on_several_processes(plan: pytest.Pytester) -> None:
    _write(plan, "bad", BAD, BROKEN)
    result = plan.runpytest_subprocess("-n", "2")
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines_random(["error[[]T0102[]]*", "error[[]T0201[]]*"])


def test_the_fixtures_load_and_simulate(plan: pytest.Pytester) -> None:
    plan.makepyfile(
        """
        from datetime import date

        import pytest

        import dro_lang as drolang

        RECORD = {"id": "C-1", "start_date": date(2026, 1, 1), "due_on": date(2026, 1, 10), "risk": "Low",
                  "balance": "5 EUR"}

        def test_a_file_is_loaded_once(drolang_program):
            program = drolang_program("good.dro")
            assert program is drolang_program("good.dro")
            assert list(program.plans) == ["P"]

        @pytest.mark.parametrize("by_path", [True, False])
        def test_chased(drolang_program, drolang_simulator, by_path):
            program = "good.dro" if by_path else drolang_program("good.dro")
            plan = drolang_simulator(program, RECORD, today=date(2026, 1, 1))
            plan.advance_to(date(2026, 1, 15))
            assert [step.step for step in plan.steps if step.state == "ready"] == ["chase"]

        def test_a_record_that_does_not_fit(drolang_simulator):
            with pytest.raises(drolang.DrolangError, match="risk"):
                drolang_simulator("good.dro", RECORD | {"risk": "Lo"})
        """
    )
    plan.runpytest("-p", "no:randomly", "--strict-markers").assert_outcomes(passed=6)
    help = plan.runpytest("--fixtures", "-q")
    help.stdout.fnmatch_lines(["*drolang_program*", "*drolang_simulator*"])


def test_without_dro_files_nothing_of_drolang_is_loaded(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_nothing():
            loaded = {name for name in sys.modules if name.startswith("dro_lang")}
            assert loaded == {"dro_lang", "dro_lang.testing", "dro_lang.testing.plugin"}
        """
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=1)
