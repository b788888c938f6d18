"""Records of a context: all that fit it, or those for which a condition holds.

Records for which a condition holds are made, not sought: from one that the analysis has found, whose attributes then
take other values one by one as far as the condition still holds. Only where the analysis finds none are they sought
among all.
"""

from collections.abc import Callable, Mapping
from datetime import date
from itertools import islice

from attrs import field, frozen
from hypothesis import strategies as st

from dro_lang.analysis.solver.records import Records
from dro_lang.analysis.solver.regions import A_DAY
from dro_lang.analysis.solver.satisfy import Never, examples, satisfy
from dro_lang.conditions.environment import Environment
from dro_lang.conditions.normal import Normal, Relation, Truth, all_of, normalize
from dro_lang.conditions.rules import Facts, Rule, decide, facts_class, lower_normal
from dro_lang.program.expressions import ComparisonOperator, Constant, Expression, Today
from dro_lang.program.model import Plan, Policy, Program
from dro_lang.program.types import DATE
from dro_lang.program.values import Row, Value
from dro_lang.testing.hints import hints
from dro_lang.testing.strategies.values import Values
from dro_lang.testing.strategies.where import condition

MOST_EXAMPLES = 50
"""How many records of the analysis are built on."""


def records(
    program: Program, of: str | None = None, where: str | Expression | None = None, today: date = A_DAY
) -> st.SearchStrategy[Row]:
    """Records of a context, or of the context of a plan, for which the condition `where` holds on the day `today`.
    Without a name (`of`), those of the program's only plan.

    Raises ValueError for a condition that the checker refuses, and where it is proved that no record satisfies it;
    KeyError for a name that is neither a context nor a plan.
    """
    plan = plan_of(program, of)
    typed = None if where is None else condition(program, program.contexts[plan.context], where)
    formula = Truth(True) if typed is None else normalize(typed)
    extra = [] if typed is None else [typed]
    on_that_day = Relation(ComparisonOperator.EQUAL, Today(), Constant(today, DATE))
    maker = Maker(Records(program, plan), Values(program, hints(program, plan, extra)))
    cases = maker.cases(all_of((formula, on_that_day)))
    if cases is None:
        raise ValueError(f"no record of {plan.context} satisfies `{where}`")
    return cases.map(lambda case: case.row)


def plan_of(program: Program, of: str | None) -> Plan:
    """The plan of a name; for a context a plan without scenarios, which has no conditions. None means the only plan."""
    if of is None:
        if len(program.plans) == 1:
            return next(iter(program.plans.values()))
        raise KeyError("there is not exactly one plan: name a plan or a context")
    if of in program.plans:
        return program.plans[of]
    return Plan("", program.contexts[of].name, "", "", Policy.EVERY_MATCHING, ())


_CHANGES = st.sampled_from([False, True, True])
"""Whether an attribute takes another value than in the record that is built on: mostly, and never in the plainest."""


@frozen
class Case:
    """A record, and the day on which it satisfies what was asked for. `is_free`: on any other day, too."""

    row: Row
    today: date
    is_free: bool


@frozen(eq=False)
class Maker:
    """Makes strategies for records of one plan's context."""

    records: Records
    values: Values
    _attributes: dict[str, st.SearchStrategy[Value]] = field(factory=dict, init=False)

    def cases(self, formula: Normal) -> st.SearchStrategy[Case] | None:
        """Records that satisfy a formula, each with a day on which it does; None where it is proved that there are
        none."""
        found = islice(examples(formula, self.records), MOST_EXAMPLES)
        bases = [Case(example.row, example.today, not example.names_today) for example in found]
        holds = Holds.of(formula, self.records)
        if bases:
            return self._around(bases, holds)
        if isinstance(satisfy(formula, self.records), Never):
            return None
        anything = self._around([Case(self.records.row({}), A_DAY, False)], lambda row, today: True)
        return anything.filter(lambda case: holds(case.row, case.today))

    def _around(self, bases: list[Case], fits: Callable[[Row, date], bool]) -> st.SearchStrategy[Case]:
        """Records that differ from one of these in any of their attributes."""
        base_of = st.sampled_from(bases)

        @st.composite
        def draw_row(draw: st.DrawFn) -> Case:
            base = draw(base_of)
            row = _plain(base.row)
            for name in row:
                if draw(_CHANGES):
                    changed = {**row, name: draw(self._strategy(name))}
                    if fits(changed, base.today):
                        row = changed
            return Case(row, base.today, base.is_free)

        return draw_row()

    def _strategy(self, name: str) -> st.SearchStrategy[Value]:
        if name not in self._attributes:
            self._attributes[name] = self.values.of(self.records.definitions[name])
        return self._attributes[name]


def _plain(row: Row) -> dict[str, Value]:
    """The row as dictionaries, which read well where a test fails."""
    return {
        name: tuple(_plain(each) for each in value) if isinstance(value, tuple) else value
        for name, value in row.items()
    }


@frozen(eq=False)
class Holds:
    """Whether a record satisfies a formula on a day, by the evaluator that chooses scenarios."""

    records: Records
    rule: Rule
    facts: Callable[[Environment], Facts]

    @classmethod
    def of(cls, formula: Normal, records: Records) -> "Holds":
        rule = lower_normal(formula)
        return cls(records, rule, facts_class(rule.variables))

    def __call__(self, row: Mapping[str, Value], today: date) -> bool:
        return decide(self.rule, self.facts(self.records.environment(row, today)))
