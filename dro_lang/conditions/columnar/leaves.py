"""Leaves that the reference evaluator decides, for the values of one row."""

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import evolve

from dro_lang.conditions.columnar.columns import value_of
from dro_lang.conditions.environment import Environment
from dro_lang.conditions.normal import Normal, Presence, all_of
from dro_lang.conditions.rules import decide, facts_class, lower_normal
from dro_lang.program.expressions import Attribute, Expression, ItemAttribute
from dro_lang.program.model import Program
from dro_lang.program.values import Value

Name = Attribute | ItemAttribute


class Leaf:
    """A leaf that is ready to be decided by the reference evaluator, from the values of the names in it."""

    def __init__(
        self,
        leaf: Normal,
        operands: Iterable[Expression],
        names: Mapping[str, Name],
        program: Program,
        environment: Environment,
    ) -> None:
        guards = (Presence(operand, True) for operand in operands)
        self._rule = lower_normal(all_of((*guards, leaf)))
        self._facts = facts_class(self._rule.variables)
        self._names = names
        self._program = program
        self._environment = environment

    def holds(self, raw: Mapping[str, Any]) -> bool:
        root: dict[str, Value] = {}
        item: dict[str, Value] = {}
        for key, each in self._names.items():
            value = value_of(raw[key], each.type, self._program)
            (root if isinstance(each, Attribute) else item)[each.name] = value
        return decide(self._rule, self._facts(evolve(self._environment, root=root, item=item)))
