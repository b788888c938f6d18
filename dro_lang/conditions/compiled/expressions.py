"""Expressions as the text of Python expressions.

Every text gives the code or the value (coding.py) of an expression, None where it is unknown, and can stand as an
operand of any operator. What is calculated more than once is kept in a local variable; a *flow* holds the variables
that are certain to be assigned by the time a text is carried out, and the expressions that are known to be known by
then. What is rare is left to the exact functions that the evaluator of expressions uses as well.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from dro_lang.conditions.compiled import coding
from dro_lang.conditions.compiled.coding import NUMBERS, SCALED, decoder, encode, encoder, is_coded
from dro_lang.conditions.compiled.module import Module
from dro_lang.conditions.compiled.readers import Name, Reader
from dro_lang.conditions.functions import BLANKS, TO_LOWER, TO_UPPER
from dro_lang.conditions.order import DAY_SECONDS
from dro_lang.conditions.values import apply, evaluate
from dro_lang.program.expressions import (
    Aggregate,
    Arithmetic,
    ArithmeticOperator,
    Attribute,
    Call,
    Constant,
    Expression,
    Function,
    ItemAttribute,
    ListFunction,
    Negate,
    Now,
    Parameter,
    Result,
    Today,
    operands,
    walk,
)
from dro_lang.program.types import DECIMAL, BooleanType, DateTimeType, DateType, DurationType, IntegerType, Type
from dro_lang.program.values import MICRO, SCALE, Duration

Flow = set[int]
"""Variables that are assigned, and what is known, by number."""

NAMES = {
    "apply": apply,
    "encode": encode,
    "evaluate": evaluate,
    "product": coding.product,
    "quotient": coding.quotient,
    "rounded": coding.rounded,
    "elapsed": coding.elapsed,
    "calendar_day": coding.calendar_day,
    "date_of": coding.date_of,
    "to_lower": TO_LOWER,
    "to_upper": TO_UPPER,
    "UNSET": object(),
}
"""What the texts refer to."""

_READS = (Attribute, ItemAttribute, Parameter, Result, Aggregate)

_OF_DAYS = (Function.YEAR, Function.MONTH, Function.DAY, Function.WEEKDAY)
_OF_CODES = {
    Function.STARTS_WITH: "{0}.startswith({1})",
    Function.ENDS_WITH: "{0}.endswith({1})",
    Function.LOWER: "{0}.translate(to_lower)",
    Function.UPPER: "{0}.translate(to_upper)",
    Function.TRIM: f"{{0}}.strip({BLANKS!r})",
    Function.LENGTH: "len({0})",
    Function.ABS: "abs({0})",
    Function.YEAR: "date_of({0}).year",
    Function.MONTH: "date_of({0}).month",
    Function.DAY: "date_of({0}).day",
    # The first day of the calendar is a Monday.
    Function.WEEKDAY: "(({0} - 1) % 7 + 1)",
}


class Expressions:
    """The writer of one function's expressions. `uses` are all those that its text will ask for."""

    def __init__(self, module: Module, reader: Reader, uses: Iterable[Expression]) -> None:
        self.module = module
        self.reader = reader
        self._uses = Counter(part for expression in uses for part in _parts(expression))
        self._numbers: dict[Expression, int] = {}
        self._by_identity: dict[int, tuple[Expression, int]] = {}
        self.unset: list[str] = []
        """Variables that must be UNSET when the function begins."""

    # ---- flow

    def _number(self, expression: Expression) -> int:
        """A number for all expressions that are equal to this one."""
        # Expressions are costly to compare, and mostly the same object.
        found = self._by_identity.get(id(expression))
        if found is None:
            number = self._numbers.setdefault(expression, 3 * len(self._numbers))
            self._by_identity[id(expression)] = expression, number
            return number
        return found[1]

    def known(self, expression: Expression) -> int:
        """What a flow holds where an expression is known."""
        return self._number(expression) + 2

    def is_optional(self, expression: Expression, flow: Flow) -> bool:
        """Whether an expression may be unknown."""
        if isinstance(expression, Constant):
            return expression.value is None
        if isinstance(expression, Today | Now):
            return False
        if self.known(expression) in flow:
            return False
        if isinstance(expression, Name):
            return self.reader.is_optional(expression)
        if isinstance(expression, Aggregate):
            may_be_empty = expression.function in (ListFunction.MIN, ListFunction.MAX)
            return may_be_empty or self.reader.rows_are_optional
        parts = [self.is_optional(part, flow) for part in operands(expression)]
        match expression:
            case Call(Function.DEFAULT):
                return all(parts)
            case Call(function, (first, *_)) if function in _OF_DAYS and isinstance(first.type, DateTimeType):
                return True
            case Arithmetic(ArithmeticOperator.DIVIDE, _, divisor):
                return any(parts) or not (isinstance(divisor, Constant) and divisor.value != 0)
            case Arithmetic(type=DateType() | DateTimeType()):
                return True
            case Arithmetic() | Negate() | Call():
                return any(parts)
        return True

    # ---- the two forms

    def code(self, expression: Expression, flow: Flow) -> str:
        """The code of an expression."""
        if isinstance(expression, Constant):
            return f"({encode(expression.value, expression.type)!r})"
        if self._is_fixed(expression):
            parts = self.module.constant(expression), self.module.constant(expression.type)
            return self.module.binding("encode(evaluate({}, env), {})".format(*parts))
        return self._kept(self._number(expression), expression, flow, self._code)

    def value(self, expression: Expression, flow: Flow) -> str:
        """The value of an expression."""
        if not is_coded(expression.type):
            return self.code(expression, flow)
        if isinstance(expression, Constant):
            return self.module.constant(expression.value)
        if self._is_fixed(expression):
            return self.module.binding(f"evaluate({self.module.constant(expression)}, env)")
        return self._kept(self._number(expression) + 1, expression, flow, self._value)

    def native(self, expression: Expression, flow: Flow) -> str:
        """The form of an expression that is the cheaper one to have."""
        if self.reader.coded and not (isinstance(expression, Name) and isinstance(expression.type, DurationType)):
            return self.code(expression, flow)
        return self.value(expression, flow)

    def _is_fixed(self, expression: Expression) -> bool:
        return self.reader.fixed and not any(isinstance(part, _READS) for part in walk(expression))

    def _kept(self, key: int, expression: Expression, flow: Flow, make: Callable[[Expression, Flow], str]) -> str:
        """The text of an expression, or the variable in which it is kept."""
        if self._uses[expression] < 2:
            return make(expression, flow)
        name = f"t{key}"
        if key in flow:
            return name
        within = set(flow)
        text = make(expression, within)
        if isinstance(expression, Aggregate) or text.startswith("apply("):
            # Too costly to be done twice: whether it was done is looked up at run time.
            self.unset.append(name)
            flow.add(key)
            return f"({name} if {name} is not UNSET else ({name} := {text}))"
        flow |= {*within, key}
        return f"({name} := {text})"

    def _code(self, expression: Expression, flow: Flow) -> str:
        if isinstance(expression, Name):
            if self._has_codes(expression):
                return self.reader.name(expression)
            return self._converted(encoder(expression.type), self.value(expression, flow), expression, flow)
        if isinstance(expression, Aggregate) and self._has_codes(expression):
            return self.aggregate(expression)
        inline = self._of_codes(expression, flow)
        if inline is not None:
            return inline
        if is_coded(expression.type):
            return self._converted(encoder(expression.type), self.value(expression, flow), expression, flow)
        return self._left(expression, flow)

    def _value(self, expression: Expression, flow: Flow) -> str:
        """Only of types whose codes are something else than their values."""
        if isinstance(expression, Name) and not self._has_codes(expression):
            return self.reader.name(expression)
        if self._has_codes(expression) and (isinstance(expression, Name | Aggregate) or self._is_of_codes(expression)):
            return self._converted(decoder(expression.type), self.code(expression, flow), expression, flow)
        return self._left(expression, flow)

    def _has_codes(self, expression: Expression) -> bool:
        """Whether the code of an expression is what there is, and its value is made of it."""
        return self._are_codes(expression.type) and not isinstance(expression.type, DurationType)

    def _are_codes(self, type: Type) -> bool:
        return self.reader.coded or not is_coded(type)

    def _left(self, expression: Expression, flow: Flow) -> str:
        """What is left to the exact functions."""
        itself = self.module.constant(expression)
        if isinstance(expression, Arithmetic | Negate | Call) and not isinstance(expression.type, BooleanType):
            values = "".join(f"{self.value(part, flow)}, " for part in operands(expression))
            return f"apply({itself}, ({values}), env)"
        return f"evaluate({itself}, {self.reader.whole})"

    def _converted(self, convert: Callable[[Any], Any] | None, text: str, expression: Expression, flow: Flow) -> str:
        if convert is None:
            return text
        name = self.module.constant(convert)
        if not self.is_optional(expression, flow):
            return f"{name}({text})"
        return f"{self.module.function('x', f'None if x is None else {name}(x)')}({text})"

    # ---- operations on codes

    def _is_of_codes(self, expression: Expression) -> bool:
        return self._of_codes(expression, set()) is not None

    def _of_codes(self, expression: Expression, flow: Flow) -> str | None:
        """An operation carried out on codes; None where that cannot be done."""
        if not all(self._are_codes(part.type) for part in (expression, *operands(expression))):
            return None
        match expression:
            case Negate(operand):
                return self._strict("(-{0})", expression, flow, self._scaled(operand, expression.type, flow))
            case Arithmetic():
                return self._calculated(expression, flow)
            case Call(Function.DEFAULT, (first, second)) if not isinstance(expression.type, BooleanType):
                parts = [self._scaled(part, expression.type, flow) for part in (first, second)]
                return f"{self.module.function('x, y', 'y if x is None else x')}({', '.join(parts)})"
            case Call(Function.MIN | Function.MAX as function, arguments):
                parts = [self._scaled(part, expression.type, flow) for part in arguments]
                listed = ", ".join(f"{{{number}}}" for number in range(len(parts)))
                return self._strict(f"{function}({listed})", expression, flow, *parts)
            case Call(Function.ROUND, (number, Constant(int(places)))):
                unit = 10 ** (SCALE - places)
                return self._strict(f"rounded({{0}}, {unit})", expression, flow, self._scaled(number, DECIMAL, flow))
            case Call(function, (first, *_)) if function in _OF_DAYS and isinstance(first.type, DateTimeType):
                return None
            case Call(Function.CONTAINS, (text, part)):
                # Python looks at the part first, and so must the flow.
                return self._strict("({0} in {1})", expression, flow, self.code(part, flow), self.code(text, flow))
            case Call(function, arguments) if function in _OF_CODES:
                parts = [self.code(part, flow) for part in arguments]
                return self._strict(_OF_CODES[function], expression, flow, *parts)
        return None

    def _calculated(self, expression: Arithmetic, flow: Flow) -> str | None:
        left, right, type = expression.left, expression.right, expression.type
        operator = expression.operator
        if isinstance(left.type, NUMBERS) and isinstance(right.type, NUMBERS):
            return self._of_numbers(expression, flow)
        if isinstance(left.type, DateType) and isinstance(right.type, DateType):
            parts = self.code(left, flow), self.code(right, flow)
            return self._strict(f"(({{0}} - {{1}}) * {DAY_SECONDS})", expression, flow, *parts)
        if isinstance(left.type, DateTimeType) and isinstance(right.type, DateTimeType):
            return self._strict("elapsed({0}, {1})", expression, flow, self.code(left, flow), self.code(right, flow))
        if isinstance(type, DurationType):
            # Of durations, codes are lengths, and the length of a sum is the sum of lengths.
            parts = self.code(left, flow), self.code(right, flow)
            return self._strict(f"({{0}} {operator} {{1}})", expression, flow, *parts)
        if isinstance(type, DateType):
            day, by = (left, right) if isinstance(left.type, DateType) else (right, left)
            match by:
                case Constant(Duration(days=days, seconds=0, business_days=0)):
                    moved = -days if operator is ArithmeticOperator.SUBTRACT else days
                    return self._strict(f"calendar_day({{0}} + {moved})", expression, flow, self.code(day, flow))
        return None

    def _of_numbers(self, expression: Arithmetic, flow: Flow) -> str:
        left, right, type = expression.left, expression.right, expression.type
        whole = [isinstance(part.type, IntegerType) for part in (left, right)]
        match expression.operator:
            case ArithmeticOperator.ADD | ArithmeticOperator.SUBTRACT as operator:
                parts = self._scaled(left, type, flow), self._scaled(right, type, flow)
                return self._strict(f"({{0}} {operator} {{1}})", expression, flow, *parts)
            case ArithmeticOperator.MULTIPLY:
                parts = self.code(left, flow), self.code(right, flow)
                factor = f" * {MICRO}" if all(whole) and isinstance(type, SCALED) else ""
                template = f"({{0}} * {{1}}{factor})" if any(whole) else "product({0}, {1})"
                return self._strict(template, expression, flow, *parts)
            case ArithmeticOperator.DIVIDE:
                same = left.type if all(whole) else DECIMAL
                parts = self._scaled(left, same, flow), self._scaled(right, same, flow)
                return self._strict("quotient({0}, {1})", expression, flow, *parts)

    def _scaled(self, expression: Expression, type: Type, flow: Flow) -> str:
        """The code of a number on the scale of a type; of anything else its code."""
        if not isinstance(type, SCALED) or not isinstance(expression.type, IntegerType):
            return self.code(expression, flow)
        if isinstance(expression, Constant) and isinstance(expression.value, int):
            return f"({expression.value * MICRO})"
        optional = self.is_optional(expression, flow)
        text = self.code(expression, flow)
        if not optional:
            return f"({text} * {MICRO})"
        return f"{self.module.function('x', f'None if x is None else x * {MICRO}')}({text})"

    def _strict(self, template: str, expression: Expression, flow: Flow, *parts: str) -> str:
        """An operation on operands; unknown where one of them is."""
        if not any(self.is_optional(part, flow) for part in operands(expression)):
            return template.format(*parts)
        names = [f"x{number}" for number in range(len(parts))]
        unknown = " or ".join(f"{name} is None" for name in names)
        body = f"None if {unknown} else {template.format(*names)}"
        return f"{self.module.function(', '.join(names), body)}({', '.join(parts)})"

    def aggregate(self, aggregate: Aggregate) -> str:
        """The call of a function over a list (lists.py)."""
        raise NotImplementedError


def _parts(expression: Expression) -> Iterator[Expression]:
    """Every part of an expression that is evaluated where it is, which the conditions in list functions are not."""
    yield expression
    if not isinstance(expression, Aggregate):
        for part in operands(expression):
            yield from _parts(part)
