"""Plans over the context of tests/conditions, whose scenarios are any conditions."""

from attrs import evolve

from dro_lang.conditions import rules
from dro_lang.conditions.sql.query import query
from dro_lang.conditions.sql.tables import Target
from dro_lang.program.model import ContextMapping, JoinedItems, NestedItems, Plan, Policy, Program, Scenario
from tests.conditions.strategies import CONTEXT, LINE, RISKS

NESTED = ContextMapping("Cases", "Case", "Generic", "Cases", items=NestedItems("lines"))
JOINED = ContextMapping("Cases", "Case", "Generic", "Cases", items=JoinedItems("Lines", "CaseId"))


def program_of(mapping):
    return Program(
        "tests",
        enums={"Risk": RISKS},
        records={"Line": LINE},
        contexts={"Case": CONTEXT},
        mappings={"Cases": mapping},
    )


def plan_of(conditions, zone="UTC", policy=Policy.EVERY_MATCHING):
    scenarios = tuple(Scenario(f"s{number}", condition) for number, condition in enumerate(conditions))
    return Plan("P", "Case", "Generic", "Cases", policy, scenarios, timezone=zone)


def target_of(dialect, environment):
    return Target(dialect, "Cases", "Lines", environment)


def sayable(conditions, dialect, environment, mapping=NESTED):
    """Those conditions that a dialect can say."""
    target, program = target_of(dialect, environment), program_of(mapping)
    zone = environment.zone.key
    return [each for each in conditions if isinstance(query(program, plan_of([each], zone), target), str)]


def text_of(conditions, dialect, environment, mapping=NESTED):
    """The query that gives for each record the names of the conditions that hold."""
    return query(program_of(mapping), plan_of(conditions, environment.zone.key), target_of(dialect, environment))


def expected(conditions, table, environment):
    """What the reference evaluator says, in the form of the query's answer."""
    answers = []
    for row in table:
        there = evolve(environment, root=row)
        held = [f"s{number}" for number, each in enumerate(conditions) if rules.holds(each, there)]
        answers.append((row["id"], held or None, None if held else "R0202"))
    return sorted(answers)
