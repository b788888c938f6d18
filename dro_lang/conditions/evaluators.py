"""The ways to decide conditions for one record. They mean the same; they differ in speed."""

from collections.abc import Callable

from attrs import frozen

from dro_lang.conditions import rules, selection
from dro_lang.conditions.compiled import evaluate
from dro_lang.conditions.environment import Environment
from dro_lang.conditions.selection import Selection
from dro_lang.program.expressions import Expression
from dro_lang.program.model import Plan


@frozen
class Evaluator:
    """A way to decide whether a condition holds, and which scenarios of a plan a record gets."""

    name: str
    holds: Callable[[Expression, Environment], bool]
    select: Callable[[Plan, Environment], Selection]


RULES = Evaluator("rules", rules.holds, selection.select)
"""The reference: the business-rules library."""

COMPILED = Evaluator("compiled", evaluate.holds, evaluate.select)
"""Generated Python."""

EVALUATORS = {"auto": COMPILED, "rules": RULES, "compiled": COMPILED}
"""By the names that people choose them by; `auto` is the fastest."""
