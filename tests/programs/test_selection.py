"""Selection by the rules is what a naive reading of a plan gives, and what is proved of it holds for every record."""

from datetime import date

from hypothesis import strategies as st

from dro_lang.analysis.selection import Dead, Gap, Overlap, Unproved, examine
from dro_lang.analysis.solver.records import Records
from dro_lang.conditions.compiled import evaluate
from dro_lang.conditions.selection import Choice, select
from dro_lang.conditions.time import midnight
from dro_lang.kernel.blueprint import Blueprint
from dro_lang.kernel.compose import plan_environment
from dro_lang.program.model import Plan, Policy, Program
from dro_lang.program.values import Row
from dro_lang.runtime.selector import Selector
from tests.conditions import naive
from tests.programs.laws import law
from tests.programs.records import A_DAY, DAYS, every_row, rows
from tests.programs.sources import Sources
from tests.programs.strategies import programs


def matching(program: Program, plan: Plan, row: Row) -> list[str]:
    """The scenarios that match a record, from the text of the language alone."""
    world = naive.world(Records(program, plan).environment(row, A_DAY))
    scenarios = {scenario.name: scenario for scenario in plan.scenarios}

    def matches(name: str) -> bool:
        scenario = scenarios[name]
        if scenario.otherwise:
            return not any(matches(other) for other in scenarios if other != name)
        holds = scenario.when is None or naive.holds(scenario.when, world)
        return holds and not any(matches(other) for other in scenario.unless)

    return [name for name in scenarios if matches(name)]


def taken(plan: Plan, matches: list[str]) -> tuple[str, ...]:
    """The scenarios of which a record gets the groups."""
    if plan.policy is Policy.FIRST_MATCHING:
        return tuple(matches[:1])
    return tuple(matches) if plan.policy is Policy.EVERY_MATCHING or len(matches) == 1 else ()


@law(60, sources=programs(proofs_hold=False, finite=True, several_modules=False))
def test_verdicts_agree_with_trying_every_record(sources: Sources) -> None:
    program = sources.program
    (plan,) = program.plans.values()
    seen: set[tuple[str, ...]] = set()
    for row in every_row(program, plan):
        matches = matching(program, plan, row)
        seen.add(tuple(matches))
        selection = select(plan, Records(program, plan).environment(row, A_DAY))
        assert [verdict.scenario for verdict in selection.verdicts if verdict.matches] == matches
        assert selection.matched == taken(plan, matches)
    agree(program, plan, seen)


@st.composite
def choices(draw: st.DrawFn) -> tuple[Program, Plan, date, list[Row]]:
    """A plan, a day, and records of its context."""
    program = draw(programs(proofs_hold=False)).program
    (plan,) = program.plans.values()
    return program, plan, draw(DAYS), draw(st.lists(rows(program, plan), min_size=1, max_size=5))


@law(60, case=choices())
def test_generated_python_chooses_what_the_rules_choose(case: tuple[Program, Plan, date, list[Row]]) -> None:
    program, plan, today, records = case
    blueprint = Blueprint.of(program, plan.name)
    selector = Selector(program, plan.name, today, lambda data: data)
    for row in records:
        environment = plan_environment(blueprint, row, midnight(today, blueprint.zone))
        by_rules = select(plan, environment)
        assert evaluate.select(plan, environment) == by_rules
        assert selector.select(row) == Choice(by_rules.matched, by_rules.error, by_rules.reason)


def agree(program: Program, plan: Plan, seen: set[tuple[str, ...]]) -> None:
    """What the analysis says of a plan, beside what matched together over all records."""
    names = [scenario.name for scenario in plan.scenarios]
    found = list(examine(program, plan))
    unproved = {finding.scenarios for finding in found if isinstance(finding, Unproved)}
    for finding in found:
        match finding:
            case Overlap(first, second, example):
                assert {first, second} <= set(matching(program, plan, example.row))
            case Gap(example):
                assert matching(program, plan, example.row) == []
            case Dead(name, earlier):
                assert not any(name in (together[:1] if earlier else together) for together in seen)
    if plan.policy is not Policy.EXACTLY_ONE:
        return
    overlaps = {(finding.first, finding.second) for finding in found if isinstance(finding, Overlap)}
    # One that applies to every record overlaps all others, and that is told once.
    always = set.intersection(*map(set, seen))
    told = always & {name for pair in overlaps for name in pair}
    for together in seen:
        pairs = {(a, b) for a in together for b in together if names.index(a) < names.index(b)}
        assert {pair for pair in pairs if not told & set(pair)} <= overlaps | unproved
    has_gap = any(isinstance(finding, Gap) for finding in found)
    assert has_gap or () not in seen or () in unproved
