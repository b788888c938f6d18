"""What a test of a text says of the other tests of it: `name = "ab"` says that it starts with `"a"`, and that says that
it contains `"a"` and does not start with `"b"`."""

from collections.abc import Iterable, Iterator

from attrs import evolve

from dro_lang.analysis.solver.regions import leaves_of
from dro_lang.conditions.environment import Environment
from dro_lang.conditions.normal import Flag, Membership, Normal, Relation, all_of, any_of
from dro_lang.conditions.values import evaluate
from dro_lang.program.expressions import Attribute, Call, ComparisonOperator, Constant, Function

Texts = dict[str, list[Call]]
"""The tests of each attribute against a constant that is to be a part of it."""

_PARTS = (Function.STARTS_WITH, Function.ENDS_WITH, Function.CONTAINS)


def texts_in(formulas: Iterable[Normal]) -> Texts:
    """The tests in some formulas."""
    found: dict[str, dict[Call, None]] = {}
    for formula in formulas:
        for leaf in leaves_of(formula):
            match leaf:
                case Flag(Call(function, (Attribute(name), Constant())) as call) if function in _PARTS:
                    found.setdefault(name, {})[call] = None
    return {name: list(calls) for name, calls in found.items()}


def with_texts(leaf: Normal, texts: Texts, environment: Environment) -> Normal:
    """A leaf with what it says of other tests of its text."""
    match leaf:
        case Relation(ComparisonOperator.EQUAL, Attribute(name) as attribute, Constant() as constant) if name in texts:
            return _equal(attribute, constant, texts[name], environment)
        case Membership(Attribute(name) as attribute, members, True) if name in texts:
            return any_of(_equal(attribute, member, texts[name], environment) for member in members)
        case Flag(Call(function, (Attribute(name), Constant(str() as part))), True) if function in _PARTS:
            return all_of((leaf, *_implied(function, part, texts.get(name, ()))))
    return leaf


def _equal(attribute: Attribute, constant: Constant, tests: Iterable[Call], environment: Environment) -> Normal:
    here = evolve(environment, root={attribute.name: constant.value})
    flags = (Flag(test, evaluate(test, here) is True) for test in tests)
    return all_of((Relation(ComparisonOperator.EQUAL, attribute, constant), *flags))


def _implied(function: Function, part: str, tests: Iterable[Call]) -> Iterator[Normal]:
    for test in tests:
        other = test.arguments[1]
        assert isinstance(other, Constant)
        if isinstance(other.value, str):
            holds = _follows(function, part, test.function, other.value)
            if holds is not None:
                yield Flag(test, holds)


def _follows(function: Function, part: str, asked: Function, other: str) -> bool | None:
    """Whether a text of which one thing is known passes another test; None where it may or may not."""
    if asked is Function.CONTAINS:
        return True if other in part else None
    if asked is not function:
        return None
    begins = str.startswith if function is Function.STARTS_WITH else str.endswith
    if begins(part, other):
        return True
    return None if begins(other, part) else False
