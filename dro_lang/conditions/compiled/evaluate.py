"""Conditions and selections of environments by generated code, made once for each condition and each plan.

What Python's compiler does not take, being nested too deep, is left to the rules.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

from dro_lang.conditions import rules, selection
from dro_lang.conditions.compiled.conditions import Conditions
from dro_lang.conditions.compiled.expressions import NAMES
from dro_lang.conditions.compiled.module import GenerationError, Module
from dro_lang.conditions.compiled.readers import EnvironmentReader
from dro_lang.conditions.environment import Environment
from dro_lang.conditions.matching import own_condition
from dro_lang.conditions.normal import Normal, normalize
from dro_lang.conditions.selection import Selection, judged
from dro_lang.program.expressions import Expression
from dro_lang.program.model import Plan

_MOST_SELECTIONS = 4096

K = TypeVar("K")
V = TypeVar("V")


class _Kept(dict[int, tuple[K, V]]):
    """What was made of objects, by the very object: to compare all that it holds would take longer than to use what
    was made."""

    def __init__(self, make: Callable[[K], V], most: int) -> None:
        super().__init__()
        self._make = make
        self._most = most

    def of(self, key: K) -> V:
        found = self.get(id(key))
        if found is not None:
            return found[1]
        if len(self) >= self._most:
            self.clear()
        made = self._make(key)
        # With the object itself, so that its id stays its own.
        self[id(key)] = key, made
        return made


def holds(condition: Expression, environment: Environment) -> bool:
    """Whether a condition holds."""
    return _CONDITIONS.of(condition)(environment)


def select(plan: Plan, environment: Environment) -> Selection:
    """Choose the scenarios of a plan for a record."""
    return _PLANS.of(plan)(environment)


@lru_cache(maxsize=1024)
def _condition(condition: Expression) -> Callable[[Environment], bool]:
    try:
        holding = _function([normalize(condition)], "condition")
    except GenerationError:
        return lambda environment: rules.holds(condition, environment)
    return lambda environment: holding(environment)[0]


def _plan(plan: Plan) -> Callable[[Environment], Selection]:
    try:
        holding = _function([own_condition(scenario) for scenario in plan.scenarios], f"plan {plan.name}")
    except GenerationError:
        return lambda environment: selection.select(plan, environment)
    places = {scenario.name: place for place, scenario in enumerate(plan.scenarios)}
    selections: dict[tuple[bool, ...], Selection] = {}

    def select(environment: Environment) -> Selection:
        held = holding(environment)
        found = selections.get(held)
        if found is None:
            if len(selections) >= _MOST_SELECTIONS:
                selections.clear()
            found = selections[held] = judged(plan, lambda scenario: held[places[scenario.name]])
        return found

    return select


_CONDITIONS: _Kept[Expression, Callable[[Environment], bool]] = _Kept(_condition, 4096)
_PLANS: _Kept[Plan, Callable[[Environment], Selection]] = _Kept(_plan, 256)


def _function(formulas: list[Normal], title: str) -> Callable[[Environment], tuple[bool, ...]]:
    """The function of an environment that tells which conditions hold."""
    module = Module(NAMES)
    reader = EnvironmentReader()
    writer = Conditions(module, reader, formulas)
    flow: frozenset[int] = frozenset()
    texts = []
    for formula in formulas:
        tested = writer.test(formula, flow)
        texts.append(f"{tested.text}, ")
        flow = tested.holding & tested.failing
    lines = [*reader.prelude, *(f"{name} = UNSET" for name in writer.unset)]
    lines.append(f"return ({''.join(texts)})")
    function: Callable[[Environment], tuple[bool, ...]] = module.compiled(module.block(reader.argument, lines), title)
    return function
