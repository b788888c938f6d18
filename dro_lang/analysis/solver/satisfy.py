"""Can a formula hold for some record? Proved that it can't, shown with a record that it can, or not known."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property
from itertools import islice

from attrs import define, field, frozen

from dro_lang.analysis.solver.candidates import Candidates, attributes_of
from dro_lang.analysis.solver.plain.plainer import Plainer
from dro_lang.analysis.solver.plain.texts import texts_in
from dro_lang.analysis.solver.presence import with_known_attributes
from dro_lang.analysis.solver.records import Records
from dro_lang.analysis.solver.search import Assignment, BudgetSpent, Search
from dro_lang.analysis.solver.space import Node, Space
from dro_lang.analysis.solver.subjects import Difference
from dro_lang.conditions.environment import Environment
from dro_lang.conditions.normal import Normal
from dro_lang.conditions.rules import Facts, Rule, decide, facts_class, lower_normal
from dro_lang.program.expressions import Today
from dro_lang.program.values import Row

BUDGET = 200_000
"""Leaves of formulas that a search may look at,"""

POOL = 400_000
"""and those of all questions about one plan together."""

MAX_ASSIGNMENTS = 40
"""Satisfying assignments for which a record is looked for,"""

TRIES = 250
"""and records tried for each."""


@frozen
class Never:
    """No record satisfies the formula. A proof."""


@frozen
class Example:
    """A record that satisfies the formula (the real evaluator says so), with the day of the run; `named` are the
    attributes that matter, `names_today` whether the day does."""

    row: Row
    today: date
    named: tuple[str, ...]
    names_today: bool


@frozen
class NotKnown:
    """Neither proved nor shown: how many leaves were looked at, and whether that was all of them."""

    spent: int
    exhausted: bool


Answer = Never | Example | NotKnown


def satisfy(formula: Normal, records: Records, budget: int = BUDGET) -> Answer:
    """Look for a record that satisfies a formula."""
    return Prover.of((formula,), records).satisfy(formula, budget=budget)


def examples(formula: Normal, records: Records, budget: int = BUDGET) -> Iterator[Example]:
    """Records that satisfy a formula: for each assignment that does, the first one that is found for it. It ends where
    all have been shown, and where the budget is spent."""
    prover = Prover.of((formula,), records)
    try:
        for assignment in prover.search((formula,), budget).assignments():
            yield from islice(prover.examples((formula,), assignment), 1)
    except BudgetSpent:
        return


@frozen
class _Prepared:
    """A formula as masks, and as the real evaluator takes it."""

    normal: Normal
    node: Node

    @cached_property
    def rule(self) -> tuple[Rule, Callable[[Environment], Facts]]:
        rule = lower_normal(self.normal)
        return rule, facts_class(rule.variables)

    def holds(self, environment: Environment) -> bool:
        rule, facts = self.rule
        return decide(rule, facts(environment))


@define
class Prover:
    """Answers questions about some formulas, all over one space: what is prepared for one serves the others."""

    records: Records
    space: Space
    left: int = POOL
    _prepared: dict[int, _Prepared] = field(factory=dict)
    _kept: list[Normal] = field(factory=list)

    @classmethod
    def of(cls, formulas: Iterable[Normal], records: Records) -> "Prover":
        given = list(formulas)
        known = [with_known_attributes(formula, records.is_optional) for formula in given]
        plainer = Plainer(records, texts_in(known))
        plain = [plainer.formula(formula) for formula in known]
        space = Space.of(plain, records.domains)
        # By identity, as formulas are costly to compare; keeping them keeps their identities.
        prepared = {
            id(one): _Prepared(other, space.node(another))
            for one, other, another in zip(given, known, plain, strict=True)
        }
        return cls(records, space, POOL, prepared, given)

    def satisfy(self, *formulas: Normal, budget: int = BUDGET) -> Answer:
        """Look for a record that satisfies several of the formulas together."""
        search = self.search(formulas, budget)
        found = False
        try:
            for assignment in islice(search.assignments(), MAX_ASSIGNMENTS):
                found = True
                for example in self.examples(formulas, assignment):
                    return example
        except BudgetSpent:
            return NotKnown(search.spent, False)
        finally:
            self.left -= search.spent
        return NotKnown(search.spent, True) if found else Never()

    def never(self, *formulas: Normal, budget: int = BUDGET) -> bool:
        """Whether it is proved that no record satisfies several of the formulas together."""
        search = self.search(formulas, budget)
        try:
            return next(search.assignments(), None) is None
        except BudgetSpent:
            return False
        finally:
            self.left -= search.spent

    def search(self, formulas: Sequence[Normal], budget: int) -> Search:
        """The search for assignments that satisfy several of the formulas together."""
        node = self.space.joined(True, [self._prepared[id(each)].node for each in formulas])
        return Search(self.space, node, max(0, min(budget, self.left)))

    def examples(self, formulas: Sequence[Normal], assignment: Assignment) -> Iterator[Example]:
        """Records made from an assignment for which all of the formulas hold."""
        prepared = [self._prepared[id(each)] for each in formulas]
        mentioned = attributes_of(assignment)
        named = tuple(name for name in self.records.definitions if name in mentioned)
        names_today = any(
            Today() in (s.left, s.right) if isinstance(s, Difference) else s == Today() for s in assignment.values
        )
        for values, today in islice(Candidates(self.records, self.space).of(assignment), TRIES):
            row = self.records.row(values)
            environment = self.records.environment(row, today)
            if all(each.holds(environment) for each in prepared):
                yield Example(row, today, named, names_today)
