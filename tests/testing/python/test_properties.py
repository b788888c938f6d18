"""Properties: what is proved, what is refuted and how that is shown, what is only tried."""

from pathlib import Path

import pytest

from dro_lang.diagnostics.render import text
from dro_lang.pipeline import check_file
from dro_lang.testing import properties
from dro_lang.testing.properties import check_property
from dro_lang.testing.results import PropertyResult, Verdict
from dro_lang.testing.suite import Effort, run_file
from tests.testing.python.plans import PLAN, check, group, program, property_of

EXAMPLES = Path(__file__).parents[3] / "examples"

TWO = """
plan P for Case {
  usage  Generic
  choose every matching scenario
  scenario all { run G }
  scenario risky { when risk = High run H }
}
"""


def decide(*parts: str, budget: int = 100) -> PropertyResult:
    compiled = program(*parts)
    return check_property(compiled, compiled.properties[0], budget=budget)


@pytest.mark.parametrize("file", ["dunning/dunning.dro", "obligations/obligations.dro"])
def test_the_properties_of_the_examples_are_proved(file: str) -> None:
    compiled = check_file(EXAMPLES / file).program
    assert compiled is not None
    assert [check_property(compiled, each).verdict for each in compiled.properties] == [Verdict.PROVED]


# ---- proofs

CHAIN = """
  step a: auto Send
  step b: manual { after a }
  step c: milestone { after b }
"""
SCOPES = """
  step plan_visit: manual for each item
  step visit: callout Erp for each item { after plan_visit for the same item }
  step done: milestone { after visit for every item }
"""
GUARDED = """
  step a: manual { only if balance > 0 EUR }
  step b: milestone { after a completed or skipped }
  step c: manual { after a completed }
  step d: pause { until promised is known and promised <= today expires after 3 days }
"""

PROVED = [
    (CHAIN, "step a before step c", "`G.c` waits for `G.a`"),
    (CHAIN, "never step b skipped", "`G.b` has no condition"),
    (CHAIN, "never step b failed", "`G.b` is manual, and such a step is never failed"),
    (CHAIN, "never step a scheduled", "`G.a` has no date to wait for"),
    (CHAIN, "never step c bypassed", "every wait of `G.c` is met sooner or later"),
    (CHAIN, "always step c completed", "`G.c` can end in no other way"),
    (CHAIN, "always step b ready", "`G.b` always has its turn"),
    (CHAIN, "plan ends", "no pause in it can wait for ever"),
    (CHAIN, "always scenario all", "every record that fits gets `all`"),
    (SCOPES, "step plan_visit before step visit", "`G.visit` waits for `G.plan_visit`"),
    (SCOPES, "step plan_visit before step done", "`G.done` waits for `G.plan_visit`"),
    (GUARDED, "plan ends", "no pause in it can wait for ever"),
    (GUARDED, "assume balance > 5 EUR never step a skipped", "the condition of `G.a` always holds"),
    (GUARDED, "assume balance < 0 EUR never step a ready", "the condition of `G.a` never holds"),
    (GUARDED, "assume balance > 5 EUR never step c bypassed", "every wait of `G.c` is met sooner or later"),
]


@pytest.mark.parametrize(("steps", "claims", "why"), PROVED)
def test_proofs(steps: str, claims: str, why: str) -> None:
    result = decide(PLAN, group(steps), property_of(claims))
    assert (result.verdict, result.message) == (Verdict.PROVED, why)


def test_a_step_that_no_record_which_fits_gets_is_never_in_any_state() -> None:
    parts = (TWO, group("step a: milestone"), group("step b: manual", "H"))
    assert (
        decide(*parts, property_of("assume risk = Low never step b ready")).message == "no record that fits gets `H.b`"
    )
    result = decide(*parts, property_of("assume risk = Low always scenario all"))
    assert (result.verdict, result.message) == (Verdict.PROVED, "every record that fits gets `all`")


def test_a_bypassed_step_passes_no_order_on() -> None:
    """`c` may be bypassed while `a` still waits, and then no longer holds `d` back."""
    steps = """
      step a: manual
      step x: milestone { only if email is known }
      step c: milestone { after a, x completed }
      step y: milestone
      step d: milestone { after c, y }
    """
    result = decide(PLAN, group(steps), property_of("step a before step d"))
    assert result.verdict is Verdict.FAILED
    assert result.message.startswith("G.d starts on ")


