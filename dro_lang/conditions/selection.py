"""Which scenarios a record gets, and what stood in the way of the others."""

from collections.abc import Callable, Mapping
from functools import lru_cache

from attrs import field, frozen

from dro_lang.conditions.environment import Environment
from dro_lang.conditions.matching import own_condition
from dro_lang.conditions.rules import Facts, Rule, decide, facts_class, lower_normal
from dro_lang.program.model import Plan, Policy, Scenario


@frozen
class Verdict:
    """Why a scenario matches or not: whether its `when` holds (of an `otherwise`, whether nothing else matches), and
    the first matching scenario of its `unless`."""

    scenario: str
    holds: bool
    blocked_by: str | None = None
    otherwise: bool = False

    @property
    def matches(self) -> bool:
        return self.holds and self.blocked_by is None


@frozen
class Choice:
    """The names of the scenarios whose groups a record gets, in order of writing; or else the code of the submission
    error, with its reason."""

    scenarios: tuple[str, ...]
    error: str | None = None
    reason: str = ""


@frozen
class Selection:
    """A verdict for every scenario; the names of those whose groups the record gets, in order of writing; or else the
    code of the submission error, with its reason."""

    verdicts: tuple[Verdict, ...]
    matched: tuple[str, ...]
    error: str | None = None
    reason: str = ""


@frozen
class _Prepared:
    """The rules of a plan's scenarios, and the class of the facts that all of them share."""

    rules: Mapping[str, Rule]
    facts: Callable[[Environment], Facts]


@frozen
class _Same:
    """A plan as a key: the very object, which is cheaper to compare than all that it holds."""

    plan: Plan = field(eq=id)


@lru_cache(maxsize=256)
def _prepared(key: _Same) -> _Prepared:
    rules = {scenario.name: lower_normal(own_condition(scenario)) for scenario in key.plan.scenarios}
    variables = {variable.name: variable for rule in rules.values() for variable in rule.variables}
    return _Prepared(rules, facts_class(variables.values()))


def select(plan: Plan, environment: Environment) -> Selection:
    """Choose the scenarios of a plan for a record, by the rules."""
    prepared = _prepared(_Same(plan))
    facts = prepared.facts(environment)
    return judged(plan, lambda scenario: decide(prepared.rules[scenario.name], facts))


def judged(plan: Plan, holds: Callable[[Scenario], bool]) -> Selection:
    """The selection that follows from which `when` of a plan's scenarios hold."""
    scenarios = {scenario.name: scenario for scenario in plan.scenarios}
    verdicts: dict[str, Verdict] = {}

    def verdict(scenario: Scenario) -> Verdict:
        if scenario.name not in verdicts:
            verdicts[scenario.name] = Verdict(
                scenario.name,
                holds(scenario),
                next((name for name in scenario.unless if verdict(scenarios[name]).matches), None),
            )
        return verdicts[scenario.name]

    others = [verdict(scenario) for scenario in plan.scenarios if not scenario.otherwise]
    alone = not any(other.matches for other in others)
    for scenario in plan.scenarios:
        if scenario.otherwise:
            verdicts[scenario.name] = Verdict(scenario.name, alone, otherwise=True)
    return _chosen(plan, tuple(verdicts[scenario.name] for scenario in plan.scenarios))


def _chosen(plan: Plan, verdicts: tuple[Verdict, ...]) -> Selection:
    choice = choice_of(plan, tuple(verdict.scenario for verdict in verdicts if verdict.matches))
    return Selection(verdicts, choice.scenarios, choice.error, choice.reason)


def choice_of(plan: Plan, matching: tuple[str, ...]) -> Choice:
    """What the policy of a plan makes of the scenarios that match a record, in order of writing."""
    if not matching:
        return Choice((), "R0202", f"no scenario of plan `{plan.name}` matches this record")
    if plan.policy is Policy.EVERY_MATCHING or len(matching) == 1:
        return Choice(matching)
    if plan.policy is Policy.FIRST_MATCHING:
        return Choice(matching[:1])
    names = " and ".join(f"`{name}`" for name in matching)
    return Choice((), "R0201", f"{names} match this record, and plan `{plan.name}` takes exactly one")
