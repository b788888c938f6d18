"""What differs between two versions: nothing that is the same, everything that is not, and the records that move."""

from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from dro_lang.analysis.difference.model import Edit, Taken, Version
from dro_lang.analysis.difference.programs import compare, compare_plans
from dro_lang.analysis.solver.records import Records
from dro_lang.analysis.solver.regions import A_DAY
from dro_lang.conditions.selection import select
from dro_lang.pipeline import check_file, check_text
from dro_lang.program.expressions import Comparison, ComparisonOperator, Constant, Known
from dro_lang.program.model import (
    AttributeDefinition,
    Policy,
    Program,
    Scenario,
)
from dro_lang.program.types import INTEGER, TEXT
from dro_lang.program.values import Row
from dro_lang.source import Source
from dro_lang.syntax.format import format_source
from tests.analysis.test_selection import (
    any_leaf,
    attribute,
    attribute_against_constant,
    every_record,
    program_of,
    scenarios,
)

DUNNING = Path(__file__).parents[2] / "examples" / "dunning" / "dunning.dro"
ROWS = list(every_record())
WITHOUT_LINES = [row for row in ROWS if row["lines"] == ()]


def taken(version: Version, row: Row) -> Taken:
    selection = select(version.plan, Records(version.program, version.plan).environment(row, A_DAY))
    return Taken(selection.matched, selection.error)


def law(old: Version, new: Version, rows: list[Row]) -> None:
    found = compare_plans(old, new)
    renamed = found.renamed

    def named(one: Taken) -> Taken:
        return Taken(tuple(renamed.get(name, name) for name in one.scenarios), one.error)

    real = {(taken(old, row), taken(new, row)) for row in rows}
    moved = {(before, after) for before, after in real if named(before) != after}
    for move in found.moves:
        assert (taken(old, move.example.row), taken(new, move.example.row)) == (move.before, move.after)
        assert named(move.before) != move.after
    told = {(move.before, move.after) for move in found.moves}
    if found.undecided:
        return
    if Policy.EVERY_MATCHING in (old.plan.policy, new.plan.policy):
        assert bool(told) == bool(moved)
    else:
        assert moved <= told


@given(scenarios(attribute_against_constant), scenarios(attribute_against_constant), *[st.sampled_from(Policy)] * 2)
@settings(max_examples=40, deadline=None)
def test_moves_are_those_of_every_record(
    before: tuple[Scenario, ...], after: tuple[Scenario, ...], policy: Policy, other: Policy
) -> None:
    old, new = Version(*program_of(*before, policy=policy)), Version(*program_of(*after, policy=other))
    law(old, new, WITHOUT_LINES)


@given(scenarios(any_leaf), scenarios(any_leaf))
@settings(max_examples=6, deadline=None)
def test_moves_that_are_hard_to_find_are_never_made_up(
    before: tuple[Scenario, ...], after: tuple[Scenario, ...]
) -> None:
    policy = Policy.FIRST_MATCHING
    law(Version(*program_of(*before, policy=policy)), Version(*program_of(*after, policy=policy)), ROWS)


@given(scenarios(any_leaf), st.sampled_from(Policy))
@settings(max_examples=40, deadline=None)
def test_nothing_differs_from_itself(chosen: tuple[Scenario, ...], policy: Policy) -> None:
    (one, _), (other, _) = program_of(*chosen, policy=policy), program_of(*chosen, policy=policy)
    assert compare(one, other).empty
    plan = one.plans["P"]
    assert compare_plans(Version(one, plan), Version(other, other.plans["P"])).empty


def dunning() -> Program:
    program = check_file(DUNNING).program
    assert program is not None
    return program


@given(st.integers(1, 6), st.booleans())
@settings(max_examples=6, deadline=None)
def test_layout_and_comments_are_no_difference(indent: int, formatted: bool) -> None:
    text = DUNNING.read_text(encoding="utf-8").replace("  ", " " * indent).replace("\nplan", "\n// why\nplan")
    if formatted:
        written = format_source(Source("x.dro", text))
        assert isinstance(written, str)
        text = written
    program = check_text(Source("dunning.dro", text), DUNNING).program
    assert program is not None
    found = compare(dunning(), program)
    assert found.empty
    assert not found.unseen


def changed(text: str, old: str, new: str) -> Program:
    assert old in text
    result = check_text(Source("dunning.dro", text.replace(old, new, 1)), DUNNING)
    assert result.program is not None, result.diagnostics
    return result.program


