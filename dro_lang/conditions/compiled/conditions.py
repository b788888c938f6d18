"""Conditions in normal form as the text of Python's `and` and `or`, which stop where the normal form does."""

from collections.abc import Iterable, Iterator

from attrs import frozen

from dro_lang.conditions import normal
from dro_lang.conditions.compiled.coding import NUMBERS, SCALED, code_of_comparable
from dro_lang.conditions.compiled.expressions import Expressions, Flow
from dro_lang.conditions.compiled.module import Module
from dro_lang.conditions.compiled.readers import Reader
from dro_lang.conditions.normal import Normal, normalize
from dro_lang.conditions.order import comparable
from dro_lang.program.expressions import (
    Aggregate,
    Attribute,
    ComparisonOperator,
    Constant,
    Expression,
    ItemAttribute,
    ListFunction,
    Parameter,
    Result,
    operands,
    walk,
)
from dro_lang.program.types import DateTimeType, DurationType, Type

_OPERATORS = {
    ComparisonOperator.EQUAL: "==",
    ComparisonOperator.NOT_EQUAL: "!=",
    ComparisonOperator.LESS: "<",
    ComparisonOperator.LESS_OR_EQUAL: "<=",
    ComparisonOperator.GREATER: ">",
    ComparisonOperator.GREATER_OR_EQUAL: ">=",
}


@frozen
class Tested:
    """A condition as text, with what the flow is where it holds and where it does not. `text` is a Boolean where it is
    certain; `loose` text is an `or`, which needs parentheses beside an `and`."""

    text: str | bool
    holding: frozenset[int]
    failing: frozenset[int]
    loose: bool = False


class Conditions(Expressions):
    """The writer of one function's conditions. `formulas` are all those that it will be asked for."""

    def __init__(
        self, module: Module, reader: Reader, formulas: Iterable[Normal], more: Iterable[Expression] = ()
    ) -> None:
        uses = [used for formula in formulas for used in _used(formula)]
        super().__init__(module, reader, [*uses, *more])

    def test(self, formula: Normal, flow: frozenset[int]) -> Tested:
        """The text of a condition, in a flow."""
        match formula:
            case normal.Truth(value):
                return Tested(value, flow, flow)
            case normal.All(parts):
                return self._joined(parts, flow, every=True)
            case normal.Any(parts):
                return self._joined(parts, flow, every=False)
            case normal.Presence(operand, known):
                return self._presence(operand, known, flow)
        after: Flow = set(flow)
        text = self._leaf(formula, after)
        return Tested(text, frozenset(after), frozenset(after))

    def _joined(self, parts: tuple[Normal, ...], flow: frozenset[int], every: bool) -> Tested:
        texts: list[str] = []
        going = flow
        stopped: list[frozenset[int]] = []
        for part in parts:
            tested = self.test(part, going)
            on, off = (tested.holding, tested.failing) if every else (tested.failing, tested.holding)
            if isinstance(tested.text, bool):
                if tested.text is not every:
                    # What the parts before would assign is lost with their text.
                    return Tested(tested.text, flow, flow)
                continue
            texts.append(f"({tested.text})" if tested.loose and every else tested.text)
            going = on
            stopped.append(off)
        if not texts:
            return Tested(every, flow, flow)
        ended = stopped[0].intersection(*stopped)
        text = (" and " if every else " or ").join(texts)
        loose = not every and len(texts) > 1
        return Tested(text, going, ended, loose) if every else Tested(text, ended, going, loose)

    def _presence(self, operand: Expression, known: bool, flow: frozenset[int]) -> Tested:
        if not self.is_optional(operand, set(flow)):
            return Tested(known, flow, flow)
        after: Flow = set(flow)
        text = self.native(operand, after)
        if text == "None":
            return Tested(not known, flow, flow)
        there, absent = frozenset({*after, self.known(operand)}), frozenset(after)
        return Tested(f"{text} is {'not ' * known}None", there if known else absent, absent if known else there)

    def _leaf(self, leaf: Normal, flow: Flow) -> str:
        """A leaf that looks at known values."""
        match leaf:
            case normal.Flag(operand, expected):
                text = self.code(operand, flow)
                return text if expected else f"not {text}"
            case normal.Relation(operator, left, right):
                first, second = self._comparable(left, right, flow)
                return f"{first} {_OPERATORS[operator]} {second}"
            case normal.Range(operand, low, high, inside):
                return self._range(operand, low, high, inside, flow)
            case normal.Membership(operand, members, inside):
                constants = [self._constant(member, operand.type) for member in members]
                if len(constants) == 1:
                    return f"{self._subject(operand, flow)} {'==' if inside else '!='} {constants[0]}"
                listed = ", ".join(constants)
                among = f"{{{listed}}}" if self._by_code(operand.type) else f"({listed},)"
                return f"{self._subject(operand, flow)} {'' if inside else 'not '}in {among}"
        raise TypeError(f"{leaf!r} is no leaf")

    def _range(self, operand: Expression, low: Constant | None, high: Constant | None, inside: bool, flow: Flow) -> str:
        if low is None and high is None:
            return str(inside)
        text = self._subject(operand, flow)
        below = None if low is None else self._constant(low, operand.type)
        above = None if high is None else self._constant(high, operand.type)
        if below is None:
            return f"{text} {'<=' if inside else '>'} {above}"
        if above is None:
            return f"{text} {'>=' if inside else '<'} {below}"
        return f"{'' if inside else 'not '}{below} <= {text} <= {above}"

    # ---- both sides of a comparison

    def _by_code(self, type: Type) -> bool:
        """Whether values of a type compare by their codes here: the values of moments and durations do not compare."""
        return self._are_codes(type) or isinstance(type, DateTimeType | DurationType)

    def _subject(self, operand: Expression, flow: Flow) -> str:
        return self.code(operand, flow) if self._by_code(operand.type) else self.value(operand, flow)

    def _constant(self, constant: Constant, type: Type) -> str:
        """A constant that is compared with values of a type."""
        if not self._by_code(type):
            return self.module.constant(constant.value)
        code = code_of_comparable(comparable(constant.value), type)
        return f"({code!r})" if isinstance(code, int | str) else self.module.constant(code)

    def _comparable(self, left: Expression, right: Expression, flow: Flow) -> tuple[str, str]:
        if isinstance(right, Constant):
            return self._subject(left, flow), self._constant(right, left.type)
        if self.reader.coded and isinstance(left.type, NUMBERS):
            same = left.type if isinstance(left.type, SCALED) else right.type
            return self.on_scale(left, same, flow), self.on_scale(right, same, flow)
        return self._subject(left, flow), self._subject(right, flow)

    def on_scale(self, operand: Expression, type: Type, flow: Flow) -> str:
        """The code of a number on the scale of a type."""
        return self._scaled(operand, type, flow)

    # ---- lists

    def aggregate(self, aggregate: Aggregate) -> str:
        """The call of a function over a list. What does not depend on the element is calculated before the loop."""
        where = normal.Truth(True) if aggregate.where is None else normalize(aggregate.where)
        reader = self.reader.at(aggregate.list)
        shared = [part for used in _used(where) for part in _shared(used)]
        inner = Conditions(self.module, reader, [where], [*shared, *shared])
        flow: Flow = set()
        before = [inner.native(part, flow) for part in shared]
        before[:0] = [f"{name} = UNSET" for name in inner.unset]
        inner.unset.clear()
        tested = inner.test(where, frozenset(flow))
        flow = set(tested.holding)
        start, body, result = _loop(aggregate, inner, flow)
        rows = self.reader.rows(aggregate.list)
        unknown = ["if not isinstance(rows, tuple):", "    return None"] * self.reader.rows_are_optional
        negated = aggregate.function is ListFunction.ALL
        lines = [
            *self.reader.prelude,
            f"rows = {rows}",
            *unknown,
            *before,
            *start,
            "for e in rows:",
            *(f"    {name} = UNSET" for name in inner.unset),
            f"    if not ({tested.text}):" if negated else f"    if {tested.text}:",
            *(f"        {line}" for line in body),
            f"return {result}",
        ]
        return f"{self.module.block(self.reader.argument, lines)}({self.reader.argument})"


