"""Conditions taken apart into atoms, and which atoms decide.

The measure is masking MC/DC (Chilenski, "An Investigation of Three Forms of the Modified Condition Decision Coverage
(MCDC) Criterion", 2001): an atom is shown where it was true, and where it was false, each time with the rest of the
condition such that another value of the atom would have turned the outcome. An atom without a value, as it asks about
something unknown, shows nothing, and may stand for either value beside the others.
"""

from collections.abc import Callable, Iterator

from attrs import frozen

from dro_lang.conditions.environment import Environment
from dro_lang.conditions.normal import Normal, all_of, any_of, complement, normalize
from dro_lang.conditions.values import evaluate
from dro_lang.program.expressions import And, Expression, Not, Or
from dro_lang.semantics.lower.typed import Typed
from dro_lang.source import Span
from dro_lang.syntax import ast


@frozen(eq=False)
class Atom:
    """A part of a condition without `and`, `or` and `not`, as it stands in the text; counted from 0."""

    index: int
    expression: Expression
    span: Span


@frozen(eq=False)
class Junction:
    """Parts that are joined with `and`, or with `or`."""

    parts: "tuple[Decision, ...]"
    is_and: bool


@frozen(eq=False)
class Negation:
    part: "Decision"


Decision = Atom | Junction | Negation


def decision(node: ast.Expression, typed: Typed) -> Decision:
    """The structure of a condition without mistakes, as it is written."""
    count = iter(range(1_000_000))

    def build(node: ast.Expression) -> Decision:
        match node:
            case ast.Parenthesized(inner=inner):
                return build(inner)
            case ast.Not(operand=operand):
                return Negation(build(operand))
            case ast.And(operands=operands) | ast.Or(operands=operands):
                return Junction(tuple(map(build, operands)), isinstance(node, ast.And))
        return Atom(next(count), typed.expressions[node], node.span)

    return build(node)


def with_expressions(whole: Decision, change: Callable[[Expression], Expression]) -> Decision:
    """The same structure, its atoms changed."""
    match whole:
        case Atom(index, expression, span):
            return Atom(index, change(expression), span)
        case Negation(part):
            return Negation(with_expressions(part, change))
        case Junction(parts, is_and):
            return Junction(tuple(with_expressions(part, change) for part in parts), is_and)


def atoms(whole: Decision) -> Iterator[Atom]:
    match whole:
        case Atom():
            yield whole
        case Negation(part):
            yield from atoms(part)
        case Junction(parts):
            for part in parts:
                yield from atoms(part)


def shown(whole: Decision, environment: Environment) -> Iterator[tuple[int, bool]]:
    """The atoms that decide in this environment, by index, each with its value."""
    values: dict[int, bool | None] = {}

    def value(part: Decision) -> bool | None:
        match part:
            case Atom(index, expression):
                if index not in values:
                    found = evaluate(expression, environment)
                    assert found is None or isinstance(found, bool)
                    values[index] = found
                return values[index]
            case Negation(inner):
                opposite = value(inner)
                return None if opposite is None else not opposite
            case Junction(parts, is_and):
                outcomes = [value(each) for each in parts]
                if (not is_and) in outcomes:
                    return not is_and
                return None if None in outcomes else is_and

    def unmasked(part: Decision) -> Iterator[tuple[int, bool]]:
        match part:
            case Atom(index):
                known = value(part)
                if known is not None:
                    yield index, known
            case Negation(inner):
                yield from unmasked(inner)
            case Junction(parts, is_and):
                for each in parts:
                    # Another part that settles the outcome masks this one.
                    if all(value(other) is not (not is_and) for other in parts if other is not each):
                        yield from unmasked(each)

    return unmasked(whole)


def formulas(whole: Decision) -> dict[tuple[int, bool], Normal]:
    """For every atom and value, when the atom decides with that value."""
    found: dict[tuple[int, bool], Normal] = {}

    def collect(part: Decision, unmasked: tuple[Normal, ...]) -> None:
        match part:
            case Atom(index, expression):
                for value in (True, False):
                    found[index, value] = all_of((*unmasked, normalize(expression, value)))
            case Negation(inner):
                collect(inner, unmasked)
            case Junction(parts, is_and):
                for each in parts:
                    others = (complement(_outcome(other, not is_and)) for other in parts if other is not each)
                    collect(each, (*unmasked, *others))

    collect(whole, ())
    return found


def deciding(whole: Decision, atom: int, value: bool) -> Expression:
    """A condition under which an atom decides with a value, all others being known."""
    found: list[Expression] = []

    def collect(part: Decision, unmasked: tuple[Expression, ...]) -> None:
        match part:
            case Atom(index, expression) if index == atom:
                wanted = expression if value else Not(expression)
                found.append(And((*unmasked, wanted)) if unmasked else wanted)
            case Negation(inner):
                collect(inner, unmasked)
            case Junction(parts, is_and):
                for each in parts:
                    others = (_expression(other) for other in parts if other is not each)
                    collect(each, (*unmasked, *(other if is_and else Not(other) for other in others)))

    collect(whole, ())
    return found[0]


def _expression(part: Decision) -> Expression:
    match part:
        case Atom(_, expression):
            return expression
        case Negation(inner):
            return Not(_expression(inner))
        case Junction(parts, is_and):
            operands = tuple(map(_expression, parts))
            return And(operands) if is_and else Or(operands)


def _outcome(part: Decision, value: bool) -> Normal:
    """When a part is true, or when it is false; neither where it is unknown."""
    match part:
        case Atom(_, expression):
            return normalize(expression, value)
        case Negation(inner):
            return _outcome(inner, not value)
        case Junction(parts, is_and):
            outcomes = (_outcome(each, value) for each in parts)
            return all_of(outcomes) if is_and == value else any_of(outcomes)
