"""Data in tests: records, changes of them, and results of steps, written out as objects."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from attrs import define

from dro_lang.diagnostics.diagnostic import diagnose
from dro_lang.program.expressions import Constant
from dro_lang.program.tests import Data
from dro_lang.program.types import ID, DateTimeType, EnumType, IdType, ListType, Type
from dro_lang.program.values import Value
from dro_lang.semantics.typing.expressions import Typing
from dro_lang.semantics.typing.literals import LITERALS, literal
from dro_lang.semantics.typing.presence import NOTHING
from dro_lang.semantics.typing.shapes import UNKNOWN, Info, Shape
from dro_lang.semantics.typing.slots import fill, is_required, missing
from dro_lang.semantics.typing.words import listed, type_words, unknown
from dro_lang.source import Span
from dro_lang.syntax import ast


@define(eq=False)
class DataReader:
    """Reads the objects of one test. A moment without offset is one of the plan's zone."""

    typing: Typing
    zone: ZoneInfo

    def moment(self, moment: datetime) -> datetime:
        """A moment as written in a test, with its offset."""
        if moment.utcoffset() is not None:
            return moment
        try:
            # With fold=0 a skipped time moves forward, and of one that comes twice the first is meant.
            return moment.replace(tzinfo=self.zone, fold=0).astimezone(UTC).astimezone(self.zone)
        except OverflowError:  # at the very ends of the calendar no zone is far from UTC
            return moment.replace(tzinfo=UTC)

    # ---- names

    def names(self, node: ast.Object, shape: Shape) -> None:
        """Report attributes that are unknown (E0101) or given twice (E0204), those of elements too."""
        seen: dict[str, Span] = {}
        for field in node.fields:
            name = field.name.text
            if name in seen:
                labels = [(seen[name], "first given here")]
                self._report("E0204", field.name.span, f"`{name}` is given twice", *labels, help="keep one of them")
            seen.setdefault(name, field.name.span)
            info = shape.attributes.get(name)
            if info is None and shape.complete:
                free = [other for other in shape.attributes if other not in seen]
                message = f"there is no {'result' if shape.kind == 'step' else 'attribute'} `{name}` in `{shape.name}`"
                self.typing.report(unknown(field.name.span, message, name, free))
            for element in _objects(field.value):
                self.names(element, (info and info.elements) or UNKNOWN)

    # ---- what is as raw as a record that nobody has looked at

    def record(self, node: ast.Object, shape: Shape) -> dict[str, Data]:
        """The object as data, whether it fits or not; what is no value is reported (E0201)."""
        return {
            field.name.text: self._data(field.value, shape.attributes.get(field.name.text)) for field in node.fields
        }

    def _data(self, node: ast.ObjectValue, info: Info | None) -> Data:
        match node:
            case ast.Unknown():
                return None
            case ast.Object():
                return self.record(node, UNKNOWN)
            case ast.Array(elements=elements):
                shape = (info and info.elements) or UNKNOWN
                return tuple(
                    self.record(each, shape) if isinstance(each, ast.Object) else self._data(each, None)
                    for each in elements
                )
            case ast.ConstantReference(name=name):
                return self._text_of(name, info)
            case ast.MoneyLiteral() | ast.Signed(operand=ast.MoneyLiteral()):
                money = node if isinstance(node, ast.MoneyLiteral) else node.operand
                assert isinstance(money, ast.MoneyLiteral)
                sign = "-" if isinstance(node, ast.Signed) and node.sign == "-" else ""
                return f"{sign}{money.amount:f} {money.currency.text}"
            case ast.DateTimeLiteral(value=moment):
                return self.moment(moment)
            case ast.Number(value=number, is_whole=is_whole):
                return int(number) if is_whole else number
            case ast.Signed(sign=sign, operand=ast.Number() as operand):
                unsigned = self._data(operand, info)
                assert isinstance(unsigned, int | Decimal)
                return unsigned if sign == "+" else -unsigned
        if not self._is_value(node):
            return None
        constant = literal(node, self.typing.lowering.report)
        value = None if constant is None else constant.value
        assert value is None or not isinstance(value, tuple)
        return value

    def _text_of(self, constant: str, info: Info | None) -> str:
        type = info.definition.type if info is not None and info.definition is not None else None
        enums = self.typing.lowering.enums.get(type.name, []) if isinstance(type, EnumType) else []
        texts = (each.text for enum in enums for each in enum.constants if each.name == constant)
        return next(texts, constant)

    # ---- what fits

    def values(self, node: ast.Object, shape: Shape) -> dict[str, Value]:
        """The object as typed values, without those that do not fit, which are reported."""
        found: dict[str, Value] = {}
        for field in node.fields:
            info = shape.attributes.get(field.name.text)
            if info is None or info.definition is None:
                continue
            value = self._value(field.value, info, info.definition.type)
            if value is not None:
                found[field.name.text] = value.value
        return found

    def required(self, node: ast.Object, shape: Shape, place: Span) -> None:
        """Report what is missing (E0204): all that is neither optional nor a list, in elements too."""
        given = {field.name.text: field.value for field in node.fields}
        absent = missing(given, shape.attributes, is_required) if shape.complete else ()
        if absent:
            labels = [(shape.attributes[name].span, "not optional") for name in absent]
            message = f"`{shape.name}` needs {listed(absent)}, which {'is' if len(absent) == 1 else 'are'} not given"
            written = ", ".join(f"{name}: ..." for name in absent)
            self._report("E0204", place, message, *labels, help=f"add `{written}`")
        for name, value in given.items():
            info = shape.attributes.get(name)
            if info is not None and info.elements is not None:
                for element in _objects(value):
                    self.required(element, info.elements, element.span)

    def _value(self, node: ast.ObjectValue, info: Info, type: Type) -> Constant | None:
        if isinstance(type, ListType) and not isinstance(node, ast.Unknown):
            return self._rows(node, info, type)
        if isinstance(node, ast.Text) and isinstance(type, IdType):
            return Constant(node.value, ID)
        if isinstance(node, ast.DateTimeLiteral) and isinstance(type, DateTimeType):
            return Constant(self.moment(node.value), type)
        if not isinstance(node, ast.Unknown | ast.Array | ast.Object) and not self._is_value(node):
            return None
        value = fill(self.typing, info, node, NOTHING, "E0204")
        assert value is None or isinstance(value, Constant)
        return value

    def _rows(self, node: ast.ObjectValue, info: Info, type: ListType) -> Constant | None:
        elements = node.elements if isinstance(node, ast.Array) else (node,)
        if not isinstance(node, ast.Array) or not all(isinstance(element, ast.Object) for element in elements):
            message = f"`{info.name}` is {type_words(type)}"
            help = "write its elements as `[ { ... }, { ... } ]`"
            self._report("E0204", node.span, message, (info.span, "declared here"), help=help)
            return None
        shape = info.elements or UNKNOWN
        rows = tuple(self._row(element, shape) for element in elements if isinstance(element, ast.Object))
        if type.items:
            self._ids(elements, rows)
        return Constant(rows, type)

    def _ids(self, elements: Sequence[ast.ObjectValue], rows: Sequence[Mapping[str, Value]]) -> None:
        """Report items with an id that another one has (E0204)."""
        first: dict[Value, Span] = {}
        for element, row in zip(elements, rows, strict=True):
            id = row.get("id")
            if id is None:
                continue
            if id in first:
                labels = [(first[id], "first given here")]
                self._report("E0204", element.span, f'two items have the id "{id}"', *labels, help="each needs its own")
            first.setdefault(id, element.span)

    def _row(self, node: ast.Object, shape: Shape) -> Mapping[str, Value]:
        """A whole row: what is not given is unknown."""
        return {**dict.fromkeys(shape.attributes), **self.values(node, shape)}

    def _is_value(self, node: ast.Expression) -> bool:
        if isinstance(node, (*LITERALS, ast.ConstantReference)):
            return True
        if isinstance(node, ast.Signed) and isinstance(node.operand, LITERALS):
            return True
        message = f"`{node.span.text}` is no value: the data of a test is written out"
        self._report("E0201", node.span, message, help="write a number, a text, a date, an amount or a constant")
        return False

    def _report(self, code: str, span: Span, message: str, *labels: tuple[Span, str], help: str | None = None) -> None:
        self.typing.report(diagnose(code, span, message, *labels, help=help))


def _objects(node: ast.ObjectValue) -> Iterator[ast.Object]:
    for element in node.elements if isinstance(node, ast.Array) else ():
        if isinstance(element, ast.Object):
            yield element
