"""READ FIRST. Claims of properties: proved by what is written, refuted with a record, or neither."""

from collections.abc import Callable
from typing import Any

from attrs import frozen

from dro_lang.analysis.claims.assumed import Assumed, StepAt
from dro_lang.analysis.claims.order import Orders
from dro_lang.analysis.claims.states import States
from dro_lang.analysis.solver.satisfy import Example, Never
from dro_lang.analysis.waits import in_the_end
from dro_lang.conditions.normal import any_of, complement, normalize
from dro_lang.program.model import Policy, StepKind
from dro_lang.program.states import StepStatus
from dro_lang.program.tests import AlwaysScenarios, AlwaysStep, Claim, Ends, NeverStep, Order, StepName


@frozen
class Proved:
    """The claim holds; `why` is a sentence."""

    why: str


@frozen
class Refuted:
    """The claim does not hold for this record."""

    example: Example


Answer = Proved | Refuted | None


def prove(assumed: Assumed, claim: Claim) -> Answer:
    """Decide a claim without trying it; None where that cannot be done."""
    return _PROVERS[type(claim)](assumed, claim)


def _scenarios(assumed: Assumed, claim: AlwaysScenarios) -> Answer:
    wrong = any_of(
        complement(formula) if name in claim.scenarios else formula for name, formula in assumed.applies.items()
    )
    if any(name not in assumed.applies for name in claim.scenarios):
        wrong = assumed.formula
    answer = assumed.satisfy(wrong)
    if isinstance(answer, Example):
        return Refuted(answer)
    names = " and ".join(f"`{name}`" for name in claim.scenarios)
    return Proved(f"every record that fits gets {names}") if isinstance(answer, Never) else None


def _never(assumed: Assumed, claim: NeverStep) -> Answer:
    states = States(assumed)
    if claim.step.group in assumed.compensation:
        return None
    if claim.state in _BY_OPERATORS and assumed.steps(claim.step.group, claim.step.step):
        return None
    return _everywhere(assumed, claim.step, lambda at: states.impossible(at, claim.state))


_BY_OPERATORS = (StepStatus.AMENDED, StepStatus.CANCELED, StepStatus.DISCARDED)


def _always(assumed: Assumed, claim: AlwaysStep) -> Answer:
    if claim.step.group in assumed.compensation:
        return None
    states = States(assumed)

    def why(at: StepAt) -> str | None:
        ends = states.ends(at)
        if ends == {claim.state}:
            return f"`{at.path}` can end in no other way"
        passed = _PASSED.get(at.step.kind)
        if claim.state is passed and ends <= {StepStatus.COMPLETED, StepStatus.EXPIRED}:
            return f"`{at.path}` always has its turn"
        return None

    return _everywhere(assumed, claim.step, why)


_PASSED = {
    StepKind.AUTO: StepStatus.IN_PROGRESS,
    StepKind.PAUSE: StepStatus.IN_PROGRESS,
    StepKind.MANUAL: StepStatus.READY,
}
"""The states through which steps of a kind go before they are finished, if it comes to be their turn."""


def _order(assumed: Assumed, claim: Order) -> Answer:
    if {claim.first.group, claim.then.group} & assumed.compensation:
        return None
    orders = Orders(assumed, States(assumed), claim.first)
    firsts = {at.home.scenario.name for at in assumed.steps(claim.first.group, claim.first.step)}
    first = f"`{claim.first.group}.{claim.first.step}`"

    def why(at: StepAt) -> str | None:
        if orders.holds_back(at):
            return f"`{at.path}` waits for {first}"
        others = firsts if assumed.plan.policy is Policy.EVERY_MATCHING else firsts & {at.home.scenario.name}
        return None if others else f"no record that fits gets {first} and `{at.path}`"

    return _everywhere(assumed, claim.then, why)


def _ends(assumed: Assumed, claim: Ends) -> Answer:
    if claim.within is not None:
        return None
    for home in assumed.homes:
        for step in assumed.program.groups[home.call.group].steps:
            if step.kind is StepKind.PAUSE and step.expires is None and step.until is not None:
                until = in_the_end(assumed.bound(home, step.until))
                if not assumed.never(complement(normalize(until))):
                    return None
    return Proved("no pause in it can wait for ever")


def _everywhere(assumed: Assumed, step: StepName, why: Callable[[StepAt], str | None]) -> Answer:
    """Proved where there is a reason for the step in every scenario that brings it; the first is told."""
    reasons = [why(at) for at in assumed.steps(step.group, step.step)]
    if not reasons:
        return Proved(f"no record that fits gets `{step.group}.{step.step}`")
    return None if None in reasons else Proved(str(reasons[0]))


_PROVERS: dict[type, Callable[[Assumed, Any], Answer]] = {
    AlwaysScenarios: _scenarios,
    NeverStep: _never,
    AlwaysStep: _always,
    Order: _order,
    Ends: _ends,
}


def unsatisfiable(assumed: Assumed) -> bool:
    """Whether no record fits the assumption."""
    return assumed.never(assumed.formula)
