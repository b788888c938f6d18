"""The simplest record of a context, to which an example adds only what matters."""

from collections.abc import Mapping
from datetime import date, datetime, time
from types import MappingProxyType
from zoneinfo import ZoneInfo

from attrs import frozen

from dro_lang.analysis.solver.regions import Domains, axis, has_order, limits
from dro_lang.conditions.environment import Environment
from dro_lang.conditions.time import BusinessCalendar
from dro_lang.program.expressions import Attribute, Expression
from dro_lang.program.model import AttributeDefinition, Plan, Program
from dro_lang.program.types import BooleanType, EnumType, IdType, IntegerType, ListType, TextType
from dro_lang.program.values import Row, Value


@frozen
class Records:
    """Makes records of a plan's context."""

    program: Program
    plan: Plan

    @property
    def definitions(self) -> Mapping[str, AttributeDefinition]:
        return {definition.name: definition for definition in self.program.contexts[self.plan.context].attributes}

    @property
    def domains(self) -> Domains:
        return Domains(self.definitions, self.program.enums)

    def is_optional(self, term: Expression) -> bool:
        """Whether an attribute of the root is optional; parameters and results may always be unknown."""
        return self.definitions[term.name].optional if isinstance(term, Attribute) else True

    def environment(self, row: Row, today: date) -> Environment:
        """The environment of a run that begins with that day, in the plan's zone."""
        zone = ZoneInfo(self.plan.timezone)
        calendar = self.program.calendars.get(self.plan.calendar or "")
        return Environment(row, today, datetime.combine(today, time(), zone), zone, BusinessCalendar.of(calendar))

    def simplest(self, definition: AttributeDefinition) -> Value:
        """The plainest value that the attribute can have: unknown where it may be."""
        return None if definition.optional else self.plain(definition)

    def plain(self, definition: AttributeDefinition) -> Value:
        """The plainest known value of an attribute, within its bounds."""
        kind = definition.type
        if isinstance(kind, BooleanType):
            return False
        if isinstance(kind, EnumType):
            return self.program.enums[kind.name].constants[0].name
        if isinstance(kind, IdType):
            return "X-1"
        if isinstance(kind, TextType):
            return definition.name
        if isinstance(kind, ListType):
            return ()
        line = axis(kind)
        low, high = limits(definition)
        return line.value(min(max(line.plain, low), high))

    def fits(self, definition: AttributeDefinition, value: Value) -> bool:
        """Whether a record may have the value there: of the attribute's type, and within its bounds."""
        kind = definition.type
        if value is None:
            return definition.optional
        if isinstance(kind, IdType):
            return value != ""
        if isinstance(kind, IntegerType) and not isinstance(value, int):
            return False
        if isinstance(kind, EnumType):
            return any(constant.name == value for constant in self.program.enums[kind.name].constants)
        if not has_order(kind):
            return True
        low, high = limits(definition)
        return low <= axis(definition.type).point(value) <= high

    def row(self, values: Mapping[str, Value]) -> Row:
        """A whole record: these values, and the simplest for the rest."""
        plain = {name: self.simplest(definition) for name, definition in self.definitions.items()}
        return MappingProxyType({**plain, **values})

    def element(self, shape: str, values: Mapping[str, Value], number: int) -> Row:
        """An element of a list of such records, with an id of its own where it has one."""
        plain = {attribute.name: self.simplest(attribute) for attribute in self.program.records[shape].attributes}
        if "id" in plain:
            plain["id"] = f"I-{number}"
        return MappingProxyType({**plain, **values})
