"""NDJSON as a table of texts, where its records have one form, as programs write it: the same keys in one order, also
in objects within them, and no lists.

A line is cut where a key begins, and every piece must be that key with a value that JSON allows there; the first key of
an inner object has the object's own key before it: `owner":{"name":"Ann"`. What is written otherwise is left to the row
readers, line by line.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from attrs import evolve, field, frozen

from dro_lang.conditions.columnar.terms import name, text_literal
from dro_lang.program.model import AttributeDefinition, Program
from dro_lang.program.types import (
    BooleanType,
    DateTimeType,
    DateType,
    DecimalType,
    DurationType,
    EnumType,
    IdType,
    IntegerType,
    ListType,
    MoneyType,
    TextType,
)
from dro_lang.records.columnar.lexical import Layout
from dro_lang.records.columnar.readings import (
    NEVER,
    Reading,
    absent,
    code_of,
    matches,
    one_of,
    present,
    safe,
    text_pattern,
    text_value,
)
from dro_lang.records.columnar.shortest import Step, day, decimal, places_of, whole
from dro_lang.records.json_text import NumberText, decode
from dro_lang.records.streams import opened
from dro_lang.records.validate import may_be_absent

_PLAIN = r'[^"\\\x00-\x1f]'
"""A character that stands for itself in a text."""
_NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?"
_ID = "(?:0|[1-9][0-9]*)"
_EXACT = r"-?(?:0|[1-9][0-9]{0,11})(?:\.[0-9]{1,6})?"
_NUMBERS = {IntegerType: "-?(?:0|[1-9][0-9]{0,17})", DecimalType: _EXACT, MoneyType: _EXACT}
_NUMBER_TYPES = (IntegerType, DecimalType, MoneyType)
_NONE = r"[^\x00-\x{10FFFF}]"
"""What no text matches."""
PLAIN_KEY = re.compile(r"[A-Za-z0-9_.$ -]+")
_LONGEST_SAMPLE = 2**16
_MOST_LINES = 100
_FEW = 16
"""So many comparisons of texts cost about as much as to cut a text out."""


@frozen
class Form:
    """The keys of every record, in order, those of inner objects as dotted paths, and what stands in the piece of each
    around its value."""

    prefixes: Mapping[str, str]
    suffixes: Mapping[str, str]
    comma: str
    """What stands between a comma and the next key."""
    bare: frozenset[str]
    """The keys whose values are not in quotes: numbers, `true` and `false`."""
    places: Mapping[str, int] = field(factory=dict)
    """How many digits after the point most of the first numbers of a key have."""

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self.prefixes)

    @property
    def layout(self) -> Layout:
        return Layout(0, 1, self.keys, f',{self.comma}"', quotes=False, returns=False, utf8=True)

    def has(self, line: str) -> bool:
        """Whether a line is cut into the pieces of this form."""
        texts = line.split(self.layout.delimiter)
        return len(texts) == len(self.prefixes) and all(
            text.startswith(prefix) and text.endswith(suffix)
            for text, prefix, suffix in zip(texts, self.prefixes.values(), self.suffixes.values(), strict=True)
        )

    def crosses(self, path: str) -> bool:
        """Whether an object stands at a path, or something else on the way to it."""
        return any(key.startswith(f"{path}.") or path.startswith(f"{key}.") for key in self.keys)


def first_lines(path: Path) -> list[str]:
    """The first lines of a file that are not blank, without their ends; what is not UTF-8 ends them."""
    found: list[str] = []
    with opened(path) as (_, stream):
        for line in iter(lambda: stream.readline(_LONGEST_SAMPLE), b""):
            if len(found) == _MOST_LINES:
                break
            try:
                text = line.decode("utf-8")
            except UnicodeDecodeError:
                break
            if text.strip():
                found.append(text.rstrip("\r\n"))
    return found


def form_of(lines: Sequence[str]) -> Form | None:
    """The form that the first records of a file share; None where they have none."""
    data = decode(lines[0]) if lines else None
    if not isinstance(data, dict):
        return None
    for colon, comma in (("", ""), (" ", " "), (" ", ""), ("", " ")):
        found = list(_pieces(data, colon))
        keys = [piece.key for piece in found]
        values = [piece.value for piece in found]
        if len(keys) < 2 or len(set(keys)) < len(keys) or any(isinstance(value, list) for value in values):
            return None
        if not all(PLAIN_KEY.fullmatch(part) for piece in found for part in piece.parts):
            return None
        # A point in a key could be taken for the way into an object.
        if any(len(piece.parts) > 1 for piece in found) and any("." in part for piece in found for part in piece.parts):
            return None
        bare = frozenset(piece.key for piece in found if isinstance(piece.value, bool | NumberText))
        prefixes = {piece.key: piece.prefix for piece in found}
        form = Form(prefixes, {piece.key: piece.suffix for piece in found}, comma, bare)
        if form.has(lines[0]):
            return evolve(form, places=_places(form, lines)) if all(map(form.has, lines)) else None
    return None


def _places(form: Form, lines: Sequence[str]) -> dict[str, int]:
    """How many digits after the point the numbers of each key mostly have in some lines."""
    rows = [line.split(form.layout.delimiter) for line in lines]
    found = {}
    for number, (key, prefix) in enumerate(form.prefixes.items()):
        texts = (row[number][len(prefix) :].removesuffix(form.suffixes[key]) for row in rows)
        places = places_of(texts) if key in form.bare else None
        if places is not None:
            found[key] = places
    return found


@frozen
class _Piece:
    """A value with the keys that lead to it, and what stands around it in its piece of the line."""

    parts: tuple[str, ...]
    value: object
    prefix: str
    suffix: str

    @property
    def key(self) -> str:
        return ".".join(self.parts)


def _pieces(
    data: Mapping[str, object], colon: str, opening: str = '{"', closing: str = "}", outer: tuple[str, ...] = ()
) -> Iterator[_Piece]:
    for number, (key, value) in enumerate(data.items()):
        prefix = f'{"" if number else opening}{key}":{colon}'
        suffix = closing if number == len(data) - 1 else ""
        if isinstance(value, dict):
            yield from _pieces(value, colon, prefix + '{"', "}" + suffix, (*outer, key))
        else:
            yield _Piece((*outer, key), value, prefix, suffix)


def of_piece(definition: AttributeDefinition, key: str, form: Form, program: Program) -> Reading:
    """The reading of an attribute from the piece of its key."""
    if form.crosses(key):
        return Reading(absent(definition, program).value, NEVER)
    if key not in form.prefixes:
        return absent(definition, program)
    prefix, suffix, bare = form.prefixes[key], form.suffixes[key], key in form.bare
    places = form.places.get(key)
    if not bare and not prefix.startswith(" "):
        quoted = (definition, name(key), prefix + '"', '"' + suffix, f"{prefix}null{suffix}", program)
        match definition.type:
            case DateType():
                return _of_date(*quoted)
            case EnumType() if len(_plain(_constants(definition.type, program))) <= _FEW:
                return _of_enum(*quoted)
            case IdType() | TextType():
                return _of_text(*quoted)
    if isinstance(definition.type, _NUMBER_TYPES) and bare and places is not None:
        return _of_number(definition, name(key), prefix, suffix, places, program)
    return of_value(definition, name(key), prefix, suffix, bare, program)


def _of_number(
    definition: AttributeDefinition, piece: str, prefix: str, suffix: str, places: int, program: Program
) -> Reading:
    """The reading of an attribute from a column with a number in it."""
    steps, given = _given(definition, piece, f"{prefix}null{suffix}")
    text = name(f"#text {definition.name}")
    length = f", strlen({given}) - {len(prefix) + len(suffix)}" if suffix else ""
    steps.append((text, f"substring({given}, {len(prefix) + 1}{length})"))
    if isinstance(definition.type, IntegerType):
        step, shortest = whole(definition.name, text)
        steps.append(step)
        value = step[0]
    else:
        more, value, shortest = decimal(definition.name, text, places, f"TRY_CAST({text} AS DECIMAL(18, 6))")
        steps += more
    written = f"({shortest} OR {matches(text, _NUMBERS[type(definition.type)])})"
    found = present(definition, given, value, f"{_around(piece, prefix, suffix)} AND {written}", program)
    return evolve(found, steps=tuple(steps))


def _of_date(
    definition: AttributeDefinition, piece: str, before: str, behind: str, nothing: str, program: Program
) -> Reading:
    """The reading of an attribute from a column with a date in quotes."""
    steps, given = _given(definition, piece, nothing)
    step, written = day(definition.name, given, before, behind)
    found = present(definition, given, step[0], written, program)
    return evolve(found, steps=(*steps, step))


def _of_enum(
    definition: AttributeDefinition, piece: str, before: str, behind: str, nothing: str, program: Program
) -> Reading:
    """The reading of an attribute from a column with a constant of an enum in quotes."""
    steps, given = _given(definition, piece, nothing)
    assert isinstance(definition.type, EnumType)
    texts = _constants(definition.type, program)
    code = name(f"#code {definition.name}")
    steps.append((code, code_of(piece, {before + each + behind: each for each in _plain(texts)}, texts)))
    return evolve(present(definition, given, code, f"{code} IS NOT NULL", program), steps=tuple(steps))


def _of_text(
    definition: AttributeDefinition, piece: str, before: str, behind: str, nothing: str, program: Program
) -> Reading:
    """The reading of an attribute from a column with an id or a text in quotes."""
    steps, given = _given(definition, piece, nothing)
    text = name(f"#text {definition.name}")
    steps.append((text, f"substring({given}, {len(before) + 1}, length({given}) - {len(before) + len(behind)})"))
    some = "+" if isinstance(definition.type, IdType) else "*"
    # DuckDB writes bytes as they are where they are ASCII and neither quotes, backslashes nor control characters.
    plain = f"{_around(given, before, behind)} AND CAST(encode({text}) AS VARCHAR) = {text}"
    if some == "+":
        plain += f" AND {text} <> ''"
    written = matches(given, f"{_literally(before)}{_PLAIN}{some}{_literally(behind)}")
    found = present(definition, given, text, f"(({plain}) OR {written})", program)
    return evolve(found, steps=tuple(steps))


def _constants(of: EnumType, program: Program) -> list[str]:
    return [each.text for each in program.enums[of.name].constants]


def _plain(texts: Iterable[str]) -> list[str]:
    """Those that stand for themselves in JSON."""
    return [each for each in texts if re.fullmatch(f"{_PLAIN}*", each)]


def _given(definition: AttributeDefinition, piece: str, nothing: str) -> tuple[list[Step], str]:
    """The column of a piece that is NULL where nothing is there. Nothing is made of what is absent: DuckDB takes long
    to find that it cannot be read."""
    if not may_be_absent(definition):
        return [], piece
    given = name(f"#given {definition.name}")
    return [(given, f"nullif({piece}, {text_literal(nothing)})")], given


def _around(piece: str, before: str, behind: str) -> str:
    """The test that a piece begins and ends with two texts."""
    test = f"starts_with({piece}, {text_literal(before)})"
    return f"{test} AND suffix({piece}, {text_literal(behind)})" if behind else test


def of_value(
    definition: AttributeDefinition, piece: str, prefix: str, suffix: str, bare: bool, program: Program
) -> Reading:
    """The reading of an attribute from JSON text of one value with what stands before it and behind it; `bare` tells
    whether it is expected without quotes."""
    quote = "" if bare else '"'
    before, behind = prefix + quote, quote + suffix
    length = f", length({piece}) - {len(before) + len(behind)}" if behind else ""
    text = f"substring({piece}, {len(before) + 1}{length})"
    # Where a value must be given, no test is true of a null.
    nothing = text_literal(f"{prefix}null{suffix}")
    given = f"nullif({piece}, {nothing})" if may_be_absent(definition) else piece
    if isinstance(definition.type, ListType):
        return present(definition, given, absent(definition, program).value, NEVER, program)

    def is_one_of(*texts: str) -> str:
        return one_of(piece, [before + each + behind for each in texts])

    def written(pattern: str) -> str:
        return matches(piece, f"{_literally(before)}(?:{pattern}){_literally(behind)}")

    value = text_value(definition, text)
    pattern = text_pattern(definition)
    match definition.type:
        case EnumType():
            texts = _constants(definition.type, program)
            plain = _plain(texts)
            fits = is_one_of(*plain) if plain and quote else NEVER
            if len(plain) <= _FEW:
                value = code_of(piece, {before + each + behind: each for each in plain}, texts)
        case BooleanType():
            value, fits = f"({piece} = {text_literal(f'{before}true{behind}')})", is_one_of("false", "true")
        case DateType():
            fits = f"starts_with({piece}, {text_literal(before)}) AND CAST({value} AS VARCHAR) = {text}"
            fits += f" AND suffix({piece}, {text_literal(behind)})" if quote else f" AND {NEVER}"
        case IdType() | TextType():
            some = "+" if isinstance(definition.type, IdType) else "*"
            digits = _ID if isinstance(definition.type, IdType) else _NONE
            fits = written(f"{_PLAIN}{some}" if quote else digits)
        case MoneyType() if not quote:
            value, fits = f"TRY_CAST({text} AS DECIMAL(18, 6))", written(_EXACT)
        case DateTimeType():
            fits = f"{written(pattern or _NONE)} AND {safe(value)}" if quote else NEVER
        case DurationType():
            fits = written(pattern or _NONE) if quote else NEVER
        case _:
            fits = written((pattern or _NONE) if quote else _NUMBERS[type(definition.type)])
    return present(definition, given, value, f"({fits})", program)


def well_formed(form: Form, keys: tuple[str, ...]) -> list[str]:
    """Tests that the pieces of these keys, of which nothing is read, are what JSON allows."""
    values = f'"{_PLAIN}*"|{_NUMBER}|true|false|null'
    return [
        matches(name(key), f"{_literally(form.prefixes[key])}(?:{values}){_literally(form.suffixes[key])}")
        for key in keys
    ]


def _literally(text: str) -> str:
    return re.sub(r"([.$\-{}])", r"\\\1", text)
