"""Goals that nothing can reach, as the analysis proves: they are not asked for."""

from collections.abc import Iterator
from functools import partial

from attrs import define

from dro_lang.analysis.solver.records import Records
from dro_lang.analysis.solver.regions import A_DAY
from dro_lang.analysis.solver.satisfy import Never, satisfy
from dro_lang.analysis.substitution import arguments_of, substitute
from dro_lang.conditions.normal import Normal, complement, normalize
from dro_lang.kernel.expressions import fold
from dro_lang.program.expressions import Expression
from dro_lang.program.model import GroupCall, Outcome, Plan, Program
from dro_lang.testing.coverage.decisions import formulas, with_expressions
from dro_lang.testing.coverage.goals import Aim, Decides, Ends, Goals, Met, awaited_by, groups_of
from dro_lang.testing.watch import OfScenario, OfStep

_BUDGET = 20_000
"""Leaves that a proof may look at; what is not proved impossible is asked for."""


@define
class Possibility:
    """Says of the goals of a program whether they can be reached."""

    program: Program
    goals: Goals

    def is_impossible(self, aim: Aim) -> bool:
        """Whether it is proved that no record and no data reach this."""
        match aim:
            case Decides():
                return all(isinstance(satisfy(f, records, _BUDGET), Never) for records, f in self.formulas(aim))
            case Ends(group, step, Outcome.SKIPPED):
                return self._is_never_skipped(group, step)
            case Met(group, step, wait, Outcome.SKIPPED):
                waits = self.program.groups[group].step(step)
                assert waits is not None  # the goal is one of this program
                assert waits.join is not None
                awaited = awaited_by(self.program, self.program.groups[group], waits.join.waits[wait])
                return awaited is not None and self._is_never_skipped(awaited[0].name, awaited[1].name)
        return False

    def formulas(self, aim: Decides) -> Iterator[tuple[Records, Normal]]:
        """When an atom decides so: for each plan that looks at it, with the arguments of each call."""
        whole = self.goals.decisions[aim.owner]
        match aim.owner:
            case OfScenario(plan):
                yield Records(self.program, self.program.plans[plan]), formulas(whole)[aim.atom, aim.value]
            case OfStep(group):
                for each, call in groups_of(self.program)[group]:
                    bound = with_expressions(whole, partial(self._bound, each, call))
                    yield Records(self.program, each), formulas(bound)[aim.atom, aim.value]
            case _:
                for each in self.program.plans.values():
                    yield Records(self.program, each), formulas(whole)[aim.atom, aim.value]

    def _bound(self, plan: Plan, call: GroupCall, expression: Expression) -> Expression:
        """An expression of a group as one call has it, what is constant in it worked out."""
        bound = substitute(expression, arguments_of(call, self.program.groups[call.group]))
        return fold(bound, Records(self.program, plan).environment({}, A_DAY))

    def _is_never_skipped(self, group: str, name: str) -> bool:
        step = self.program.groups[group].step(name)
        assert step is not None  # the goal is one of this program
        condition = step.only_if
        if condition is None:
            return True
        calls = groups_of(self.program).get(group, [])
        failing = ((plan, complement(normalize(self._bound(plan, call, condition)))) for plan, call in calls)
        return all(
            isinstance(satisfy(formula, Records(self.program, plan), _BUDGET), Never) for plan, formula in failing
        )
