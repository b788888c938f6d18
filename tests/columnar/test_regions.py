"""Tables choose for every record what its conditions choose one after the other."""

from attrs import evolve
from hypothesis import given, settings

from dro_lang.conditions.columnar.cases import chosen, selection
from dro_lang.conditions.columnar.formulas import scope_of
from dro_lang.conditions.columnar.helpers import ReferenceHelpers
from dro_lang.conditions.columnar.regions import tables_of
from dro_lang.conditions.normal import normalize
from dro_lang.program.expressions import And, Attribute, Comparison, Constant, Or
from dro_lang.program.expressions import ComparisonOperator as Cmp
from dro_lang.program.model import Policy, Scenario
from dro_lang.program.types import INTEGER, TEXT
from tests.columnar.database import PROGRAM, Database
from tests.columnar.test_agreement import tables
from tests.conditions.strategies import CONTEXT, environments
from tests.conditions.test_compiled import by_rules, of_record
from tests.conditions.test_index import large_plans
from tests.conditions.test_selection import OTHERWISE, RUN, plan, risk_in, run


@settings(max_examples=60, deadline=None)
@given(large_plans(), environments(), tables())
def test_tables_choose_what_the_rules_choose(plan, environment, table):
    environment = of_record(environment)
    expected = [by_rules(plan, evolve(environment, root=row)) for row in table]
    database = Database(table)
    for tabled_from in (1, 10**6):
        found = selected(database, plan, environment, tabled_from)
        assert found == [(choice.scenarios, choice.error) for choice in expected]


def selected(database, plan, environment, tabled_from):
    """The names of the scenarios that each record gets by columns, or the code of its error."""
    helpers = ReferenceHelpers(PROGRAM, CONTEXT, environment)
    scope = scope_of(PROGRAM, CONTEXT, environment, helpers)
    query = selection(chosen(plan, scope, helpers, tabled_from=tabled_from), "records", "TRUE")
    return [
        ((names,) if isinstance(names, str) else tuple(names or ()), error)
        for _, names, error in database.selected(query, helpers)
    ]


VISITS, RANK = Attribute("visits", INTEGER), Attribute("rank", INTEGER)


def at_least(attribute, number):
    return Comparison(Cmp.GREATER_OR_EQUAL, attribute, Constant(number, INTEGER))


def scope():
    return scope_of(PROGRAM, CONTEXT, run(), ReferenceHelpers(PROGRAM, CONTEXT, run()))


def test_what_asks_about_one_attribute_or_another_is_left_to_its_condition():
    either = Or((at_least(VISITS, 3), at_least(RANK, 3)))
    both = And((at_least(VISITS, 3), at_least(RANK, 3)))
    compared = Comparison(Cmp.LESS, VISITS, RANK)
    found = tables_of([normalize(each) for each in (either, both, compared)], scope())
    assert found.open == (0, 2)


def test_what_no_text_of_sql_holds_is_left_to_its_condition():
    asked = Comparison(Cmp.EQUAL, Attribute("name", TEXT), Constant("a\0", TEXT))
    assert tables_of([normalize(asked)], scope()).open == (0,)


def test_no_more_classes_than_can_be_told_apart():
    found = tables_of([normalize(at_least(VISITS, number)) for number in range(5)], scope())
    assert len(found.classes.held) == 6


def test_tables_that_grow_too_large_are_left():
    names = ["visits", "rank"]
    cells = [
        normalize(
            And(tuple(at_least(Attribute(name, INTEGER), number * (place + 1)) for place, name in enumerate(names)))
        )
        for number in range(300)
    ]
    assert tables_of(cells, scope()) is None


def test_many_scenarios_are_looked_up():
    some = [Scenario(f"s{number}", at_least(VISITS, number), runs=RUN) for number in range(30)]
    many = plan(Policy.FIRST_MATCHING, *some, Scenario("low", risk_in("Low"), runs=RUN), OTHERWISE)
    helpers = ReferenceHelpers(PROGRAM, CONTEXT, run())
    assert chosen(many, scope(), helpers).class_ is not None
    assert chosen(plan(Policy.FIRST_MATCHING, *some[:5]), scope(), helpers).class_ is None
