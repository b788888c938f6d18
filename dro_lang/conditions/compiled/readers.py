"""How generated code gets at what expressions name: in records of slots that hold codes, or in an environment."""

from collections.abc import Mapping
from keyword import iskeyword
from typing import Protocol

from attrs import evolve, frozen

from dro_lang.program.expressions import Attribute, ItemAttribute, Now, Parameter, Result, Today
from dro_lang.program.model import AttributeDefinition
from dro_lang.program.types import Type

Name = Attribute | ItemAttribute | Parameter | Result | Today | Now


class Reader(Protocol):
    """Where generated code reads."""

    @property
    def argument(self) -> str:
        """The name of the argument of generated functions."""

    @property
    def prelude(self) -> tuple[str, ...]:
        """Statements before all others of a function."""

    @property
    def coded(self) -> bool:
        """Whether names stand for codes (coding.py), not for values."""

    @property
    def fixed(self) -> bool:
        """Whether the day, the moment, the zone and the calendar are known when code is bound, before any record."""

    @property
    def whole(self) -> str:
        """The environment as values, for what is left to the evaluator of expressions."""

    def name(self, name: Name) -> str:
        """What stands for a name in code."""

    def is_optional(self, name: Name) -> bool:
        """Whether it may be unknown."""

    @property
    def rows_are_optional(self) -> bool:
        """Whether a list may be unknown, and then no tuple."""

    def rows(self, list: str) -> str:
        """The elements of a list."""

    def element_type(self, name: str) -> Type | None:
        """The type of an attribute of the element at hand, where it is known."""

    def at(self, list: str) -> "Reader":
        """The same inside a function over a list, where the element at hand is called `e`."""


def slot(attribute: str) -> str:
    """The slot of an attribute."""
    return f"_{attribute}_" if iskeyword(attribute) else f"_{attribute}"


@frozen(eq=False)
class SlotReader:
    """Reads records of slots (records.py). Conditions of scenarios see the record and the elements of its lists."""

    attributes: Mapping[str, AttributeDefinition]
    elements: Mapping[str, Mapping[str, AttributeDefinition]]
    """The attributes of elements, by the list's name."""
    list: str | None = None
    """The list whose element is at hand."""

    argument = "r"
    prelude = ()
    coded = True
    fixed = True
    rows_are_optional = False

    @property
    def whole(self) -> str:
        return "at(env, r)" if self.list is None else "at(env, r).at_element(e.row)"

    def name(self, name: Name) -> str:
        match name:
            case Attribute(attribute):
                return f"r.{slot(attribute)}"
            case ItemAttribute(attribute) if self.list is not None:
                return f"e.{slot(attribute)}"
        return "None"

    def is_optional(self, name: Name) -> bool:
        match name:
            case Attribute(attribute):
                return self.attributes[attribute].optional
            case ItemAttribute(attribute) if self.list is not None:
                return self.elements[self.list][attribute].optional
        return True

    def rows(self, list: str) -> str:
        return f"r.{slot(list)}"

    def element_type(self, name: str) -> Type | None:
        return None if self.list is None else self.elements[self.list][name].type

    def at(self, list: str) -> "SlotReader":
        return evolve(self, list=list)


@frozen(eq=False)
class EnvironmentReader:
    """Reads an Environment, in which anything may be unknown."""

    in_element: bool = False

    argument = "env"
    prelude = (
        "root = env.root",
        "item = {} if env.item is None else env.item",
        "parameters = env.parameters",
        "results = env.results",
    )
    coded = False
    fixed = False
    rows_are_optional = True

    @property
    def whole(self) -> str:
        return "env.at_element(e)" if self.in_element else "env"

    def name(self, name: Name) -> str:
        match name:
            case Attribute(attribute):
                return f"root.get({attribute!r})"
            case ItemAttribute(attribute):
                return f"{'e' if self.in_element else 'item'}.get({attribute!r})"
            case Parameter(parameter):
                return f"parameters.get({parameter!r})"
            case Result(group, step, result):
                return f"results.get({(group, step, result)!r})"
            case Today():
                return "env.today"
            case Now():
                return "env.now"

    def is_optional(self, name: Name) -> bool:
        return not isinstance(name, Today | Now)

    def rows(self, list: str) -> str:
        return f"root.get({list!r})"

    def element_type(self, name: str) -> Type | None:
        return None

    def at(self, list: str) -> "EnvironmentReader":
        return EnvironmentReader(in_element=True)