CHANGES = [
    ("first: 5 days, notice: 7 days", "first: 3 days, notice: 7 days",
     Edit("step", "Remind.reminder", "starts", "5 days before due_date", "3 days before due_date", ("gentle",))),
    ("expires after 14 days", "expires after 10 days",
     Edit("step", "AwaitPromise.promise", "expires", "after 14 days", "after 10 days")),
    ("after  promise expired", "after  promise",
     Edit("step", "AwaitPromise.chase_promise", "after", "promise expired", "promise")),
    ("due     within 2 days, warn 4 hours before", "due     within 2 days, warn 5 hours before",
     Edit("step", "Remind.call_customer", "due", "within 2 days, warn 4 hours before",
          "within 2 days, warn 5 hours before")),
    ("by least loaded", "by round robin",
     Edit("step", "Remind.call_customer", "assign", "to queue Collections by least loaded",
          "to queue Collections by round robin")),
    (" else skip branch", "",
     Edit("step", "Remind.call_customer", "only if", "balance > 0 EUR else skip branch", "balance > 0 EUR")),
    ('template: "suspension"', 'template: "suspended"',
     Edit("step", "Remind.suspension_notice", "with", '{ to: default(email, ""), template: "suspension" }',
          '{ to: default(email, ""), template: "suspended" }')),
    ("retry 3 times every 5 minutes", "retry 4 times every 5 minutes",
     Edit("plan", "Dunning", "fallout for auto", "retry 3 times every 5 minutes then queue MailFallout",
          "retry 4 times every 5 minutes then queue MailFallout")),
    ("service level for manual within 1 day,", "service level for manual within 3 days,",
     Edit("plan", "Dunning", "service level for manual", "within 1 day, warn 4 hours before",
          "within 3 days, warn 4 hours before")),
    ('"Collections team"', '"Collectors"',
     Edit("queue", "Collections", "label", '"Collections team"', '"Collectors"')),
    ("email       : Text optional", "email       : Text optional\n  vip : Boolean optional",
     Edit("context", "CollectionPlan", "vip", None, "Boolean optional")),
    ('balance    from "CurrentDueAmount"', 'balance    from "Due"',
     Edit("mapping", "CollectionPlans", "balance", 'from "CurrentDueAmount"', 'from "Due"')),
    ('timezone "Europe/Berlin"', 'timezone "Europe/Paris"',
     Edit("plan", "Dunning", "timezone", "Europe/Berlin", "Europe/Paris")),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "edit"), CHANGES)
def test_a_change_of_the_text_is_told_as_what_it_means(old: str, new: str, edit: Edit) -> None:
    found = compare(dunning(), changed(DUNNING.read_text(encoding="utf-8"), old, new))
    edits = [each for plan in found.plans for each in plan.edits] + list(found.edits)
    assert edit in edits
    # An argument of a group is told where the scenario hands it over, too.
    assert {each.kind for each in edits if each != edit} <= {"scenario"}
    assert not found.strands


def test_documentation_is_told_apart() -> None:
    found = compare(dunning(), changed(DUNNING.read_text(encoding="utf-8"), "/// Chase", "/// Hunt"))
    assert found.empty
    assert found.unseen


def test_a_step_that_is_gone_strands_running_plans() -> None:
    text = DUNNING.read_text(encoding="utf-8")
    found = compare(dunning(), changed(text, "\n  step recovered: milestone {\n    after call_customer\n  }\n", ""))
    [plan] = found.plans
    assert found.strands
    assert {name: [*map(str, steps)] for name, steps in plan.dropped.items()} == {
        "gentle": ["Remind.recovered"],
        "firm": ["Remind.recovered"],
    }


def test_a_scenario_under_another_name_is_renamed() -> None:
    found = compare(dunning(), changed(DUNNING.read_text(encoding="utf-8"), "scenario gentle", "scenario mild"))
    [plan] = found.plans
    assert plan.renamed == {"gentle": "mild"}
    assert not plan.moves
    assert not plan.edits
    assert not found.strands


def test_attributes_that_mean_something_else_are_not_compared() -> None:
    few = Comparison(ComparisonOperator.LESS, attribute("count"), Constant(2, INTEGER))
    program, plan = program_of(Scenario("few", few), Scenario("rest", otherwise=True))
    context = program.contexts["C"]
    other = evolve(
        context,
        attributes=tuple(
            AttributeDefinition("count", TEXT) if each.name == "count" else each for each in context.attributes
        ),
    )
    all_ = Scenario("few", Known(attribute("limit")))
    new_plan = evolve(plan, scenarios=(all_, Scenario("rest", otherwise=True)))
    new = evolve(program, contexts={"C": other}, plans={"P": new_plan})
    found = compare_plans(Version(program, plan), Version(new, new_plan))
    assert found.not_compared is not None
    assert found.not_compared.attributes == ("count",)
    assert "few" in found.not_compared.scenarios


def test_examples_of_moves_fit_both_contexts() -> None:
    low, more = (Comparison(ComparisonOperator.LESS, attribute("count"), Constant(n, INTEGER)) for n in (1, 3))
    program, plan = program_of(Scenario("few", low), Scenario("rest", otherwise=True))
    new_plan = evolve(plan, scenarios=(Scenario("few", more), Scenario("rest", otherwise=True)))
    context = program.contexts["C"]
    bounded = tuple(
        evolve(each, low=Constant(2, INTEGER)) if each.name == "count" else each for each in context.attributes
    )
    new = evolve(program, contexts={"C": evolve(context, attributes=bounded)}, plans={"P": new_plan})
    [move] = compare_plans(Version(program, plan), Version(new, new_plan)).moves
    assert move.example.row["count"] == 2
    assert (move.before.scenarios, move.after.scenarios) == (("rest",), ("few",))
