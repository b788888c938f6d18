"""Presence: which optional values are known at a place, because of the conditions on the way there.

Knowledge is a set of typed expressions, compared by what they say. It flows from left to right: what the first operand
of `and` has shown holds in the second one.
"""

from collections.abc import Callable, Iterable
from functools import reduce

from attrs import frozen

from dro_lang.program.expressions import (
    And,
    Arithmetic,
    Call,
    Expression,
    Function,
    ItemAttribute,
    Known,
    Negate,
    Not,
    Or,
)


@frozen
class Facts:
    """What is known to be known. `everything`: a condition on the way holds a mistake, and nobody knows what it would
    have shown."""

    known: frozenset[Expression] = frozenset()
    everything: bool = False

    def __contains__(self, expression: Expression) -> bool:
        return self.everything or expression in self.known

    def __or__(self, other: "Facts") -> "Facts":
        """What is known where both hold."""
        return Facts(self.known | other.known, self.everything or other.everything)

    def __and__(self, other: "Facts") -> "Facts":
        """What is known where one of them holds, nobody knows which."""
        if self.everything or other.everything:
            return other if self.everything else self
        return Facts(self.known & other.known)

    def about_root(self) -> "Facts":
        """Without what is known of the item: inside a list function `item` is another one."""
        return Facts(frozenset(each for each in self.known if not _names_item(each)), self.everything)


NOTHING = Facts()
EVERYTHING = Facts(everything=True)


def shown(condition: Expression | None, outcome: bool = True) -> Facts:
    """What is known where a condition came out true (or false); everything for one with a mistake (None)."""
    match condition:
        case None:
            return EVERYTHING
        case Known(operand):
            return Facts(_implied(operand)) if outcome else NOTHING
        case Not(operand):
            return shown(operand, not outcome)
        case And(operands) | Or(operands):
            all_hold = isinstance(condition, And) == outcome
            join: Callable[[Facts, Facts], Facts] = Facts.__or__ if all_hold else Facts.__and__
            return reduce(join, (shown(operand, outcome) for operand in operands))
    return NOTHING


def _implied(expression: Expression) -> frozenset[Expression]:
    """A known value, and those without which it would not be known."""
    match expression:
        case Negate(operand):
            parts: Iterable[Expression] = (operand,)
        case Arithmetic(_, left, right):
            parts = (left, right)
        case Call(function, arguments) if function is not Function.DEFAULT:
            parts = arguments
        case _:
            parts = ()
    return frozenset({expression}).union(*map(_implied, parts))


def _names_item(expression: Expression) -> bool:
    match expression:
        case ItemAttribute():
            return True
        case Negate(operand) | Known(operand) | Not(operand):
            return _names_item(operand)
        case Arithmetic(_, left, right):
            return _names_item(left) or _names_item(right)
        case Call(_, arguments):
            return any(map(_names_item, arguments))
    return False
