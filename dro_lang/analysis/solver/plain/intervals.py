"""What a leaf asks of a calculation from one attribute, as intervals of the values of that attribute.

A sum, product or quotient with a constant, `round`, `year` and the like go one way as the attribute grows, so the
values for which they pass a constant are found by bisection, exactly, with every rounding on the way; `abs` turns once.
"""

from collections.abc import Callable, Sequence
from functools import partial
from operator import ge, gt, le, lt
from typing import Any

from attrs import evolve, frozen

from dro_lang.analysis.solver.plain.leaves import Leaf, accepts, terms_of
from dro_lang.analysis.solver.regions import Domains, axis, limits
from dro_lang.conditions.environment import Environment
from dro_lang.conditions.normal import Normal, Range, any_of
from dro_lang.conditions.order import comparable
from dro_lang.conditions.values import evaluate
from dro_lang.program.expressions import (
    Arithmetic,
    ArithmeticOperator,
    Attribute,
    Call,
    Constant,
    Expression,
    Function,
    Negate,
    operands,
    walk,
)
from dro_lang.program.types import DateType, DecimalType, IntegerType, MoneyType
from dro_lang.program.values import Value

_MANY = 64
"""Constants of a leaf, beyond which it stays as it is."""


@frozen
class Piece:
    """Points of the attribute over which the calculation never falls (`rising`), or never rises."""

    low: int
    high: int
    rising: bool

    @property
    def turned(self) -> "Piece":
        return evolve(self, rising=not self.rising)


def as_intervals(leaf: Leaf, domains: Domains, environment: Environment) -> Normal | None:
    """A leaf as what it asks of the attribute; None for one that is no such calculation."""
    asked = accepts(leaf)
    if asked is None or len(asked[0]) > _MANY:
        return None
    [term] = terms_of(leaf)
    found = {part for part in walk(term) if not operands(part) and not isinstance(part, Constant)}
    attribute = next(iter(found), None)
    if isinstance(term, Attribute) or len(found) != 1 or not isinstance(attribute, Attribute):
        return None
    definition = domains.definition(attribute)
    if definition is None or not isinstance(attribute.type, IntegerType | DecimalType | MoneyType | DateType):
        return None
    line = axis(attribute.type)

    def worth(part: Expression, point: int) -> Any:
        value = evaluate(part, evolve(environment, root={attribute.name: line.value(point)}))
        if value is None:
            raise _NotKnown
        return comparable(value)

    try:
        pieces = _pieces(term, *limits(definition), worth)
        if pieces is None:
            return None
        constants, holds = asked
        spans = _joined([span for piece in pieces for span in _spans(piece, term, worth, constants, holds)])
    except _NotKnown:
        return None

    def bound(point: int, end: int) -> Constant | None:
        return None if point == end else Constant(line.value(point), attribute.type)

    low, high = limits(definition)
    return any_of(Range(attribute, bound(first, low), bound(last, high), True) for first, last in spans)


class _NotKnown(Exception):
    """A calculation has no value for one of the attribute's: it leads out of the calendar."""


_Worth = Callable[[Expression, int], Any]


def _pieces(term: Expression, low: int, high: int, worth: _Worth) -> list[Piece] | None:
    """The pieces of a calculation, from the lowest point to the highest; None where it is not understood."""
    match term:
        case Attribute():
            return [Piece(low, high, True)]
        case Negate(inner):
            return _turned(_pieces(inner, low, high, worth), True)
        case Arithmetic(ArithmeticOperator.ADD | ArithmeticOperator.SUBTRACT, inner, Constant()):
            return _pieces(inner, low, high, worth)
        case Arithmetic(ArithmeticOperator.ADD | ArithmeticOperator.SUBTRACT as operator, Constant(), inner):
            return _turned(_pieces(inner, low, high, worth), operator is ArithmeticOperator.SUBTRACT)
        case Arithmetic(ArithmeticOperator.MULTIPLY | ArithmeticOperator.DIVIDE, inner, Constant(factor)) | Arithmetic(
            ArithmeticOperator.MULTIPLY, Constant(factor), inner
        ):
            return _turned(_pieces(inner, low, high, worth), comparable(factor) < 0)
        case Call(Function.ROUND, (inner, Constant())):
            return _pieces(inner, low, high, worth)
        case Call(Function.YEAR, (inner,)) if isinstance(inner.type, DateType):
            return _pieces(inner, low, high, worth)
        case Call(Function.MIN | Function.MAX, arguments):
            varying = [each for each in arguments if not isinstance(each, Constant)]
            return _pieces(varying[0], low, high, worth) if len(varying) == 1 else None
        case Call(Function.ABS, (inner,)):
            whole = _pieces(inner, low, high, worth)
            return None if whole is None else [part for piece in whole for part in _folded(piece, inner, worth)]
    return None


def _turned(pieces: list[Piece] | None, turned: bool) -> list[Piece] | None:
    return [piece.turned for piece in pieces] if pieces is not None and turned else pieces


def _folded(piece: Piece, inner: Expression, worth: _Worth) -> list[Piece]:
    """The pieces of the size of a calculation: below nought it goes the other way."""
    turn = _first(piece, lambda point: (worth(inner, point) >= 0) is piece.rising)
    parts = [Piece(piece.low, turn - 1, False), Piece(turn, piece.high, True)]
    return [part for part in parts if part.low <= part.high]


def _first(piece: Piece, passed: Callable[[int], bool]) -> int:
    """The first point of a piece for which something is so that stays so; the one after its end where there is none."""
    low, high = piece.low, piece.high + 1
    while low < high:
        middle = (low + high) // 2
        if passed(middle):
            high = middle
        else:
            low = middle + 1
    return low


def _spans(
    piece: Piece, term: Expression, worth: _Worth, constants: Sequence[Value], holds: Callable[[Value], bool]
) -> list[tuple[int, int]]:
    """The parts of a piece where the leaf holds. Between two constants, and at each of them, it is the same."""
    for end in (piece.low, piece.high):
        worth(term, end)  # where the ends have a value, all between them have
    starts = {piece.low}
    for constant in map(comparable, constants):
        for passes in (ge, gt) if piece.rising else (le, lt):
            starts.add(_first(piece, partial(_reaches, passes, partial(worth, term), constant)))
    ordered = sorted(start for start in starts if start <= piece.high)
    ends = [*(start - 1 for start in ordered[1:]), piece.high]
    return [(start, end) for start, end in zip(ordered, ends, strict=True) if holds(worth(term, start))]


def _reaches(passes: Callable[[Any, Any], bool], worth: Callable[[int], Any], constant: Any, point: int) -> bool:
    return passes(worth(point), constant)


def _joined(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if joined and joined[-1][1] + 1 == first:
            joined[-1] = joined[-1][0], last
        else:
            joined.append((first, last))
    return joined
