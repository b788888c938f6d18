"""Claims that are not proved, tried: Hypothesis makes records, worlds around their plans, and so whole runs."""

from contextlib import suppress
from datetime import date
from functools import partial
from hashlib import sha256
from pathlib import Path

from attrs import define, frozen
from hypothesis import HealthCheck, Verbosity, given, reject, seed, settings
from hypothesis.database import DirectoryBasedExampleDatabase
from hypothesis.errors import Flaky
from hypothesis.strategies import SearchStrategy, one_of

from dro_lang.analysis.claims.assumed import Assumed
from dro_lang.conditions.normal import Normal
from dro_lang.conditions.time import shift
from dro_lang.kernel.machine import Kernel
from dro_lang.program.states import StepStatus
from dro_lang.program.tests import AlwaysScenarios, AlwaysStep, Claim, Ends, NeverStep, Order, StepName
from dro_lang.program.values import Row
from dro_lang.runtime.simulator import Simulation
from dro_lang.runtime.submission import moment_in
from dro_lang.testing.blocks import claim_text
from dro_lang.testing.claims import breach, breach_so_far
from dro_lang.testing.hints import length_of
from dro_lang.testing.life import live
from dro_lang.testing.run import Run
from dro_lang.testing.strategies.runs import ANY_RECORD, Carry, Runs
from dro_lang.testing.strategies.worlds import Kinds
from dro_lang.testing.world import Verb, World

ROUNDS = 5
"""A search begins so many times: in one round, what is made resembles what was made before."""

MOST_SHRINKS = 250
"""How many smaller runs are looked at once a claim is broken."""

_BY_OPERATORS = {
    StepStatus.AMENDED: (Verb.AMEND,),
    StepStatus.CANCELED: (Verb.CANCEL,),
    StepStatus.DISCARDED: (Verb.DISCARD, Verb.CANCEL),
    StepStatus.ON_HOLD: (Verb.OFFLINE,),
}
"""What operators do to bring about states that nobody else does."""


@frozen(eq=False)
class Trials:
    """Tries claims about the records that fit an assumption.

    `key` names what is tried among all that is remembered in the folder `database`; None remembers nothing.
    """

    kernel: Kernel
    assumed: Assumed
    key: str
    seed: int = 0
    database: Path | None = None

    def search(self, claim: Claim, budget: int) -> tuple[Run | None, int]:
        """The smallest run that breaks a claim, if one is found; and how many were looked at."""
        further = (length_of(claim.within),) if isinstance(claim, Ends) and claim.within is not None else ()
        runs = Runs(self.kernel, self.assumed.assume, further)
        cases = [found for formula in self._worth_trying(claim) if (found := runs.cases(formula)) is not None]
        if not cases:
            return None, 0
        trial = _Trial(claim, partial(self._carry, claim))
        strategy = runs.of(one_of(cases), self._kinds(claim), trial.carry)
        rounds = min(ROUNDS, budget)
        for number in range(rounds):
            if trial.broken is None:
                self._look_for(trial, strategy, budget // rounds, number)
        if trial.broken is not None:
            self._keep_to_this_machine()
        return trial.broken, trial.looked_at

    def _look_for(self, trial: "_Trial", runs: SearchStrategy[Run], budget: int, number: int) -> None:
        """One round of a search: it begins with what is remembered, and ends with the smallest run that is found."""

        @settings(
            max_examples=budget,
            database=self._examples(trial.claim),
            deadline=None,
            derandomize=False,
            print_blob=False,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
            verbosity=Verbosity.quiet,
        )
        @seed(f"{self.seed} {number}")
        @given(runs)
        def look(run: Run) -> None:
            if trial.breaks(run):
                raise _Broken

        # Hypothesis calls it flaky that smaller runs are no longer looked at.
        with suppress(_Broken, Flaky):
            look()

    def _keep_to_this_machine(self) -> None:
        """Keep what is remembered out of version control: it is good for this version of everything only."""
        if self.database is not None and self.database.is_dir():
            with suppress(OSError):
                (self.database / ".gitignore").write_text("*\n", encoding="utf-8")

    def _examples(self, claim: Claim) -> DirectoryBasedExampleDatabase | None:
        if self.database is None:
            return None
        name = sha256(f"{self.key} {claim_text(claim)}".encode()).hexdigest()[:16]
        return DirectoryBasedExampleDatabase(self.database / "examples" / name)

    def _worth_trying(self, claim: Claim) -> list[Normal]:
        """When a record gets a scenario that concerns the claim, for each of them."""
        applies = self.assumed.applies
        if isinstance(claim, AlwaysScenarios):
            return [ANY_RECORD]
        bringing = [
            {at.home.scenario.name for at in self.assumed.steps(step.group, step.step)} for step in _named(claim)[-1:]
        ]
        if not bringing or self._by_compensation(claim):
            return list(applies.values())
        return [formula for name, formula in applies.items() if name in bringing[0]]

    def _kinds(self, claim: Claim) -> Kinds:
        operators: tuple[Verb, ...] = ()
        if self._by_compensation(claim):
            operators = Verb.CANCEL, Verb.AMEND
        elif isinstance(claim, NeverStep | AlwaysStep):
            operators = _BY_OPERATORS.get(claim.state, ())
        # A claim about the end says nothing where nobody does anything; where time counts, that is the worst case.
        fair = isinstance(claim, AlwaysStep) or (isinstance(claim, Ends) and claim.within is None)
        return Kinds(never=not fair, operators=operators, idle=not fair)

    def _by_compensation(self, claim: Claim) -> bool:
        """Whether a claim is about a step that only an amendment or a cancellation may bring."""
        return any(step.group in self.assumed.compensation for step in _named(claim))

    def _carry(self, claim: Claim, kernel: Kernel, row: Row, today: date, world: World) -> Run:
        """Carry a plan on until the claim is broken, or cannot be any more."""

        def enough(simulation: Simulation) -> bool:
            return (
                isinstance(claim, AlwaysScenarios)
                or breach_so_far(claim, kernel, simulation.plan, simulation.history) is not None
            )

        if not isinstance(claim, Ends) or claim.within is None:
            return live(kernel, row, today, world, until=enough)
        blueprint = kernel.blueprint
        deadline = shift(moment_in(kernel, today), claim.within, 1, blueprint.zone, blueprint.calendar)
        return live(kernel, row, today, world, deadline=deadline, punctual=True)


class _Broken(Exception):
    """A run breaks a claim."""


@define(eq=False)
class _Trial:
    """Looks at runs, of which Hypothesis makes smaller and smaller ones as soon as one has broken the claim."""

    claim: Claim
    _carry: Carry
    broken: Run | None = None
    """The last run that broke the claim, and so the smallest so far."""
    looked_at: int = 0
    _shrinks: int = 0

    def carry(self, kernel: Kernel, row: Row, today: date, world: World) -> Run:
        if self.broken is not None:
            self._shrinks += 1
            if self._shrinks > MOST_SHRINKS:
                reject()  # Hypothesis then finds that nothing is smaller
        return self._carry(kernel, row, today, world)

    def breaks(self, run: Run) -> bool:
        self.looked_at += 1
        if breach(self.claim, run) is None:
            return False
        self.broken = run
        return True


def _named(claim: Claim) -> tuple[StepName, ...]:
    """The steps that a claim names; the one that breaks it last."""
    match claim:
        case NeverStep(step) | AlwaysStep(step):
            return (step,)
        case Order(first, then):
            return first, then
    return ()