def _loop(aggregate: Aggregate, inner: Conditions, flow: Flow) -> tuple[list[str], list[str], str]:
    """What is done before the loop, with each element that counts, and what is given in the end."""
    match aggregate.function:
        case ListFunction.ANY:
            return [], ["return True"], "False"
        case ListFunction.ALL:
            return [], ["return False"], "True"
        case ListFunction.COUNT:
            return ["n = 0"], ["n += 1"], "n"
    assert aggregate.attribute is not None  # or there is nothing to take
    taken = ItemAttribute(aggregate.attribute, inner.reader.element_type(aggregate.attribute) or aggregate.type)
    text = inner.on_scale(taken, aggregate.type, flow)
    if aggregate.function is ListFunction.SUM:
        return ["n = 0"], [f"x = {text}", "if x is not None:", "    n += x"], "n"
    better = "<" if aggregate.function is ListFunction.MIN else ">"
    return ["n = None"], [f"x = {text}", f"if x is not None and (n is None or x {better} n):", "    n = x"], "n"


def _used(formula: Normal) -> Iterator[Expression]:
    """The expressions of which a condition looks at the value, or at whether there is one."""
    match formula:
        case normal.All(parts) | normal.Any(parts):
            for part in parts:
                yield from _used(part)
        case normal.Relation(_, left, right):
            yield from (left, right)
        case normal.Presence(operand) | normal.Flag(operand) | normal.Range(operand) | normal.Membership(operand):
            yield operand


def _shared(expression: Expression) -> Iterator[Expression]:
    """The largest parts of an expression that are the same for all elements of a list, and must be read."""
    parts = list(walk(expression))
    if any(isinstance(part, ItemAttribute) for part in parts):
        for part in operands(expression):
            yield from _shared(part)
    elif any(isinstance(part, Attribute | Parameter | Result) for part in parts):
        yield expression
