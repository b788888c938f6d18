"""READ FIRST. Properties: each claim is proved by what is written, or tried on runs and refuted by the smallest one.

The analysis goes first (`analysis.claims`). What it leaves open is tried: Hypothesis makes records that fit what the
property assumes, and worlds around their plans; a run that breaks the claim is shrunk, and written down as a test.
"""

from collections.abc import Iterable
from pathlib import Path
from time import perf_counter

from attrs import evolve, field, frozen

from dro_lang.analysis.claims.assumed import Assumed
from dro_lang.analysis.claims.prove import Answer, Proved, Refuted, prove, unsatisfiable
from dro_lang.kernel.machine import Kernel
from dro_lang.program.model import Program
from dro_lang.program.render import render_value
from dro_lang.program.tests import Claim, Given, Property, Test, TestLine, TodayLine
from dro_lang.program.types import TEXT
from dro_lang.records.validate import row_to_data
from dro_lang.testing.blocks import block, claim_text
from dro_lang.testing.claims import breach
from dro_lang.testing.life import live
from dro_lang.testing.results import PropertyResult, Verdict
from dro_lang.testing.run import Run
from dro_lang.testing.script import Script
from dro_lang.testing.world import World

RUNS = 200
"""How many runs a property is tried on, where nobody says otherwise."""


def check_property(
    program: Program, property: Property, *, budget: int = RUNS, seed: int = 0, database: Path | None = None
) -> PropertyResult:
    """Decide a property, or try it on `budget` runs. Equal arguments give equal results.

    `database` is a folder in which runs that broke a claim are remembered, to be tried first the next time; then the
    result also depends on what is remembered. Nothing is written where everything is proved.
    """
    started = perf_counter()
    result = _Checker(program, property, seed, database).check(budget)
    return evolve(result, seconds=perf_counter() - started)


class HypothesisMissingError(Exception):
    """What is not proved cannot be tried."""

    def __str__(self) -> str:
        return (
            "it is not proved, and Hypothesis, with which it would be tried, is missing: `pip install 'drolang[test]'`"
        )


@frozen(eq=False)
class _Checker:
    program: Program
    property: Property
    seed: int
    database: Path | None
    _kernel: Kernel = field(init=False)
    _assumed: Assumed = field(init=False)

    @_kernel.default
    def _kernel_of_the_plan(self) -> Kernel:
        return Kernel(self.program, self.property.plan)

    @_assumed.default
    def _records_that_fit(self) -> Assumed:
        return Assumed(self.program, self.program.plans[self.property.plan], self.property.assume)

    def check(self, budget: int) -> PropertyResult:
        if unsatisfiable(self._assumed):
            return self._result(Verdict.FAILED, "no record fits what it assumes, so it says nothing")
        answers = [(claim, prove(self._assumed, claim)) for claim in self.property.claims]
        for claim, answer in answers:
            if isinstance(answer, Refuted):
                run = live(self._kernel, answer.example.row, answer.example.today, World(), until=lambda plan: True)
                return self._refuted(claim, run)
        left = [claim for claim, answer in answers if answer is None]
        tried = 0
        for claim in left:
            try:
                broken, runs = self._try(claim, max(1, budget // len(left)))
            except HypothesisMissingError as missing:
                return self._result(Verdict.FAILED, str(missing), claim)
            if broken is not None:
                return self._refuted(claim, broken)
            tried += runs
        proofs = _sentences(answer for _, answer in answers)
        if not left:
            return self._result(Verdict.PROVED, proofs)
        return self._result(Verdict.TRIED, proofs and f"proved in part: {proofs}", tried=tried)

    def _try(self, claim: Claim, budget: int) -> tuple[Run | None, int]:
        # Proofs do without Hypothesis.
        try:
            from dro_lang.testing.trials import Trials
        except ModuleNotFoundError as missing:
            if missing.name != "hypothesis":
                raise
            raise HypothesisMissingError from missing
        key = f"{self.program.module} {self.property.plan} {self.property.name}"
        return Trials(self._kernel, self._assumed, key, self.seed, self.database).search(claim, budget)

    # ---- telling

    def _refuted(self, claim: Claim, run: Run) -> PropertyResult:
        found = breach(claim, run)
        assert found is not None  # it was found by that
        name = f"{self.property.name}: a counterexample"
        comment = f"The property {render_value(self.property.name, TEXT)} claims `{claim_text(claim)}`."
        blueprint = self._kernel.blueprint
        shown = next((line for line in found.expected if self._fails(name, run, line)), None)
        text = None
        if shown is not None:
            text = block(blueprint, name, run.record, run.today, (*run.lines, shown), comment)
        return self._result(Verdict.FAILED, found.message, claim, text)

    def _fails(self, name: str, run: Run, expected: TestLine) -> bool:
        """Whether the test that does what was done in a run fails at this line, and not before."""
        given = row_to_data(run.record, self._kernel.blueprint.context.attributes, self.program)
        begin = (TodayLine(run.today, line=0), Given(given, line=0))
        broken = Script(self._kernel).carry_out(Test(name, self.property.plan, (*begin, *run.lines, expected)))
        return broken is not None and broken[0] is expected

    def _result(
        self,
        verdict: Verdict,
        message: str,
        claim: Claim | None = None,
        counterexample: str | None = None,
        tried: int = 0,
    ) -> PropertyResult:
        known = self.property
        return PropertyResult(
            name=known.name,
            plan=known.plan,
            line=known.line,
            verdict=verdict,
            message=message,
            tried=tried,
            claim_line=None if claim is None else claim.line,
            claim=next((position for position, other in enumerate(known.claims) if other is claim), None),
            counterexample=counterexample,
        )


def _sentences(answers: Iterable[Answer]) -> str:
    return "; ".join(dict.fromkeys(answer.why for answer in answers if isinstance(answer, Proved)))