def test_what_is_assumed_holds_of_the_data_at_all_times() -> None:
    steps = "step a: manual { only if balance > 0 EUR starts 2 days after start_date }"
    assert decide(PLAN, group(steps), property_of("never step a skipped")).verdict is Verdict.FAILED
    kept = decide(PLAN, group(steps), property_of("assume balance > 0 EUR never step a skipped"))
    assert kept.verdict is Verdict.PROVED


def test_arguments_keep_the_value_that_they_had_when_the_plan_was_composed() -> None:
    """`limit` is bound when the plan begins, and `balance` may change after that."""
    plan = PLAN.replace("run G", "run G(limit: balance)")
    steps = "group G(limit : Money in EUR) for Case { step a: milestone { only if balance = limit starts on due_on } }"
    result = decide(plan, steps, property_of("never step a skipped"))
    assert result.verdict is Verdict.FAILED
    assert "set " in str(result.counterexample)


# ---- refutations

SCORED = """
  step score: auto Score
  step look: manual { after score only if score.points > 5 }
  step mail: auto Send { retry 1 times every 1 hour }
"""
PAID = """
  step paid: pause { until balance = 0 EUR expires after 14 days }
  step chase: manual { after paid expired }
  step mail: auto Send
"""
VISITS = """
  step score: auto Score
  step visit: callout Erp for each item
  step inform: manual for each item { after visit for the same item on cancel run Undo }
"""
UNDO = group("step undo: manual", "Undo")

REFUTED = [
    (SCORED, "never step look ready", "G.look is ready on "),
    (SCORED, "never step mail failed", "G.mail is failed on "),
    (SCORED, "never step mail fatally_failed", "G.mail is fatally failed on "),
    (SCORED, "always step look completed", "the plan ends, and G.look was never completed: it is skipped"),
    (SCORED, "always scenario all step mail before step score", "G.score starts on "),
    (PAID, "never step paid expired", "G.paid is expired on "),
    (PAID, "never step chase bypassed", "G.chase is bypassed on "),
    (PAID, "always step paid completed", "the plan ends, and G.paid was never completed: it is expired"),
    (PAID, "step mail before step chase", "G.chase starts on "),
    (PAID, "plan ends within 13 days", "the plan has not ended in time: "),
    (VISITS, "step score before step visit", 'G.visit for item "I-1" starts on '),
    (VISITS, "never step visit on_hold", 'G.visit for item "I-1" is on hold on '),
    (VISITS, "never step inform canceled", 'G.inform for item "I-1" is canceled on '),
    (VISITS, "never step Undo.undo ready", "Undo.undo is ready on "),
]


@pytest.mark.parametrize(("steps", "claims", "message"), REFUTED)
def test_a_counterexample_is_a_test_that_fails_by_itself(steps: str, claims: str, message: str) -> None:
    parts = (PLAN, group(steps), UNDO if steps is VISITS else "")
    result = decide(*parts, property_of(claims), budget=400)
    assert result.verdict is Verdict.FAILED
    assert result.message.startswith(message)
    assert result.counterexample is not None
    again = run_file(check(*parts, "\n", result.counterexample))
    assert [test.verdict for test in again.tests] == [Verdict.FAILED]
    failure = again.tests[0].failure
    assert failure is not None
    last_line = result.counterexample.splitlines()[-2].strip()
    assert failure.span.text == last_line, text.render([failure])


def test_the_smallest_counterexample_is_told() -> None:
    result = decide(PLAN, group("step a: manual { only if balance > 99 EUR }"), property_of("never step a ready"))
    assert result.counterexample == (
        '// The property "p" claims `never step G.a ready`.\n'
        'test "p: a counterexample" for P {\n'
        "  today  2026-01-01\n"
        '  given  { id: "X-1", start_date: 2026-01-01, due_on: 2026-01-01, risk: Low, balance: 100 EUR }\n'
        "  expect step G.a pending\n"
        "}\n"
    )


def test_a_wrong_scenario_is_shown_by_the_analysis() -> None:
    parts = (TWO, group("step a: milestone"), group("step b: milestone", "H"))
    result = decide(*parts, property_of("always scenario all"))
    assert (result.message, result.tried) == ("a record gets `all` and `risky`", 0)
    assert "risk: High" in str(result.counterexample)
    assert "expect scenario all\n" in str(result.counterexample)


