"""From an assignment of subjects to values that a record may have.

Attributes take the values that the assignment gives them. For composed subjects (a difference, a function over a list
or a text) the attributes in them are offered values that are likely to bring about what the assignment asks for;
whether they do is for the evaluator to say.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import islice, product
from typing import Any

from attrs import define, field

from dro_lang.analysis.solver.inversion import inverted
from dro_lang.analysis.solver.records import Records
from dro_lang.analysis.solver.regions import A_DAY, another_text, axis, has_order
from dro_lang.analysis.solver.search import Assignment
from dro_lang.analysis.solver.space import Space
from dro_lang.analysis.solver.subjects import Difference, Subject
from dro_lang.program.expressions import Aggregate, Attribute, Call, Constant, Expression, Function, Today, walk
from dro_lang.program.model import AttributeDefinition
from dro_lang.program.types import BooleanType, EnumType, ListType
from dro_lang.program.values import Value

MAX_ELEMENTS = 2
"""How many elements of a list are tried,"""

MAX_ROWS = 16
"""and how many different ones."""


@define
class Candidates:
    """The values offered for each attribute that an assignment speaks of, and for the day of the run."""

    records: Records
    space: Space
    options: dict[str, list[Value]] = field(factory=dict)
    days: list[Value] = field(factory=list)

    def of(self, assignment: Assignment) -> Iterator[tuple[dict[str, Value], date]]:
        """Values for the attributes and a day of the run, the likeliest first."""
        solution = assignment.solution()
        if solution is not None:
            values, today = self._solved({**assignment.values, **solution})
            if all(self.records.fits(self.records.definitions[name], value) for name, value in values.items()):
                yield values, today
        yield from self._tried(assignment)

    def _solved(self, values: Mapping[Subject, Value]) -> tuple[dict[str, Value], date]:
        attributes = {subject.name: value for subject, value in values.items() if isinstance(subject, Attribute)}
        today = values.get(Today())
        return attributes, today if isinstance(today, date) else A_DAY

    def _tried(self, assignment: Assignment) -> Iterator[tuple[dict[str, Value], date]]:
        definitions = self.records.definitions
        self.options = {name: [] for name in attributes_of(assignment)}
        self.days = []
        for subject, value in assignment.values.items():
            if isinstance(subject, Attribute):
                self.options[subject.name].append(value)
            elif isinstance(subject, Today):
                self.days.append(value)
            elif not isinstance(subject, Difference):
                self._suggest(subject, value)
        for subject, value in assignment.values.items():
            if isinstance(subject, Difference):
                self._relate(subject, value)
        for name, values in self.options.items():
            if not values:
                definition = definitions[name]
                values += [*self.space.values_of(Attribute(name, definition.type)), self.records.plain(definition)]
        for subject, value in assignment.values.items():
            if isinstance(subject, Difference):
                self._relate(subject, value)
        offered = [
            [value for value in _distinct(values) if self.records.fits(definitions[name], value)]
            for name, values in self.options.items()
        ]
        offered.append(_distinct([*self.days, A_DAY]))
        for *values, today in product(*offered):
            if isinstance(today, date):
                yield dict(zip(self.options, values, strict=True)), today

    def _suggest(self, subject: Subject, value: Value) -> None:
        match subject:
            case Aggregate(_, name):
                self.options[name] += self._lists(subject)
            case Call(function, (Attribute(name), *rest)):
                texts = [part.value for part in rest if isinstance(part, Constant) and isinstance(part.value, str)]
                self.options[name] += [*texts, *(f"{text}." for text in texts), *(f".{text}" for text in texts)]
                if isinstance(value, str):
                    self.options[name].append(value)
                elif function is Function.LENGTH and isinstance(value, int) and 0 <= value <= 10_000:
                    self.options[name].append("x" * value)
                elif texts:
                    self.options[name].append(another_text(texts))
        if not isinstance(subject, Difference):
            for name, wanted in inverted(subject, value):
                self.options[name].append(wanted)

    def _relate(self, subject: Difference, difference: Value) -> None:
        """From the values offered for one side of a difference, values for the other."""
        ours, theirs = self._offered(subject.left), self._offered(subject.right)
        if ours is None or theirs is None:
            return
        kind = subject.left.type
        new = [_moved(kind, value, difference, 1) for value in theirs]
        theirs += [moved for value in ours if (moved := _moved(kind, value, difference, -1)) is not None]
        ours += [moved for moved in new if moved is not None]

    def _offered(self, term: Expression) -> list[Value] | None:
        if isinstance(term, Today):
            return self.days
        return self.options.get(term.name) if isinstance(term, Attribute) else None

    def _lists(self, subject: Aggregate) -> Iterator[Value]:
        """Short lists whose elements take the values that matter to the function's `where`."""
        kind = self.records.definitions[subject.list].type
        assert isinstance(kind, ListType)
        attributes = [each for each in self.records.program.records[kind.record].attributes if each.name != "id"]
        names = [attribute.name for attribute in attributes]
        combinations = product(*(self._element_values(subject, attribute) for attribute in attributes))
        rows = [dict(zip(names, values, strict=True)) for values in islice(combinations, MAX_ROWS)]
        for size in range(MAX_ELEMENTS + 1):
            for chosen in product(rows, repeat=size):
                numbered = enumerate(chosen, start=1)
                yield tuple(self.records.element(kind.record, values, number) for number, values in numbered)

    def _element_values(self, subject: Aggregate, attribute: AttributeDefinition) -> list[Value]:
        values: list[Value] = [self.records.simplest(attribute)]
        if isinstance(attribute.type, BooleanType):
            values += [True]
        elif isinstance(attribute.type, EnumType):
            values += [constant.name for constant in self.records.program.enums[attribute.type.name].constants]
        elif subject.where is not None:
            constants = [part.value for part in walk(subject.where) if isinstance(part, Constant)]
            values += [value for value in constants if type(value) is type(self.records.plain(attribute))]
            if has_order(attribute.type):
                line = axis(attribute.type)
                values += [
                    line.value(line.point(value) + shift) for value in values[1:] for shift in (line.step, -line.step)
                ]
        return _distinct(values)


def _distinct(values: list[Value]) -> list[Value]:
    """Each value once, the first first. Rows cannot be hashed, so they are compared."""
    kept: list[Value] = []
    for value in values:
        if not any(value is other or (type(value) is type(other) and value == other) for other in kept):
            kept.append(value)
    return kept


def _moved(kind: Any, value: Value, difference: Any, sign: int) -> Value:
    """A value that stands so far from another one; None where there is none."""
    if value is None:
        return None
    if not has_order(kind):
        return value if not difference else None
    line = axis(kind)
    try:
        return line.value(line.point(value) + sign * line.distance(difference))
    except (ValueError, OverflowError):
        return None


def attributes_of(assignment: Assignment) -> tuple[str, ...]:
    """The attributes of the root that the subjects of an assignment look at."""
    names: dict[str, None] = {}
    for subject in assignment.values:
        terms = (subject.left, subject.right) if isinstance(subject, Difference) else (subject,)
        for part in (part for term in terms for part in walk(term)):
            if isinstance(part, Attribute):
                names[part.name] = None
            elif isinstance(part, Aggregate):
                names[part.list] = None
    return tuple(names)
