"""NDJSON whose records differ in form: other keys, other orders, lists of objects. DuckDB parses each line by itself.

A line is trusted where DuckDB writes what it has read exactly as the line has it: then every number stands in it with
all its digits, and nothing was taken for JSON that is none. No key may stand twice in an object, which is told by the
keys of all objects that the first records have, in lists too; where there are more objects than those (more opening
braces), the line is left to the row readers, like any other that is not trusted.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attrs import define, field, frozen

from dro_lang.conditions.columnar.terms import name, text_literal
from dro_lang.program.model import AttributeDefinition, Program
from dro_lang.program.types import (
    BooleanType,
    DecimalType,
    EnumType,
    IdType,
    IntegerType,
    ListType,
    MoneyType,
    TextType,
)
from dro_lang.records.columnar.lexical import Layout
from dro_lang.records.columnar.ndjson import PLAIN_KEY, of_value
from dro_lang.records.columnar.readings import NEVER, Reading, absent, present
from dro_lang.records.columnar.typed import list_fits, packed
from dro_lang.records.json_text import NumberText, decode

_LINE = name("#line")
_JSON = name("#json")
_NEVER_IN_JSON = "\x01"
_MOST_KNOWN = 8
_DEEPEST = 3
_BARE = (IntegerType, DecimalType, MoneyType, BooleanType)
_TOGETHER = "},{"
"""What the end of an element and the begin of the next one make, without the space between them."""

Path = tuple[str, ...]


@frozen
class Lines:
    """What the first records of a file have: the paths of objects within them and of lists of objects, the keys of
    each in the orders in which they stood, the paths of values without quotes (in a list behind `[]`), and whether a
    space follows each colon and comma."""

    objects: Mapping[Path, tuple[Path, ...]]
    lists: Mapping[Path, tuple[Path, ...]]
    bare: frozenset[Path]
    spaced: bool

    @property
    def layout(self) -> Layout:
        return Layout(0, 1, ("#line",), _NEVER_IN_JSON, quotes=False, returns=False, utf8=True)


def lines_of(sample: Sequence[str]) -> Lines | None:
    """What these lines have; None where none of them is a record, or a key is not plain."""
    records = [data for data in map(decode, sample) if isinstance(data, dict)]
    seen = _Seen()
    for record in records:
        seen.take_object(record, ())
    if not records or not all(PLAIN_KEY.fullmatch(key) for key in seen.keys):
        return None
    text = next(line for line in sample if isinstance(decode(line), dict))
    spaced = len(text.strip()) > len(json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False))
    return Lines(_known(seen.objects), _known(seen.lists), frozenset(seen.bare), spaced)


def _known(orders: Mapping[Path, Counter[Path]]) -> dict[Path, tuple[Path, ...]]:
    return {path: tuple(keys for keys, _ in found.most_common(_MOST_KNOWN)) for path, found in orders.items()}


@define
class _Seen:
    objects: dict[Path, Counter[Path]] = field(factory=dict)
    lists: dict[Path, Counter[Path]] = field(factory=dict)
    bare: set[Path] = field(factory=set)
    keys: set[str] = field(factory=set)

    def take_object(self, data: Mapping[str, Any], path: Path) -> None:
        self.objects.setdefault(path, Counter())[tuple(data)] += 1
        self.take_values(data, path)
        for key, value in data.items():
            if isinstance(value, dict) and len(path) < _DEEPEST:
                self.take_object(value, (*path, key))
            elif isinstance(value, list) and not path:
                for element in value:
                    if isinstance(element, dict):
                        self.lists.setdefault((key,), Counter())[tuple(element)] += 1
                        self.take_values(element, (key, "[]"))

    def take_values(self, data: Mapping[str, Any], path: Path) -> None:
        self.keys |= data.keys()
        self.bare |= {(*path, key) for key, value in data.items() if isinstance(value, bool | NumberText)}


class Pieces:
    """The pieces of lines that some attributes are read from: first each attribute is asked for, and then the source
    is written that has all of them as columns."""

    def __init__(self, lines: Lines, program: Program) -> None:
        self._lines = lines
        self._program = program
        self._pieces: dict[Path, str] = {}
        self._objects = {path: keys for path, keys in lines.objects.items() if path}
        self._lists = dict(lines.lists)
        self._elements: dict[str, str] = {}

    def reading(self, definition: AttributeDefinition, path: str, sources: Mapping[str, str] | None = None) -> Reading:
        """The reading of an attribute; of a list of objects with the keys from which attributes of its elements
        come."""
        parts = tuple(path.split("."))
        if not all(map(PLAIN_KEY.fullmatch, parts)):
            return Reading(absent(definition, self._program).value, NEVER)
        if isinstance(definition.type, ListType):
            found = self._list(definition, definition.type, parts, sources or {})
        else:
            found = self._value(definition, self._piece(parts), parts)
        # A key of the very name comes before the way through objects, and that leads through nothing else.
        tests = [f"NOT list_contains({_keys(())}, {text_literal(path)})"] if len(parts) > 1 else []
        for length in range(1, len(parts)):
            self._objects.setdefault(parts[:length], ())
            outer = self._piece(parts[:length])
            tests.append(f"({outer} IS NULL OR {outer} = 'null' OR starts_with({outer}, '{{'))")
        return Reading(found.value, " AND ".join([found.fits, *tests]))

    def nothing(self, definition: AttributeDefinition, paths: Iterable[str]) -> Reading:
        """The reading of an attribute for which nothing may stand at some paths."""
        pieces = [self._piece(tuple(path.split("."))) for path in paths]
        fits = " AND ".join(f"coalesce({piece} = 'null', TRUE)" for piece in pieces)
        return Reading(absent(definition, self._program).value, fits or "TRUE")

    def _piece(self, path: Path) -> str:
        return self._pieces.setdefault(path, name(f"#piece {len(self._pieces)}"))

    def _value(self, definition: AttributeDefinition, piece: str, path: Path) -> Reading:
        bare = path in self._lines.bare or (
            isinstance(definition.type, _BARE) and path not in self._lines.bare and not self._is_quoted(path)
        )
        found = of_value(definition, piece, "", "", bare, self._program)
        if not self._lines.spaced:
            return found
        match definition.type:
            case EnumType(enum) if any(_may_change(each.text) for each in self._program.enums[enum].constants):
                return Reading(found.value, NEVER)
            case IdType() | TextType():
                # Taking away spaces between values may have taken one from within it.
                changed = f"suffix({piece}, ',\"') OR contains({piece}, {text_literal(_TOGETHER)})"
                return Reading(found.value, f"({found.fits}) AND NOT coalesce({changed}, FALSE)")
        return found

    def _is_quoted(self, path: Path) -> bool:
        """Whether the first records have a value there, in quotes."""
        *outer, key = path
        known = self._lines.lists if "[]" in outer else self._lines.objects
        orders = known.get(tuple(part for part in outer if part != "[]"), ())
        return any(key in keys for keys in orders) and path not in self._lines.bare

    def _list(self, definition: AttributeDefinition, of: ListType, path: Path, sources: Mapping[str, str]) -> Reading:
        piece = self._piece(path)
        given = f"nullif({piece}, 'null')"
        attributes = self._program.records[of.record].attributes
        keys = {each.name: sources.get(each.name, each.name) for each in attributes}
        if "." in "".join(keys.values()) or not all(map(PLAIN_KEY.fullmatch, keys.values())):
            return present(definition, given, absent(definition, self._program).value, NEVER, self._program)
        self._lists.setdefault(path, ())
        fields = ", ".join(f'{json.dumps(key)}: "JSON"' for key in dict.fromkeys(keys.values()))
        elements = self._elements.setdefault(f"from_json({piece}, {text_literal(f'[{{{fields}}}]')})", f"#list {piece}")
        readings = {
            each.name: self._value(each, f"CAST(x.{name(keys[each.name])} AS VARCHAR)", (*path, "[]", keys[each.name]))
            for each in attributes
        }
        value = f"list_transform({name(elements)}, lambda x: {packed(readings)})"
        return present(definition, given, value, list_fits(name(elements), readings, of), self._program)

    def source(self, scan: str) -> str:
        """The text of a query whose columns are the pieces, with what tests look at; blank lines are no rows of it."""
        text = _LINE
        if self._lines.spaced:
            for apart in ('": ', ', "', "}, {"):
                text = f"replace({text}, {text_literal(apart)}, {text_literal(apart.replace(' ', ''))})"
        for path in self._objects:
            self._piece(path)
        paths = ", ".join(text_literal(_json_path(path)) for path in self._pieces)
        keys = [f"json_keys({_JSON}) AS {_keys(())}"]
        keys += [f"json_keys({_JSON}, {text_literal(_json_path(path))}) AS {_keys(path)}" for path in self._objects]
        keys += [
            f"json_keys({_JSON}, {text_literal(_json_path(path) + '[*]')}) AS {_keys(path, '[]')}"
            for path in self._lists
        ]
        pieces = [
            f'CAST("#pieces"[{number}] AS VARCHAR) AS {piece}' for number, piece in enumerate(self._pieces.values(), 1)
        ]
        query = f'SELECT {text} AS "#text" FROM {scan} WHERE {_LINE} IS NOT NULL'
        query = f'SELECT CASE WHEN json_valid("#text") THEN "#text" END AS {_JSON} FROM ({query})'
        query = f'SELECT {_JSON}, json_extract({_JSON}, [{paths}]) AS "#pieces", {", ".join(keys)} FROM ({query})'
        query = f"SELECT *, {', '.join(pieces)} FROM ({query})"
        elements = "".join(f", {text} AS {name(column)}" for text, column in self._elements.items())
        return f"(SELECT *{elements} FROM ({query}))"

    def tests(self) -> list[str]:
        """The tests that a line is what DuckDB has read, and has no key twice."""
        tests = [f"starts_with({_JSON}, '{{')", f"CAST(json({_JSON}) AS VARCHAR) = {_JSON}"]
        tests.append(_apart(_keys(()), self._lines.objects[()]))
        tests += [f"({_keys(path)} IS NULL OR {_apart(_keys(path), known)})" for path, known in self._objects.items()]
        for path, known in self._lists.items():
            tests.append(f"len(list_filter({_keys(path, '[]')}, lambda k: NOT {_apart('k', known)})) = 0")
        objects = [f"coalesce(starts_with({self._piece(path)}, '{{'), FALSE)" for path in self._objects]
        lists = [f"len({_keys(path, '[]')})" for path in self._lists]
        if not objects and not lists:
            return [*tests, f"NOT contains(substring({_JSON}, 2), '{{')"]
        count = " + ".join(["1", *(f"CAST({each} AS INTEGER)" for each in objects), *lists])
        return [*tests, f"strlen({_JSON}) - strlen(replace({_JSON}, '{{', '')) = {count}"]


def _may_change(text: str) -> bool:
    return text.endswith(",") or _TOGETHER in text


def _keys(path: Path, of: str = "") -> str:
    return name(f"#keys {'.'.join(path)}{of}")


def _json_path(path: Path) -> str:
    return "$" + "".join(f'."{key}"' for key in path)


def _apart(keys: str, known: Sequence[Path]) -> str:
    """A test that no two of some keys are equal; it is costly, save for orders that are known."""
    distinct = f"len(list_distinct({keys})) = len({keys})"
    if not known:
        return f"({distinct})"
    lists = ", ".join(f"CAST([{', '.join(map(text_literal, each))}] AS VARCHAR[])" for each in known)
    return f"CASE WHEN {keys} IN ({lists}) THEN TRUE ELSE {distinct} END"