def test_a_plan_that_waits_for_ever() -> None:
    steps = "step a: pause { until promised is known and promised <= today }"
    result = decide(PLAN, group(steps), property_of("plan ends"))
    why = "the plan never ends: G.a is in progress, waits until `promised is known and promised <= today`"
    assert (result.verdict, result.message) == (Verdict.FAILED, why)
    assert decide(PLAN, group(steps), property_of("assume promised is known plan ends")).verdict is Verdict.PROVED


TIMES = [
    ("step a: pause { until balance = 0 EUR expires after 14 days }", "14 days", True),
    ("step a: pause { until balance = 0 EUR expires after 14 days }", "13 days", False),
    ("step a: manual { due within 3 days }", "3 days", True),
    ("step a: manual { due within 3 days }", "71 hours", False),
    ("step a: manual { due within 3 days expires after 5 days }", "4 days", False),
    ("step a: manual", "1000 days", False),
    ("step a: auto Send { retry 2 times every 1 day }", "2 days", True),
    ("step a: auto Send { retry 2 times every 1 day }", "47 hours", False),
    ("step a: auto Send step b: milestone { after a starts 3 days after previous }", "3 days", True),
]


@pytest.mark.parametrize(("steps", "within", "holds"), TIMES)
def test_within_a_time(steps: str, within: str, holds: bool) -> None:
    """Tasks and answers take as long as `due` or `expires` says, or for ever; failures as long as retries."""
    result = decide(PLAN, group(steps), property_of(f"plan ends within {within}"))
    assert result.verdict is (Verdict.TRIED if holds else Verdict.FAILED)


def test_a_claim_of_several_is_broken() -> None:
    compiled = program(PLAN, group("step a: manual"), property_of("always scenario all never step a ready plan ends"))
    result = check_property(compiled, compiled.properties[0])
    assert (result.claim, result.claim_line) == (1, compiled.properties[0].claims[1].line)


def test_an_assumption_that_no_record_fits_is_told() -> None:
    claims = "assume balance > 1 EUR and balance < 1 EUR plan ends"
    result = decide(PLAN, group("step a: milestone"), property_of(claims))
    assert (result.verdict, result.message) == (
        Verdict.FAILED,
        "no record fits what it assumes, so it says nothing",
    )


# ---- trying


def test_equal_efforts_give_equal_results() -> None:
    compiled = program(PLAN, group(PAID), property_of("never step chase ready"))
    first, second = (check_property(compiled, compiled.properties[0], budget=50, seed=3) for _ in range(2))
    assert (first.message, first.counterexample) == (second.message, second.counterexample)


def test_what_was_found_is_found_again(tmp_path: Path) -> None:
    compiled = program(PLAN, group(SCORED), property_of("never step look ready"))
    [property] = compiled.properties
    found = check_property(compiled, property, budget=400, database=tmp_path / "memory")
    assert found.verdict is Verdict.FAILED
    assert (tmp_path / "memory" / ".gitignore").read_text() == "*\n"
    # Two runs are too few to find it anew.
    assert check_property(compiled, property, budget=2, seed=1).verdict is Verdict.TRIED
    again = check_property(compiled, property, budget=2, seed=1, database=tmp_path / "memory")
    assert (again.verdict, again.message) == (Verdict.FAILED, found.message)


def test_nothing_is_written_where_nothing_is_broken(tmp_path: Path) -> None:
    compiled = program(PLAN, group(CHAIN), property_of("never step a discarded"))
    result = check_property(compiled, compiled.properties[0], budget=10, database=tmp_path / "memory")
    assert result.verdict is Verdict.TRIED
    assert result.tried >= 5
    assert not (tmp_path / "memory").exists()


def test_the_suite_remembers_beside_the_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    checked = check(PLAN, group("step a: auto Send"), property_of("never step a fatally_failed"))
    result = run_file(checked, effort=Effort(runs=50, remember=True))
    assert result.properties[0].verdict is Verdict.FAILED
    assert (tmp_path / ".drolang" / "examples").is_dir()


def test_without_hypothesis_proofs_are_made_and_nothing_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(self: object, claim: object, budget: int) -> None:
        raise properties.HypothesisMissingError

    monkeypatch.setattr(properties._Checker, "_try", missing)
    assert decide(PLAN, group(CHAIN), property_of("plan ends")).verdict is Verdict.PROVED
    result = decide(PLAN, group(CHAIN), property_of("never step b completed"))
    assert (result.verdict, result.claim) == (Verdict.FAILED, 0)
    assert "pip install" in result.message
