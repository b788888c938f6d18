"""The reference evaluator: conditions as rules of the business-rules library.

A condition's normal form becomes the library's `all` / `any` tree of names, operators and values over typed variables.
A variable is an attribute or whatever else a condition looks at: whether something is known, a calculation, a function
over a list, the order of two values. Each is computed at most once in an evaluation.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeAlias

from attrs import frozen
from business_rules.engine import check_conditions_recursively
from business_rules.variables import BaseVariables, rule_variable

from dro_lang.conditions import normal
from dro_lang.conditions.environment import Environment
from dro_lang.conditions.normal import Normal, normalize
from dro_lang.conditions.order import order
from dro_lang.conditions.rule_types import TYPES, Json, RuleError, check_leaf, kind_of, written
from dro_lang.conditions.values import evaluate
from dro_lang.program.expressions import ComparisonOperator, Constant, Expression, Known
from dro_lang.program.render import render
from dro_lang.program.types import BOOLEAN
from dro_lang.program.values import Value

Tree: TypeAlias = dict[str, Json]

_OPERATOR_NAMES = {
    ComparisonOperator.EQUAL: "equal_to",
    ComparisonOperator.NOT_EQUAL: "not_equal_to",
    ComparisonOperator.LESS: "less_than",
    ComparisonOperator.LESS_OR_EQUAL: "less_than_or_equal_to",
    ComparisonOperator.GREATER: "greater_than",
    ComparisonOperator.GREATER_OR_EQUAL: "greater_than_or_equal_to",
}
_ALWAYS = Constant(True, BOOLEAN)


class Role(StrEnum):
    """What a variable says of its operands."""

    VALUE = "value"
    PRESENCE = "presence"  # whether the operand is known
    ORDER = "order"  # -1, 0 or 1: whether the first operand is less than, equal to or greater than the second


@frozen
class Operand:
    """An expression, and the text that stands for it."""

    text: str
    expression: Expression


@frozen
class Variable:
    """What a leaf of a rule looks at. `type` is the name of one of the rule types."""

    name: str
    type: str
    role: Role
    operands: tuple[Operand, ...]


@frozen
class Rule:
    """A tree of the library as data that JSON can hold (not to be changed), and the variables that it names.

    Raises RuleError for a tree that the library would refuse, or take for something else: an empty `all` or `any`, a
    leaf of a name that is no variable, an operator that the variable's type does not have, a value that it cannot read.
    """

    tree: Tree
    variables: tuple[Variable, ...]

    def __attrs_post_init__(self) -> None:
        _check(self.tree, {variable.name: variable.type for variable in self.variables})


def _check(tree: Json, types: Mapping[str, str]) -> None:
    if not isinstance(tree, dict):
        raise RuleError(f"{tree!r} is no condition")
    for junction in ("all", "any"):
        if junction in tree:
            parts = tree[junction]
            if len(tree) > 1 or not isinstance(parts, list) or not parts:
                raise RuleError(f"`{junction}` must stand alone, with at least one condition")
            for part in parts:
                _check(part, types)
            return
    if tree.keys() != {"name", "operator", "value"}:
        raise RuleError("a condition has a name, an operator and a value")
    name, operator = tree["name"], tree["operator"]
    if not isinstance(name, str) or name not in types:
        raise RuleError(f"`{name}` is no variable of the rule")
    check_leaf(types[name], operator, tree["value"])


class Facts(BaseVariables):  # type: ignore[misc]
    """The variables of some rules over one environment. The methods that the library calls are added by facts_class."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._known: dict[str, Value] = {}

    def _value(self, operand: Operand) -> Value:
        if operand.text not in self._known:
            self._known[operand.text] = evaluate(operand.expression, self._environment)
        return self._known[operand.text]

    def _read(self, variable: Variable) -> Value:
        values = [self._value(operand) for operand in variable.operands]
        if variable.role is Role.PRESENCE:
            return values[0] is not None
        return order(*values) if variable.role is Role.ORDER else values[0]


def facts_class(variables: Iterable[Variable]) -> type[Facts]:
    """The class whose instances give the values of variables to the library."""

    def method(variable: Variable) -> Any:
        return rule_variable(TYPES[variable.type], label=variable.name)(lambda facts: facts._read(variable))

    return type("RuleFacts", (Facts,), {variable.name: method(variable) for variable in variables})


def lower(condition: Expression) -> Rule:
    """The rule of a condition."""
    return _prepared(condition)[0]


def lower_normal(condition: Normal) -> Rule:
    """The rule of a condition in normal form."""
    variables: dict[str, Variable] = {}
    return Rule(_tree(condition, variables), tuple(variables.values()))


def holds(condition: Expression, environment: Environment) -> bool:
    """Whether a condition holds. Raises RuleError for a value of another type than the condition was checked with."""
    rule, facts = _prepared(condition)
    return decide(rule, facts(environment))


@lru_cache(maxsize=1024)
def _prepared(condition: Expression) -> tuple[Rule, type[Facts]]:
    rule = lower_normal(normalize(condition))
    return rule, facts_class(rule.variables)


def decide(rule: Rule, facts: Facts) -> bool:
    """Whether a rule holds for facts of a class that has its variables."""
    try:
        return bool(check_conditions_recursively(rule.tree, facts))
    except AssertionError as error:
        raise RuleError(str(error)) from error


def _tree(condition: Normal, variables: dict[str, Variable]) -> Tree:
    def leaf(role: Role, type: str, operator: str, value: Json, *operands: Expression) -> Tree:
        variable = _variable(role, type, operands)
        variables[variable.name] = variable
        return {"name": variable.name, "operator": operator, "value": value}

    def boolean(role: Role, operand: Expression, expected: bool) -> Tree:
        return leaf(role, "boolean", "is_true" if expected else "is_false", None, operand)

    match condition:
        case normal.All(parts):
            return {"all": [_tree(part, variables) for part in parts]}
        case normal.Any(parts):
            return {"any": [_tree(part, variables) for part in parts]}
        case normal.Truth(value):
            return boolean(Role.VALUE, _ALWAYS, value)
        case normal.Presence(operand, known):
            return boolean(Role.PRESENCE, operand, known)
        case normal.Flag(operand, expected):
            return boolean(Role.VALUE, operand, expected)
        case normal.Relation(operator, left, Constant(value)):
            return leaf(Role.VALUE, kind_of(left.type), _OPERATOR_NAMES[operator], written(value), left)
        case normal.Relation(operator, left, right):
            return leaf(Role.ORDER, "number", _OPERATOR_NAMES[operator], 0, left, right)
        case normal.Range(operand, low, high, inside):
            bounds: list[Json] = [None if bound is None else written(bound.value) for bound in (low, high)]
            name = "is_between" if inside else "is_not_between"
            return leaf(Role.VALUE, kind_of(operand.type), name, bounds, operand)
        case normal.Membership(operand, members, inside):
            constants: list[Json] = [written(member.value) for member in members]
            name = "is_one_of" if inside else "is_not_one_of"
            return leaf(Role.VALUE, kind_of(operand.type), name, constants, operand)


def _variable(role: Role, type: str, expressions: tuple[Expression, ...]) -> Variable:
    operands = tuple(Operand(render(expression), expression) for expression in expressions)
    match role:
        case Role.VALUE:
            name = operands[0].text
        case Role.PRESENCE:
            name = render(Known(expressions[0]))
        case Role.ORDER:
            name = " <=> ".join(operand.text for operand in operands)
    # An attribute may be called like something that every Python object, or the library's class, already has.
    if name.startswith("_") or hasattr(Facts, name):
        name = f"({name})"
    return Variable(name, type, role, operands)
